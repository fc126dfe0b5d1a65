"""Why there is no plan: the smallest breach of the workbook's own rows that would make one possible."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from planner.compiled import Compiled
from planner.solver import Options, solve_arrays

PATIENCE = 60.0
"""Longest time in s to look for the smallest breach."""


@dataclass(frozen=True)
class Conflict:
    """A row of the workbook that cannot be met together with the others, and by how much it would have to give."""

    row: str
    amount: float
    words: str


def _demand(amount: float, region: str, item: str, period: str, step: str) -> str:
    return f"demand of {item} in {region} in {period} (step {step}) is {amount:g} a year more than can be served"


def _capacity(amount: float, site: str, process: str, _: str, period: str) -> str:
    return f"line {process} at {site} would need {amount:g} a year more capacity in {period}"


def _least_load(amount: float, site: str, process: str, _: str, period: str) -> str:
    return f"line {process} at {site} must run {amount:g} a year more in {period} (min_load) than anything can take up"


def _least_take(amount: float, site: str, process: str, mode: str, period: str) -> str:
    return f"{mode} asks for {amount:g} a year more of {process} at {site} in {period} (min_take) than can be taken up"


def _balance(amount: float, item: str, region: str, period: str) -> str:
    return f"{item} in {region} in {period}: {amount:g} a year too much or too little, and it may not be thrown away"


def _lane(amount: float, origin: str, destination: str, mode: str, period: str) -> str:
    return f"lane {origin} to {destination} by {mode} would have to carry {amount:g} a year more in {period}"


def _arc(amount: float, origin: str, destination: str, item: str, mode: str, period: str) -> str:
    return f"lane {origin} to {destination} for {item} by {mode} would have to carry {amount:g} a year more in {period}"


def _stock(amount: float, region: str, item: str, period: str) -> str:
    return f"stock of {item} in {region} at the end of {period} is {amount:g} off its minimum or maximum"


Words = dict[str, Callable[..., str]]

WISHES: Words = {"service": _demand, "least_load": _least_load, "least_take": _least_take, "held": _stock}
"""What the workbook asks for: the constraints, and the variables whose limits, say so, with their words."""

MEANS: Words = {
    "within_capacity": _capacity,
    "lane_sharing": _lane,
    "shipped": _arc,
    "balance": _balance,
    "delivery": _balance,
}
"""What there is to meet it with, likewise."""

LIMITED = ("held", "shipped")
"""Those of them that are limits of variables."""


def conflicts(compiled: Compiled) -> list[Conflict]:
    """The rows that would have to give way, and by how much, so that the breach in all is least; largest first.

    An elastic relaxation: rows get a slack in both directions, weighted so that a breach counts as a share of what the
    row asks for; the logic of the plan (what must be open, kept or ordered first) stays as it is. First only wishes
    may give way; where that is not enough, means may too. Empty where nothing was found in time.
    """
    elastic = _limits_as_rows(compiled)
    return _breaches(elastic, WISHES) or _breaches(elastic, WISHES | MEANS)


def _breaches(elastic: Compiled, sentences: Words) -> list[Conflict]:
    """The least breach of the rows that have `sentences`."""
    names = [row.parent_component().local_name for row in elastic.rows]
    soft = np.array([position for position, name in enumerate(names) if name in sentences], dtype=np.int32)
    sides = np.stack([elastic.row_lower[soft], elastic.row_upper[soft]])
    weights = 1.0 / np.maximum(1.0, np.where(np.isfinite(sides), np.abs(sides), 0.0).max(axis=0))
    solution = solve_arrays(_with_slacks(elastic, soft, weights), Options(gap=0.0, time_limit=PATIENCE))
    if solution.values is None:
        return []
    slack = solution.values[len(elastic.cost) :].reshape(2, -1).sum(axis=0)
    found = []
    for position, amount in zip(soft, slack, strict=True):
        if amount > 1e-6:
            row = elastic.rows[position]
            words = sentences[names[position]](amount, *row.index())
            found.append(Conflict(row.name, float(amount), words))
    return sorted(found, key=lambda conflict: -conflict.amount)


def _limits_as_rows(compiled: Compiled) -> Compiled:
    """The same model with the limits of LIMITED variables as rows, so that they can be breached like any other."""
    chosen = [
        position
        for position, variable in enumerate(compiled.variables)
        if variable.parent_component().local_name in LIMITED
        and (compiled.lower[position] > 0 or np.isfinite(compiled.upper[position]))
    ]
    lower, upper = compiled.lower.copy(), compiled.upper.copy()
    lower[chosen], upper[chosen] = 0.0, np.inf
    return replace(
        compiled,
        lower=lower,
        upper=upper,
        starts=np.concatenate([compiled.starts, compiled.starts[-1] + 1 + np.arange(len(chosen))]).astype(np.int32),
        columns=np.concatenate([compiled.columns, chosen]).astype(np.int32),
        values=np.concatenate([compiled.values, np.ones(len(chosen))]),
        row_lower=np.concatenate([compiled.row_lower, compiled.lower[chosen]]),
        row_upper=np.concatenate([compiled.row_upper, compiled.upper[chosen]]),
        rows=[*compiled.rows, *(compiled.variables[position] for position in chosen)],
    )


def _with_slacks(compiled: Compiled, soft: np.ndarray, weights: np.ndarray) -> Compiled:
    """Minimise the weighted breach: two non-negative slacks, up and down, in each `soft` row."""
    columns, rows = len(compiled.cost), len(compiled.row_lower)
    extra = np.zeros(rows, dtype=np.int64)
    extra[soft] = 2
    ends = compiled.starts[1:][soft]
    up, down = columns + np.arange(len(soft)), columns + len(soft) + np.arange(len(soft))
    at = np.repeat(ends, 2)
    added = np.stack([up, down], axis=1).ravel()
    return replace(
        compiled,
        cost=np.concatenate([np.zeros(columns), weights, weights]),
        offset=0.0,
        lower=np.concatenate([compiled.lower, np.zeros(2 * len(soft))]),
        upper=np.concatenate([compiled.upper, np.full(2 * len(soft), np.inf)]),
        integer=np.concatenate([compiled.integer, np.zeros(2 * len(soft), dtype=bool)]),
        starts=(compiled.starts + np.concatenate([[0], np.cumsum(extra)])).astype(np.int32),
        columns=np.insert(compiled.columns, at, added).astype(np.int32),
        values=np.insert(compiled.values, at, np.tile([1.0, -1.0], len(soft))),
    )
