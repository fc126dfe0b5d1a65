"""A frontier for people: headline figures, sentences, and the curve."""

import math
from typing import Any

import pandas as pd

from planner.report.wording import format_money, join_names, three_digits
from planner.sheets.board import Curve, Tile
from planner.studies.frontier.curve import Frontier, FrontierPoint
from planner_models.schema import RESULTS

_NAMES = {
    "service": "least service over the scenarios",
    "hhi": "largest concentration by region (HHI)",
    "cvar": "mean of the worst costs (CVaR), million",
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
        ("points with nothing left", float(len(found.points) - len(found.sound)), ""),
        ("points asked for", float(found.request.points), ""),
        ("loosest limit that binds", found.points[0].value, ""),
        ("tightest limit met", found.tightest.limit, ""),
        ("tighter limits", _tighter(found), ""),
        ("price of the tightest", found.price, f"million {currency}"),
        *([] if math.isinf(found.blur) else [("left open by gaps", found.blur, f"million {currency}")]),
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
    return f"{whole}{f', {cut} as the time limit left it' if cut else ''}, each to the gap given beside it"


def _count(found: Frontier) -> str:
    return f"{len(found.points)} of {found.request.points} points"


def _tighter(found: Frontier) -> str:
    """What is known of limits beyond the last point."""
    if len(found.points) == 1 and not found.complete:
        return "not looked for: stopped before"
    if found.points[-1].empty:
        return "met only where nothing is left"
    if found.open_end:
        return f"not looked beyond {found.points[-1].limit:.4g} months"
    return "none was met in time" if found.hurried else "no plan meets one"


def frontier_brief(found: Frontier, tables: dict[str, pd.DataFrame]) -> list[str]:
    """The sentences: the span, the knee, what flips, what is doubtful."""
    first = found.points[0]
    sentences = [
        _describe_noise(found),
        _describe_stop(found),
        f"Without the rule the plan {_does(found, first)} and has {_figure(first)}: a looser limit changes nothing.",
        *(_curve(found, tables) if len(found.points) > 1 else [_describe_unrestricted(found)]),
        _late(found),
        _doubt(found),
    ]
    return [sentence for sentence in sentences if sentence]


def _figure(point: FrontierPoint) -> str:
    return "nothing that it is about" if math.isnan(point.value) else f"{point.value:.4g}"


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
        f"What rule {found.request.rule} costs lies within what the gaps leave open: {_price(found, found.tightest)} "
        f"at limit {found.tightest.limit:.4g}, where a plan can be off by {_blur(found, found.sound_blur)}; "
        "ask for a smaller gap."
    )


def _describe_stop(found: Frontier) -> str:
    return "" if found.complete else f"Stopped by the user after {_count(found)}."


def _describe_unrestricted(found: Frontier) -> str:
    """What is to be said of a rule whose only point is the plan without it."""
    if not found.complete:
        return ""
    figure = f"beyond {found.points[0].value:.4g}"
    if found.hurried:
        return f"Within the time limit no plan with a figure {figure} was found: ask for more time."
    return f"Rule {found.request.rule} has nothing to give: no plan has a figure {figure}."


def _tightest(found: Frontier) -> str:
    last = found.points[-1]
    if last.empty:
        return _tightest_sound(found)
    if found.open_end:
        return (
            f"The tightest limit asked for, {last.limit:.4g} months, is met: it costs {_price(found, last)}. "
            f"Not looked beyond {last.limit:.4g} months: tighter limits may be met too."
        )
    late = " Tighter ones may be met: time ran out on some." if found.hurried else ""
    return (
        f"The tightest limit that any plan was found to meet is {last.limit:.4g}: it costs {_price(found, last)}.{late}"
    )


def _tightest_sound(found: Frontier) -> str:
    """The tightest point where tighter ones leave nothing; there may be none but the plan without the rule."""
    last = found.tightest
    if last is found.points[0]:
        return "No tighter limit that was tried leaves anything of what it is about."
    return (
        f"The tightest limit that was tried and leaves something of what it is about is {last.limit:.4g}: "
        f"it costs {_price(found, last)}."
    )


def _describe_emptied(found: Frontier) -> str:
    """The points that are safe only because nothing is left."""
    empty = [point for point in found.points if point.empty]
    if not empty:
        return ""
    limits = join_names([f"{point.limit:.4g}" for point in empty], 3)
    return (
        f"At {len(empty)} of {len(found.points)} points (limit {limits}) "
        f"nothing is left that the rule or the measure is about, for up to {_price(found, empty[-1])}: "
        "that is not safety, and is left off the curve."
    )


def _late(found: Frontier) -> str:
    """How many points the time limit cut short, or left without a plan."""
    solved, asked = len(found.points), found.request.points
    cut = _count_cut_short(found)
    sentences = [f"{cut} of {solved} solves ended at the time limit." if cut else ""]
    if found.complete and 1 < solved < asked:
        sentences.append(f"Only {solved} of {asked} points have a plan: for the others none was found in time.")
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
            return "Whether a point stands out is hidden by the gaps."
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
        f"{join_names(rows['words'].tolist(), _MOST_FLIPS)}."
        for (before, after), rows in largest
    ]


def _describe_dominated(found: Frontier) -> str:
    count = sum(point.dominated for point in found.points)
    return f"{count} of {len(found.points)} points are beaten by another and left off the curve." if count else ""


def _doubt(found: Frontier) -> str:
    """How far gaps blur the curve."""
    if found.blur:
        return f"Plans were solved to a gap, so a point can be off by {_blur(found, found.blur)}."
    if found.complete and len(found.points) in (1, found.request.points):
        return "Every plan was solved to optimality."
    return "Every plan that was found was solved to optimality."


def _blur(found: Frontier, amount: float) -> str:
    if math.isinf(amount):
        return "an amount that is not known"
    return f"up to {format_money(amount, found.reading.instance.settings['currency'])}"


def frontier_tiles(found: Frontier) -> list[Tile]:
    """The ends of the curve and the knee."""
    knee = next((point for point in found.points if point.knee), None)
    first, last = found.points[0], found.tightest
    start = "nothing left" if first.empty else three_digits(first.measure)
    shown = [Tile("Without the rule", start, _does(found, first))]
    if knee is not None:
        shown.append(Tile("Knee", three_digits(knee.measure), _price(found, knee)))
    if last is first and len(found.points) > 1:
        return shown
    title = "Tightest asked for" if found.open_end and not found.points[-1].empty else "Tightest"
    doubt = ", within what gaps leave open" if found.hidden else ""
    return [*shown, Tile(title, three_digits(last.measure), f"{_price(found, last)}{doubt}")]


def frontier_curve(found: Frontier) -> list[Curve]:
    """Price against the measure; points that are beaten or leave nothing are left off."""
    kept = found.kept
    if not kept:
        return []
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
