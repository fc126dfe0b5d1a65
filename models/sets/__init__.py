"""The sparse sets of an instance: all that can exist, decided once with pandas, so that rules hold no conditions."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner_models import frames
from planner_models.instance import Instance
from planner_models.sets.bounds import Recipes
from planner_models.sets.carbon import Carbon
from planner_models.sets.coordination import ArmsLength
from planner_models.sets.development import Start
from planner_models.sets.eligibility import Eligibility
from planner_models.sets.growth import Growth
from planner_models.sets.hubs import PassableHubs
from planner_models.sets.inertia import Inertia
from planner_models.sets.locks import Lock
from planner_models.sets.logic import Link
from planner_models.sets.modules import ModuleOrder
from planner_models.sets.returns import Back
from planner_models.sets.rules import Rule
from planner_models.sets.scenarios import Snapshots
from planner_models.sets.timeline import Timeline


@dataclass(frozen=True)
class Sets:
    """What can exist in an instance.

    views: period -> the instance that holds in it
    sites, lines, options: frames indexed by their keys (see the functions that make them); of lines without costs
    costs: period -> the lines with what they cost in it
    terms: period -> the draws with what they cost in it
    windows: site -> periods in which it may be open
    existing: (site, process, period) -> capacity in activity/year, above zero
    orders: (site, process, option, period) -> what ordering one module then would mean
    most: (site, process, period) -> capacity if everything that could be built were, in activity/year
    useful: process -> what all its lines can make at most in each period, given what markets and other processes take
    running: the (site, process) whose every input can reach them
    offers, draws, signable: offers of firms, the draws on outside lines that they open, and the offers to be signed
    covers: every line with every offer that covers it: site, process, firm, offer (the process cell of its row), mode
    arms_length: what groups at home sell to each other, and on which terms
    transaction: (process, region, period) -> factor on transaction costs
    projects, starts, ready: development options, what could begin when, and the starts a project is ready after
    inherited: (process, level) -> what has to be made by the end of the plan, and what the level is then worth after it
    learning, clusters, plants, enablers: levels and what they ask for
    arcs, flows: frames, one row per arc, and per arc and period in which it is not banned
    used_lanes: (origin, destination, item cell, mode) of lanes whose use is decided -> least flow in item/year
    hubs: the places where passing goods on is limited or costs something
    links: row number -> the decisions that it links
    recipes: process -> ((item, quantity), ...), for what is used and made; of how much see `recipe`
    varied_recipes: period -> the recipes that hold in it
    demand: the price-volume steps of all markets (see `markets.tabulate_markets`)
    policies: those in force, by name
    required: process -> the project that must be ready before it runs
    ties: (project, option, item) -> the partner to whose supply the item is tied in what the project opens
    places: (site, process) -> tier and region of the line: what its costs are put down to
    conversion: (site, process, period) -> conversion cost in money/activity
    charges: (site, process, mode, period) -> transaction cost x institution factor of the region, before policies
    shares: (site, process, mode) -> share of capacity that may be drawn
    locks: row number -> the decision it holds
    ruled_out: kind of decision -> what some lock says no to
    rules: the security rules in force
    growth: (process or stage, region or bloc) -> how fast its capacity can grow
    returns: (item, region, period) -> what of earlier sales comes back there
    most_returned: likewise, at most, in item/year
    eligibility: programmes that look at what a good contains, and what they trace
    carbon: what emissions cost, and what goods embody that enter a bloc with a border
    inertia: (item, source, destination) -> how fast what the one supplies to the other can move
    scenarios, snapshots: frame of disruptions by name, and what each changes in each period it touches
    """

    instance: Instance
    time: Timeline
    views: dict[str, Instance]
    sites: pd.DataFrame
    lines: pd.DataFrame
    costs: dict[str, pd.DataFrame]
    terms: dict[str, pd.DataFrame]
    options: pd.DataFrame
    windows: dict[str, tuple[str, ...]]
    existing: dict[tuple[str, str, str], float]
    orders: dict[tuple[str, str, str, str], ModuleOrder]
    most: dict[tuple[str, str, str], float]
    useful: dict[str, np.ndarray]
    running: set[tuple[str, str]]
    offers: pd.DataFrame
    draws: pd.DataFrame
    signable: list[tuple[str, str, str]]
    covers: pd.DataFrame
    arms_length: ArmsLength
    transaction: dict[tuple[str, str, str], float]
    projects: pd.DataFrame
    starts: dict[tuple[str, str, str], Start]
    ready: dict[tuple[str, str], list[tuple[str, str, str]]]
    learning: dict[tuple[str, int, str], tuple[float, float]]
    inherited: dict[tuple[str, int], tuple[float, float]]
    clusters: pd.DataFrame
    plants: dict[tuple[str, str], float]
    enablers: pd.DataFrame
    arcs: pd.DataFrame
    flows: pd.DataFrame
    used_lanes: dict[tuple[str, str, str, str], float]
    hubs: PassableHubs
    links: dict[int, Link]
    recipes: Recipes
    varied_recipes: dict[str, Recipes]
    demand: pd.DataFrame
    policies: pd.DataFrame
    required: dict[str, str]
    ties: dict[tuple[str, str, str], str]
    places: dict[tuple[str, str], tuple[str, str]]
    conversion: dict[tuple[str, str, str], float]
    charges: dict[tuple[str, str, str, str], float]
    shares: dict[tuple[str, str, str], float]
    locks: dict[int, Lock]
    ruled_out: dict[str, set[tuple[str, ...]]]
    rules: tuple[Rule, ...]
    scenarios: pd.DataFrame
    snapshots: Snapshots
    inertia: dict[tuple[str, str, str], Inertia]
    growth: dict[tuple[str, str], Growth]
    returns: dict[tuple[str, str, str], Back]
    most_returned: dict[tuple[str, str, str], float]
    carbon: Carbon
    eligibility: Eligibility

    def most_drawn(self, site: str, process: str, mode: str, period: str) -> float:
        """What could be drawn in a mode at most, if all that could be built were and of use, in activity/year."""
        return min(
            self.most[site, process, period] * self.shares[site, process, mode], self.most_useful(process, period)
        )

    def most_useful(self, process: str, period: str) -> float:
        """The most that all lines of a process together can make without having to throw it away, in activity/year."""
        return float(self.useful[process][self.time.position[period]])

    def draw_prices(self) -> dict[tuple[str, str, str, str], tuple[float, float]]:
        """(site, process, mode, period) -> production cost and margin of what is drawn, each in money/activity."""
        found: dict[tuple[str, str, str, str], tuple[float, float]] = {}
        for period, table in self.terms.items():
            running = frames.entries(self.costs[period]["running"])
            found |= {(*draw, period): (running[draw[:2]], margin) for draw, margin in frames.pairs(table["margin"])}
        return found

    def recipe(self, process: str, period: str) -> tuple[tuple[str, float], ...]:
        """What a unit of activity uses and makes of each item in a period; nothing where a process has no recipe."""
        return self.varied_recipes[period].get(process, ())

    def making(self, item: str, period: str) -> dict[str, float]:
        """The processes that make an item, and how much per activity in a period."""
        made = {
            process: sum(max(amount, 0.0) for name, amount in recipe if name == item)
            for process, recipe in self.varied_recipes[period].items()
        }
        return {process: quantity for process, quantity in made.items() if quantity}

    def transaction_cost(self, site: str, process: str, mode: str, period: str) -> float:
        """What drawing one unit of activity costs beside its price, in money/activity, as policies leave it."""
        charge = self.charges.get((site, process, mode, period), 0.0)
        return charge * self.transaction.get((process, self.places[site, process][1], period), 1.0)
