"""One period of a plan as a linear programme: what was decided stays, what flows may answer a disturbance."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyomo.environ as pyo

from planner.solver.compiled import Compiled
from planner_models.blocks.demand import PENALTY_PER_PRICE
from planner_models.blocks.disruptions.realisations import step_values
from planner_models.linear import Terms
from planner_models.sets import Sets

Column = tuple[str, tuple[str, ...]]
"""The name of a variable and its key."""

_MOMENT = {"made": 3, "shipped": 4, "transited": 2, "left": 2, "deployed": 2, "sold": 2}
"""Flows that a snapshot decides anew, and the place of the period in their keys."""


@dataclass(frozen=True)
class Programme:
    """The flows of one period, money in money/year.

    columns: what each column is; `place` finds it; `base` is its value in the plan, `cost` what a unit costs
    transport: the part of the cost of an arc that a disturbance of costs scales
    upper: the most without a disturbance; `own` the capacity of an arc of its own, else infinite
    arrays: rows and matrix; the right-hand sides are those of the undisturbed course
    service: by column of what is sold, its row; `wanted` and `worth` (money/item; 1 where nothing has any) of it
    sharing: rows of lanes that items share, with the columns on them
    held: by column of what is taken from stock, how much there is
    pace: the column that says how many such windows a year has: 12 / months
    group: numbers the parts that hang together, by column
    """

    period: str
    columns: list[Column]
    place: dict[Column, int]
    base: np.ndarray
    cost: np.ndarray
    transport: np.ndarray
    upper: np.ndarray
    own: np.ndarray
    arrays: Compiled
    service: dict[int, int]
    wanted: dict[int, float]
    worth: dict[int, float]
    sharing: dict[int, list[int]]
    held: dict[int, float]
    pace: int
    group: np.ndarray


def programmes(m: pyo.ConcreteModel, periods: Iterable[str]) -> dict[str, Programme]:
    """The programmes of periods of a model whose variables hold a plan."""
    amounts: dict[int, float] = defaultdict(float)
    for amount, variable in zip(*m.cost_terms[:2], strict=True):
        amounts[id(variable)] += amount
    flows: dict[str, list[tuple[Column, Any]]] = defaultdict(list)
    for name, place in _MOMENT.items():
        for key, variable in getattr(m, name).items():
            flows[key[place]].append(((name, key), variable))
    return {period: _Builder(m, period, flows[period], amounts).build() for period in periods}


class _Builder:
    """Collects columns and rows of one period."""

    def __init__(
        self, m: pyo.ConcreteModel, period: str, flows: list[tuple[Column, Any]], amounts: dict[int, float]
    ) -> None:
        self.m, self.sets, self.period = m, m.sets, period
        self.profit = m.sets.instance.settings["objective"] == "profit"
        self.columns = [column for column, _ in flows]
        self.variables = {id(variable): number for number, (_, variable) in enumerate(flows)}
        self.base = [max(variable.value or 0.0, 0.0) for _, variable in flows]
        annual = m.sets.time.annual[period]
        self.cost = [amounts.get(id(variable), 0.0) / annual for _, variable in flows]
        self.amounts, self.annual = amounts, annual
        self.upper = [np.inf] * len(flows)
        self.rows: list[tuple[list[int], list[float], float, float]] = []
        self.sides: dict[tuple[str, tuple[str, ...]], int] = {}
        self.sharing: dict[int, list[int]] = {}
        self.service: dict[int, int] = {}
        self.wanted: dict[int, float] = {}
        self.worth: dict[int, float] = {}
        self.held: dict[int, float] = {}

    def build(self) -> Programme:
        own, transport = _lanes(self.sets, self.period)
        self._limit(own)
        self._balance()
        self._share()
        self._serve()
        if not any(self.worth[number] * wanted for number, wanted in self.wanted.items()):
            self.worth = dict.fromkeys(self.worth, 1.0)
        pace = self._release()
        columns = self.columns
        capacity = [own.get(key, np.inf) if name == "shipped" else np.inf for name, key in columns]
        moved = [transport.get(key, 0.0) if name == "shipped" else 0.0 for name, key in columns]
        arrays = self._arrays()
        return Programme(
            period=self.period,
            columns=columns,
            place={column: number for number, column in enumerate(columns)},
            base=np.array(self.base),
            cost=arrays.cost,
            transport=np.array(moved),
            upper=arrays.upper,
            own=np.array(capacity),
            arrays=arrays,
            service=self.service,
            wanted=self.wanted,
            worth=self.worth,
            sharing=self.sharing,
            held=self.held,
            pace=pace,
            group=_groups(len(columns), [row[0] for row in self.rows], pace),
        )

    def _add(self, column: Column, base: float, cost: float, upper: float = np.inf) -> int:
        self.columns.append(column)
        self.base.append(base)
        self.cost.append(cost)
        self.upper.append(upper)
        return len(self.columns) - 1

    def _limit(self, own: dict[tuple[str, ...], float]) -> None:
        """The most of each flow as the plan's decisions leave it."""
        m = self.m
        values = self.sets.instance["items"].set_index("item")["value"]
        idle = {key[:4] for key, state in m.in_force.items() if not round(state.value)}
        for number, (name, key) in enumerate(self.columns):
            if name == "made":
                there = key not in idle and _ready(m.process_waits.get(key))
                self.upper[number] = max(m.usable[key].value(), 0.0) if there else 0.0
            elif name == "shipped":
                there = key not in m.lane_of or round(m.lane_opened[m.lane_of[key]].value)
                self.upper[number] = own.get(key, np.inf) if there else 0.0
            elif name == "deployed":
                late = PENALTY_PER_PRICE * values[key[1]]
                self.upper[number] = self.base[number]
                self.cost[number] -= late

    def _balance(self) -> None:
        """What is made and arrives is used, shipped, sold, left or put up; stocks change as in the plan."""
        for side, ledger in (("supply", self.m.supply), ("delivered", self.m.delivered)):
            for key, terms in ledger.items():
                if key[2] == self.period:
                    columns, values, rest = self._split(terms)
                    self.sides[side, key] = len(self.rows)
                    self.rows.append((columns, values, -rest, -rest))

    def _share(self) -> None:
        """What items share a lane stay within its capacity together."""
        for lane, terms in self.m.sharing.items():
            if lane[3] == self.period:
                columns, values, rest = self._split(terms)
                self.sharing[len(self.rows)] = columns
                self.rows.append((columns, values, -np.inf, -rest))

    def _split(self, terms: Terms) -> tuple[list[int], list[float], float]:
        """Columns and coefficients of the flows in a sum, and what the rest of it comes to in the plan."""
        columns, values, rest = [], [], terms.constant
        for coefficient, variable in zip(terms.coefficients, terms.variables, strict=True):
            number = self.variables.get(id(variable))
            if number is None:
                rest += coefficient * variable.value
            else:
                columns.append(number)
                values.append(coefficient)
        return columns, values, rest

    def _serve(self) -> None:
        """sold + unserved = wanted, in every market that the plan offers something."""
        m = self.m
        value = self.sets.instance["items"].set_index("item")["value"]
        worth: dict[Any, float] = {**step_values(self.sets)}
        for number, (name, key) in [*enumerate(self.columns)]:
            if name != "sold":
                continue
            if self.profit:
                wanted = self.base[number]
            else:
                wanted = m.volume[key] * (round(m.priced[key].value) if key in m.priced else 1)
            penalty = PENALTY_PER_PRICE * value[key[1]]
            if key in m.unserved:
                penalty = self.amounts.get(id(m.unserved[key]), 0.0) / self.annual
            missed = self._add(("unserved", key), wanted - self.base[number], 0.0 if self.profit else penalty)
            if not self.profit and not _ready(m.item_waits.get(key)):
                self.upper[number] = 0.0
            self.wanted[number] = wanted
            self.worth[number] = worth[key]
            self.service[number] = len(self.rows)
            self.rows.append(([number, missed], [1.0, 1.0], wanted, wanted))

    def _release(self) -> int:
        """released x months/12 <= held, at the value of the item; what is not used is put back.

        Returns the column of 12 / months.
        """
        values = self.sets.instance["items"].set_index("item")["value"].to_dict()
        pace = len(self.columns) + 2 * len(self.sets.instance["stocks"])
        for region, item in self.sets.instance["stocks"][["region", "item"]].itertuples(index=False, name=None):
            place = (item, region, self.period)
            row = self.rows[self.sides["delivered" if place in self.m.transited else "supply", place]]
            for name, sign in (("released", 1.0), ("restocked", -1.0)):
                cost = values[item] if name == "released" else 0.0
                number = self._add((name, (region, item, self.period)), 0.0, cost)
                row[0].append(number)
                row[1].append(sign)
                if name == "released":
                    self.held[number] = max(self.m.held[region, item, self.period].value, 0.0)
        for number, held in self.held.items():
            self.rows.append(([number, pace], [1.0, -held], -np.inf, 0.0))
        return self._add(("pace", (self.period,)), 0.0, 0.0)

    def _arrays(self) -> Compiled:
        lengths = [len(row[0]) for row in self.rows]
        cost = np.array(self.cost)
        return Compiled(
            cost=cost,
            offset=0.0,
            lower=np.zeros(len(cost)),
            upper=np.array(self.upper),
            integer=np.zeros(len(cost), dtype=bool),
            starts=np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int32),
            columns=np.array([number for row in self.rows for number in row[0]], dtype=np.int32),
            values=np.array([value for row in self.rows for value in row[1]], dtype=float),
            row_lower=np.array([row[2] for row in self.rows], dtype=float),
            row_upper=np.array([row[3] for row in self.rows], dtype=float),
            variables=[],
            rows=[],
        )


def _ready(starts: list[Any] | None) -> bool:
    """Whether the project that something waits for is ready; yes where it waits for none."""
    return starts is None or round(sum(start.value for start in starts)) > 0


def _lanes(sets: Sets, period: str) -> tuple[dict[tuple[str, ...], float], dict[tuple[str, ...], float]]:
    """By flow of the period: its capacity where it has one of its own, and its transport cost in money/item."""
    flows = sets.flows[sets.flows["period"] == period]
    keys = list(flows[["origin", "destination", "item", "mode", "period"]].itertuples(index=False, name=None))
    own = {key: most for key, most in zip(keys, flows["own_capacity"], strict=True) if most == most}
    return own, dict(zip(keys, flows["transport"], strict=True))


def _groups(columns: int, rows: list[list[int]], pace: int) -> np.ndarray:
    """The number of the part that each column hangs together with through rows; `pace` ties nothing together."""
    parent = list(range(columns))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for first, second in _links(rows, pace):
        parent[root(first)] = root(second)
    return np.array([root(number) for number in range(columns)])


def _links(rows: list[list[int]], pace: int) -> Iterator[tuple[int, int]]:
    for row in rows:
        members = [number for number in row if number != pace]
        for number in members[1:]:
            yield members[0], number
