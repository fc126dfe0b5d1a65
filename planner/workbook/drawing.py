"""Charts as native Excel charts, with their figures on a sheet of their own."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import pandas as pd
from xlsxwriter.chart import Chart as Picture

from planner.sheets.board import Chart, Curve, Map
from planner.sheets.waterfall import BASE, BELOW, BETTER, TOTAL, WORSE
from planner.surfaces import visible
from planner.workbook import style
from planner.workbook.axis import round_axis
from planner.workbook.figures import Figures, cells
from planner.workbook.outline import COASTS
from planner.workbook.titled import ARROW, BREAK, Bars, Columns, Scatter
from planner_models import frames

Point: TypeAlias = tuple[float, float]

_REACH = 0.94
"""How far the line of a flow goes on its way, so that the dot at its end does not hide the arrow."""

_STEPS = {TOTAL: style.PALETTE[0], BETTER: style.PALETTE[1], WORSE: style.PALETTE[3]}
"""Colours of the columns of a waterfall; its base has none."""

_SUBTYPES = {"clustered": "clustered", "shares": "percent_stacked"}
"""How columns are grouped; all others are stacked."""

_SMALL = {"name": "Calibri", "size": 8, "color": "#404040"}
"""Letters of axes, legends and labels."""

_GRID = {"visible": True, "line": {"color": "#E5E5E5", "width": 0.75}}
_HIDDEN = {"none": True}
_REFERENCE = re.compile(r"!(?=\$?[A-Z])")


def draw_chart(chart: Chart | Curve | Map, figures: Figures) -> Picture:
    """The Excel chart, with its figures below what `figures` has already."""
    if isinstance(chart, Curve):
        picture = _curve(chart, figures)
    else:
        picture = _map(chart, figures) if isinstance(chart, Map) else _columns(chart, figures)
    picture.show_hidden_data()
    picture.set_title(_title(chart.message or chart.title, under=chart.title if chart.message else ""))
    picture.set_chartarea({"border": {"color": "#D9D9D9"}})
    return picture


def _columns(chart: Chart, figures: Figures) -> Picture:
    """Stacked or clustered columns, a waterfall, or bars."""
    top, left = _write(chart, figures)
    lying = chart.kind in ("shares", "bars")
    subtype = _SUBTYPES.get(chart.kind, "stacked")
    picture = (Bars if lying else Columns)({"subtype": subtype})
    bottom = top + len(chart.frame)
    overlap = -5 if subtype == "clustered" else 100
    for number, name in enumerate(chart.frame.columns):
        plain = chart.colours.get(str(name), style.PALETTE[number % len(style.PALETTE)])
        colour = _STEPS.get(name.removesuffix(BELOW)) if chart.kind == "waterfall" else plain
        column = left + number
        series: dict[str, Any] = {
            "name": cells(top, column, top, column),
            "values": cells(top + 1, column, bottom, column),
        }
        series |= {"categories": cells(top + 1, 1, bottom, left - 1), "gap": 45, "overlap": overlap}
        picture.add_series(series | {"fill": {"color": f"#{colour}"} if colour else _HIDDEN})
    _set_axes(picture, chart, lying)
    picture.set_legend(_legend(chart))
    return picture


def _set_axes(picture: Picture, chart: Chart, lying: bool) -> None:
    """The axes of categories and of amounts; those of bars change places, and the first item is on top."""
    both: dict[str, Any] = {"num_font": _SMALL, "line": {"color": "#BFBFBF"}}
    names = both | {"label_position": "low", "major_gridlines": {"visible": False}}
    amounts = both | {"major_gridlines": _GRID, "num_format": "0%"}
    if chart.kind == "shares":
        amounts |= {"major_unit": 0.2}
    else:
        low, high, step = round_axis(chart)
        fine = 0 if step % 1 == 0 else 1 if step * 10 % 1 == 0 else 2
        figures = "0%" if _of_shares(chart) else "#,##0" + ("." + "0" * fine if fine else "")
        amounts |= {"min": low, "max": high, "major_unit": step, "num_format": figures} | _axis_title(chart.unit)
    if lying:
        picture.set_y_axis(names | {"reverse": True, "crossing": "max"})
        picture.set_x_axis(amounts)
    else:
        picture.set_x_axis(names)
        picture.set_y_axis(amounts)


def _legend(chart: Chart) -> dict[str, Any]:
    if chart.kind == "bars" or (chart.kind != "waterfall" and len(chart.frame.columns) == 1):
        return {"none": True}
    unnamed = [number for number, name in enumerate(chart.frame.columns) if name == BASE or name.endswith(BELOW)]
    hidden = {"delete_series": unnamed} if chart.kind == "waterfall" else {}
    return {"position": "right" if chart.kind == "shares" else "bottom", "font": _SMALL, **hidden}


def _of_shares(chart: Chart) -> bool:
    return chart.unit.startswith("share")


def _write(chart: Chart, figures: Figures) -> tuple[int, int]:
    """The figures of a chart, below those that are there; row of the series names and column of the first series."""
    title = figures.title(f"{chart.title} ({chart.unit})")
    frame = chart.frame
    levels = frame.index.nlevels
    for number, name in enumerate(frame.columns):
        figures.text(title + 1, levels + 1 + number, str(name))
    look = {"num_format": style.PERCENT if _of_shares(chart) else "#,##0.0"}
    previous: tuple[str, ...] = ()
    for row, (label, values) in enumerate(zip(frame.index, frame.to_numpy(), strict=True), title + 2):
        labels = label if isinstance(label, tuple) else (label,)
        for place, word in enumerate(labels, 1):
            if labels[:place] != previous[:place]:
                figures.text(row, place, str(word))
        previous = labels
        for number, value in enumerate(values):
            if value == value:
                figures.figure(row, levels + 1 + number, float(value), look)
    return title + 1, levels + 1


def _map(chart: Map, figures: Figures) -> Picture:
    """Coasts as a thin line, flows as lines as thick as they are large, regions as dots of an area like their worth."""
    picture = Scatter({"subtype": "straight"})
    picture.set_legend({"none": True})
    picture.show_blanks_as("gap")
    _add_line(picture, figures, "coasts", _coast_points(), {"color": "#C9CED6", "width": 0.75})
    places = chart.regions
    largest_flow = chart.flows.max() if len(chart.flows) else 1.0
    for (origin, destination), worth in frames.pairs(chart.flows):
        start, end = (places.loc[name, ["longitude", "latitude"]] for name in (origin, destination))
        ends = [tuple(start), tuple(start + _REACH * (end - start))]
        line = {"color": f"#{style.PALETTE[2]}", "width": 0.75 + 4.5 * worth / largest_flow, ARROW: True}
        _add_line(picture, figures, f"{origin} to {destination}", ends, line)
    largest = places["worth"].max() or 1.0
    labelled = _with_room(places)
    for name, place in places.iterrows():
        size = round(5 + 27 * math.sqrt(place["worth"] / largest))
        point = (place["longitude"], place["latitude"])
        _add_dot(picture, figures, (str(name), point, size), labelled=str(name) in labelled)
    _frame_map(picture, places)
    return picture


def _curve(chart: Curve, figures: Figures) -> Picture:
    """A line through the points, and larger dots in a colour of their own for those that are marked."""
    picture = Scatter({"subtype": "straight_with_markers"})
    figures.title(f"{chart.title} ({chart.across}; {chart.unit})")
    points = chart.points
    blue = {"color": f"#{style.BLUE}"}
    marker = {"type": "circle", "size": 6, "fill": blue, "border": blue}
    line = {"line": blue | {"width": 1.5}, "marker": marker}
    picture.add_series(_series(figures, "plans", _joined(points)) | line)
    for number, (name, marked) in enumerate(points[points["mark"] != ""].groupby("mark", sort=False), 2):
        colour = {"color": f"#{style.PALETTE[number % len(style.PALETTE)]}"}
        dots = {"line": _HIDDEN, "marker": {"type": "diamond", "size": 16, "fill": colour, "border": colour}}
        picture.add_series(_series(figures, str(name), _joined(marked)) | dots)
    look: dict[str, Any] = {"num_font": _SMALL, "num_format": "General", "major_gridlines": _GRID}
    picture.set_x_axis(look | _axis_title(chart.across))
    picture.set_y_axis(look | _axis_title(chart.unit))
    has_marks = bool(points["mark"].ne("").any())
    picture.set_legend({"position": "bottom", "font": _SMALL} if has_marks else {"none": True})
    return picture


def _joined(points: pd.DataFrame) -> list[Point]:
    return list(zip(points["x"], points["y"], strict=True))


def _coast_points() -> list[Point | None]:
    """All coasts as one line, with a gap between any two."""
    points: list[Point | None] = []
    for coast in COASTS:
        points += [*coast, None]
    return points[:-1]


def _series(figures: Figures, name: str, points: Sequence[Point | None]) -> dict[str, Any]:
    """A series of `points` (None is a gap), written below what `figures` has; its name is in a cell: any will do."""
    top = figures.last_row + 1
    figures.text(top, 1, name)
    for row, point in enumerate(points, top):
        if point is not None:
            figures.figure(row, 2, float(point[0]))
            figures.figure(row, 3, float(point[1]))
    bottom = top + len(points) - 1
    across, along = (cells(top, column, bottom, column) for column in (2, 3))
    return {"name": cells(top, 1, top, 1), "categories": across, "values": along}


def _add_line(
    picture: Picture, figures: Figures, name: str, points: Sequence[Point | None], line: Mapping[str, object]
) -> None:
    """A line without markers."""
    picture.add_series(_series(figures, name, points) | {"line": line, "marker": {"type": "none"}})


def _with_room(places: pd.DataFrame) -> set[str]:
    """The regions whose names can stand beside their dots; of two that are close the larger one."""
    named: list[pd.Series] = []
    for _, place in places.sort_values("worth", ascending=False, kind="stable").iterrows():
        apart = [abs(place - other) for other in named]
        if all(gap["longitude"] > 16 or gap["latitude"] > 6 for gap in apart):
            named.append(place)
    return {str(place.name) for place in named}


def _add_dot(picture: Picture, figures: Figures, dot: tuple[str, Point, int], *, labelled: bool) -> None:
    """A dot with a name, a place and a size; its name shows when the pointer rests on it, or always."""
    name, point, size = dot
    marker = {"type": "circle", "size": size, "fill": {"color": f"#{style.BLUE}"}, "border": {"color": "#FFFFFF"}}
    labels = {"series_name": True, "position": "above", "font": _SMALL | {"bold": True}}
    shown = {"data_labels": labels} if labelled else {}
    picture.add_series(_series(figures, name, [point]) | {"line": _HIDDEN, "marker": marker} | shown)


def _frame_map(picture: Picture, places: pd.DataFrame) -> None:
    """The part of the world that holds the regions, twice as wide as high, without axes."""
    west, east = places["longitude"].min() - 16, places["longitude"].max() + 16
    south, north = places["latitude"].min() - 16, places["latitude"].max() + 14
    width = max(60.0, east - west, 2 * (north - south))
    west, south = (west + east - width) / 2, (south + north - width / 2) / 2
    bare = {"visible": False, "major_gridlines": {"visible": False}}
    picture.set_x_axis(bare | {"min": west, "max": west + width})
    picture.set_y_axis(bare | {"min": south, "max": south + width / 2})
    picture.set_plotarea({"layout": {"x": 0.02, "y": 0.12, "width": 0.96, "height": 0.86}})


def _axis_title(text: str) -> dict[str, Any]:
    return {"name": _words(text), "name_font": {"name": "Calibri", "size": 9, "bold": False, "color": "#595959"}}


def _title(text: str, under: str = "") -> dict[str, Any]:
    """The title of a chart, and in small print under it what the chart shows."""
    both = _words(text) + (BREAK + _words(under) if under else "")
    return {"name": both, "name_font": {"name": "Calibri", "size": 10.5, "bold": True, "color": f"#{style.NAVY}"}}


def _words(text: str) -> str:
    """Text on one line, in which XlsxWriter finds no reference to a cell such as x!A1, which would become a formula."""
    return _REFERENCE.sub("!\u2060", visible(" ".join(text.split())))
