"""How near a plan comes to thresholds on content that it does not hold: the best share that its flows allow."""

from collections import defaultdict

import numpy as np

from planner.solver.arrays import Compiled
from planner.solver.highs.linear import solve_linear
from planner.solver.marginals import price_items, price_rules
from planner.solver.solution import Solution
from planner_models.keys import ContentThreshold, Qualified
from planner_models.linear import LinearExpression
from planner_models.model import Model

_NONE = 1e-9


def note_slopes(model: Model, compiled: Compiled, solution: Solution) -> None:
    """Note beside a plan what one more would bring of each item and limit, and how near it is to thresholds it misses.

    Parameters
    ----------
    model
        A model whose variables hold the plan.
    compiled
        Its arrays.
    solution
        How the search ended, with its duals.
    """
    price_rules(model, compiled, solution.duals, solution.cone_duals)
    price_items(model, compiled, solution.duals)
    measure_attainable(model)


def measure_attainable(model: Model) -> None:
    """Note the best share of content of each group that does not qualify, in `model.programmes.attainable`.

    All that is averaged is put into the copy, and what counts less the threshold times all content is made as large as
    the flows of the plan allow. Nothing is noted where these flows have no known content, as those from stock.

    Parameters
    ----------
    model
        A model whose variables hold a plan.
    """
    programmes = model.programmes
    looked_at: dict[Qualified, dict[int, float]] = defaultdict(dict)
    qualifying: set[Qualified] = set()
    for key, (plan, eligible, _) in programmes.volumes.items():
        looked_at[key[:3]][id(eligible)] = plan.value
        qualifying |= {key[:3]} if eligible.value > _NONE * max(1.0, plan.value) else set()
    for stated, content in programmes.content.items():
        name, _, group, period = stated
        owner: Qualified = (name, group, period)
        if owner in qualifying or not any(looked_at.get(owner, {}).values()):
            continue
        values = _find_copy(model, stated, looked_at[owner])
        total = _sum(content, values) if values else 0.0
        if values and total > 0:
            counted = programmes.counted.get(stated, LinearExpression())
            programmes.attainable[stated] = _sum(counted, values) / total


def _sum(terms: LinearExpression, values: dict[int, float]) -> float:
    pairs = zip(terms.coefficients, terms.variables, strict=True)
    return sum(coefficient * values[id(variable)] for coefficient, variable in pairs)


def _find_copy(model: Model, stated: ContentThreshold, whole: dict[int, float]) -> dict[int, float] | None:
    """By identity, the copy of all that a group is averaged over, with the best content; None where there is none."""
    name, row, group, period = stated
    programmes, copies = model.programmes, model.programmes.copies
    rows = [terms for key, terms in copies.pools.items() if (key[0], key[1], key[4]) == (name, group, period)]
    columns = {id(variable): place for place, variable in enumerate(
        {id(variable): variable for terms in rows for variable in terms.variables}.values())}  # fmt: skip
    most = np.full(len(columns), np.inf)
    least = np.zeros(len(columns))
    for (programme, _), (plan, parts) in copies.within.items():
        for variable in parts if programme == name else ():
            if id(variable) in columns:
                most[columns[id(variable)]] = max(plan.value, 0.0)
    for variable, value in whole.items():
        least[columns[variable]] = min(max(value, 0.0), most[columns[variable]])
    cost = np.zeros(len(columns))
    limit = model.sets.eligibility.programmes[name].conditions[row].thresholds[period]
    for terms, factor in ((programmes.counted.get(stated), -1.0), (programmes.content[stated], limit)):
        for coefficient, variable in zip(terms.coefficients, terms.variables, strict=True) if terms else ():
            cost[columns[id(variable)]] += factor * coefficient
    found = solve_linear(_compile(cost, least, most, rows, columns))
    return None if found is None else {variable: float(found[1][place]) for variable, place in columns.items()}


def _compile(
    cost: np.ndarray, least: np.ndarray, most: np.ndarray, rows: list[LinearExpression], columns: dict[int, int]
) -> Compiled:
    merged = [terms.merged() for terms in rows]
    return Compiled(
        cost=cost,
        offset=0.0,
        lower=least,
        upper=most,
        integer=np.zeros(len(cost), dtype=bool),
        starts=np.cumsum([0, *(len(terms.variables) for terms in merged)]).astype(np.int32),
        columns=np.array([columns[id(variable)] for terms in merged for variable in terms.variables], dtype=np.int32),
        values=np.array([value for terms in merged for value in terms.coefficients], dtype=float),
        row_lower=np.zeros(len(merged)),
        row_upper=np.zeros(len(merged)),
        variables=[],
        rows=[],
    )
