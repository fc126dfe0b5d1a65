"""The tables of a study of joint samples."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from planner.sheets.samples import COMPARED, DRAWS, FIGURES, OUTCOMES, SAMPLES
from planner.studies.samples.draws import chance_below, list_positions
from planner.studies.samples.study import Samples
from planner.studies.samples.value import (
    FEWEST,
    Estimate,
    estimate_mean,
    estimate_partial,
    estimate_perfect,
    explain_share,
    predict_at,
    share_best,
)
from planner.studies.sensitivity.ranges import Figure

BEST = "the best plan of each sample"

MOST_DRAWN = 20
"""Figures whose draws are listed; those of all would be millions of rows."""

TENTH, NINTH = 0.1, 0.9


@dataclass(frozen=True)
class FigureValue:
    """What the samples say of a figure: what knowing it is worth, and what it does to the objective of the plan."""

    place: int
    figure: Figure
    information: Estimate
    at_tenth: float
    at_ninth: float
    share: float

    @property
    def reach(self) -> float:
        """How far apart the objective is in expectation."""
        return abs(self.at_ninth - self.at_tenth)

    @property
    def sure(self) -> bool:
        """Whether knowing it is worth something beyond the sampling error."""
        return self.information.value > 2 * self.information.error


@dataclass(frozen=True)
class Valuation:
    """A study with what is estimated from it, each once."""

    found: Samples

    @cached_property
    def perfect(self) -> Estimate | None:
        """What knowing all figures would save; None where no plan can be held in every sample."""
        return estimate_perfect(self.found.costs, self.found.best) if len(self.found.sound) >= FEWEST else None

    @cached_property
    def sound_plans(self) -> np.ndarray:
        """The plans that can be held in every sample, shape (plans,) of bool."""
        return np.asarray(np.isfinite(self.found.costs).all(axis=0))

    @cached_property
    def preferred(self) -> int | None:
        """The plan whose mean cost is least of those that can be held in every sample."""
        if not self.sound_plans.any():
            return None
        return int(np.where(self.sound_plans, self.found.costs, np.inf).mean(axis=0).argmin())

    @cached_property
    def best_shares(self) -> np.ndarray:
        """The probability that each plan is the best of those compared."""
        return share_best(self.found.costs, self.found.rounding)

    @cached_property
    def figures(self) -> list[FigureValue]:
        """Those worth most to know first; none where there are too few samples."""
        found = self.found
        if len(found.sound) < FEWEST or self.preferred is None:
            return []
        costs = found.costs[:, self.sound_plans]
        objective = found.sign * found.costs[:, 0 if self.sound_plans[0] else self.preferred]
        values = []
        for place, figure in enumerate(found.figures):
            positions = list_positions(figure, found.drawn[:, place])
            information = estimate_partial(costs, positions) if costs.shape[1] > 1 else Estimate(0.0, 0.0)
            tenth, ninth = predict_at(positions, objective, (TENTH, NINTH))
            share = explain_share(positions, objective)
            values.append(FigureValue(place, figure, information, tenth, ninth, share))
        return sorted(values, key=lambda value: (-max(0.0, value.information.value), -value.reach))


def samples_tables(valued: Valuation) -> dict[str, pd.DataFrame]:
    """Sheets `compared`, `figures`, `samples`, `outcomes` and `draws`.

    Parameters
    ----------
    valued
        The study.

    Returns
    -------
    dict of str to pandas.DataFrame
        Tables with the declared columns; amounts in money, as the workbook counts them.
    """
    return {
        "compared": _frame(COMPARED, _compared_rows(valued)),
        "figures": _frame(FIGURES, [_figure_row(rank, value) for rank, value in enumerate(valued.figures, 1)]),
        "samples": _frame(SAMPLES, _sample_rows(valued.found)),
        "outcomes": _frame(OUTCOMES, _outcome_rows(valued.found)),
        "draws": _frame(DRAWS, _draw_rows(valued)),
    }


def _frame(schema: pa.DataFrameSchema, rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(schema.columns))


def _compared_rows(valued: Valuation) -> list[dict[str, Any]]:
    found = valued.found
    rows = [{"plan": BEST, **_describe_spread(found.sign * found.best), "not_held": 0}]
    for place, plan in enumerate(found.plans):
        costs, regret = found.costs[:, place], found.regret[:, place]
        held = np.isfinite(costs)
        row = {"plan": plan.name, "origin": plan.kind, **_describe_spread(found.sign * costs[held])}
        if held.any():
            row |= _describe_regret(regret[held])
        if not held.all():
            row["mean"] = row["regret"] = row["regret_error"] = None
        row |= {
            "best": float(valued.best_shares[place]),
            "unbeaten": float((regret <= found.rounding).mean()),
            "not_held": int((~held).sum()),
        }
        rows.append(row)
    return rows


def _describe_spread(objective: np.ndarray) -> dict[str, Any]:
    if not len(objective):
        return {}
    tenth, median, ninth = np.quantile(objective, [TENTH, 0.5, NINTH])
    deviation = float(objective.std(ddof=1)) if len(objective) > 1 else None
    return {
        "mean": float(objective.mean()) + 0.0,
        "deviation": deviation,
        "p10": float(tenth) + 0.0,
        "median": float(median) + 0.0,
        "p90": float(ninth) + 0.0,
    }


def _describe_regret(regret: np.ndarray) -> dict[str, Any]:
    mean = estimate_mean(regret)
    median, ninth = np.quantile(regret, [0.5, NINTH])
    return {
        "regret": mean.value,
        "regret_error": mean.error if np.isfinite(mean.error) else None,
        "regret_median": float(median),
        "regret_p90": float(ninth),
        "regret_most": float(regret.max()),
    }


def _figure_row(rank: int, value: FigureValue) -> dict[str, Any]:
    return {
        "rank": float(rank),
        **value.figure.facts,
        "below": chance_below(value.figure),
        "information": value.information.value + 0.0,
        "information_error": value.information.error,
        "at_p10": value.at_tenth + 0.0,
        "at_p90": value.at_ninth + 0.0,
        "share": value.share,
    }


def _sample_rows(found: Samples) -> list[dict[str, Any]]:
    best = {sample.number: place for place, sample in enumerate(found.sound)}
    rows = []
    for sample in found.found:
        row: dict[str, Any] = {"sample": sample.number, "refused": sample.refused, "seconds": sample.seconds}
        if sample.number in best:
            place = best[sample.number]
            left = float(found.left_open[place])
            row |= {
                "objective": found.sign * float(found.best[place]) + 0.0,
                "open": left if np.isfinite(left) else None,
                "changes": float(len(sample.changes)),
            }
        rows.append(row)
    return rows


def _outcome_rows(found: Samples) -> list[dict[str, Any]]:
    rows = []
    for place, sample in enumerate(found.sound):
        for number, plan in enumerate(found.plans):
            cost = float(found.costs[place, number])
            held = bool(np.isfinite(cost))
            rows.append(
                {
                    "sample": sample.number,
                    "plan": plan.name,
                    "objective": found.sign * cost + 0.0 if held else None,
                    "regret": float(found.regret[place, number]) if held else None,
                    "held": "yes" if held else "no",
                }
            )
    return rows


def _draw_rows(valued: Valuation) -> list[dict[str, Any]]:
    found = valued.found
    return [
        {"sample": sample.number, "figure": value.figure.name, "way": float(found.ways[sample.number - 1, value.place])}
        for sample in found.found
        for value in valued.figures[:MOST_DRAWN]
    ]
