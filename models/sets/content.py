"""Content: what a good contains, what of it counts for a threshold, and what has to be traced for that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from planner_models.instance import Instance
from planner_models.keys import Draw
from planner_models.sets.bounds import Recipes

EVERY = "*"


@dataclass(frozen=True)
class Condition:
    """A threshold on the content of a good.

    items: the items whose origin is traced; by_value: they count with their value, else with their quantity
    thresholds: by period, the least share of the content that must count
    counted: by period, the draws whose output counts
    """

    items: frozenset[str]
    by_value: bool
    thresholds: dict[str, float]
    counted: dict[str, frozenset[Draw]]


def split_names(words: str) -> tuple[str, ...]:
    """The names of a cell that holds several.

    Parameters
    ----------
    words
        The cell, `;` between its names.

    Returns
    -------
    tuple of str
        The names, in order, without blanks around them.
    """
    return tuple(word.strip() for word in words.split(";") if word.strip())


def list_needed(needs: Mapping[str, str | None], name: str) -> list[str]:
    """A programme and those that it needs, directly or through another; each once.

    Parameters
    ----------
    needs
        By programme, the one it needs, or None.
    name
        The programme.

    Returns
    -------
    list of str
        Names, itself first.
    """
    found: list[str] = []
    one: str | None = name
    while one is not None and one in needs and one not in found:
        found.append(one)
        one = needs[one]
    return found


def find_content(instance: Instance, words: str) -> frozenset[str]:
    """The items that a content cell means: items, all of a tier, or all for `*`.

    Parameters
    ----------
    instance
        The instance.
    words
        The cell.

    Returns
    -------
    frozenset of str
        Names of items.
    """
    items = instance["items"]
    named = set(split_names(words))
    meant = items["item"].isin(named) | items["tier"].isin(named) | (EVERY in named)
    return frozenset(items.loc[meant, "item"])


def trace_items(recipes: Recipes, item: str, content: frozenset[str], returned: frozenset[str]) -> frozenset[str]:
    """The items that have to be traced: those on the way from the content to the good.

    Parameters
    ----------
    recipes
        Process -> ((item, quantity), ...).
    item
        The good.
    content
        The items whose origin counts.
    returned
        Items that come back after use, which are where tracing ends.

    Returns
    -------
    frozenset of str
        The good itself always; what content is made from is traced only where it is content too.
    """
    makers: dict[str, set[str]] = defaultdict(set)
    for recipe in recipes.values():
        inputs = {name for name, quantity in recipe if quantity < 0}
        for name, quantity in recipe:
            if quantity > 0:
                makers[name] |= inputs
    holding = set(content)
    while more := {name for name, inputs in makers.items() if name not in holding and inputs & holding}:
        holding |= more
    found, new = {item}, {item}
    while new:
        new = {name for one in new for name in makers[one] if name in holding and name not in found | returned}
        found |= new
    return frozenset(found)


def weigh_content(
    condition: Condition, recipe: tuple[tuple[str, float], ...], item: str, values: Mapping[str, float], share: float
) -> float:
    """What a unit of activity adds to the content, through one of the items that it makes.

    Parameters
    ----------
    condition
        The threshold.
    recipe
        What the process uses (below 0) and makes per activity.
    item
        The item made.
    values
        Reference values, money/item.
    share
        The share of the inputs that belongs to the item.

    Returns
    -------
    float
        By value: the value of the item less that of other content used for it, at least 0, in money/activity; by
        quantity what is made of it, in item/activity. 0 where the item is no content.
    """
    if item not in condition.items:
        return 0.0
    made = sum(quantity for name, quantity in recipe if name == item and quantity > 0)
    if not condition.by_value:
        return made
    used = sum(-quantity * values[name] for name, quantity in recipe if quantity < 0 and name in condition.items)
    return max(made * values[item] - share * used, 0.0)
