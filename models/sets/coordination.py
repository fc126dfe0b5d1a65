"""Coordination: which firms at home are one group, and on which terms a group sells to the others.

While `coordination` is on the groups at home act as one, and all of this is empty.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from planner_models import frames
from planner_models.by_period import each_view
from planner_models.instance import Instance
from planner_models.keys import Draw, Line, Offer
from planner_models.sets.access import LINE, OFFER, SPOT
from planner_models.sets.modules import smallest_options

Recipes = dict[str, tuple[tuple[str, float], ...]]

TERMS = ["markup", "stake", "transaction_cost", "offtake_share", "qualification"]
"""What a row of a firm at home says about what it sells to other groups."""


class Wedge(NamedTuple):
    """What a unit sold at arm's length costs beyond what it costs to make, in money/item.

    margin: what the seller's group earns; friction: what the sale itself costs, before policies
    kept: the margin that the stake of the offer gives back
    """

    margin: float
    friction: float
    kept: float


@dataclass(frozen=True)
class ArmsLength:
    """What groups at home sell to each other at arm's length; empty while they act as one.

    groups: site of a firm at home -> its group
    wedges: (site, process, item, mode) -> period -> what a unit costs more; where the market asks something
    offers: the rows of firms at home beyond spot, indexed like those of outside firms; empty unless they may be signed
    covers: (site, process, mode) -> the offer that covers the line, with its share of capacity and its qualification
    shares: (process, item, period) -> the share of the process's cost that the item bears
    """

    groups: dict[str, str]
    wedges: dict[tuple[str, str, str, str], dict[str, Wedge]]
    offers: pd.DataFrame
    covers: dict[Draw, tuple[Offer, float, int]]
    shares: dict[tuple[str, str, str], float]


def name_groups(instance: Instance) -> dict[str, str]:
    """The group of each firm; a firm that names none is a group by its own name.

    Parameters
    ----------
    instance
        The instance.

    Returns
    -------
    dict of str to str
        Group by firm.
    """
    firms = instance["firms"].set_index("firm")["group"]
    return frames.entries(firms.where(firms.notna(), firms.index.to_series()))


def full_conversion(lines: pd.DataFrame, options: pd.DataFrame) -> dict[Line, float]:
    """What one unit of activity costs the owner of a line in full, without materials, royalties and savings.

    Conversion, and per unit of capacity the fixed cost and the annuity of the smallest module of the line: what its
    capacity costs to replace, whatever has been paid for it. The fixed cost is that of the existing capacity, of a line
    without any that of the module.

    Parameters
    ----------
    lines
        As `line_table` gives them.
    options
        As `option_table` gives them.

    Returns
    -------
    dict of (str, str) to float
        By site and process, money/activity.
    """
    each = smallest_options(options.reset_index()).reindex(lines.index)
    capacity = (lines["capacity"] * lines["output"]).where(lines["capacity"] > 0)
    fixed = (lines["fixed_cost"] / capacity).fillna(each["fixed_cost"] / each["size"])
    return frames.entries(lines["conversion"] + fixed.fillna(0.0) + (each["annuity"] / each["size"]).fillna(0.0))


def share_out(recipes: Recipes, value: dict[str, float]) -> dict[tuple[str, str], float]:
    """The share of a process's cost that each of its products bears: by value, by quantity where none has a value.

    Parameters
    ----------
    recipes
        Process -> ((item, quantity), ...).
    value
        Reference value by item, money/item.

    Returns
    -------
    dict of (str, str) to float
        By process and item made; the shares of a process add up to 1.
    """
    shares = {}
    for process, recipe in recipes.items():
        made = [(item, quantity) for item, quantity in recipe if quantity > 0]
        worth = sum(quantity * value[item] for item, quantity in made)
        for item, quantity in made:
            shares[process, item] = (
                quantity * value[item] / worth if worth else quantity / sum(amount for _, amount in made)
            )
    return shares


def arms_length(
    instance: Instance,
    views: Mapping[str, Instance],
    costs: Mapping[str, pd.DataFrame],
    options: pd.DataFrame,
    recipes: Mapping[str, Recipes],
) -> ArmsLength:
    """What groups at home sell at arm's length, and on which terms.

    Parameters
    ----------
    instance
        The instance.
    views
        By period: the instance that holds in it.
    costs
        By period: the lines, as `line_table` gives them.
    options
        As `option_table` gives them.
    recipes
        By period: process -> ((item, quantity), ...).

    Returns
    -------
    ArmsLength
        Empty while `coordination` is on.
    """
    rows = _home_rows(instance)
    beyond = rows[(rows["mode"] != SPOT) & (instance.settings["coordination"] == "decide")]
    offers = beyond.set_index(OFFER).sort_index()
    if instance.settings["coordination"] == "on":
        return ArmsLength({}, {}, offers, {}, {})
    lines = next(iter(costs.values()))
    home = lines[lines["home"]]
    terms = _cover(home, pd.concat([rows[rows["mode"] == SPOT], beyond]))
    group = name_groups(instance)
    groups = {line[0]: group[firm] for line, firm in frames.pairs(home["firm"])}
    value = frames.entries(instance["items"].set_index("item")["value"])
    shares: dict[tuple[str, str, str], float] = {}
    wedges: dict[tuple[str, str, str, str], dict[str, Wedge]] = defaultdict(dict)
    for view, periods in each_view(views):
        borne = share_out(recipes[periods[0]], value)
        shares |= {(*good, period): share for period in periods for good, share in borne.items()}
        for key, wedge in _price_view(view, costs[periods[0]], options, recipes[periods[0]], borne).items():
            wedges[key] |= dict.fromkeys(periods, wedge)
    paid = {
        key[:3]
        for key, each in wedges.items()
        if key[3] == SPOT and any(wedge.margin + wedge.friction > 0 for wedge in each.values())
    }
    signed = terms[terms["mode"] != SPOT] if len(terms) else terms
    covers = {
        (row.site, row.process, row.mode): (
            (row.firm, row.offer, row.mode), float(row.offtake_share), int(row.qualification)
        )
        for row in frames.cells(signed)
    }  # fmt: skip
    return ArmsLength(groups, {key: wedge for key, wedge in wedges.items() if key[:3] in paid}, offers, covers, shares)


def _price_view(
    view: Instance, lines: pd.DataFrame, options: pd.DataFrame, recipes: Recipes, shares: dict[tuple[str, str], float]
) -> dict[tuple[str, str, str, str], Wedge]:
    """What a unit of each product costs more by line and mode in the periods of a view."""
    rows, home = _home_rows(view), lines[lines["home"]]
    stated = rows[(rows["mode"] == SPOT) | (view.settings["coordination"] == "decide")]
    return _price(view, home, _cover(home, stated), full_conversion(home, options), recipes, shares)


def _home_rows(instance: Instance) -> pd.DataFrame:
    """The rows of `access` of firms at home."""
    firms, rows = instance["firms"], instance["access"]
    return rows[rows["firm"].isin(firms.loc[firms["home"] == "yes", "firm"])]


def _cover(home: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Each line at home with each row that covers it; a row that names the process replaces the `*` row of its mode."""
    pairs = home.reset_index()[[*LINE, "firm"]].merge(
        rows[[*OFFER, *TERMS]].rename(columns={"process": "offer"}), on="firm"
    )
    pairs = pairs[(pairs["offer"] == pairs["process"]) | (pairs["offer"] == "*")]
    pairs = pairs.sort_values("offer", key=lambda names: names == "*", kind="stable")
    return pairs.drop_duplicates([*LINE, "mode"]).sort_values([*LINE, "mode"])


def _price(
    instance: Instance,
    home: pd.DataFrame,
    terms: pd.DataFrame,
    full: dict[Line, float],
    recipes: Recipes,
    shares: dict[tuple[str, str], float],
) -> dict[tuple[str, str, str, str], Wedge]:
    """What a unit of each product costs more by line and mode: on the terms of its row, on spot else the settings."""
    value: dict[str, float] = frames.entries(instance["items"].set_index("item")["value"])
    institutions: dict[str, float] = frames.entries(instance["regions"].set_index("region")["institution_factor"])
    settings = instance.settings
    stated: dict[Line, dict[str, tuple[float, float, float]]] = defaultdict(dict)
    for row in frames.cells(terms):
        stated[row.site, row.process][row.mode] = (row.markup, row.stake, row.transaction_cost)
    found = {}
    for line, region in frames.pairs(home["region"]):
        for item, quantity in ((item, quantity) for item, quantity in recipes.get(line[1], ()) if quantity > 0):
            each = shares[line[1], item] / quantity
            market = settings["market_friction"] * value[item] * institutions[region]
            found[(*line, item, SPOT)] = Wedge(settings["market_markup"] * full[line] * each, market, 0.0)
            for mode, (markup, stake, charge) in stated[line].items():
                margin = markup * full[line] * each
                friction = charge * institutions[region] * each
                found[(*line, item, mode)] = Wedge(margin * (1.0 - stake), friction, margin * stake)
    return found
