"""A frontier for people: headline figures, sentences, and the curve."""

import math
from typing import Any

import pandas as pd

from planner.report.wording import format_money, join_names, three_digits
from planner.sheets.board import Chart, Curve, Tile
from planner.studies.frontier.curve import Frontier, FrontierPoint
from planner.words import format_percent
from planner_models.schema import RESULTS

_NAMES = {
    "service": "least service over the scenarios",
    "hhi": "largest concentration by region (HHI)",
    "cvar": "mean of the worst costs (CVaR), million",
    "import_share": "largest import share",
}

_LABELS = {"service": "Least service", "hhi": "HHI", "cvar": "CVaR", "import_share": "Import share"}
"""What the tiles call the other axis."""

_SHARES = ("service", "import_share")
"""Measures that are shares."""

_MOST_FLIPS = 3


def frontier_summary(found: Frontier, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Rows of metric, value and unit, as on the summary of a plan."""
    currency = found.reading.instance.settings["currency"]
    rows: list[tuple[str, Any, str]] = [
        ("name", f"{found.reading.instance.settings['name']}: what rule {found.request.rule} costs", ""),
        ("status", _status(found), ""),
        *[(f"brief {number}", text, "") for number, text in enumerate(frontier_brief(found, tables), 1)],
        ("points", float(len(found.points)), ""),
        ("points that another dominates", float(sum(point.dominated for point in found.points)), ""),
        ("points with nothing to secure", float(len(found.points) - len(found.sound)), ""),
        ("points requested", float(found.request.points), ""),
        ("loosest limit that binds", found.points[0].value, ""),
        ("tightest limit met", found.tightest.limit, ""),
        ("tighter limits", _tighter(found), ""),
        ("price of the tightest", found.price, f"million {currency}"),
        *([] if math.isinf(found.blur) else [("uncertainty from gaps", found.blur, f"million {currency}")]),
    ]
    return pd.DataFrame(rows, columns=list(RESULTS["summary"].columns), dtype=object)


def _status(found: Frontier) -> str:
    cut, solved = _count_cut_short(found), len(found.points)
    if not found.complete:
        whole = f"stopped by the user after {_count(found)}"
    elif cut or 1 < solved < found.request.points:
        whole = f"{_count(found)} have a plan"
    else:
        whole = "every point was solved"
    return f"{whole}{f', {cut} stopped by the time limit' if cut else ''}, each with the gap listed beside it"


def _count(found: Frontier) -> str:
    return f"{len(found.points)} of {found.request.points} points"


def _tighter(found: Frontier) -> str:
    """What is known of limits beyond the last point."""
    if len(found.points) == 1 and not found.complete:
        return "not searched: stopped before"
    if found.points[-1].empty:
        return "met only with nothing left to which the rule applies"
    if found.open_end:
        return f"not searched beyond {found.points[-1].limit:.4g} months"
    return "no plan found within the time limit" if found.hurried else "infeasible"


def frontier_brief(found: Frontier, tables: dict[str, pd.DataFrame]) -> list[str]:
    """The sentences: the span, the knee, what flips, what is doubtful."""
    first = found.points[0]
    sentences = [
        _describe_noise(found),
        _describe_stop(found),
        f"Without the rule the plan {_does(found, first)}, and the limited figure is {_figure(first)}: "
        "a looser limit has no effect.",
        *(_curve(found, tables) if len(found.points) > 1 else [_describe_unrestricted(found)]),
        _late(found),
        _doubt(found),
    ]
    return [sentence for sentence in sentences if sentence]


def _figure(point: FrontierPoint) -> str:
    return "not defined" if math.isnan(point.value) else f"{point.value:.4g}"


def _curve(found: Frontier, tables: dict[str, pd.DataFrame]) -> list[str]:
    return [
        _tightest(found),
        _describe_emptied(found),
        _knee(found),
        *_flips(found, tables),
        _describe_dominated(found),
    ]


def _describe_noise(found: Frontier) -> str:
    """The first thing to know where the whole curve may be noise."""
    if not found.hidden:
        return ""
    return (
        f"The cost of rule {found.request.rule} is smaller than the gaps of the plans: {_price(found, found.tightest)} "
        f"at limit {found.tightest.limit:.4g}, while a plan may be {_blur(found, found.sound_blur)} from the best; "
        "solve with a smaller gap."
    )


def _describe_stop(found: Frontier) -> str:
    return "" if found.complete else f"Stopped by the user after {_count(found)}."


def _describe_unrestricted(found: Frontier) -> str:
    """What to say of a rule whose only point is the plan without it."""
    if not found.complete:
        return ""
    figure = f"beyond {found.points[0].value:.4g}"
    if found.hurried:
        return f"No plan with a figure {figure} was found within the time limit; allow more time."
    return f"Rule {found.request.rule} cannot be tightened: no plan has a figure {figure}."


def _tightest(found: Frontier) -> str:
    last = found.points[-1]
    if last.empty:
        return _tightest_sound(found)
    if found.open_end:
        return (
            f"The tightest limit requested, {last.limit:.4g} months, can be met: it costs {_price(found, last)}. "
            "Tighter limits were not tried and may be feasible too."
        )
    late = " Tighter limits may be feasible: for some the time limit was reached." if found.hurried else ""
    return (
        f"The tightest limit that a plan was found to meet is {last.limit:.4g}: it costs {_price(found, last)}.{late}"
    )


def _tightest_sound(found: Frontier) -> str:
    """The tightest point where tighter ones leave nothing; there may be none but the plan without the rule."""
    last = found.tightest
    if last is found.points[0]:
        return "The tighter limits that were tried are met only with nothing left to which the rule applies."
    return (
        f"The tightest limit that is met with something left to which the rule applies is {last.limit:.4g}: "
        f"it costs {_price(found, last)}."
    )


def _describe_emptied(found: Frontier) -> str:
    """The points that are safe only because nothing is left."""
    empty = [point for point in found.points if point.empty]
    if not empty:
        return ""
    limits = join_names([f"{point.limit:.4g}" for point in empty], 3)
    return (
        f"At {len(empty)} of {len(found.points)} points (limit {limits}) the plan gives up everything that the rule "
        f"or the measure applies to, for up to {_price(found, empty[-1])}; "
        "as this is not security, these points are left off the curve."
    )


def _late(found: Frontier) -> str:
    """How many points the time limit cut short, or left without a plan."""
    solved, asked = len(found.points), found.request.points
    cut = _count_cut_short(found)
    sentences = [f"{cut} of {solved} solves ended at the time limit." if cut else ""]
    if found.complete and 1 < solved < asked:
        found_none = "for the others none was found within the time limit"
        sentences.append(f"Only {solved} of {asked} points have a plan; {found_none}.")
    return " ".join(filter(None, sentences))


def _count_cut_short(found: Frontier) -> int:
    """How many points the time limit cut short."""
    return sum(point.solution.status == "time_limit" for point in found.points)


def _does(found: Frontier, point: FrontierPoint) -> str:
    verb = "costs" if found.sign > 0 else "earns"
    return f"{verb} {format_money(found.sign * point.cost, found.reading.instance.settings['currency'])}"


def _price(found: Frontier, point: FrontierPoint) -> str:
    amount = format_money(point.cost - found.points[0].cost, found.reading.instance.settings["currency"])
    return f"{amount} {'more' if found.sign > 0 else 'of profit'}"


def _knee(found: Frontier) -> str:
    knee = next((point for point in found.points if point.knee), None)
    if knee is None:
        if len(found.kept) < 3:
            return ""
        if found.sound_blur:
            return "The gaps of the plans are too large to tell whether the curve has a knee."
        return "The curve has no knee: cost rises in proportion to security."
    where = "the point farthest from the straight line between the ends, both axes scaled alike"
    return f"The knee of the curve, {where}, is at limit {knee.limit:.4g}, for {_price(found, knee)}."


def _flips(found: Frontier, tables: dict[str, pd.DataFrame]) -> list[str]:
    """The steps at which most decisions change."""
    flips = tables["flips"]
    if flips.empty:
        return ["Along the frontier only flows change; the decisions remain the same."]
    steps = flips.groupby(["limit_before", "limit_after"], sort=False)
    largest = sorted(steps, key=lambda step: -len(step[1]))[:1]
    return [
        f"Most decisions change between {before:.4g} and {after:.4g} ({len(rows)}): "
        f"{join_names(rows['words'].tolist(), _MOST_FLIPS)}."
        for (before, after), rows in largest
    ]


def _describe_dominated(found: Frontier) -> str:
    count = sum(point.dominated for point in found.points)
    verb = "is" if count == 1 else "are"
    return f"{count} of {len(found.points)} points {verb} dominated by another and left off the curve." if count else ""


def _doubt(found: Frontier) -> str:
    """How far gaps blur the curve."""
    if found.blur:
        return f"Plans were solved to a gap, so a point may be {_blur(found, found.blur)} from its best plan."
    if found.complete and len(found.points) in (1, found.request.points):
        return "Every plan was solved to optimality."
    return "Every plan that was found was solved to optimality."


def _blur(found: Frontier, amount: float) -> str:
    if math.isinf(amount):
        return "an unknown amount"
    return f"up to {format_money(amount, found.reading.instance.settings['currency'])}"


def frontier_tiles(found: Frontier) -> list[Tile]:
    """The ends of the curve and the knee."""
    knee = next((point for point in found.points if point.knee), None)
    first, last = found.points[0], found.tightest
    name = _LABELS.get(found.request.against or "", "")
    shown = [Tile(_label(name, "without the rule"), _measure(found, first), _does(found, first))]
    if knee is not None:
        shown.append(Tile(_label(name, "at the knee"), _measure(found, knee), _price(found, knee)))
    if last is first and len(found.points) > 1:
        return shown
    title = "tightest requested" if found.open_end and not found.points[-1].empty else "tightest limit"
    doubt = ", less than the gaps" if found.hidden else ""
    return [*shown, Tile(_label(name, title), _measure(found, last), f"{_price(found, last)}{doubt}")]


def _label(name: str, where: str) -> str:
    return f"{name}, {where}" if name else where[:1].upper() + where[1:]


def _measure(found: Frontier, point: FrontierPoint) -> str:
    """The figure of a point on the other axis, in per cent where it is a share."""
    if point.empty:
        return "not defined"
    return format_percent(point.measure, 1) if found.request.against in _SHARES else three_digits(point.measure)


def frontier_curve(found: Frontier) -> list[Curve | Chart]:
    """Price against the measure; points that are dominated or leave nothing are left off.

    Where that leaves a single point, there is no curve, and the price of each limit is shown instead.
    """
    kept = found.kept
    if not kept:
        return []
    large = max(abs(point.cost - found.points[0].cost) for point in found.sound) >= 10_000
    currency = found.reading.instance.settings["currency"]
    scale, unit = (1000.0, "billion") if large else (1.0, "million")
    title = f"Price of security: rule {found.request.rule}"
    if len(kept) == 1:
        return _bars(found, title, scale, f"price, {unit} {currency}")
    rows = [
        (point.measure, (point.cost - found.points[0].cost) / scale, "knee" if point.knee else "") for point in kept
    ]
    frame = pd.DataFrame(rows, columns=["x", "y", "mark"])
    name = _NAMES.get(found.request.against or "", f"figure that rule {found.request.rule} limits")
    across = f"{name} ({'more' if found.better > 0 else 'less'} is safer)"
    return [Curve(title, across, f"price, {unit} {currency}", frame, _message(found))]


def _bars(found: Frontier, title: str, scale: float, unit: str) -> list[Curve | Chart]:
    """The price of each limit, from the loosest to the tightest; nothing where there is only one."""
    prices = {f"{point.limit:.4g}": (point.cost - found.points[0].cost) / scale for point in found.sound}
    if len(prices) < 2:
        return []
    frame = pd.DataFrame({"price": prices})
    measure = _LABELS.get(found.request.against or "", "the figure of the rule").lower()
    message = f"Tighter limits cost up to {_price(found, found.tightest)} and do not improve {measure}"
    return [Chart(f"{title}, by limit", "clustered", unit, frame, message=message)]


def _message(found: Frontier) -> str:
    """What the curve shows: the price of its safest point."""
    last = found.kept[-1]
    step = f"{_measure(found, last)} instead of {_measure(found, found.points[0])}"
    return f"The safest plan on the curve, {step}, costs {_price(found, last)}"
