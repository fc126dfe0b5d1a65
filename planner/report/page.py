"""A report as one page of Markdown, or of HTML that needs nothing else."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from planner.report.picture import picture
from planner.report.wording import format_share, four_digits
from planner.sheets.board import Chart, Tile
from planner.sheets.comparison import share_in_points
from planner.sheets.waterfall import BASE, BELOW
from planner.surfaces import in_html, in_markdown
from planner_models.instance import NUMERIC
from planner_models.schema import meta

MOST_ROWS = 60
"""Rows of a table; more are counted."""

STYLE = """
body{font:15px/1.5 Calibri,Carlito,"Segoe UI",sans-serif;color:#262626;max-width:72rem;margin:2rem auto;padding:0 1rem}
h1,h2{color:#1F3A5F;line-height:1.2}h1{margin-bottom:.2rem}h2{margin-top:2.2rem}.under{color:#595959;margin-top:0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.8rem;margin:1.2rem 0}
.tile{background:#F3F6FA;border-left:4px solid #2E75B6;padding:.5rem .8rem}
.tile b{display:block;font-size:1.35rem;color:#1F3A5F}
.tile span{color:#595959;font-size:.85rem}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(26rem,100%),1fr));gap:1rem}
figure{margin:0;border:1px solid #D9D9D9;padding:.5rem}svg{width:100%;height:auto}.wide{overflow-x:auto}
table{border-collapse:collapse;font-size:.88rem}th{text-align:left;background:#DCE6F1;color:#1F3A5F}
th,td{padding:.2rem .7rem;border-bottom:1px solid #E5E5E5;vertical-align:top}td.n{text-align:right;white-space:nowrap}
"""

GENERATOR = (
    '<meta name="generator" content="supply-chain-planner">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
)
"""In the head of every page: what made it, and that a telephone shows it at its own width."""


@dataclass(frozen=True)
class Section:
    """A table under a title; columns of numbers that are shares are named in `shares`."""

    title: str
    about: str
    frame: pd.DataFrame
    shares: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ReportPage:
    """A report: title, what stands under it, sentences, headline figures, charts and tables."""

    title: str
    subtitle: str
    sentences: Sequence[str]
    tiles: Sequence[Tile] = ()
    charts: Sequence[Chart] = ()
    sections: Sequence[Section] = field(default_factory=list)


def shares_of(columns: dict) -> frozenset[str]:
    """The columns of a schema that hold shares.

    Parameters
    ----------
    columns
        The columns of a schema by name.

    Returns
    -------
    frozenset of str
        Names of the columns whose unit is share.
    """
    return frozenset(
        name for name, column in columns.items() if meta(column)["kind"] in NUMERIC and meta(column)["unit"] == "share"
    )


def markdown(page: ReportPage) -> str:
    """The page as Markdown; charts are left out.

    Parameters
    ----------
    page
        The report.

    Returns
    -------
    str
        The text of the file.
    """
    parts = [
        f"# {in_markdown(page.title)}",
        in_markdown(page.subtitle),
        "\n".join(f"- {in_markdown(s)}" for s in page.sentences),
    ]
    for section in page.sections:
        lines = [" | ".join(map(in_markdown, section.frame.columns)), " | ".join("---" for _ in section.frame.columns)]
        lines += [" | ".join(in_markdown(cell) for cell in row) for row in _cells(section)]
        parts += [f"## {in_markdown(section.title)}", in_markdown(section.about + _more(section))]
        parts += ["\n".join(f"| {line} |" for line in lines)] if len(section.frame) else []
    return "\n\n".join(part for part in parts if part) + "\n"


def html(page: ReportPage) -> str:
    """The page as HTML: style and pictures are in it, nothing is loaded.

    Parameters
    ----------
    page
        The report.

    Returns
    -------
    str
        The text of the file.
    """
    charts = "".join(f"<figure>{draw(chart)}</figure>" for chart in page.charts)
    body = [
        f'<h1>{in_html(page.title)}</h1><p class="under">{in_html(page.subtitle)}</p>{html_tiles(page.tiles)}',
        f"<ul>{''.join(f'<li>{in_html(sentence)}</li>' for sentence in page.sentences)}</ul>",
        f'<div class="charts">{charts}</div>',
        *[html_section(section) for section in page.sections],
    ]
    head = f'<meta charset="utf-8">{GENERATOR}<title>{in_html(page.title)}</title><style>{STYLE}</style>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n' + "\n".join(body) + "\n</body></html>\n"


def draw(chart: Chart) -> str:
    """A chart as a picture, with its figures as a table that can be unfolded.

    Parameters
    ----------
    chart
        The chart.

    Returns
    -------
    str
        SVG, and a table in HTML.
    """
    frame = chart.frame
    if chart.kind == "waterfall":
        seen = frame.drop(columns=[name for name in frame if name == BASE or str(name).endswith(BELOW)])
        frame = seen.loc[:, (seen.fillna(0) != 0).any()]
    head = "".join(f'<th scope="col">{in_html(name)}</th>' for name in ("", *frame.columns))
    rows = "".join(
        f'<tr><th scope="row">{in_html(_name_row(label))}</th>'
        + "".join(f'<td class="n">{_format_value(value, chart.kind == "shares")}</td>' for value in values)
        + "</tr>"
        for label, values in zip(frame.index, frame.astype(float).to_numpy().tolist(), strict=True)
    )
    unit = f" ({in_html(chart.unit)})" if chart.unit else ""
    table = f'<div class="wide"><table><tr>{head}</tr>{rows}</table></div>'
    return f"{picture(chart)}<details><summary>Table{unit}</summary>{table}</details>"


def _name_row(label: object) -> str:
    return ", ".join(map(str, label)) if isinstance(label, tuple) else str(label).replace("\n", " ")


def html_tiles(tiles: Sequence[Tile]) -> str:
    """Headline figures side by side.

    Parameters
    ----------
    tiles
        The figures.

    Returns
    -------
    str
        HTML in which text of others is escaped.
    """
    boxes = (
        f'<div class="tile"><span>{in_html(tile.label)}</span><b>{in_html(keep_percent(tile.value))}</b>'
        f"<span>{in_html(keep_percent(tile.detail))}</span></div>"
        for tile in tiles
    )
    return f'<div class="tiles">{"".join(boxes)}</div>'


def keep_percent(text: str) -> str:
    """A text in which no line ends between a number and its sign of per cent.

    Parameters
    ----------
    text
        The text.

    Returns
    -------
    str
        The text, with no-break spaces there.
    """
    return re.sub(r"(?<=\d) (?=%)", "\u00a0", text)


def html_section(section: Section) -> str:
    """The table of a section under its title.

    Parameters
    ----------
    section
        The section.

    Returns
    -------
    str
        HTML in which text of others is escaped.
    """
    numeric = [pd.api.types.is_numeric_dtype(section.frame[name]) for name in section.frame]
    head = "".join(f"<th>{in_html(name)}</th>" for name in section.frame)
    starts = ['<td class="n">' if right else "<td>" for right in numeric]
    lines = [
        "".join(f"{start}{in_html(cell)}" for start, cell in zip(starts, row, strict=True)) for row in _cells(section)
    ]
    rows = "".join(f"<tr>{line}</tr>" for line in lines)
    table = f'<div class="wide"><table><tr>{head}</tr>{rows}</table></div>' if len(section.frame) else ""
    return f"<h2>{in_html(section.title)}</h2><p>{in_html(section.about + _more(section))}</p>{table}"


def _more(section: Section) -> str:
    count = len(section.frame)
    return " None." if not count else f" The first {MOST_ROWS} of {count:,}." if count > MOST_ROWS else ""


def _cells(section: Section) -> list[list[str]]:
    """The first rows as text; numbers in the unit of their row, or else of their column."""
    rows = []
    for row in section.frame.head(MOST_ROWS).to_dict("records"):
        unit = str(row.get("unit", ""))
        rows.append([_cell(section, unit, str(name), value) for name, value in row.items()])
    return rows


def _cell(section: Section, unit: str, name: str, value: object) -> str:
    if isinstance(value, float) and value == value and share_in_points(unit, name):
        return f"{round(value, 1) + 0.0:.1f} percentage points"  # + 0.0: no -0.0
    return _format_value(value, unit.startswith("share") or name in section.shares)


def _format_value(value: object, share: bool) -> str:
    if value is None or value != value:
        return ""
    if not isinstance(value, int | float):
        return str(value)
    return format_share(value) if share and 0 <= value <= 1 else f"{100 * value:.1f} %" if share else four_digits(value)
