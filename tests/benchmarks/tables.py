"""The model of an instance as plain numbered tables: what the other contenders build from."""

from dataclasses import dataclass

import pandas as pd

from planner_models.blocks.demand import penalties
from planner_models.sets import Sets


@dataclass(frozen=True)
class Tables:
    """Columns and the places and lines they act on, by number; costs are discounted.

    places: number of (item, region, period), one balance row each
    flows: origin, destination (places), cost
    made: cost, existing (capacity) of each line and period
    yields: made (number), place, quantity
    modules: cost, most, group (the line and option of which all modules together are at most `most`)
    service: module (number), made (number), capacity
    demand: place, volume, cost (of a unit not served)
    """

    places: int
    flows: pd.DataFrame
    made: pd.DataFrame
    yields: pd.DataFrame
    modules: pd.DataFrame
    service: pd.DataFrame
    demand: pd.DataFrame


def tables(sets: Sets) -> Tables:
    """The tables of an instance of lines, options, lanes without capacity, and markets of one step at a penalty."""
    instance = sets.instance
    annual, number = sets.time.annual, {}

    def place(*key: str) -> int:
        return number.setdefault(key, len(number))

    made_at = {}
    made, yields = [], []
    lines = {period: table.to_dict("index") for period, table in sets.costs.items()}
    served = {(*key[:2], period) for key, order in sets.orders.items() for period in order.service}
    for site, process, period in sorted(served | set(sets.existing)):
        line = lines[period][site, process]
        made_at[site, process, period] = len(made)
        for item, quantity in sets.recipe(process, period):
            yields.append((len(made), place(item, line["region"], period), quantity))
        made.append((line["running"] * annual[period], sets.existing.get((site, process, period), 0.0)))
    modules, service, group = [], [], {}
    for key, order in sets.orders.items():
        option = sets.options.loc[key[:3]]
        yearly = option["annuity"] + option["fixed_cost"]
        service += [(len(modules), made_at[(*key[:2], period)], order.usable(period)) for period in order.service]
        cost = yearly * sum(annual[period] for period in order.service)
        modules.append((cost, option["max_modules"], group.setdefault(key[:3], len(group))))
    flows = sets.flows
    ends = {
        end: [place(*key) for key in zip(flows["item"], flows[end], flows["period"], strict=True)]
        for end in ("origin", "destination")
    }
    cost = (flows["transport"] + flows["transit"] + flows["duty"]) * flows["period"].astype(object).map(annual)
    market = instance["demand"]
    sold_at = [place(*key) for key in zip(market["item"], market["region"], market["period"], strict=True)]
    missed = penalties(market, instance.settings) * market["period"].map(annual)
    return Tables(
        places=len(number),
        flows=pd.DataFrame({**ends, "cost": cost}),
        made=pd.DataFrame(made, columns=["cost", "existing"]),
        yields=pd.DataFrame(yields, columns=["made", "place", "quantity"]),
        modules=pd.DataFrame(modules, columns=["cost", "most", "group"]),
        service=pd.DataFrame(service, columns=["module", "made", "capacity"]),
        demand=pd.DataFrame({"place": sold_at, "volume": market["volume"], "cost": missed}).reset_index(drop=True),
    )
