"""A comparison as a page: what the workbook shows first, and the first rows of its sheets."""

from planner.report.page import ReportPage, Section, shares_of
from planner.studies.comparison.charts import comparison_charts
from planner.studies.comparison.report import brief, comparison_summary, comparison_tiles, subtitle
from planner.studies.comparison.study import Comparison

_SECTIONS = {
    "headline": ("Headline figures", ()),
    "decisions": ("Decisions that differ", ("file", "decision", "difference", "words")),
    "bridges": ("Bridges", ("from", "to", "cost_before", "cost_after", "difference", "steps", "exact")),
    "bridge": ("Steps of the bridges", ()),
    "input_changes": ("Inputs that differ", ()),
    "flow_changes": ("Flows that moved most", ()),
    "security_changes": ("Security figures that moved most", ()),
    "scenario_changes": ("Scenarios whose service or loss differs", ()),
    "rule_changes": ("Rules that are met differently", ()),
    "files": ("Files", ("file", "path", "kind", "name", "status", "goal", "currency", "planner", "seal")),
    "issues": ("Warnings and notes", ()),
}
"""Sheets in the order of the page: title, and the columns that are shown (all where none is named)."""


def comparison_page(found: Comparison) -> ReportPage:
    """The page of a comparison.

    Parameters
    ----------
    found
        The comparison.

    Returns
    -------
    ReportPage
        Its sentences, figures, charts and sheets.
    """
    summary = comparison_summary(found).set_index("metric")["value"]
    sections = []
    for sheet, (title, columns) in _SECTIONS.items():
        schema = found.schemas[sheet]
        frame = found.tables[sheet][list(columns or schema.columns)]
        if sheet == "bridge":
            frame = frame[frame["change"] != 0]
        sections.append(Section(title, str(schema.description), frame, shares_of(schema.columns)))
    tiles, charts = comparison_tiles(found), comparison_charts(found)
    return ReportPage(str(summary["name"]), subtitle(found), brief(found), tiles, charts, sections)
