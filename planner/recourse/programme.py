"""One period of a plan as a linear programme: what was decided stays, what flows may answer a disturbance."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.solver.compiled import Compiled
from planner_models.blocks.disruptions.flows import LIMITED, Flow, PeriodFlows, period_flows
from planner_models.model import Model
from planner_models.sets.weights import service_weights

Column = tuple[str, tuple[Any, ...]]
"""The name of a flow and its key."""


@dataclass(frozen=True)
class Programme:
    """The flows of one period, money in money/year. Columns are numbered as the flows are, `pace` comes after them.

    columns: what each column is; `base` is its value in the plan, `cost` what a unit costs, `raised` the part of that
    which a disturbance of costs scales; `upper` the most without a disturbance
    arrays: rows and matrix; the right-hand sides are those of the baseline
    service: by column of what is sold, its row; `wanted` and `worth` (what a unit counts for: `service_weights`) of it
    sharing: rows of lanes that items share, with the columns on them
    pace: the column that says how many such windows a year has: 12 / months
    group: numbers the parts that hang together, by column
    """

    flows: PeriodFlows
    columns: list[Column]
    base: np.ndarray
    cost: np.ndarray
    raised: np.ndarray
    upper: np.ndarray
    arrays: Compiled
    service: dict[int, int]
    wanted: dict[int, float]
    worth: dict[int, float]
    sharing: dict[int, list[int]]
    pace: int
    group: np.ndarray

    @property
    def period(self) -> str:
        """The period whose flows these are."""
        return self.flows.period


def programmes(m: Model, periods: Iterable[str]) -> dict[str, Programme]:
    """The programmes of periods of a model whose variables hold a plan."""
    worth: dict[Any, float] = {**service_weights(m.sets.instance).each}
    return {period: _programme(flows, worth) for period, flows in period_flows(m, periods).items()}


def _programme(flows: PeriodFlows, worth: dict[Any, float]) -> Programme:
    pace = len(flows.flows)
    base = np.array([*(max(flow.base.value(), 0.0) for flow in flows.flows), 0.0])
    raised = np.array([*(flow.raised for flow in flows.flows), 0.0])
    cost = raised + np.array([*(flow.rest for flow in flows.flows), 0.0])
    upper = np.array([*map(_most, flows.flows), np.inf])
    for number, there in flows.stocks.items():
        base[number] = max(there.drawn().value(), 0.0)
    for number, there in flows.restocked.items():
        base[number] = upper[number] = there.added_now()
    within = np.array([*(flow.within_base for flow in flows.flows), False])
    upper = np.where(within, np.minimum(upper, base), upper)
    wanted = {number: -flows.rows[row].rest.value() for number, row in flows.service.items()}
    values = {number: worth[flows.flows[number].key] for number in flows.service}
    return Programme(
        flows=flows,
        columns=[*((flow.name, flow.key) for flow in flows.flows), ("pace", (flows.period,))],
        base=base,
        cost=cost,
        raised=raised,
        upper=upper,
        arrays=_arrays(flows, cost, upper, pace),
        service=flows.service,
        wanted=wanted,
        worth=values,
        sharing={place: row.columns for place, row in enumerate(flows.rows) if row.kind == "sharing"},
        pace=pace,
        group=np.array([*flows.group, pace]),
    )


def _most(flow: Flow) -> float:
    """The most of a flow as the plan's decisions leave it."""
    if not all(any(round(state.value) for state in decisions) for _, decisions in flow.gates):
        return 0.0
    return np.inf if flow.most is None else max(flow.most.value(), 0.0)


def _arrays(flows: PeriodFlows, cost: np.ndarray, upper: np.ndarray, pace: int) -> Compiled:
    """The rows of the flows; released x months / 12 <= what there is in stock, as released <= pace x that."""
    rows = [(row.columns, row.coefficients) for row in flows.rows]
    high = [-row.rest.value() for row in flows.rows]
    low = [-np.inf if row.kind in LIMITED else end for row, end in zip(flows.rows, high, strict=True)]
    for number, there in flows.stocks.items():
        rows.append(([number, pace], [1.0, -there.available_now()]))
        low.append(-np.inf)
        high.append(0.0)
    lengths = [len(columns) for columns, _ in rows]
    return Compiled(
        cost=cost,
        offset=0.0,
        lower=np.zeros(len(cost)),
        upper=upper,
        integer=np.zeros(len(cost), dtype=bool),
        starts=np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int32),
        columns=np.array([number for columns, _ in rows for number in columns], dtype=np.int32),
        values=np.array([value for _, values in rows for value in values], dtype=float),
        row_lower=np.array(low, dtype=float),
        row_upper=np.array(high, dtype=float),
        variables=[],
        rows=[],
    )
