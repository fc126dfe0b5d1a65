"""The first page of a workbook fits a screen, and the index leads from it to every sheet that holds something."""

import html
import re
import zipfile
from functools import cache
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl import Workbook
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from planner.sheets.board import Chart, Tile
from planner.workbook.axis import round_axis
from planner.workbook.board import Board, fill_board, list_further
from planner.workbook.book import Book
from planner.workbook.figures import Figures
from planner.workbook.index import ANSWERS, kind_of, list_printed
from planner.workbook.save import save
from planner_models.schema import RESULTS
from tests import worked_example
from tests.workbooks.test_write import write_example

WIDE, HIGH = 1440 / 1.125, 640
"""Pixels that Excel's columns may take where LibreOffice draws them an eighth wider; pixels left by menus and tabs."""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    return openpyxl.load_workbook(write_example(tmp_path_factory.mktemp("page") / "result.xlsx"))


def test_the_workbook_opens_on_a_page_that_fits_the_screen(written: Workbook):
    page = written["dashboard"]
    assert written.active is page
    bounds = _printed(page)
    widths = [(found.width, found.max - found.min + 1) for found in page.column_dimensions.values()]
    assert sum(count for _, count in widths) == bounds[2]
    assert sum(width * 7 * count for width, count in widths) <= WIDE
    assert sum(page.row_dimensions[row].height / 0.75 for row in range(1, bounds[3] + 1)) <= HIGH
    assert (page.page_setup.orientation, page.page_setup.fitToHeight or 1) == ("landscape", 1)
    assert len(page._charts) == 4
    for chart in page._charts:
        assert chart.anchor.to.col <= bounds[2]
        assert chart.anchor.to.row <= bounds[3]


def test_the_index_links_every_sheet_that_holds_something(written: Workbook):
    index = written["index"]
    names = {cell.value for cell in index["A"] if cell.value}
    linked = {cell.hyperlink.location.split("'")[1] for cell in index["A"] if cell.hyperlink}
    shown = {sheet.title for sheet in written.worksheets if sheet.sheet_state == "visible"}
    assert linked == shown
    assert set(written.sheetnames) - {"_charts"} <= names


def test_what_is_empty_is_hidden_and_tabs_of_a_kind_look_alike(written: Workbook):
    tables = worked_example.outcome().tables
    for name, table in tables.items():
        assert (written[name].sheet_state == "hidden") == table.empty, name
    assert written["_charts"].sheet_state == "hidden"
    colours = {name: written[name].sheet_properties.tabColor.rgb for name in ("costs", "cash", "flows", "in_items")}
    assert colours["costs"] == colours["cash"]
    assert len(set(colours.values())) == 3


def test_only_the_page_and_decisions_are_printed(written: Workbook):
    for sheet in [sheet for sheet in written.worksheets if sheet.sheet_state == "visible"]:
        whole = sheet.title in ("dashboard", "sites", "builds", "projects", "access")
        left, top, right, bottom = _printed(sheet) if sheet.print_area else (1, 1, 0, 0)
        nothing = (left, top) == (right, bottom) and sheet.cell(top, left).value is None
        assert nothing != whole, sheet.title


def _printed(sheet: Worksheet) -> tuple[int, int, int, int]:
    """First column and row, last column and row of what is printed."""
    return range_boundaries(sheet.print_area.replace("$", "").rpartition("!")[2])


@cache
def _summary(sentences: int, words: int) -> pd.DataFrame:
    rows = [("name", "A plan", ""), ("status", "optimal", "")]
    rows += [(f"brief {number}", "word " * words, "") for number in range(1, sentences + 1)]
    return pd.DataFrame(rows, columns=["metric", "value", "unit"])


@pytest.mark.parametrize("count", range(6))
@pytest.mark.parametrize(("sentences", "words"), [(0, 0), (9, 200), (7, 30)])
def test_whatever_is_shown_stays_on_the_page(count: int, sentences: int, words: int, tmp_path: Path):
    """Findings neither leave the page nor overlap, and charts beyond the fourth go to the sheet behind it."""
    frame = pd.DataFrame({"x": [1.0, 2.0]}, index=["a", "b"])
    charts = [Chart(f"Chart {number}", "stacked", "t", frame) for number in range(count)]
    board = Board([Tile("L", "V", "D")] * 9, charts)
    page = _write_page(tmp_path, _summary(sentences, words), board)
    assert max(area.max_row for area in page.merged_cells.ranges) == page.max_row <= 31
    taken = [(row, column) for area in page.merged_cells.ranges for row, column in area.cells]
    assert len(taken) == len(set(taken))
    assert len(page._charts) == min(count, 4)
    assert len(list_further(board)[0]) == max(count - 4, 0)


def _write_page(folder: Path, summary: pd.DataFrame, board: Board) -> Worksheet:
    """The first page of a workbook that has nothing else but the figures of its charts."""
    book, figures = Book(), Figures()
    fill_board(book.add_page("dashboard"), summary, board, figures)
    figures.add_to(book)
    save(book, folder / "page.xlsx")
    return openpyxl.load_workbook(folder / "page.xlsx")["dashboard"]


CLAUSE = "access costs more than it brings (sheet access, offers); "


@pytest.mark.parametrize(
    ("sentences", "ends"),
    [
        (["word " * 59 + "end."] * 5, ["end."] * 5),
        (["word " * 59 + "end.", CLAUSE * 60 + "end."], ["end.", "offers) (further: sheet summary)."]),
        (["A short one. " + "word " * 500], ["A short one (further: sheet summary)."]),
        (["word " * 500], ["word … (further: sheet summary)."]),
    ],
)
def test_findings_have_room_or_end_with_a_whole_clause(sentences: list[str], ends: list[str], tmp_path: Path):
    """Five of 300 letters fit in smaller print; of longer ones whole clauses are shown."""
    rows = [(f"brief {number}", sentence, "") for number, sentence in enumerate(sentences, 1)]
    page = _write_page(tmp_path, pd.DataFrame(rows, columns=["metric", "value", "unit"]), Board([], []))
    shown = [cell.value for cell in page["A"] if str(cell.value)[1:3] == ". "]
    assert [text[-len(end) :] for text, end in zip(shown, ends, strict=True)] == ends


def test_every_sheet_of_a_plan_has_a_kind():
    """What no kind names counts as the answer of a study, and is printed."""
    assert [sheet for sheet in RESULTS if kind_of(sheet) == ANSWERS[0]] == []


@pytest.mark.parametrize("name", ["Costs in x!A1", "=x!$B$2", "<b>&\n=1+1", "two\nlines"])
def test_a_title_is_never_a_formula(name: str, tmp_path: Path):
    """A reference in a title would make Excel call the file damaged, or show another cell."""
    frame = pd.DataFrame({name: [1.0]}, index=[name])
    _write_page(tmp_path, _summary(0, 0), Board([], [Chart(name, "stacked", name, frame, message=name)]))
    with zipfile.ZipFile(tmp_path / "page.xlsx") as archive:
        chart = archive.read("xl/charts/chart1.xml").decode()
    assert set(re.findall("<c:f>([^<]*)!", chart)) == {"_charts"}
    shown = html.unescape("".join(re.findall("<a:t>([^<]*)</a:t>", chart))).replace("\u2060", "")
    assert shown == " ".join(name.split()) * 3


@pytest.mark.parametrize(("figures", "axis"), [([2.0, 1.0], (0, 2, 1)), ([2.0, 1.5], (0, 2, 0.5)), ([0.0], (0, 1, 1))])
def test_an_axis_of_counts_has_no_ticks_between_them(figures: list[float], axis: tuple[float, float, float]):
    chart = Chart("", "stacked", "choices", pd.DataFrame({"x": figures}))
    assert round_axis(chart) == axis


@pytest.mark.parametrize(
    ("rows", "printed"), [((20, 20), {"moves", "gains"}), ((200, 20), {"gains"}), ((0, 5), {"gains"})]
)
def test_answers_are_printed_while_pages_are_left(rows: tuple[int, int], printed: set[str]):
    """Of seven pages a table of 200 rows takes more, one of 20 rows two; an empty one is never printed."""
    tables = {name: pd.DataFrame({"x": range(count)}) for name, count in zip(("moves", "gains"), rows, strict=True)}
    tables |= {"in_regions": pd.DataFrame({"x": [1]}), "costs": pd.DataFrame({"x": [1]})}
    assert list_printed([*tables, "dashboard"], tables) == {"dashboard", *printed}
