"""Security rules in force: which items, places and periods each of them is about."""

from dataclasses import dataclass

import pandas as pd

from planner_models import frames
from planner_models.instance import Instance
from planner_models.sets.policies import blocs, match_regions
from planner_models.sets.timeline import Timeline

EVERY = "*"
"""Every one, or all together."""

OPEN = ("max_open", "min_open")
"""Types that count what is open of a group."""

TOGETHER = ("min_service", "max_cvar", "max_emissions", "budget", "min_cash", *OPEN)
"""Types that take all items together where their item is `*`; the others hold for each item by itself."""

CAPACITY = ("min_capacity", "max_capacity", "max_new")
"""Types that limit the capacity of a group of lines, or what is ordered of it."""

BY_SOURCE = (
    *("max_share", "min_share", "min_sources", "max_hhi", "min_utilisation"),
    *(*OPEN, *CAPACITY, "single_source"),
)
"""Types that tell sources or groups apart; to the others `by` means nothing."""

ONE_SOURCE = 1.0
"""The number of sources that a rule of single sourcing without a limit allows."""


@dataclass(frozen=True)
class Rule:
    """A row of sheet `rules`.

    items: the items it holds for, each by itself; `*` where it takes all of them together
    places: scope -> its regions, in each of which it holds by itself; `*` is everywhere
    limit in the unit of its type, count (0 where blank); penalty in money per unit of breach, None where it is hard
    """

    name: str
    type: str
    items: tuple[str, ...]
    by: str | None
    who: str
    places: dict[str, frozenset[str]]
    periods: tuple[str, ...]
    limit: float
    count: int
    scenario: str
    penalty: float | None

    @property
    def named(self) -> frozenset[str] | None:
        """The names in `who`, `;` between; None where it means all."""
        return None if self.who == EVERY else frozenset(filter(None, map(str.strip, self.who.split(";"))))

    def names(self, member: str) -> bool:
        """Whether `who` means a member."""
        return self.named is None or member in self.named


def rule_list(instance: Instance, time: Timeline) -> tuple[Rule, ...]:
    """The rules in force in this run, by name."""
    rules = instance["rules"]
    if instance.settings["rules"] == "off":
        rules = rules[:0]
    rows = frames.rows(rules[rules["active"] == "yes"].sort_values("rule"))
    everything = tuple(instance["items"]["item"])
    return tuple(
        Rule(
            name=row["rule"],
            type=row["type"],
            items=everything if row["item"] == EVERY and row["type"] not in TOGETHER else (row["item"],),
            by=row["by"] if row["type"] in BY_SOURCE else None,
            who=row["who"],
            places=_places(instance, row["type"], row["scope"]),
            periods=time.window(row["from"], row["to"]),
            limit=ONE_SOURCE if row["type"] == "single_source" and pd.isna(row["limit"]) else row["limit"],
            count=0 if pd.isna(row["count"]) else int(row["count"]),
            scenario=row["scenario"],
            penalty=None if row["hard"] == "yes" else row["penalty"],
        )
        for row in rows
    )


def _places(instance: Instance, kind: str, scope: str | None) -> dict[str, frozenset[str]]:
    """The scope and its regions; an import share without scope is about each bloc."""
    if scope is None and kind == "max_import_share":
        return {name: frozenset(members.index) for name, members in blocs(instance).groupby(blocs(instance))}
    return {scope or EVERY: frozenset(match_regions(instance, scope or EVERY))}
