"""A chart as SVG, for pages; the workbook has native ones."""

from collections.abc import Iterable, Iterator

import pandas as pd

from planner.report.wording import three_digits
from planner.sheets.board import Chart
from planner.sheets.waterfall import BASE, BELOW, BETTER, TOTAL, WORSE
from planner.surfaces import in_html

COLOURS = ("#1F3A5F", "#2E9CA6", "#E3A32B", "#C8553D", "#7A8FA6", "#6B9B57", "#8E6C9E", "#B9C4CF", "#4C78A8", "#D9A6A0")
_STEPS = {TOTAL: COLOURS[0], BETTER: COLOURS[1], WORSE: COLOURS[3]}
_WIDTH, _HEIGHT = 640, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 10, 46, 86
_SHARE_LEFT = 170
_LINES = 5
"""Lines of the grid."""


def picture(chart: Chart) -> str:
    """The chart as an SVG element: bars lie, all others stand."""
    drawn = _bars(chart) if chart.kind in ("shares", "bars") else _columns(chart)
    legend = () if chart.kind == "bars" else _legend(chart)
    parts = [write_text(_WIDTH / 2, 18, chart.title, size=15, weight="bold"), *legend, *drawn]
    if chart.kind != "shares":
        parts.append(write_text(_LEFT, 38, chart.unit, size=10, anchor="start"))
    return frame_picture(chart.title, parts, _WIDTH, _HEIGHT)


def frame_picture(title: str, parts: Iterable[str], width: int, height: int) -> str:
    """Shapes as one SVG element, which scales.

    Parameters
    ----------
    title
        What the picture shows, for those who cannot see it.
    parts
        Its shapes, each an SVG element.
    width, height
        Size in pixels, of which the places of the shapes are measured.

    Returns
    -------
    str
        The element.
    """
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" font-family="Calibri,Carlito,sans-serif" '
        f'aria-label="{in_html(title)}">{"".join(parts)}</svg>'
    )


def _columns(chart: Chart) -> Iterator[str]:
    """Clustered or stacked columns; a waterfall is stacked on a base that is not drawn."""
    frame = chart.frame.astype(float).fillna(0.0)
    clustered = chart.kind == "clustered"
    low, high = _range(frame, clustered)
    low = low if chart.floor is None else chart.floor
    scale = (_HEIGHT - _TOP - _BOTTOM) / ((high - low) or 1.0)

    def height(value: float) -> float:
        return _HEIGHT - _BOTTOM - (max(value, low) - low) * scale

    for step in range(_LINES):
        value = low + (high - low) * step / (_LINES - 1)
        yield f'<path d="M{_LEFT} {height(value):.1f}H{_WIDTH - _RIGHT}" stroke="#E5E5E5"/>'
        yield write_text(_LEFT - 5, height(value) + 3, three_digits(value), size=10, anchor="end")
    slot = (_WIDTH - _LEFT - _RIGHT) / len(frame)
    slanted = max(len(line) for label in frame.index for line in _words(label)) > max(4, slot / 5.2)
    for place, (label, values) in enumerate(zip(frame.index, frame.to_numpy(), strict=True)):
        left, width = _LEFT + slot * (place + 0.15), slot * 0.7
        ends = {True: 0.0, False: 0.0}
        for number, (name, value) in enumerate(zip(frame.columns, values, strict=True)):
            start = 0.0 if clustered else ends[value >= 0]
            ends[value >= 0] = start + value
            part = width / len(frame.columns) if clustered else width
            top, bottom = sorted((height(start), height(start + value)))
            if value and not (chart.kind == "waterfall" and name == BASE):
                yield _bar(left + part * number * clustered, top, part, bottom - top, _colour(chart, number))
        yield from _label(left + width / 2, _words(label), slanted)


def _range(frame: pd.DataFrame, clustered: bool) -> tuple[float, float]:
    """From the lowest to the highest point, zero included."""
    if clustered:
        return min(0.0, float(frame.to_numpy().min())), max(0.0, float(frame.to_numpy().max()))
    return float(frame.clip(upper=0).sum(axis=1).min()), float(frame.clip(lower=0).sum(axis=1).max())


def _words(label: object) -> list[str]:
    """The lines of a name: one per level, or per line of text."""
    return [str(part) for part in reversed(label)] if isinstance(label, tuple) else str(label).split("\n")


def _label(middle: float, lines: list[str], slanted: bool) -> Iterator[str]:
    """The name below a column, slanted where there is little room for some of them."""
    if slanted:
        yield write_text(middle, _HEIGHT - _BOTTOM + 12, " ".join(lines), size=9, anchor="end", turned=-35)
        return
    for number, line in enumerate(lines):
        yield write_text(middle, _HEIGHT - _BOTTOM + 14 + 12 * number, line, size=10)


def _bars(chart: Chart) -> Iterator[str]:
    """Bars from left to right, of shares up to 1, of amounts up to the longest, with the figure beside it."""
    frame = chart.frame.astype(float).fillna(0.0)
    slot = (_HEIGHT - _TOP - 40) / len(frame)
    amounts = chart.kind == "bars"
    full = (_WIDTH - _SHARE_LEFT - _RIGHT - 50 * amounts) / (float(frame.to_numpy().max()) or 1.0 if amounts else 1.0)
    for place, (label, values) in enumerate(zip(frame.index, frame.to_numpy(), strict=True)):
        top, left = _TOP + slot * (place + 0.1), float(_SHARE_LEFT)
        name = ", ".join(map(str, label)) if isinstance(label, tuple) else str(label)
        yield write_text(_SHARE_LEFT - 6, top + slot * 0.5, name, size=10, anchor="end")
        for number, value in enumerate(values):
            if value > 0:
                yield _bar(left, top, value * full, slot * 0.8, _colour(chart, number))
                left += value * full
        if amounts:
            yield write_text(left + 4, top + slot * 0.5, three_digits(values[0]), size=10, anchor="start")


def _legend(chart: Chart) -> Iterator[str]:
    """The names of the series in lines at the bottom, the last line lowest."""
    lines: list[list[tuple[float, int, str]]] = [[]]
    left = 14.0
    for number, name in enumerate(chart.frame.columns):
        if chart.kind == "waterfall" and (name == BASE or name.endswith(BELOW)):
            continue
        wide = 26 + 5.6 * len(name)
        if left + wide > _WIDTH and lines[-1]:
            left = 14.0
            lines.append([])
        lines[-1].append((left, number, name))
        left += wide
    for above, line in enumerate(reversed(lines)):
        for left, number, name in line:
            yield _bar(left, _HEIGHT - 14 - 14 * above, 9, 9, _colour(chart, number))
            yield write_text(left + 13, _HEIGHT - 6 - 14 * above, name, size=10, anchor="start")


def _colour(chart: Chart, number: int) -> str:
    """Of a series; only in a waterfall do names of series mean something, elsewhere they are names of others."""
    own = chart.colours.get(str(chart.frame.columns[number]))
    plain = f"#{own}" if own else COLOURS[number % len(COLOURS)]
    return _STEPS.get(chart.frame.columns[number].removesuffix(BELOW), plain) if chart.kind == "waterfall" else plain


def _bar(left: float, top: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{max(height, 0.5):.1f}" fill="{colour}"/>'


def write_text(
    x: float,
    y: float,
    words: str,
    *,
    size: int,
    anchor: str = "middle",
    weight: str = "normal",
    turned: int = 0,
    colour: str = "#404040",
) -> str:
    """Words in a picture.

    Parameters
    ----------
    x, y
        Place in pixels from the top left.
    words
        The text, escaped here.
    size
        Height of the letters in pixels.
    anchor
        What is at `x`: start, middle or end of the words.
    weight
        normal or bold.
    turned
        Angle in degrees, clockwise.
    colour
        As `#RRGGBB`.

    Returns
    -------
    str
        An SVG element.
    """
    turn = f' transform="rotate({turned} {x:.1f} {y:.1f})"' if turned else ""
    look = f'font-size="{size}" text-anchor="{anchor}" font-weight="{weight}" fill="{colour}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {look}{turn}>{in_html(words)}</text>'
