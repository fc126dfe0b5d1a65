"""Demand: prices and price-volume steps that fit the objective."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from planner.checks import needs, report_error, report_warning, rows
from planner.issues import Issue
from planner.words import count_noun
from planner_models.sets.markets import fringe_supply, market_term

if TYPE_CHECKING:
    from planner.workbook.read import Reading

_MARKET = ["region", "item", "period"]
FAR_OFF = 100.0
"""A price this many times above or below the item's reference value is likely in another unit."""


@needs("settings", "demand")
def profit_has_prices(reading: "Reading") -> Iterator[Issue]:
    """Under objective profit every volume has a price."""
    demand = reading.instance["demand"]
    if reading.instance.settings["objective"] == "profit":
        for row in demand.index[demand["price"].isna() & (demand["volume"] > 0)]:
            message = "objective profit needs a price for every volume; write it, or set objective to cost"
            yield report_error(reading, "demand", row, "price", message)


@needs("settings", "demand")
def steps_fit_objective(reading: "Reading") -> Iterator[Issue]:
    """Under objective cost a market has one step; where there are several, price falls as volume grows."""
    demand = reading.instance["demand"]
    demand = demand.assign(market=demand.groupby(_MARKET, sort=False).ngroup())
    by_price = demand.dropna(subset="price").sort_values(["market", "volume", "price"], ascending=[True, True, False])
    rising = by_price[by_price.groupby("market")["price"].diff() >= 0]
    again = demand[demand.groupby("market").cumcount() == 1]
    if reading.instance.settings["objective"] == "profit":
        again = again[:0]
    for market in sorted({*again["market"], *rising["market"]}):
        for row, step in rows(again[again["market"] == market]):
            count = (demand["market"] == market).sum()
            message = (
                f"`{step['item']}` in `{step['region']}` in {step['period']} has {count} price steps: objective cost "
                "serves the one that is cheapest to serve, whatever its price; keep one, or set objective to profit"
            )
            yield report_warning(reading, "demand", row, "step", message)
        for row, step in rows(rising[rising["market"] == market]):
            message = (
                f"step `{step['step']}` has a larger volume than another step but not a lower price; write a lower "
                "price or remove a step"
            )
            yield report_warning(reading, "demand", row, "price", message)


@needs("items", "demand")
def prices_are_near_values(reading: "Reading") -> Iterator[Issue]:
    """Price and reference value of an item are of the same magnitude."""
    demand = reading.instance["demand"]
    value = demand["item"].map(reading.instance["items"].set_index("item")["value"])
    known = (value > 0) & (demand["price"] > 0)
    ratio = (demand["price"] / value)[known]
    off = demand.loc[ratio.index[(ratio >= FAR_OFF) | (ratio <= 1 / FAR_OFF)]]
    for row, entry in rows(off.drop_duplicates("item")):
        message = (
            f"the price of `{entry['item']}`, {entry['price']:g}, is {ratio[row]:.3g} times its value in items; write "
            "both in millions per item"
        )
        yield report_warning(reading, "demand", row, "price", message)


@needs("settings", "demand")
def market_terms_agree(reading: "Reading") -> Iterator[Issue]:
    """Conduct and overhead are of a market, not of a step: its rows say the same, or nothing."""
    demand = reading.instance["demand"]
    market = demand.groupby(_MARKET, sort=False)
    for name in ("conduct", "overhead"):
        said = demand.assign(first=market[name].transform("first"))
        for row, step in rows(said[said[name].notna() & (said[name] != said["first"])]):
            message = (
                f"{name} is {step[name]:g} here and {step['first']:g} at another step of `{step['item']}` in "
                f"`{step['region']}`, {step['period']}; it applies to the whole market: write the same figure, or "
                "write it once"
            )
            yield report_error(reading, "demand", row, name, message)


@needs("settings", "demand")
def conduct_needs_profit(reading: "Reading") -> Iterator[Issue]:
    """Under objective cost no price is chosen: conduct and overhead have no effect."""
    settings, demand = reading.instance.settings, reading.instance["demand"]
    if settings["objective"] == "profit":
        return
    for name, idle in (("conduct", 1.0), ("overhead", 0.0)):
        said = demand[demand[name].notna()]
        remedy = "set objective to profit (settings), or remove it"
        if len(said):
            message = f"{name} has no effect under objective cost; {remedy}"
            yield report_warning(reading, "demand", int(said.index[0]), name, message)
        elif settings[name] != idle:
            message = f"({name}) has no effect under objective cost; {remedy}"
            yield Issue("warning", "settings", reading.setting_cell(name), message)


@needs("settings", "demand")
def surplus_has_steps(reading: "Reading") -> Iterator[Issue]:
    """Where conduct is below 1 surplus is counted from step to step: there are several, and price falls with volume."""
    instance = reading.instance
    if instance.settings["objective"] == "cost":
        return
    demand = instance["demand"]
    demand = demand[(market_term(instance, "conduct") < 1) & demand["price"].notna()]
    by_price = demand.sort_values([*_MARKET, "volume", "price"], ascending=[True, True, True, True, False])
    rising = by_price[by_price.groupby(_MARKET)["price"].diff() >= 0]
    for row, step in rows(rising.sort_index()):
        message = (
            f"with conduct below 1 the price must fall from step to step as volume grows: {step['price']:g} of step "
            f"`{step['step']}` does not; write a lower price, or remove the step"
        )
        yield report_error(reading, "demand", row, "price", message)
    first = demand.drop_duplicates(_MARKET)
    alone = first[demand.groupby(_MARKET).size().reindex(pd.MultiIndex.from_frame(first[_MARKET])).to_numpy() == 1]
    if len(alone):
        step = alone.iloc[0]
        more = f" (and {count_noun(len(alone) - 1, 'more market')})" if len(alone) > 1 else ""
        message = (
            f"`{step['item']}` in `{step['region']}`, {step['period']}{more} has one price step: conduct below 1 has "
            "no effect there; write several, eight to ten from 1.3 to 0.6 of the list price"
        )
        yield report_warning(reading, "demand", int(alone.index[0]), "step", message)


@needs("settings", "demand")
def held_prices_are_decided(reading: "Reading") -> Iterator[Issue]:
    """price_rises no holds prices that are decided: there are markets with several steps in several periods."""
    settings, demand = reading.instance.settings, reading.instance["demand"]
    if settings["price_rises"] == "yes":
        return
    steps = demand.groupby(_MARKET, sort=False).size()
    held = steps[steps > 1].groupby(["region", "item"]).size()
    if settings["objective"] == "cost" or not (held > 1).any():
        message = (
            "(price_rises) has no effect: no market has several price steps in more than one period, or the objective "
            "is cost; write yes, or add steps and set objective to profit"
        )
        yield Issue("warning", "settings", reading.setting_cell("price_rises"), message)


@needs("settings", "demand", "rivals")
def rivals_can_sell(reading: "Reading") -> Iterator[Issue]:
    """A rival has a market, costs no more than its highest price, and leaves something at some price."""
    instance = reading.instance
    rivals, demand = instance["rivals"], instance["demand"]
    if rivals.empty:
        return
    if instance.settings["objective"] == "cost":
        message = "rivals have no effect under objective cost; set objective to profit (settings), or remove the rows"
        yield report_warning(reading, "rivals", int(rivals.index[0]), "region", message)
        return
    market = [demand[name] for name in _MARKET]
    highest = demand["price"].groupby(market).max()
    left = (demand["volume"] - fringe_supply(instance)).groupby(market).max()
    index = pd.MultiIndex.from_frame(rivals[_MARKET])
    facts = rivals.assign(highest=highest.reindex(index).to_numpy(), left=left.reindex(index).to_numpy())
    for row, rival in rows(facts):
        where = f"`{rival['item']}` in `{rival['region']}`, {rival['period']}"
        if tuple(rival[name] for name in _MARKET) not in highest.index:
            message = f"there is no demand for {where}; add it or remove the row"
            yield report_error(reading, "rivals", row, "region", message)
        elif rival["cost"] > rival["highest"]:
            message = (
                f"cost {rival['cost']:g} is above every price of {where}, the highest being {rival['highest']:g}: "
                "this rival never sells; write a lower cost, in millions per item, or remove the row"
            )
            yield report_error(reading, "rivals", row, "cost", message)
        elif rival["left"] <= 0:
            message = (
                f"rivals take all of {where} at every price, so the plan can sell nothing there; write a smaller "
                "volume, or add steps with lower prices"
            )
            yield report_warning(reading, "rivals", row, "volume", message)
