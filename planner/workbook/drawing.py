"""Charts as native Excel charts, with their figures on a sheet of their own."""

import math

import pandas as pd
from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference, ScatterChart, Series
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.data_source import AxDataSource, MultiLevelStrRef, StrRef
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.legend import LegendEntry
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineEndProperties, LineProperties
from openpyxl.drawing.text import CharacterProperties, Font, Paragraph, ParagraphProperties, RegularTextRun
from openpyxl.styles import Font as CellFont
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.worksheet import Worksheet

from planner.sheets.board import Chart, Curve, Map
from planner.sheets.waterfall import BASE, BELOW, BETTER, TOTAL, WORSE
from planner.surfaces import visible
from planner.workbook import style
from planner.workbook.axis import round_axis
from planner.workbook.outline import COASTS
from planner.workbook.put import put_text
from planner_models import frames

SHEET = "_charts"
"""Holds the figures behind the charts; begins with _, so that the reader passes it by."""

_REACH = 0.94
"""How far the line of a flow goes on its way, so that the dot at its end does not hide the arrow."""

_STEPS = {TOTAL: style.PALETTE[0], BETTER: style.PALETTE[1], WORSE: style.PALETTE[3]}
"""Colours of the columns of a waterfall; its base has none."""

_POINT = 12_700
"""Drawing units (EMU) per point."""


def figures_sheet(book: Workbook) -> Worksheet:
    """The sheet for the figures behind the charts, as yet empty."""
    sheet = book.create_sheet(SHEET)
    sheet.sheet_properties.tabColor = style.UNUSED
    sheet.column_dimensions["A"].width = 26
    return sheet


def draw_chart(chart: Chart | Curve | Map, figures: Worksheet) -> BarChart | ScatterChart:
    """The Excel chart, with its figures written below what `figures` has already."""
    if isinstance(chart, Curve):
        picture = _curve(chart, figures)
    else:
        picture = _map(chart, figures) if isinstance(chart, Map) else _columns(chart, figures)
    picture.visible_cells_only = False
    message = "" if isinstance(chart, Curve) else chart.message
    picture.title = _title(message or chart.title, 1050, under=chart.title if message else "")
    picture.graphical_properties = GraphicalProperties(ln=LineProperties(solidFill="D9D9D9"))
    return picture


def _columns(chart: Chart, figures: Worksheet) -> BarChart:
    """Stacked or clustered columns, a waterfall, or bars."""
    top, left = _write(chart, figures)
    lying = chart.kind in ("shares", "bars")
    picture = BarChart()
    picture.type = "bar" if lying else "col"
    picture.grouping = {"clustered": "clustered", "shares": "percentStacked"}.get(chart.kind, "stacked")
    picture.overlap = 100 if chart.kind != "clustered" else -5
    picture.gapWidth = 45
    bottom = top + len(chart.frame)
    for number, name in enumerate(chart.frame.columns):
        values = Reference(figures, min_col=left + number, min_row=top, max_row=bottom)
        series = Series(values, title_from_data=True)
        plain = chart.colours.get(str(name), style.PALETTE[number % len(style.PALETTE)])
        colour = _STEPS.get(name.removesuffix(BELOW)) if chart.kind == "waterfall" else plain
        series.graphicalProperties = GraphicalProperties(solidFill=colour, noFill=None if colour else True)
        series.invertIfNegative = False
        picture.series.append(series)
    _set_categories(picture, figures, top + 1, bottom, left - 1)
    picture.y_axis.title = None if chart.kind == "shares" else _title(chart.unit, 900, bold=False)
    picture.y_axis.number_format = "0%"
    picture.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill="E5E5E5"))
    for axis in (picture.x_axis, picture.y_axis):
        axis.delete = False
        axis.txPr = _small()
        axis.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill="BFBFBF"))
    if lying:
        picture.x_axis.scaling.orientation = "maxMin"  # the first item on top, and the scale at the bottom all the same
        picture.y_axis.crosses = "max"
    if chart.kind == "shares":
        picture.y_axis.majorUnit = 0.2
    else:
        low, high, step = round_axis(chart)
        picture.y_axis.scaling.min, picture.y_axis.scaling.max = low, high
        picture.y_axis.majorUnit = step
        fine = 0 if step % 1 == 0 else 1 if step * 10 % 1 == 0 else 2
        picture.y_axis.number_format = "0%" if _of_shares(chart) else "#,##0" + ("." + "0" * fine if fine else "")
    if chart.kind == "bars":
        picture.legend = None
    else:
        picture.legend.position = "r" if chart.kind == "shares" else "b"
        picture.legend.txPr = _small()
    picture.x_axis.tickLblPos = "low"
    if chart.kind == "waterfall":
        unnamed = [number for number, name in enumerate(chart.frame.columns) if name == BASE or name.endswith(BELOW)]
        picture.legend.legendEntry = [LegendEntry(idx=number, delete=True) for number in unnamed]
    return picture


def _of_shares(chart: Chart) -> bool:
    return chart.unit.startswith("share")


def _write(chart: Chart, figures: Worksheet) -> tuple[int, int]:
    """The figures of a chart, below those that stand there; row of the series names and column of the first series."""
    title = figures.max_row + 2 if figures.max_row > 1 else 1
    put_text(figures.cell(title, 1), f"{chart.title} ({chart.unit})")
    figures.cell(title, 1).font = CellFont(name="Calibri", bold=True)
    frame = chart.frame
    levels = frame.index.nlevels
    for number, name in enumerate(frame.columns):
        put_text(figures.cell(title + 1, levels + 1 + number), str(name))
    previous: tuple[str, ...] = ()
    for row, (label, values) in enumerate(zip(frame.index, frame.to_numpy(), strict=True), title + 2):
        labels = label if isinstance(label, tuple) else (label,)
        for place, word in enumerate(labels, 1):
            if labels[:place] != previous[:place]:
                put_text(figures.cell(row, place), str(word))
        previous = labels
        for number, value in enumerate(values):
            if value != value:
                continue
            cell = figures.cell(row, levels + 1 + number, float(value))
            cell.number_format = style.PERCENT if _of_shares(chart) else "#,##0.0"
    return title + 1, levels + 1


def _set_categories(picture: BarChart, figures: Worksheet, top: int, bottom: int, levels: int) -> None:
    """The labels in the first `levels` columns; those of two levels are grouped by the first."""
    if levels == 1:
        picture.set_categories(Reference(figures, min_col=1, min_row=top, max_row=bottom))
        return
    where = f"{quote_sheetname(figures.title)}!$A${top}:$B${bottom}"
    for series in picture.series:
        series.cat = AxDataSource(multiLvlStrRef=MultiLevelStrRef(f=where))
    picture.x_axis.noMultiLvlLbl = False


def _map(chart: Map, figures: Worksheet) -> ScatterChart:
    """Coasts as a thin line, flows as lines as thick as they are large, regions as dots of an area like their worth."""
    picture = ScatterChart()
    picture.style = 13
    picture.scatterStyle = "lineMarker"
    picture.legend = None
    picture.display_blanks = "gap"
    _add_line(picture, figures, "coasts", _coast_points(), ("C9CED6", 0.75))
    places = chart.regions
    largest_flow = chart.flows.max() if len(chart.flows) else 1.0
    for (origin, destination), worth in frames.pairs(chart.flows):
        start, end = (places.loc[name, ["longitude", "latitude"]] for name in (origin, destination))
        ends = [tuple(start), tuple(start + _REACH * (end - start))]
        width = 0.75 + 4.5 * worth / largest_flow
        _add_line(picture, figures, f"{origin} to {destination}", ends, (style.PALETTE[2], width))
    largest = places["worth"].max() or 1.0
    labelled = _with_room(places)
    for name, place in places.iterrows():
        dot = _add_dot(picture, figures, str(name), (place["longitude"], place["latitude"]))
        dot.marker.size = round(5 + 27 * math.sqrt(place["worth"] / largest))
        if name in labelled:
            dot.dLbls = _name_above()
    _frame_map(picture, places)
    return picture


def _curve(chart: Curve, figures: Worksheet) -> ScatterChart:
    """A line through the points, and larger dots in a colour of their own for those that are marked."""
    picture = ScatterChart()
    picture.style = 13
    picture.scatterStyle = "lineMarker"
    _series_title(figures, chart)
    points = chart.points
    line = _series(picture, figures, "plans", list(zip(points["x"], points["y"], strict=True)))
    line.marker.symbol, line.marker.size = "circle", 6
    line.marker.graphicalProperties = GraphicalProperties(solidFill=style.BLUE)
    line.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill=style.BLUE, w=round(1.5 * _POINT)))
    for number, (name, marked) in enumerate(points[points["mark"] != ""].groupby("mark", sort=False), 2):
        dots = _series(picture, figures, str(name), list(zip(marked["x"], marked["y"], strict=True)))
        dots.marker.symbol, dots.marker.size = "diamond", 16
        dots.marker.graphicalProperties = GraphicalProperties(solidFill=style.PALETTE[number % len(style.PALETTE)])
        dots.graphicalProperties = GraphicalProperties(ln=LineProperties(noFill=True))
    for axis, words in ((picture.x_axis, chart.across), (picture.y_axis, chart.unit)):
        axis.title = _title(words, 900, bold=False)
        axis.delete = False
        axis.txPr = _small()
        axis.number_format = "General"
        axis.majorGridlines = ChartLines(spPr=GraphicalProperties(ln=LineProperties(solidFill="E5E5E5")))
    picture.legend.position = "b"
    picture.legend.txPr = _small()
    return picture


def _series_title(figures: Worksheet, chart: Curve) -> None:
    """The title of a curve above its figures."""
    row = figures.max_row + 2 if figures.max_row > 1 else 1
    put_text(figures.cell(row, 1), f"{chart.title} ({chart.across}; {chart.unit})")
    figures.cell(row, 1).font = CellFont(name="Calibri", bold=True)


def _coast_points() -> list[tuple[float, float] | None]:
    """All coasts as one line, with a gap between any two."""
    points: list[tuple[float, float] | None] = []
    for coast in COASTS:
        points += [*coast, None]
    return points[:-1]


def _series(picture: ScatterChart, figures: Worksheet, name: str, points: list) -> Series:
    """A series of `points` (None is a gap), written below what `figures` has."""
    top = figures.max_row + 1
    put_text(figures.cell(top, 1), name)
    for row, point in enumerate(points, top):
        if point is not None:
            figures.cell(row, 2, float(point[0]))
            figures.cell(row, 3, float(point[1]))
    bottom = top + len(points) - 1
    longitudes, latitudes = (Reference(figures, min_col=column, min_row=top, max_row=bottom) for column in (2, 3))
    series = Series(latitudes, longitudes)
    series.tx = SeriesLabel(strRef=StrRef(f"{quote_sheetname(figures.title)}!$A${top}"))  # quotes break a literal name
    series.smooth = False
    picture.series.append(series)
    return series


def _add_line(picture: ScatterChart, figures: Worksheet, name: str, points: list, look: tuple[str, float]) -> None:
    """A line in a colour and a width in points."""
    series = _series(picture, figures, name, points)
    series.marker.symbol = "none"
    line = LineProperties(solidFill=look[0], w=round(look[1] * _POINT))
    if len(points) == 2:
        line.tailEnd = LineEndProperties(type="triangle")
    series.graphicalProperties = GraphicalProperties(ln=line)


def _with_room(places: pd.DataFrame) -> set[str]:
    """The regions whose names can stand beside their dots; of two that are close the larger one."""
    named: list[pd.Series] = []
    for _, place in places.sort_values("worth", ascending=False, kind="stable").iterrows():
        apart = [abs(place - other) for other in named]
        if all(gap["longitude"] > 16 or gap["latitude"] > 6 for gap in apart):
            named.append(place)
    return {str(place.name) for place in named}


def _add_dot(picture: ScatterChart, figures: Worksheet, name: str, point: tuple[float, float]) -> Series:
    """A dot; its name shows when the pointer rests on it."""
    series = _series(picture, figures, name, [point])
    series.marker.symbol = "circle"
    series.marker.graphicalProperties = GraphicalProperties(solidFill=style.BLUE, ln=LineProperties(solidFill="FFFFFF"))
    series.graphicalProperties = GraphicalProperties(ln=LineProperties(noFill=True))
    return series


def _name_above() -> DataLabelList:
    labels = DataLabelList(showSerName=True, showVal=False, showLegendKey=False, showCatName=False)
    labels.showPercent = labels.showBubbleSize = False
    labels.position = "t"
    labels.txPr = _small(bold=True)
    return labels


def _frame_map(picture: ScatterChart, places: pd.DataFrame) -> None:
    """The part of the world that holds the regions, twice as wide as high, without axes."""
    west, east = places["longitude"].min() - 16, places["longitude"].max() + 16
    south, north = places["latitude"].min() - 16, places["latitude"].max() + 14
    width = max(60.0, east - west, 2 * (north - south))
    west, south = (west + east - width) / 2, (south + north - width / 2) / 2
    for axis, low, span in ((picture.x_axis, west, width), (picture.y_axis, south, width / 2)):
        axis.scaling.min, axis.scaling.max = low, low + span
        axis.majorGridlines = None
        axis.delete = True
    picture.layout = Layout(manualLayout=ManualLayout(xMode="edge", yMode="edge", x=0.02, y=0.12, w=0.96, h=0.86))


def _title(text: str, size: int = 1200, *, bold: bool = True, under: str = "") -> Title:
    """A title, its size in hundredths of a point, and in a line `under` it what the picture shows."""
    title = Title()
    title.tx = Text(rich=RichText(p=[_paragraph(text, size, bold)]))
    if under:
        title.tx.rich.p.append(_paragraph(under, 900, False))
    title.overlay = False
    return title


def _paragraph(text: str, size: int, bold: bool) -> Paragraph:
    look = CharacterProperties(sz=size, b=bold, solidFill=style.NAVY if bold else "595959", latin=Font("Calibri"))
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=look), r=[])
    paragraph.r.append(RegularTextRun(t=visible(text), rPr=look))
    return paragraph


def _small(*, bold: bool = False) -> RichText:
    """Letters for axes, legends and labels."""
    look = CharacterProperties(sz=800, b=bold, solidFill="404040", latin=Font("Calibri"))
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=look), endParaRPr=look)])
