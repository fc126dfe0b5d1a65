"""Groups: what a rule on openings counts, and the decisions that rules and logic may want to be no."""

import pandas as pd

from planner_models.instance import Instance
from planner_models.sets.arcs import ARC
from planner_models.sets.policies import match_processes
from planner_models.sets.rules import EVERY, OPEN, Rule


def list_sites(instance: Instance, rule: Rule) -> list[str]:
    """The sites of home firms that a rule counts.

    Parameters
    ----------
    instance
        The instance.
    rule
        A rule of type max_open or min_open by site.

    Returns
    -------
    list of str
        Sites in its scope with a line that makes its item (any site where the item is `*`), among those named.
    """
    home = instance["firms"].set_index("firm")["home"]
    (regions,) = rule.places.values()
    lines = instance["lines"]
    makers = set(lines.loc[lines["process"].isin(match_processes(instance, rule.items[0])), "site"])
    sites = instance["sites"]
    return sorted(
        site
        for site, region, firm in zip(sites["site"], sites["region"], sites["firm"], strict=True)
        if home[firm] == "yes" and region in regions and rule.names(site) and (rule.items[0] == EVERY or site in makers)
    )


def collect_closable(instance: Instance, rules: tuple[Rule, ...]) -> set[tuple[str, ...]]:
    """The sites that some rule may want closed, as keys of `opened` without the period."""
    meant = [rule for rule in rules if rule.type == "max_open" and rule.by == "site"]
    return {(site,) for rule in meant for site in list_sites(instance, rule)}


def list_used_lanes(
    instance: Instance, rules: tuple[Rule, ...], flows: pd.DataFrame
) -> dict[tuple[str, str, str, str], float]:
    """The lanes of which it is decided whether they are used.

    Parameters
    ----------
    instance
        The instance.
    rules
        Its rules.
    flows
        Its flows: see `arcs.flow_table`.

    Returns
    -------
    dict of tuple to float
        Origin, destination, item cell (`*`: whatever they carry) and mode -> least flow of a lane that is used, in
        item/year; 0 where a rule counts it and nothing else is asked.
    """
    lanes = instance["lanes"]
    lanes = lanes[lanes["min_flow"] > 0]
    found = dict(zip(zip(*(lanes[name] for name in ARC), strict=True), lanes["min_flow"], strict=True))
    for rule in rules:
        if rule.type in OPEN and rule.by == "lane":
            found |= {lane: found.get(lane, 0.0) for lane in list_lanes(rule, flows)}
    return found


def list_lanes(rule: Rule, flows: pd.DataFrame) -> list[tuple[str, str, str, str]]:
    """The lanes that a rule counts.

    Parameters
    ----------
    rule
        A rule of type max_open or min_open by lane.
    flows
        Flows: see `arcs.flow_table`.

    Returns
    -------
    list of tuple
        Origin in its scope, destination among those named, its item (`*`: whatever they carry) and mode; none that
        leads from a region to itself.
    """
    (regions,) = rule.places.values()
    pairs = flows[["origin", "destination", "mode", "item"]].drop_duplicates().astype(object)
    if rule.items[0] != EVERY:
        pairs = pairs[pairs["item"] == rule.items[0]]
    pairs = pairs[pairs["origin"].isin(regions) & (pairs["origin"] != pairs["destination"])]
    lanes = pairs[["origin", "destination", "mode"]].drop_duplicates()
    return sorted(
        (origin, destination, rule.items[0], mode)
        for origin, destination, mode in lanes.itertuples(index=False, name=None)
        if rule.names(destination)
    )
