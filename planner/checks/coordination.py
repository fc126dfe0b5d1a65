"""Coordination: groups of firms, and on which terms those at home sell to each other."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from planner.checks import join_names, needs, report_error, report_warning, rows
from planner.checks.offers import SPOT
from planner.checks.places import lines_at_sites
from planner.issues import Issue
from planner.words import count_noun
from planner_models.blocks.cash import SHARED
from planner_models.figures.surplus import CONSUMERS, INDUSTRY, OUTSIDE, OUTSIDE_STATES, PENALTIES, STATE, TOTAL
from planner_models.instance import Instance
from planner_models.sets.coordination import name_groups
from planner_models.sets.rules import EVERY

if TYPE_CHECKING:
    from planner.workbook.read import Reading

_WITHOUT_EFFECT = {"controls": "no", "min_take": 0.0, "priority": 0.0}
"""Terms that say nothing between groups at home, and what they are where they are left out."""


_NO_GROUPS = {SHARED, EVERY, INDUSTRY, CONSUMERS, STATE, OUTSIDE, OUTSIDE_STATES, PENALTIES, TOTAL}
"""What results name beside the groups of firms: what no group pays alone, consumers, the state, all together."""

_ANY = float("inf")
"""Friction of the market by value: which offers it exceeds depends on the line."""


def _home_offers(instance: Instance) -> pd.DataFrame:
    """The rows of `access` of firms at home."""
    firms, offers = instance["firms"], instance["access"]
    return offers[offers["firm"].isin(set(firms.loc[firms["home"] == "yes", "firm"]))]


@needs("firms")
def groups_are_at_home_or_not(reading: "Reading") -> Iterator[Issue]:
    """The firms of one group are all at home, or all are not."""
    firms = reading.instance["firms"]
    groups = firms["firm"].map(name_groups(reading.instance))
    for group, members in firms.groupby(groups, sort=False):
        home, outside = members[members["home"] == "yes"], members[members["home"] == "no"]
        if len(home) and len(outside):
            row = int(home.index[0])
            message = (
                f"group `{group}` is both home and outside: `{home['firm'].iloc[0]}` ("
                f"{reading.cell('firms', row, 'home')})"
                f" is at home, {join_names([f'`{name}`' for name in outside['firm']])} not; write the same home for "
                "all of them, or another group"
            )
            named = outside["group"].notna()
            column = "group" if named.iloc[0] else "firm"
            yield report_error(reading, "firms", int(outside.index[0]), column, message)


@needs("firms")
def group_names_are_free(reading: "Reading") -> Iterator[Issue]:
    """No group at home is called what sheets `cash` and `surplus` call those that are not groups."""
    firms = reading.instance["firms"]
    for row, firm in rows(firms[firms["home"] == "yes"]):
        column: str = "firm" if pd.isna(firm["group"]) else "group"
        name = firm[column]
        if name in _NO_GROUPS:
            message = (
                f"`{name}` has another meaning in sheets cash and surplus of a result; write another name for the group"
            )
            yield report_error(reading, "firms", row, column, message)


@needs("settings", "firms", "access")
def home_rows_are_used(reading: "Reading") -> Iterator[Issue]:
    """Once: rows of firms at home that the setting `coordination` leaves without effect."""
    setting, offers = reading.instance.settings["coordination"], _home_offers(reading.instance)
    idle = offers if setting == "on" else offers[(offers["mode"] != SPOT) & (setting == "off")]
    if len(idle):
        first = int(idle.index[0])
        write = "decide (or off, for spot rows)" if setting == "on" else "decide"
        message = (
            f"`{idle['firm'].iloc[0]}` is a home firm, and coordination is {setting} in settings, so "
            f"{count_noun(len(idle), 'row')} of home firms, from here on, {'has' if len(idle) == 1 else 'have'} no "
            f"effect; write {write} there to use {'it' if len(idle) == 1 else 'them'}"
        )
        yield Issue("info", "access", reading.cell("access", first, "firm"), message)


@needs("periods", "firms", "sites", "lines", "access")
def home_offers_cover_lines(reading: "Reading") -> Iterator[Issue]:
    """A row of a firm at home covers a line of it."""
    lines, offers = lines_at_sites(reading.instance), _home_offers(reading.instance)
    for row, offer in rows(offers):
        own = lines[lines["firm"] == offer["firm"]]
        named = offers[(offers["firm"] == offer["firm"]) & (offers["mode"] == offer["mode"])]
        if offer["process"] == "*":
            left = own[~own["process"].isin(named["process"])]
        else:
            left = own[own["process"] == offer["process"]]
        if left.empty:
            what = "line that no other row of this mode names" if offer["process"] == "*" else "line of this process"
            message = f"home firm `{offer['firm']}` has no {what}, so this row has no effect; remove it"
            yield report_warning(reading, "access", row, "process", message)


@needs("settings", "firms", "access")
def home_terms_say_something(reading: "Reading") -> Iterator[Issue]:
    """A row of a firm at home has terms that count, and an offer better ones than the market."""
    instance = reading.instance
    offers = _home_offers(instance)
    for row, offer in rows(offers if instance.settings["coordination"] != "on" else offers[:0]):
        for column, blank in _WITHOUT_EFFECT.items():
            if offer[column] != blank:
                message = f"{column} has no effect between home firms, which control their own lines; clear it"
                yield report_warning(reading, "access", row, column, message)
        if offer["mode"] == SPOT and offer["markup"] == 0 and offer["transaction_cost"] == 0:
            message = (
                f"the market terms of home firm `{offer['firm']}` are missing: at a markup and a transaction_cost of 0 "
                "it sells to other groups at cost; write them, or remove the row for those of the settings"
            )
            yield report_warning(reading, "access", row, "markup", message)
        elif offer["mode"] == SPOT and (offer["entry_cost"] or offer["annual_cost"]):
            message = (
                "spot terms need no contract and cost nothing to enter; clear entry_cost and annual_cost, or write "
                "mode contract"
            )
            yield report_warning(reading, "access", row, "mode", message)


@needs("settings", "periods", "firms", "access")
def home_offers_pay(reading: "Reading") -> Iterator[Issue]:
    """While they may be signed: offers of firms at home have lower terms than the market, and time to be used."""
    instance = reading.instance
    offers, count = _home_offers(instance), len(instance["periods"])
    spot = offers[offers["mode"] == SPOT].set_index(["firm", "process"])
    decided = instance.settings["coordination"] == "decide"
    for row, offer in rows(offers[(offers["mode"] != SPOT) & decided]):
        key = next(
            (key for key in ((offer["firm"], offer["process"]), (offer["firm"], "*")) if key in spot.index), None
        )
        markup = instance.settings["market_markup"] if key is None else spot["markup"][key] * (1 - spot["stake"][key])
        charge = (
            (_ANY if instance.settings["market_friction"] else 0.0) if key is None else spot["transaction_cost"][key]
        )
        if offer["markup"] * (1 - offer["stake"]) >= markup and offer["transaction_cost"] >= charge:
            message = (
                f"this is not cheaper than the market terms of home firm `{offer['firm']}` (markup {markup:g}), so it "
                "is never signed; write a lower markup or transaction_cost, or a stake"
            )
            yield report_warning(reading, "access", row, "markup", message)
        if offer["qualification"] >= count:
            message = (
                f"no period remains after a qualification of {count_noun(offer['qualification'], 'period')}; write "
                "fewer, or remove the row"
            )
            yield report_warning(reading, "access", row, "qualification", message)
        if offer["term"] > count:
            message = (
                f"the plan has {count_noun(count, 'period')} and the term {offer['term']:g}; if years were meant, "
                "write the number of periods"
            )
            yield report_warning(reading, "access", row, "term", message)


@needs("settings", "firms", "sites", "periods", "lines", "items", "recipes", "access")
def friction_has_values(reading: "Reading") -> Iterator[Issue]:
    """While groups are at arm's length: the friction of the settings is a share of a value that items have."""
    instance = reading.instance
    if instance.settings["coordination"] == "on" or not instance.settings["market_friction"]:
        return
    lines, items, recipes = lines_at_sites(instance), instance["items"], instance["recipes"]
    spot = _home_offers(instance).query("mode == @SPOT")
    stated = lines["firm"].isin(spot.loc[spot["process"] == "*", "firm"])
    stated |= pd.MultiIndex.from_frame(lines[["firm", "process"]]).isin(
        pd.MultiIndex.from_frame(spot[["firm", "process"]])
    )
    lines = lines.assign(group=lines["firm"].map(name_groups(instance)).where(lines["home"] == "yes", ""))
    made = lines[(lines["home"] == "yes") & ~stated].merge(recipes[recipes["quantity"] > 0], on="process")
    used = lines.merge(recipes[recipes["quantity"] < 0], on="process")
    pairs = made[["item", "group"]].merge(used[["item", "group"]], on="item", suffixes=("", "_of_use"))
    traded = set(pairs.loc[pairs["group"] != pairs["group_of_use"], "item"])
    for row, item in rows(items[(items["value"] == 0) & items["item"].isin(traded)]):
        message = (
            f"groups sell `{item['item']}` to each other, but it has no value, so no friction is charged; write its "
            "value"
        )
        yield report_warning(reading, "items", row, "value", message)
