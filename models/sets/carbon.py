"""Carbon: what emissions cost where, and what is asked at a border for those that goods embody."""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from planner_models import frames
from planner_models.instance import Instance
from planner_models.sets.coordination import share_out
from planner_models.sets.emissions import emissions_per_activity
from planner_models.sets.policies import blocs
from planner_models.sets.timeline import Timeline

MONEY = 1e6
"""Prices of carbon are in currency, money is in millions of it."""

ROUNDING = 1e-12
"""What is below this share of the largest figure is what solving leaves of 0."""

BlocPeriod = tuple[str, str]
LinePeriod = tuple[str, str, str]
Recipes = dict[str, tuple[tuple[str, float], ...]]


EMBODIED = ["flow", "bloc", "origin", "item", "period", "intensity", "paid_abroad", "charge"]
"""Columns of what flows embody."""


@dataclass(frozen=True)
class Carbon:
    """Prices of carbon and what follows from them; empty while the switch is off.

    price: by bloc and period, currency/t; border: those of them with an adjustment at the border
    emitted: by line, t/activity
    made: by line and period, money/activity
    embodied: by flow into such a bloc from another, in the order of the flows, its figures: see `charge_borders`
    home: the blocs whose state is that of the firms at home
    """

    price: dict[BlocPeriod, float] = field(default_factory=dict)
    border: frozenset[BlocPeriod] = frozenset()
    emitted: dict[tuple[str, str], float] = field(default_factory=dict)
    made: dict[LinePeriod, float] = field(default_factory=dict)
    embodied: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=EMBODIED))
    home: frozenset[str] = frozenset()


def carbon_table(
    instance: Instance, time: Timeline, lines: pd.DataFrame, recipes: Recipes, flows: pd.DataFrame
) -> Carbon:
    """The prices of carbon and what they charge.

    Parameters
    ----------
    instance
        The instance.
    time
        Its time axis.
    lines
        As `lines.line_table` gives them.
    recipes
        Process -> ((item, quantity), ...).
    flows
        As `arcs.flow_table` gives them.

    Returns
    -------
    Carbon
        Empty where the sheet is, or the switch is off.
    """
    price, border = _hold_prices(instance, time)
    if not price:
        return Carbon()
    emitted = emissions_per_activity(instance, lines)
    bloc = frames.entries(blocs(instance))
    made = {
        (*line, period): emitted[line] * price[bloc[region], period] / MONEY
        for line, region in zip(lines.index, lines["region"], strict=True)
        for period in time.periods
        if emitted[line] and price.get((bloc[region], period))
    }
    embodied = pd.DataFrame(columns=EMBODIED)
    if border:
        places = Footprints(instance, lines, recipes, emitted)
        embodied = charge_borders(places, price, border, flows, bloc)
    return Carbon(price, border, emitted, made, embodied, find_home_blocs(instance))


def _hold_prices(instance: Instance, time: Timeline) -> tuple[dict[BlocPeriod, float], frozenset[BlocPeriod]]:
    """By bloc and period the price, where there is one, and those with a border: each row holds until the next."""
    table = instance["carbon"]
    price: dict[BlocPeriod, float] = {}
    border: set[BlocPeriod] = set()
    for row in frames.cells(table[:0] if instance.settings["carbon"] == "off" else _in_order(table, time)):
        for period in time.window(row.period, None):
            price[row.bloc, period] = row.price
            (border.add if row.border == "yes" else border.discard)((row.bloc, period))
    return {key: value for key, value in price.items() if value}, frozenset(border)


def _in_order(table: pd.DataFrame, time: Timeline) -> pd.DataFrame:
    return table.sort_values("period", key=lambda periods: periods.map(time.position), kind="stable")


def find_home_blocs(instance: Instance) -> frozenset[str]:
    """The blocs of the firms at home: of each the one named in sheet firms, else those of the regions of its sites.

    Parameters
    ----------
    instance
        The instance.

    Returns
    -------
    frozenset of str
        Names of blocs.
    """
    firms, sites = instance["firms"], instance["sites"]
    home = firms[firms["home"] == "yes"]
    regions = sites.loc[sites["firm"].isin(home.loc[home["bloc"].isna(), "firm"]), "region"]
    return frozenset(home["bloc"].dropna()) | frozenset(regions.map(blocs(instance)))


class Footprints:
    """Default emissions embodied in a unit of each item from each region, by a reference route.

    An item from a region is made on the lines that the region has for it, weighed by what their stated capacity makes
    (all alike where none has any). Of each input a region uses what it makes itself; of those that it does not make,
    and of an item that it only passes on, the mean of all that make it, weighed alike. Emissions of a process and its
    inputs are shared out among its products by value. What nothing makes, as what comes back after use, embodies none;
    neither does transport.
    """

    def __init__(
        self, instance: Instance, lines: pd.DataFrame, recipes: Recipes, emitted: dict[tuple[str, str], float]
    ) -> None:
        self.items, self.regions = list(instance["items"]["item"]), list(instance["regions"]["region"])
        self._item = {name: place for place, name in enumerate(self.items)}
        self._region = {name: place for place, name in enumerate(self.regions)}
        self._bloc = frames.entries(blocs(instance))
        value = frames.entries(instance["items"].set_index("item")["value"])
        makers = self._list_makers(lines, recipes, share_out(recipes, value), emitted)
        count = len(self.items)
        self.made = np.zeros((count, len(self.regions)), dtype=bool)
        weight = np.zeros(self.made.shape)
        for item, region, capacity, _, _ in makers:
            self.made[item, region] = True
            weight[item, region] += capacity
        alike = self.made.astype(float)
        self.general = _normalise(np.where(weight.sum(axis=1, keepdims=True) > 0, weight, alike), axis=1)
        self._build_equations(makers, weight)

    def _list_makers(
        self,
        lines: pd.DataFrame,
        recipes: Recipes,
        shares: dict[tuple[str, str], float],
        emitted: dict[tuple[str, str], float],
    ) -> list[tuple[int, int, float, float, list[tuple[int, float]]]]:
        """By line and item that it makes: item, region, what its capacity makes, t/item of its own, and its inputs."""
        found = []
        facts = zip(lines.index, lines["region"], lines["capacity"] * lines["output"], strict=True)
        for line, region, capacity in facts:
            for item, quantity in recipes.get(line[1], ()):
                if quantity > 0:
                    each = shares[line[1], item] / quantity
                    used = [(self._item[name], -each * need) for name, need in recipes[line[1]] if need < 0]
                    place = (self._item[item], self._region[region])
                    found.append((*place, float(capacity) * quantity, each * emitted[line], used))
        return found

    def _build_equations(
        self, makers: list[tuple[int, int, float, float, list[tuple[int, float]]]], weight: np.ndarray
    ) -> None:
        """own[i,r] = mean emissions of the lines there; needs[i,r;j] = mean use of j per unit."""
        number: dict[tuple[int, int], int] = defaultdict(int)
        for item, region, *_ in makers:
            number[item, region] += 1
        self.own = np.zeros(self.made.shape)
        self.needs: dict[tuple[int, int], dict[int, float]] = defaultdict(lambda: defaultdict(float))
        for item, region, capacity, own, used in makers:
            total = weight[item, region]
            part = capacity / total if total > 0 else 1.0 / number[item, region]
            self.own[item, region] += part * own
            for name, amount in used:
                self.needs[item, region][name] += part * amount

    def trace(self, prices: np.ndarray) -> np.ndarray:
        """What a unit from each region has cost on its way at such prices of emissions, by the reference route.

        Parameters
        ----------
        prices
            Money/t in each region, shape (regions, cases); ones for the emissions themselves.

        Returns
        -------
        numpy.ndarray
            Shape (items, regions, cases), per item.
        """
        places = np.argwhere(self.made)
        row = {(item, region): number for number, (item, region) in enumerate(places.tolist())}
        equations = np.eye(len(places))
        for (item, region), needs in self.needs.items():
            for used, amount in needs.items():
                for source, share in self._sources(used, region):
                    equations[row[item, region], row[used, source]] -= amount * share
        known = self.own[self.made][:, None] * prices[places[:, 1]]
        found = np.zeros((*self.made.shape, prices.shape[1]))
        solved = np.linalg.solve(equations, known)
        rounding = ROUNDING * np.abs(solved).max(axis=0, initial=0.0)
        found[self.made] = np.where(solved > rounding, solved, 0.0)
        mean = np.einsum("ir,irc->ic", self.general, found)
        return np.where(self.made[:, :, None], found, mean[:, None, :])

    def _sources(self, item: int, region: int) -> list[tuple[int, float]]:
        """Where a region has an item from by the reference route, and in which shares."""
        if self.made[item, region]:
            return [(region, 1.0)]
        return [(int(source), float(self.general[item, source])) for source in np.flatnonzero(self.general[item])]

    def tabulate(self, values: np.ndarray, items: pd.Series, regions: pd.Series) -> np.ndarray:
        """The entries of an array (items, regions) for named items and regions."""
        found: np.ndarray = values[items.map(self._item).to_numpy(int), regions.map(self._region).to_numpy(int)]
        return found

    def price_regions(self, price: dict[BlocPeriod, float], period: str) -> np.ndarray:
        """The price of carbon in each region in a period, currency/t."""
        return np.array([price.get((self._bloc[region], period), 0.0) for region in self.regions])


def _normalise(weights: np.ndarray, axis: int) -> np.ndarray:
    total = weights.sum(axis=axis, keepdims=True)
    return np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)


def charge_borders(
    places: Footprints,
    price: dict[BlocPeriod, float],
    border: frozenset[BlocPeriod],
    flows: pd.DataFrame,
    bloc: dict[str, str],
) -> pd.DataFrame:
    """What is charged for what enters a bloc with a border.

    A unit of item i from region o pays max(0, price of the bloc x intensity[i,o] - what has been paid for carbon on
    its way): both by the reference route (see `Footprints`), at the prices of the period.

    Parameters
    ----------
    places
        The reference route.
    price, border
        By bloc and period; see `Carbon`.
    flows
        As `arcs.flow_table` gives them.
    bloc
        Bloc of each region.

    Returns
    -------
    pandas.DataFrame
        EMBODIED, a row for each flow from another bloc: its number, intensity in t/item, paid_abroad and charge in
        money/item.
    """
    ends = {end: flows[end].astype(object).map(bloc) for end in ("origin", "destination")}
    period = flows["period"].astype(object)
    crosses = (ends["origin"] != ends["destination"]).to_numpy()
    charged = crosses & np.fromiter((key in border for key in zip(ends["destination"], period, strict=True)), bool)
    table = flows.loc[charged, ["origin", "item", "period"]].astype(object)
    table = table.assign(flow=np.flatnonzero(charged), bloc=ends["destination"][charged])
    periods = sorted(set(table["period"]))
    prices = np.column_stack([places.price_regions(price, name) / MONEY for name in periods] or [np.zeros(0)])
    traced = places.trace(np.column_stack([np.ones(len(places.regions)), prices])) if periods else np.zeros((0, 0, 0))
    parts = []
    for number, name in enumerate(periods):
        rows = table[table["period"] == name]
        intensity = places.tabulate(traced[:, :, 0], rows["item"], rows["origin"])
        paid = places.tabulate(traced[:, :, 1 + number], rows["item"], rows["origin"])
        asked = np.array([price.get((name_, name), 0.0) for name_ in rows["bloc"]]) / MONEY
        charge = np.maximum(asked * intensity - paid, 0.0)
        parts.append(rows.assign(intensity=intensity, paid_abroad=paid, charge=charge))
    return (
        pd.concat(parts)[EMBODIED].sort_values("flow", ignore_index=True) if parts else table.reindex(columns=EMBODIED)
    )
