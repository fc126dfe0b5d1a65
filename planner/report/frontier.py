"""A frontier for people: headline figures, sentences, and the curve."""

from typing import Any

import pandas as pd

from models.schema import RESULTS
from planner.report.charts import Curve
from planner.report.figures import listed, money, three_digits
from planner.report.tiles import Tile
from planner.studies.frontier import Frontier, Point

_NAMES = {
    "service": "least service over the scenarios",
    "hhi": "largest concentration by region (HHI)",
    "cvar": "mean of the worst losses (CVaR), million",
    "import_share": "largest import share",
}

_MOST_FLIPS = 3


def frontier_summary(found: Frontier, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Rows of metric, value and unit, as on the summary of a plan."""
    currency = found.reading.instance.settings["currency"]
    rows: list[tuple[str, Any, str]] = [
        ("name", f"{found.reading.instance.settings['name']}: what rule {found.request.rule} costs", ""),
        ("status", _status(found), ""),
        *[(f"brief {number}", text, "") for number, text in enumerate(frontier_brief(found, tables), 1)],
        ("points", float(len(found.points)), ""),
        ("points that another beats", float(sum(point.dominated for point in found.points)), ""),
        ("loosest limit that binds", found.points[0].limit, ""),
        ("tightest limit met", found.points[-1].limit, ""),
        ("price of the tightest", found.points[-1].cost - found.points[0].cost, f"million {currency}"),
    ]
    return pd.DataFrame(rows, columns=list(RESULTS["summary"].columns), dtype=object)


def _status(found: Frontier) -> str:
    whole = "every point was solved" if found.complete else "stopped by the user: the points known by then"
    return f"{whole}, each to the gap that stands beside it"


def frontier_brief(found: Frontier, tables: dict[str, pd.DataFrame]) -> list[str]:
    """The sentences: the span, the knee, what flips, what is doubtful."""
    first, last = found.points[0], found.points[-1]
    if len(found.points) == 1:
        return [f"Rule {found.request.rule} has nothing to give: no plan has a figure beyond {first.limit:.4g}."]
    sentences = [
        f"Without the rule the plan {_does(found, first)} and has {first.limit:.4g}: a looser limit changes nothing.",
        f"The tightest limit that any plan was found to meet is {last.limit:.4g}: it costs {_price(found, last)}.",
        _knee(found),
        *_flips(found, tables),
        _beaten(found),
        _doubt(found),
    ]
    return [sentence for sentence in sentences if sentence]


def _does(found: Frontier, point: Point) -> str:
    verb = "costs" if found.sign > 0 else "earns"
    return f"{verb} {money(found.sign * point.cost, found.reading.instance.settings['currency'])}"


def _price(found: Frontier, point: Point) -> str:
    amount = money(point.cost - found.points[0].cost, found.reading.instance.settings["currency"])
    return f"{amount} {'more' if found.sign > 0 else 'of profit'}"


def _knee(found: Frontier) -> str:
    knee = next((point for point in found.points if point.knee), None)
    if knee is None:
        return "No point stands out: price and security go up alike."
    where = "of all points it is farthest from the straight line between the ends, both axes scaled alike"
    return f"The knee is at {knee.limit:.4g}, for {_price(found, knee)}: {where}."


def _flips(found: Frontier, tables: dict[str, pd.DataFrame]) -> list[str]:
    """The steps at which most decisions change."""
    flips = tables["flips"]
    if flips.empty:
        return ["No decision changes along the frontier, only flows."]
    steps = flips.groupby(["limit_before", "limit_after"], sort=False)
    largest = sorted(steps, key=lambda step: -len(step[1]))[:1]
    return [
        f"Most decisions change between {before:.4g} and {after:.4g} ({len(rows)}): "
        f"{listed(rows['words'].tolist(), _MOST_FLIPS)}."
        for (before, after), rows in largest
    ]


def _beaten(found: Frontier) -> str:
    count = sum(point.dominated for point in found.points)
    return f"{count} of {len(found.points)} points are beaten by another and left off the curve." if count else ""


def _doubt(found: Frontier) -> str:
    """How far gaps blur the curve."""
    slack = max(abs(point.cost) * (point.solution.gap or 0.0) for point in found.points)
    span = found.points[-1].cost - found.points[0].cost
    if slack <= 1e-6 * max(1.0, abs(found.points[0].cost)):
        return "Every plan was solved to optimality."
    amount = money(slack, found.reading.instance.settings["currency"])
    blurred = " That is more than the whole curve spans: ask for a smaller gap." if slack > span else ""
    return f"Plans were solved to a gap, so a point can be off by up to {amount}.{blurred}"


def frontier_tiles(found: Frontier) -> list[Tile]:
    """The ends and the knee."""
    knee = next((point for point in found.points if point.knee), None)
    first, last = found.points[0], found.points[-1]
    shown = [Tile("Without the rule", three_digits(first.measure), _does(found, first))]
    if knee is not None:
        shown.append(Tile("Knee", three_digits(knee.measure), _price(found, knee)))
    return [*shown, Tile("Tightest", three_digits(last.measure), _price(found, last))]


def frontier_curve(found: Frontier) -> list[Curve]:
    """Price against the measure; beaten points are left off."""
    kept = [point for point in found.points if not point.dominated]
    large = max(abs(point.cost - found.points[0].cost) for point in kept) >= 10_000
    currency = found.reading.instance.settings["currency"]
    scale, unit = (1000.0, "billion") if large else (1.0, "million")
    rows = [
        (point.measure, (point.cost - found.points[0].cost) / scale, "knee" if point.knee else "") for point in kept
    ]
    frame = pd.DataFrame(rows, columns=["x", "y", "mark"])
    name = _NAMES.get(found.request.against or "", f"figure that rule {found.request.rule} limits")
    across = f"{name} ({'more' if found.better > 0 else 'less'} is safer)"
    return [Curve(f"What security costs: rule {found.request.rule}", across, f"price, {unit} {currency}", frame)]
