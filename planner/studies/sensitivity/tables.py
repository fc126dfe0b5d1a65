"""The tables of a sensitivity study."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from planner.sheets.sensitivity import DECISIVE, SCREEN, TORNADO, VERDICTS
from planner.studies.sensitivity.ends import FigureEnd
from planner.studies.sensitivity.ranges import Figure
from planner.studies.sensitivity.screen import Swing
from planner.studies.sensitivity.study import Sensitivity
from planner.studies.why.points import SURE
from planner.studies.why.question import format_decision

CHANGES, MAY, STAYS, NONE, UNSOLVED = VERDICTS

MOST_DECISIONS = 6
"""Decisions that are written out for a figure; more are counted."""


def judge_end(found: Sensitivity, end: FigureEnd) -> str:
    """Whether another plan gets better at an end than the plan as it is, beyond what the gaps leave open.

    The plan as it is may already be off the best by what its own search left open: a better plan at the end is due to
    the figure only where it gains more than that.
    """
    if end.refused:
        return NONE
    rounding = SURE * max(abs(found.objective), abs(end.objective))
    if end.regret > found.open + rounding:
        return CHANGES
    return MAY if end.regret + end.open > rounding else STAYS


@dataclass(frozen=True)
class BothEnds:
    """A figure that was solved again, with what was found at each of its ends; None where it was not."""

    swing: Swing
    low: FigureEnd | None
    high: FigureEnd | None

    def reach(self, found: Sensitivity) -> float:
        """The larger change of the objective."""
        return max((abs(end.objective - found.objective) for end in self.solved), default=0.0)

    @property
    def solved(self) -> list[FigureEnd]:
        """The ends with a plan."""
        return [end for end in (self.low, self.high) if end is not None and not end.refused]


def pair_ends(found: Sensitivity) -> list[BothEnds]:
    """The figures solved again, those that change the objective most first."""
    ends = {(end.figure.name, end.way): end for end in found.ends}
    names = {end.figure.name for end in found.ends}
    pairs = [
        BothEnds(swing, ends.get((swing.figure.name, -1.0)), ends.get((swing.figure.name, 1.0)))
        for swing in found.swings
        if swing.figure.name in names
    ]
    return sorted(pairs, key=lambda pair: -pair.reach(found))


def list_decisive(found: Sensitivity) -> list[FigureEnd]:
    """The ends at which another plan gets better, or may, the costliest to have wrong first."""
    turning = [end for end in found.ends if judge_end(found, end) in (CHANGES, MAY) and end.decisions]
    return sorted(turning, key=lambda end: (judge_end(found, end) != CHANGES, -end.regret))


def sensitivity_tables(found: Sensitivity) -> dict[str, pd.DataFrame]:
    """Sheets `decisive`, `tornado` and `screen`."""
    pairs = pair_ends(found)
    return {
        "decisive": _frame(DECISIVE, [_decisive_row(found, end) for end in list_decisive(found)]),
        "tornado": _frame(TORNADO, [_tornado_row(found, rank, pair) for rank, pair in enumerate(pairs, 1)]),
        "screen": _frame(SCREEN, [_screen_row(found, rank, swing) for rank, swing in enumerate(found.swings, 1)]),
    }


def _frame(schema: Any, rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(schema.columns))


def _decisive_row(found: Sensitivity, end: FigureEnd) -> dict[str, Any]:
    figure = end.figure
    return {
        "figure": figure.name,
        "value": figure.shown(figure.values),
        "unit": figure.unit,
        "way": "low" if end.way < 0 else "high",
        "turns_at": None if end.turn is None else figure.shown(figure.value_at(end.turn * end.way)),
        "turns_after": end.turn,
        "regret": _known(end.regret),
        "verdict": judge_end(found, end),
        "changes": float(len(end.decisions)),
        "decisions": describe_changes(end),
        "ranged": "yes" if figure.ranged else "no",
        "source": figure.source,
        "confidence": figure.confidence,
        "settle": describe_remedy(figure),
    }


def describe_changes(end: FigureEnd) -> str:
    """The first decisions that differ, as `planner why` takes them, before and after."""
    shown = [f"{format_decision(name)} {before:g} -> {after:g}" for name, (before, after) in end.decisions.items()]
    more = [f"and {len(shown) - MOST_DECISIONS} more"] if len(shown) > MOST_DECISIONS else []
    return "; ".join([*shown[:MOST_DECISIONS], *more])


def describe_remedy(figure: Figure) -> str:
    """What would make the figure surer."""
    if not figure.ranged:
        return "give it a source and a range in sheet evidence; a tenth to either side is a guess"
    if not figure.source:
        return "find a source for its range"
    if figure.confidence != "high":
        return "check it against a second source, and narrow its range"
    return "narrow its range, or plan for both ends"


def _tornado_row(found: Sensitivity, rank: int, pair: BothEnds) -> dict[str, Any]:
    figure = pair.swing.figure
    row: dict[str, Any] = {
        "rank": float(rank),
        "figure": figure.name,
        "low": figure.shown(figure.low),
        "high": figure.shown(figure.high),
        "unit": figure.unit,
        "ranged": "yes" if figure.ranged else "no",
        "predicted_low": found.sign * pair.swing.low + 0.0,
        "predicted_high": found.sign * pair.swing.high + 0.0,
    }
    for name, end in (("low", pair.low), ("high", pair.high)):
        solved = end is not None and not end.refused
        row[f"change_{name}"] = found.sign * (end.objective - found.objective) + 0.0 if end and solved else None
        row[f"regret_{name}"] = _known(end.regret) if end and solved else None
        row[f"open_{name}"] = _known(end.open) if end and solved else None
        row[f"plan_{name}"] = UNSOLVED if end is None else judge_end(found, end)
    return row


def _screen_row(found: Sensitivity, rank: int, swing: Swing) -> dict[str, Any]:
    return {
        "rank": float(rank),
        **swing.figure.facts,
        "ranged": "yes" if swing.figure.ranged else "no",
        "change_low": found.sign * swing.low + 0.0,
        "change_high": found.sign * swing.high + 0.0,
        "share": swing.size / max(abs(found.objective), 1e-9),
        "sure": "yes" if swing.sure else "no",
    }


def _known(amount: float) -> float | None:
    return float(amount) if np.isfinite(amount) else None
