"""The flows of a period as they can be chosen anew while a disruption lasts: written once.

The model makes the variables and rows of its snapshots of them, with decisions that are still open; recourse makes a
linear programme of them, with the decisions of a plan. What a snapshot changes of them is in `effects`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from planner_models import frames
from planner_models.blocks.demand import PENALTY_PER_PRICE
from planner_models.blocks.disruptions.stocks import PeriodStock, period_stock
from planner_models.blocks.production import COST_LINES
from planner_models.linear import LinearExpression
from planner_models.model import Model

FLOWS = {"made": 3, "shipped": 4, "transited": 2, "retained": 2, "left": 2, "sold": 2, "deployed": 2, "collected": 2}
"""The variables of the base that are flows, and where the period stands in their keys."""

ANSWERS = ("unserved", "released", "restocked", "stored")
"""What a snapshot has besides: demand it leaves unserved, what it takes from stock, what it puts back as far as the
base does, and what it stores beyond that."""

SUMS = {"supply": 2, "delivered": 2, "sharing": 3, "passing": 2}
"""The sums over flows of one period that rows hold in balance or within a limit, and where the period stands."""

LIMITED = ("sharing", "passing")
"""Those of them that are limits: of lanes and of hubs that items share."""

GATES = ("drawn_in_force", "process_ready", "item_ready", "lane_opening", "hub_opening")
"""Constraints `flow <= most x sum of decisions`: nothing flows where none of the decisions is taken."""

RAISED = (*COST_LINES.values(), "margin", "transaction cost", "transport")
"""Cost lines that a disruption of cost multiplies; duties and in-transit stock stay."""

Key = tuple[Any, ...]
Gate = tuple[Key, list[Any]]
"""Name and key of a row of `GATES`, and its decisions: one of them must be taken."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One flow of a period, at a rate of 0 or more.

    base: what it is undisturbed; of what is released from stock, less what is put back
    raised, rest: its cost in money per unit, what effects on cost multiply and the other
    most: the most that decisions leave room for, before effects on capacity; None where nothing limits it by itself
    within_base: it is never more than in the base
    """

    name: str
    key: Key
    base: LinearExpression
    raised: float = 0.0
    rest: float = 0.0
    most: LinearExpression | None = None
    gates: tuple[Gate, ...] = ()
    within_base: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """coefficients x flows + rest = 0, or <= 0 where flows share a lane or hub; `columns` number the flows.

    What is in `rest` is for decisions, or for constants, to say. Of service it is what is wanted, less than 0.
    """

    kind: str
    key: Key
    columns: list[int]
    coefficients: list[float]
    rest: LinearExpression


@dataclass(frozen=True)
class PeriodFlows:
    """The flows of one period, their rows, and how they hang together.

    numbers: by name and key, the number of each flow
    service: by number of what is sold, the row in which it is weighed against what is wanted
    stocks: by number of what is released, the stock that it comes from; restocked: by number of what is put back
    group: by number, one flow for all that hang together with it through rows
    """

    period: str
    flows: list[Flow] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    numbers: Mapping[str, dict[Key, int]] = field(default_factory=lambda: defaultdict(dict))
    service: dict[int, int] = field(default_factory=dict)
    stocks: dict[int, PeriodStock] = field(default_factory=dict)
    restocked: dict[int, PeriodStock] = field(default_factory=dict)
    group: list[int] = field(default_factory=list)

    def together(self, hit: Iterable[int]) -> list[int]:
        """The numbers of all flows that hang together with some of these, in order."""
        groups = {self.group[number] for number in hit}
        return [number for number, group in enumerate(self.group) if group in groups]


def period_flows(m: Model, periods: Iterable[str]) -> dict[str, PeriodFlows]:
    """The flows of some periods of a model, as the blocks before the disruptions have built it.

    Parameters
    ----------
    m : the model; its variables need hold no values
    periods : names of periods

    Returns
    -------
    dict
        By period: rates in the unit of the item or process a year, costs in money per unit, not discounted.
    """
    found = {period: PeriodFlows(period) for period in periods}
    builders = {period: _Builder(m, flows) for period, flows in found.items()}
    if found:
        costs, gates = _yearly(m), _gates(m)
        for name, place in FLOWS.items():
            for key, variable in m.component(name).items():
                if key[place] in builders:
                    builders[key[place]].add_flow(name, key, variable, costs, gates)
        for region, item, period in m.stock.held:
            if period in builders:
                builders[period].add_stock(region, item)
        for name, place in SUMS.items():
            for key, terms in _sums(m)[name].items():
                if key[place] in builders:
                    builders[key[place]].add_row(name, key, terms)
        for builder in builders.values():
            builder.add_service(costs)
    for flows in found.values():
        flows.group.extend(_groups(len(flows.flows), flows.rows))
    return found


class _Builder:
    """Collects the flows and rows of one period."""

    def __init__(self, m: Model, flows: PeriodFlows) -> None:
        self.m, self.flows = m, flows
        self.values: dict[str, float] = frames.entries(m.sets.instance["items"].set_index("item")["value"])
        self.profit = m.sets.instance.settings["objective"] == "profit"
        self.variables: dict[int, int] = {}
        self.from_stock: dict[Key, list[tuple[float, int]]] = {}

    def _add(self, flow: Flow) -> int:
        number = len(self.flows.flows)
        self.flows.flows.append(flow)
        self.flows.numbers[flow.name][flow.key] = number
        return number

    def add_flow(
        self,
        name: str,
        key: Key,
        variable: Any,
        costs: dict[int, tuple[float, float]],
        gates: Mapping[int, list[Gate]],
    ) -> None:
        """A flow of the base. What is not put up of enablers is late, which costs a multiple of its value."""
        raised, rest = costs.get(id(variable), (0.0, 0.0))
        late = PENALTY_PER_PRICE * self.values[key[1]] if name == "deployed" else 0.0
        self.variables[id(variable)] = self._add(
            Flow(
                name,
                key,
                LinearExpression([1.0], [variable]),
                raised,
                rest - late,
                self._most(name, key, variable),
                tuple(gates.get(id(variable), ())),
                name == "deployed",
            )
        )

    def _most(self, name: str, key: Key, variable: Any) -> LinearExpression | None:
        """The capacity of a line that is usable, or of a lane for one item; what comes back of what the base sells."""
        if name == "made":
            return self.m.capacity.usable[key]
        if name == "collected":
            return self.m.returns.back[key]
        limited = name in ("shipped", "transited") and variable.ub is not None
        return LinearExpression(constant=variable.ub) if limited else None

    def add_stock(self, region: str, item: str) -> None:
        """What is released from stock and put back at a place, instead of what the base does there.

        A unit counts with the value of the item, both ways: it has to be put back some day, or need not be. What is
        stored beyond what the base adds is worth nothing: else idle capacity would earn money in a disruption.
        """
        key, value = (region, item, self.flows.period), self.values[item]
        there = period_stock(self.m, key)
        released = self._add(Flow("released", key, there.drawn(), rest=value))
        restocked = self._add(Flow("restocked", key, LinearExpression(), rest=-value))
        stored = self._add(Flow("stored", key, LinearExpression()))
        self.flows.stocks[released] = self.flows.restocked[restocked] = there
        place = (item, region, self.flows.period)
        side = "delivered" if place in self.m.lanes.transited else "supply"
        self.from_stock[side, *place] = [(1.0, released), (-1.0, restocked), (-1.0, stored)]

    def add_row(self, name: str, key: Key, terms: LinearExpression) -> None:
        """A sum of the base over its flows, with what comes from stock at the place."""
        columns, coefficients, rest = [], [], LinearExpression(constant=terms.constant)
        for coefficient, variable in zip(terms.coefficients, terms.variables, strict=True):
            number = self.variables.get(id(variable))
            if number is None:
                rest.add(coefficient, variable)
            else:
                columns.append(number)
                coefficients.append(coefficient)
        for coefficient, number in self.from_stock.get((name, *key), ()):
            columns.append(number)
            coefficients.append(coefficient)
            if number in self.flows.stocks:
                rest.extend(-1.0, self.flows.stocks[number].drawn())
                rest = rest.merged()
        if columns:
            self.flows.rows.append(Row(name, key, columns, coefficients, rest))

    def add_service(self, costs: dict[int, tuple[float, float]]) -> None:
        """sold + unserved = wanted, in every market: the volume of the step, or under profit what the base sells.

        What is not served costs its penalty, 3 x value where the base must serve all; under profit the sale is lost.
        """
        m = self.m
        for key, number in self.flows.numbers["sold"].items():
            penalty, base, wanted = PENALTY_PER_PRICE * self.values[key[1]], LinearExpression(), LinearExpression()
            if key in m.demand.unserved:
                unserved = m.demand.unserved[key]
                penalty, base = sum(costs.get(id(unserved), (0.0, 0.0))), LinearExpression([1.0], [unserved])
            if self.profit:
                penalty = 0.0
                wanted.add(-1.0, m.demand.sold[key])
            else:
                several = key in m.demand.priced
                wanted.add(-m.demand.volume[key], m.demand.priced[key] if several else None)
            missed = self._add(Flow("unserved", key, base, rest=penalty))
            self.flows.service[number] = len(self.flows.rows)
            self.flows.rows.append(Row("service", key, [number, missed], [1.0, 1.0], wanted))


def _sums(m: Model) -> Mapping[str, Mapping[Any, LinearExpression]]:
    """The sums of `SUMS`."""
    ledgers = m.ledgers
    return {
        "supply": ledgers.supply,
        "delivered": ledgers.delivered,
        "sharing": m.lanes.sharing,
        "passing": m.hubs.sharing,
    }


def _yearly(m: Model) -> dict[int, tuple[float, float]]:
    """By the identity of a flow: its yearly cost per unit that disruptions of cost multiply, and the rest."""
    raised: dict[int, float] = defaultdict(float)
    rest: dict[int, float] = defaultdict(float)
    for line in m.cost_lines:
        sums = raised if line.name in RAISED else rest
        for amount, variable in zip(line.amounts, line.variables, strict=True) if not line.once else ():
            sums[id(variable)] += amount
    return {variable: (raised.get(variable, 0.0), rest.get(variable, 0.0)) for variable in {**raised, **rest}}


def _gates(m: Model) -> dict[int, list[Gate]]:
    """By the identity of a flow: the decisions that must be taken for it."""
    found: dict[int, list[Gate]] = defaultdict(list)
    for gate in GATES:
        for key, row in m.component(gate).items():
            flow, *decisions = row.expr.args[0].variables
            found[id(flow)].append(((gate, *key), decisions))
    return found


def _groups(count: int, rows: list[Row]) -> list[int]:
    """By number: one flow for all that it hangs together with through rows."""
    above = list(range(count))

    def root(number: int) -> int:
        while above[number] != number:
            above[number] = above[above[number]]
            number = above[number]
        return number

    for first, second in _links(rows):
        above[root(second)] = root(first)
    return [root(number) for number in range(count)]


def _links(rows: list[Row]) -> Iterator[tuple[int, int]]:
    for row in rows:
        for number in row.columns[1:]:
            yield row.columns[0], number
