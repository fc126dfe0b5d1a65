"""The tables of a frontier."""

from itertools import accumulate, pairwise

import pandas as pd

from planner.sheets.frontier import FLIPS, POINTS
from planner.studies.comparison.alignment import AlignedPlan
from planner.studies.comparison.decisions import list_decisions
from planner.studies.comparison.differences import decision_changes
from planner.studies.frontier.curve import Frontier, FrontierPoint


def frontier_tables(found: Frontier) -> dict[str, pd.DataFrame]:
    """Sheets `points` and `flips`."""
    rows = [_row(found, place, point) for place, point in enumerate(found.points, 1)]
    return {
        "points": pd.DataFrame(rows, columns=list(POINTS.columns)),
        "flips": pd.DataFrame(_flips(found), columns=list(FLIPS.columns)),
    }


def _row(found: Frontier, place: int, point: FrontierPoint) -> tuple:
    return (
        float(place),
        point.limit,
        found.sign * point.cost + 0.0,
        point.cost - found.points[0].cost,
        point.measure,
        point.value,
        "yes" if point.dominated else "no",
        "yes" if point.empty else "no",
        "yes" if found.open_end and place == len(found.points) > 1 else "no",
        "yes" if point.knee else "no",
        point.solution.status,
        point.solution.gap,
        point.solution.seconds,
    )


def _flips(found: Frontier) -> list[dict]:
    """The changes of decisions between neighbours, those that are left off the curve among them."""
    kept = [(point, list_decisions(_plan(found, point))) for point in found.points]
    rows = []
    for (looser, before), (tighter, after) in pairwise(kept):
        ends = {"limit_before": looser.limit, "limit_after": tighter.limit}
        labels = (f"the plan at {looser.limit:.4g}", f"the plan at {tighter.limit:.4g}")
        rows += [ends | change for change in decision_changes(before, after, labels)]
    return rows


def _plan(found: Frontier, point: FrontierPoint) -> AlignedPlan:
    instance = found.reading.instance
    periods, years = instance["periods"]["period"].tolist(), instance["periods"]["years"].tolist()
    starts = accumulate([float(instance.settings["base_year"]), *years[:-1]])
    lengths = dict(zip(periods, years, strict=True))
    return AlignedPlan(f"{point.limit:.4g}", instance, point.tables, dict(zip(periods, starts, strict=True)), lengths)
