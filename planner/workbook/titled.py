"""XlsxWriter's charts with what it has no options for: titles of two paragraphs, and arrows."""

from typing import Any

from xlsxwriter.chart import Chart
from xlsxwriter.chart_bar import ChartBar
from xlsxwriter.chart_column import ChartColumn
from xlsxwriter.chart_scatter import ChartScatter
from xlsxwriter.color import Color

BREAK = "\n"
"""In a title, between the headline and the small print below it."""

ARROW = "arrow"
"""The option of a line that ends in an arrow."""

_UNDER = 900, "#595959"
"""Size of small print in hundredths of a point, and its colour."""


class _Titled(Chart):
    """A chart whose title may have two paragraphs."""

    def _write_a_p_rich(self, title: str, font: dict[str, Any], ignore_rich_pr: bool) -> None:
        for text, look in _paragraphs(title, font):
            super()._write_a_p_rich(text, look, ignore_rich_pr)


class Columns(_Titled, ChartColumn):
    """Columns."""


class Bars(_Titled, ChartBar):
    """Lying columns."""


class Scatter(_Titled, ChartScatter):
    """Dots, lines and arrows."""

    def _write_a_ln(self, line: dict[str, Any]) -> None:
        if not line.get(ARROW):
            super()._write_a_ln(line)
            return
        self._xml_start_tag("a:ln", [("w", round(line["width"] * 12_700))])
        self._write_a_solid_fill(line)
        self._xml_empty_tag("a:tailEnd", [("type", "triangle")])
        self._xml_end_tag("a:ln")


def _paragraphs(title: str, font: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The paragraphs of a title and their letters."""
    headline, _, under = title.partition(BREAK)
    size, colour = _UNDER
    small = font | {"size": size, "bold": False, "color": Color(colour)}
    return [(headline, font), *([(under, small)] if under else [])]
