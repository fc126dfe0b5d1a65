"""The sheets of a frontier, in the order in which they stand, and the tables on them."""

from itertools import accumulate, pairwise

import pandas as pd
import pandera.pandas as pa

from models.schema import RESULTS
from models.schema.columns import flag, number, table, text
from planner.comparison.alignment import Plan
from planner.comparison.decisions import decisions
from planner.comparison.differences import decision_changes
from planner.studies.frontier import Frontier, Point

_POINTS = table(
    "points",
    "The plans along the frontier, from the one without the rule to the tightest limit that can be met.",
    {
        "point": number("counted from the plan without the rule", key=True),
        "limit": number("limit of the rule; at the first point what the plan has by itself"),
        "objective": number("total of the plan, discounted", "money"),
        "price": number("what it costs more, or earns less, than without the rule", "money"),
        "measure": number("the figure on the other axis"),
        "value": number("figure that the rule limits"),
        "dominated": flag("is another point as safe and cheaper, or safer at the same cost"),
        "knee": flag("farthest from the straight line between the ends, both axes scaled alike"),
        "status": text("how the solve ended"),
        "gap": number("how far the plan can be from the best", "share"),
        "seconds": number("time to solve", "s"),
    },
)

_FLIPS = table(
    "flips",
    "Decisions that change from one plan that no other beats to the next.",
    {
        "limit_before": number("limit of the looser plan", key=True),
        "limit_after": number("limit of the tighter plan", key=True),
        "decision": text("what is decided"),
        "difference": text("how it differs"),
        "what": text("process, project or item it is about; of a site its processes"),
        "words": text("the difference as a sentence"),
        "size_before": number("size in the looser plan"),
        "size_after": number("size in the tighter plan"),
        "unit": text("unit of the sizes"),
    },
)

FRONTIER: dict[str, pa.DataFrameSchema] = {
    str(schema.name): schema for schema in (RESULTS["summary"], _POINTS, _FLIPS, RESULTS["issues"], RESULTS["run"])
}


def frontier_tables(found: Frontier) -> dict[str, pd.DataFrame]:
    """Sheets `points` and `flips`."""
    rows = [_row(found, place, point) for place, point in enumerate(found.points, 1)]
    return {
        "points": pd.DataFrame(rows, columns=list(_POINTS.columns)),
        "flips": pd.DataFrame(_flips(found), columns=list(_FLIPS.columns)),
    }


def _row(found: Frontier, place: int, point: Point) -> tuple:
    return (
        float(place),
        point.limit,
        found.sign * point.cost + 0.0,
        point.cost - found.points[0].cost,
        point.measure,
        point.value,
        "yes" if point.dominated else "no",
        "yes" if point.knee else "no",
        point.solution.status,
        point.solution.gap,
        point.solution.seconds,
    )


def _flips(found: Frontier) -> list[dict]:
    """The changes of decisions between neighbours."""
    kept = [(point, decisions(_plan(found, point))) for point in found.points if not point.dominated]
    rows = []
    for (looser, before), (tighter, after) in pairwise(kept):
        ends = {"limit_before": looser.limit, "limit_after": tighter.limit}
        labels = (f"the plan at {looser.limit:.4g}", f"the plan at {tighter.limit:.4g}")
        rows += [ends | change for change in decision_changes(before, after, labels)]
    return rows


def _plan(found: Frontier, point: Point) -> Plan:
    instance = found.reading.instance
    periods, years = instance["periods"]["period"].tolist(), instance["periods"]["years"].tolist()
    starts = accumulate([float(instance.settings["base_year"]), *years[:-1]])
    lengths = dict(zip(periods, years, strict=True))
    return Plan(f"{point.limit:.4g}", instance, point.tables, dict(zip(periods, starts, strict=True)), lengths)
