"""Policies: what they change in duties, transaction costs and markets, and what they pay."""

from collections import defaultdict
from itertools import product

import pandas as pd

from planner_models import frames
from planner_models.instance import Instance
from planner_models.sets.timeline import Timeline

SUBSIDIES = ("capex", "output", "access", "development")
DUTY = "duty"


def active_policies(instance: Instance) -> pd.DataFrame:
    """The policies in force in this run, by name: active rows of the kinds that are switched on."""
    policies = instance["policies"]
    chosen = select_active(instance, policies["kind"]) & (policies["active"] == "yes")
    return policies[chosen].set_index("policy").sort_index()


def select_active(instance: Instance, kinds: pd.Series) -> pd.Series:
    """Which policies the switches let be: those of kind duty have one of their own, all others another.

    Parameters
    ----------
    instance
        The instance.
    kinds
        Kind of each policy.

    Returns
    -------
    pandas.Series
        Bool, indexed like `kinds`.
    """
    on = {name: instance.settings[name] == "on" for name in ("policies", "support", "duty_policies")}
    duties = kinds == DUTY
    return ((duties & on["duty_policies"]) | (~duties & on["support"])) & on["policies"]


def blocs(instance: Instance) -> pd.Series:
    """The bloc of each region; a region without one is a bloc of its own.

    Parameters
    ----------
    instance
        The instance.

    Returns
    -------
    pandas.Series
        Names of blocs, indexed by region.
    """
    regions = instance["regions"].set_index("region")["bloc"]
    return regions.fillna(regions.index.to_series())


def policy_duties(instance: Instance) -> pd.DataFrame:
    """Policies of kind duty as rows of `duties`: added to what comes from other blocs."""
    policies = active_policies(instance)
    chosen = policies[policies["kind"] == DUTY]
    return pd.DataFrame(
        {
            "origin": "*",
            "destination": chosen["region"],
            "item": chosen["item"],
            "rate": chosen["rate"],
            "ban": "no",
            "from": chosen["from"],
            "to": chosen["to"],
        }
    )


def match_processes(instance: Instance, item: str) -> set[str]:
    """The processes a policy's item means.

    Parameters
    ----------
    instance
        The instance.
    item
        An item, a process or `*`.

    Returns
    -------
    set of str
        The processes that make it where it is an item, else itself, or all for `*`.
    """
    if item == "*":
        return set(instance["processes"]["process"])
    if item not in set(instance["items"]["item"]):
        return {item}
    recipes = instance["recipes"]
    return set(recipes.loc[(recipes["item"] == item) & (recipes["quantity"] > 0), "process"])


def match_regions(instance: Instance, region: str) -> set[str]:
    """The regions a policy's region means.

    Parameters
    ----------
    instance
        The instance.
    region
        A region, a bloc or `*`.

    Returns
    -------
    set of str
        The region itself, those of the bloc, or all for `*`.
    """
    return {name for name, bloc in frames.pairs(blocs(instance)) if region in ("*", name, bloc)}


def transaction_factors(instance: Instance, time: Timeline) -> dict[tuple[str, str, str], float]:
    """(process, region, period) -> what policies multiply transaction costs by, where that is not 1."""
    if instance["policies"].empty:
        return {}
    policies = active_policies(instance)
    factors: dict[tuple[str, str, str], float] = defaultdict(lambda: 1.0)
    for row in frames.rows(policies[policies["kind"] == "transaction_cost"]):
        processes, regions = match_processes(instance, row["item"]), match_regions(instance, row["region"])
        for key in product(processes, regions, time.window(row["from"], row["to"])):
            factors[key] *= 1.0 + row["rate"]
    return dict(factors)


def market_table(instance: Instance, time: Timeline, demand: pd.DataFrame) -> pd.DataFrame:
    """Rows of demand, their volume changed by policies of market access."""
    if instance["policies"].empty:
        return demand
    policies = active_policies(instance)
    volume = demand["volume"].copy()
    for row in frames.rows(policies[policies["kind"] == "market_access"]):
        window = time.window(row["from"], row["to"])
        match = demand["period"].isin(window) & demand["region"].isin(match_regions(instance, row["region"]))
        if row["item"] != "*":
            match &= demand["item"] == row["item"]
        volume[match] *= 1.0 + row["rate"]
    return demand.assign(volume=volume)
