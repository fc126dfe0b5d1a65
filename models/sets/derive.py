"""From an instance to its sets: first what is asked, then what lines can make and draw, then what can move."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from planner_models import frames
from planner_models.by_period import each_view, period_views
from planner_models.instance import Instance
from planner_models.sets import Sets
from planner_models.sets.access import (
    conditional_offers,
    draw_table,
    list_covered_lines,
    offer_table,
    offers_left,
    price_draws,
    transaction_charges,
)
from planner_models.sets.arcs import arc_table, flow_table
from planner_models.sets.bounds import Recipes, most_sold, useful_activity
from planner_models.sets.carbon import carbon_table
from planner_models.sets.coordination import arms_length
from planner_models.sets.development import project_table, ready_table, start_table, tie_table
from planner_models.sets.eligibility import EligibilityWorld, eligibility_sets
from planner_models.sets.groups import collect_closable, list_used_lanes
from planner_models.sets.growth import growth_table
from planner_models.sets.hubs import hub_sets
from planner_models.sets.inertia import inertia_table
from planner_models.sets.levels import (
    cluster_table,
    enabler_table,
    smallest_plants,
    tabulate_learning,
    value_experience,
)
from planner_models.sets.lines import (
    COSTS,
    line_table,
    price_lines,
    site_table,
    site_windows,
    tabulate_existing_capacity,
)
from planner_models.sets.locks import Lock, collect_ruled_out, lock_table
from planner_models.sets.logic import Link, collect_refusable, link_table
from planner_models.sets.markets import tabulate_markets
from planner_models.sets.modules import ModuleOrder, greatest_capacity, option_table, orders
from planner_models.sets.policies import active_policies, transaction_factors
from planner_models.sets.reach import available, find_useful_items, tabulate_recipes, useful_arcs
from planner_models.sets.returns import Back, most_returned, tabulate_returns
from planner_models.sets.rules import Rule, rule_list
from planner_models.sets.scenarios import World, scenario_sets
from planner_models.sets.timeline import Timeline, timeline


@dataclass(frozen=True)
class _Asked:
    """What rules, links and locks ask.

    refused: kind of decision -> what some of them says no to; refusable: the same, of links alone
    """

    rules: tuple[Rule, ...]
    links: dict[int, Link]
    locks: dict[int, Lock]
    refused: dict[str, set[tuple[str, ...]]]
    refusable: dict[str, set[tuple[str, ...]]]


@dataclass(frozen=True)
class _Makeable:
    """Lines, what they may build, and the draws on them that offers open; see the fields of `Sets`."""

    sites: pd.DataFrame
    costs: dict[str, pd.DataFrame]
    lines: pd.DataFrame
    windows: dict[str, tuple[str, ...]]
    offers: pd.DataFrame
    draws: pd.DataFrame
    options: pd.DataFrame
    existing: dict[tuple[str, str, str], float]
    orders: dict[tuple[str, str, str, str], ModuleOrder]


@dataclass(frozen=True)
class _Movable:
    """Markets, what comes back from them, and the arcs on which what is of use can move; see the fields of `Sets`."""

    demand: pd.DataFrame
    enablers: pd.DataFrame
    returns: dict[tuple[str, str, str], Back]
    running: set[tuple[str, str]]
    arcs: pd.DataFrame
    flows: pd.DataFrame


def _collect_asked(instance: Instance, time: Timeline) -> _Asked:
    rules, locks, links = rule_list(instance, time), lock_table(instance), link_table(instance)
    refused, refusable = collect_ruled_out(locks), collect_refusable(links)
    for kind in ("opened", "kept", "priced"):
        refused[kind] |= refusable[kind]
    refused["opened"] |= collect_closable(instance, rules)
    return _Asked(rules, links, locks, refused, refusable)


def _collect_makeable(instance: Instance, views: Mapping[str, Instance], time: Timeline, asked: _Asked) -> _Makeable:
    sites = site_table(instance, asked.refused["opened"], time)
    costs = price_lines(instance, views, sites)
    lines, windows = line_table(instance, sites), site_windows(sites, time)
    offers = offer_table(instance)
    draws = draw_table(instance, lines, offers)
    controlled = frames.drop_level(draws[draws["controlled"]].index, "mode").unique()
    options = option_table(instance, lines[lines.index.isin(controlled)])
    return _Makeable(
        sites=sites,
        costs=costs,
        lines=lines,
        windows=windows,
        offers=offers_left(instance, offers, draws),
        draws=draws,
        options=options,
        existing=tabulate_existing_capacity(instance, views, lines, windows, time),
        orders=orders(options, windows, time),
    )


def _collect_movable(instance: Instance, views: Mapping[str, Instance], time: Timeline, lines: _Makeable) -> _Movable:
    arcs, demand = arc_table(instance), tabulate_markets(instance, time)
    drawn = lines.lines[lines.lines.index.isin(frames.drop_level(lines.draws.index, "mode"))]
    returns = tabulate_returns(instance, time, demand)
    there, running = available(instance, drawn, arcs, {place[:2] for place in returns})
    useful = useful_arcs(arcs, there, find_useful_items(instance, drawn, arcs, running))
    return _Movable(demand, enabler_table(instance), returns, running, useful, flow_table(views, useful, time))


def _list_recipes(views: Mapping[str, Instance]) -> dict[str, Recipes]:
    """Period -> the recipes that hold in it."""
    recipes: dict[str, Recipes] = {}
    for view, periods in each_view(views):
        recipes |= dict.fromkeys(periods, tabulate_recipes(view))
    return recipes


def _tie_projects(
    instance: Instance, projects: pd.DataFrame, lines: pd.DataFrame, recipes: Recipes
) -> tuple[dict[str, str], dict[tuple[str, str, str], str]]:
    """The project that each process requires, and the partners that what it opens is tied to."""
    required, sold = (
        frames.entries(instance[sheet].set_index(name)["requires"].dropna())
        for sheet, name in (("processes", "process"), ("items", "item"))
    )
    return required, tie_table(projects, lines, required, sold, recipes)


def derive(instance: Instance) -> Sets:
    """All sparse sets of an instance.

    Parameters
    ----------
    instance
        An instance that has passed the checks.

    Returns
    -------
    Sets
        Its sets; a mechanism that is switched off has empty ones.
    """
    time, views = timeline(instance), period_views(instance)
    recipes = _list_recipes(views)
    asked = _collect_asked(instance, time)
    made = _collect_makeable(instance, views, time, asked)
    moved = _collect_movable(instance, views, time, made)
    return _assemble(instance, time, views, recipes, asked, made, moved)


def _assemble(
    instance: Instance,
    time: Timeline,
    views: dict[str, Instance],
    recipes: dict[str, Recipes],
    asked: _Asked,
    made: _Makeable,
    moved: _Movable,
) -> Sets:
    lines, draws, costs, existing, demand = made.lines, made.draws, made.costs, made.existing, moved.demand
    first = recipes[time.periods[0]]
    terms, most = price_draws(views, costs), greatest_capacity(existing, made.orders, made.options)
    between = arms_length(instance, views, costs, made.options, recipes)
    projects = project_table(instance, made.offers)
    starts = start_table(projects, time)
    required, ties = _tie_projects(instance, projects, lines, first)
    scenarios, snapshots = scenario_sets(World(instance, draws, most, moved.flows, demand))
    return Sets(
        instance=instance,
        time=time,
        views=views,
        sites=made.sites,
        lines=lines.drop(columns=COSTS),
        costs=costs,
        terms=terms,
        options=made.options,
        windows=made.windows,
        existing=existing,
        orders=made.orders,
        most=most,
        useful=useful_activity(instance, time, recipes, most, most_sold(demand, moved.enablers)),
        running=moved.running,
        offers=_join_offers(made.offers, between.offers),
        draws=draws.drop(columns=["markup", "transaction_cost", "margin", "kept"]),
        signable=[*conditional_offers(made.offers, draws, asked.refused["accessed"]), *between.offers.index],
        covers=list_covered_lines(draws, between.covers),
        arms_length=between,
        transaction=transaction_factors(instance, time),
        projects=projects,
        starts=starts,
        ready=ready_table(starts, time),
        learning=tabulate_learning(instance, time),
        inherited=value_experience(instance, time, costs[time.periods[-1]], existing),
        clusters=cluster_table(instance),
        plants=smallest_plants(instance, lines, existing, made.orders),
        enablers=moved.enablers,
        arcs=moved.arcs,
        flows=moved.flows,
        used_lanes=list_used_lanes(instance, asked.rules, moved.flows),
        hubs=hub_sets(instance, asked.rules, asked.refusable["hub"], moved.arcs),
        links=asked.links,
        recipes=first,
        varied_recipes=recipes,
        demand=demand,
        policies=active_policies(instance),
        required=required,
        ties=ties,
        places=dict(zip(lines.index, zip(lines["tier"], lines["region"], strict=True), strict=True)),
        conversion=_list_conversion(costs),
        charges=transaction_charges(views, lines, terms),
        shares=frames.entries(draws["offtake_share"].astype(float)),
        locks=asked.locks,
        ruled_out=asked.refused,
        rules=asked.rules,
        scenarios=scenarios,
        snapshots=snapshots,
        inertia=inertia_table(instance),
        growth=growth_table(instance),
        returns=moved.returns,
        most_returned=most_returned(moved.returns, demand, moved.enablers),
        carbon=carbon_table(instance, time, lines, tabulate_recipes(instance), moved.flows),
        eligibility=eligibility_sets(
            EligibilityWorld(instance, views, time, recipes, terms, frames.entries(lines["region"])),
            {place[0] for place in moved.returns},
        ),
    )


def _join_offers(offers: pd.DataFrame, between: pd.DataFrame) -> pd.DataFrame:
    """Offers of outside firms and of groups at home to each other."""
    return pd.concat([frame for frame in (offers, between) if len(frame)] or [offers]).sort_index()


def _list_conversion(costs: Mapping[str, pd.DataFrame]) -> dict[tuple[str, str, str], float]:
    return {
        (*line, period): cost for period, table in costs.items() for line, cost in frames.pairs(table["conversion"])
    }
