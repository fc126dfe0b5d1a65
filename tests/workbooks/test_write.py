"""Workbooks that are written come back as they were, look as they should, and are there whole or not at all."""

import datetime
import errno
import os
import re
import tempfile
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.issues import InputError
from planner.report.workbook import write_result
from planner.surfaces import LONGEST_TEXT
from planner.workbook import save as saving
from planner.workbook.headings import MOST
from planner.workbook.mark import mark
from planner.workbook.read import read_instance, read_tables
from planner.workbook.rows import MOST_ROWS, body
from planner.workbook.save import WriteError, save_page
from planner.workbook.write import ensure_writable, write_instance
from planner_models.instance import instance
from planner_models.schema import INPUTS, RESULTS, keys
from tests import worked_example
from tests.examples import examples
from tests.workbooks.books import SOUND

EMPTY = instance({"periods": [{"period": "1"}]})

PAGES = ("dashboard", "index", "charts", "_charts")
"""Sheets that are no tables."""


def flows(count: int) -> pd.DataFrame:
    """A table of flows with `count` rows."""
    numbers = np.random.default_rng(7).random((3, count)) * 1000
    return pd.DataFrame(
        {
            "origin": [f"region {number % 14}" for number in range(count)],
            "destination": [f"region {number % 13}" for number in range(count)],
            "item": [f"item {number % 40}" for number in range(count)],
            "mode": "sea",
            "period": [str(2024 + number % 6) for number in range(count)],
            "scenario": "base",
            "shipped": numbers[0],
            "cost": numbers[1],
            "duty": numbers[2],
        }
    )


def write_example(path: Path) -> Path:
    """Write the result workbook of the worked example."""
    reading = worked_example.reading()
    write_result(path, worked_example.outcome().tables, reading.raw, reading.instance)
    return path


@cache
def example_bytes() -> bytes:
    """The result workbook of the worked example, written once."""
    with tempfile.TemporaryDirectory() as folder:
        return write_example(Path(folder) / "result.xlsx").read_bytes()


def example_result(path: Path) -> Path:
    """A copy of it at `path`."""
    path.write_bytes(example_bytes())
    return path


def xml(path: Path, part: str) -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read(part).decode()


def test_every_table_of_a_plan_comes_back_as_it_was(tmp_path: Path):
    back = read_tables(example_result(tmp_path / "result.xlsx"))
    tables = worked_example.outcome().tables
    for name, frame in tables.items():
        if name != "summary":  # its values are numbers and texts in one column, which is read as text
            pd.testing.assert_frame_equal(
                back[name], frame.reset_index(drop=True), check_exact=True, check_dtype=False, obj=name
            )
    assert back["summary"]["metric"].tolist() == tables["summary"]["metric"].tolist()


def test_inputs_come_back_as_they_were_read(tmp_path: Path):
    back = read_tables(example_result(tmp_path / "result.xlsx"))
    raw = worked_example.reading().raw
    for name in ("sites", "lanes", "demand"):
        expected = raw[name].reset_index(drop=True).rename_axis(columns=None)
        pd.testing.assert_frame_equal(back[f"in_{name}"], expected, check_dtype=False, obj=name)
    assert (back["in_sites"]["source"] == "worked example, invented").all()


def test_columns_of_the_user_are_kept(tmp_path: Path):
    frame = pd.DataFrame(
        {
            "region": ["China"],
            "Ansprechpartner": ["Wang"],
            "seen": [datetime.datetime(2025, 3, 1)],
            "tall": [True],
            "at": [datetime.time(12, 30)],
        }
    )
    write_result(tmp_path / "result.xlsx", {}, {"regions": frame}, EMPTY)
    sheet = openpyxl.load_workbook(tmp_path / "result.xlsx")["in_regions"]
    assert [cell.value for cell in sheet[1]] == list(frame.columns)
    assert sheet["B2"].value == "Wang"
    assert sheet["C2"].value == datetime.datetime(2025, 3, 1)
    assert sheet["D2"].value is True
    assert sheet["E2"].is_date


def test_sheets_stand_in_the_order_of_the_schema(tmp_path: Path):
    names = openpyxl.load_workbook(example_result(tmp_path / "result.xlsx"), read_only=True).sheetnames
    tables = worked_example.outcome().tables
    expected = [name for name in RESULTS if name in tables] + [f"in_{name}" for name in worked_example.reading().raw]
    assert set(names) == {*expected, *PAGES}
    assert [name for name in names if name in RESULTS] == [name for name in RESULTS if name in tables]
    assert names[:4] == ["dashboard", "summary", "index", "charts"]
    assert names[-1] == "_charts"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_text_like_a_formula_stays_text(tmp_path: Path, sign: str):
    text = f'{sign}HYPERLINK("http://example.org")'
    frame = pd.DataFrame({"region": [text], "note": [text], f"{sign}1+1": [text]})
    issues = pd.DataFrame({"severity": ["error"], "sheet": [text], "cell": ["A1"], "message": [text]})
    summary = pd.DataFrame({"metric": [text], "value": [text], "unit": [text]})
    write_result(
        tmp_path / "result.xlsx",
        {"issues": issues, "summary": summary},
        {"regions": frame},
        EMPTY.with_settings(name=text),
    )
    book = openpyxl.load_workbook(tmp_path / "result.xlsx")
    for sheet in book.worksheets:
        assert not [cell for row in sheet for cell in row if cell.data_type == "f"]
    assert [book["in_regions"]["A2"].value, book["issues"]["D2"].value, book["summary"]["B2"].value] == [text] * 3
    assert book["in_regions"]["A2"].quotePrefix
    assert book["summary"]["B2"].quotePrefix


@examples(20)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20),
            st.floats(allow_nan=False, allow_infinity=False),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_any_text_and_number_keep_their_exact_value(tmp_path_factory: pytest.TempPathFactory, rows: list):
    path = tmp_path_factory.mktemp("any") / "result.xlsx"
    frame = pd.DataFrame(rows, columns=["rule", "limit"]).assign(item="i", who="w", period="p")
    write_result(path, {"rules": frame}, {}, EMPTY)
    sheet = openpyxl.load_workbook(path)["rules"]
    back = [(row[0].value, row[1].value) for row in sheet.iter_rows(min_row=2)]
    assert back == [(text, number) for text, number in rows]


def test_what_no_cell_can_hold_is_made_harmless(tmp_path: Path):
    messages = ["bell \x07 and tab \t", "x" * 40_000, "_x000D_", " blanks \n kept "]
    frame = pd.DataFrame({"severity": "info", "sheet": "", "cell": "", "message": messages})
    write_result(tmp_path / "result.xlsx", {"issues": frame}, {}, EMPTY)
    back = [cell.value for cell in openpyxl.load_workbook(tmp_path / "result.xlsx")["issues"]["D"][1:]]
    assert back[0] == "bell _x0007_ and tab \t"
    assert len(back[1]) == LONGEST_TEXT
    assert back[1].endswith("x…")
    assert back[2] == "_x005F_x000D_"  # Excel and calamine show _x000D_, openpyxl leaves it as it stands
    assert back[3] == " blanks \n kept "


def test_too_many_rows_are_refused_before_anything_is_written():
    frame = pd.DataFrame({"item": np.zeros(MOST_ROWS)})
    with pytest.raises(ValueError, match="1,048,576 rows"):
        next(body(frame, [0], 0, 0))


def test_no_row_stands_twice(tmp_path: Path):
    path = example_result(tmp_path / "result.xlsx")
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    for sheet in sheets:
        rows = [int(row) for row in re.findall(r'<row r="(\d+)"', xml(path, sheet))]
        assert rows == sorted(set(rows)), sheet


def test_tables_and_frozen_headers(tmp_path: Path):
    book = openpyxl.load_workbook(example_result(tmp_path / "result.xlsx"))
    names = []
    for sheet in book.worksheets:
        if sheet.title in PAGES:
            continue
        (table,) = sheet.tables.values()
        names.append(table.displayName)
        assert table.column_names == [cell.value for cell in sheet[1] if cell.value is not None]
        assert sheet.freeze_panes.endswith("2")
    assert len(set(names)) == len(names)
    assert book["flows"].tables["flows"].ref == f"A1:I{len(worked_example.outcome().tables['flows']) + 1}"


def test_headers_that_excel_would_take_for_one_make_no_table(tmp_path: Path):
    frame = pd.DataFrame({"region": ["China"], "Site": ["a"], "SITE": ["b"]})
    write_result(tmp_path / "result.xlsx", {}, {"regions": frame}, EMPTY)
    assert not openpyxl.load_workbook(tmp_path / "result.xlsx")["in_regions"].tables


def test_shares_are_shown_in_per_cent_and_keep_their_value(tmp_path: Path):
    frame = worked_example.outcome().tables["capacity"]
    sheet = openpyxl.load_workbook(example_result(tmp_path / "result.xlsx"))["capacity"]
    assert sheet["I2"].number_format == "0.0%"
    assert sheet["I2"].value == frame["utilisation"].iloc[0]


def test_headers_show_name_and_unit_and_keep_the_key(tmp_path: Path):
    """Shown is the number format of a text; what is copied, and what a script finds, is the key."""
    book = openpyxl.load_workbook(example_result(tmp_path / "result.xlsx"))
    capex, made = book["builds"]["G1"], book["capacity"]["H1"]
    assert (capex.value, capex.number_format) == ("capex", ';;;"Capex (USD\u00a0m)"')
    assert (made.value, made.number_format) == ("made", ';;;"Production (units/year)"')
    assert book["in_sites"]["A1"].number_format == "General"
    own = {cell.number_format for sheet in book.worksheets for cell in sheet[1] if ";;;" in cell.number_format}
    assert len(own) <= MOST


@pytest.mark.slow
def test_same_tables_same_bytes(tmp_path: Path):
    first, second = (write_example(tmp_path / name).read_bytes() for name in ("a.xlsx", "b.xlsx"))
    assert first == second


@pytest.mark.slow
def test_a_hundred_thousand_rows_come_back(tmp_path: Path):
    frame = flows(100_000)
    path = tmp_path / "result.xlsx"
    write_result(path, {"flows": frame}, {}, EMPTY)
    assert read_tables(path)["flows"]["shipped"].tolist() == frame["shipped"].tolist()


# What can go wrong on the disk


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
        (PermissionError(errno.EACCES, "Permission denied"), "close it if it is open in Excel"),
        (OSError(errno.EIO, "Input/output error"), "Input/output error"),
    ],
)
def test_trouble_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: OSError, words: str
):
    path = tmp_path / "result.xlsx"
    path.write_text("old")

    def fail(_: int) -> None:
        raise trouble

    monkeypatch.setattr(saving.os, "fsync", fail)
    with pytest.raises(WriteError, match=words):
        write_result(path, {"flows": flows(3)}, {}, EMPTY)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["result.xlsx"]


def test_an_interrupt_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "result.xlsx"
    path.write_text("old")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(saving, "_write_parts", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_result(path, {}, {}, EMPTY)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["result.xlsx"]


def test_a_link_is_followed(tmp_path: Path):
    (tmp_path / "real.xlsx").write_text("old")
    (tmp_path / "link.xlsx").symlink_to(tmp_path / "real.xlsx")
    write_result(tmp_path / "link.xlsx", {"flows": flows(2)}, {}, EMPTY)
    assert (tmp_path / "link.xlsx").is_symlink()
    assert len(read_tables(tmp_path / "real.xlsx")["flows"]) == 2


def test_what_cannot_be_written_is_known_beforehand(tmp_path: Path):
    (tmp_path / "folder.xlsx").mkdir()
    for name, words in {
        "nowhere/result.xlsx": "nowhere does not exist: make it",
        "folder.xlsx": "is a folder",
        "result.csv": "ends in .xlsx",
    }.items():
        with pytest.raises(InputError, match=words):
            ensure_writable(tmp_path / name)
    (tmp_path / "result.xlsx").write_text("old")
    ensure_writable(tmp_path / "result.xlsx")
    assert (tmp_path / "result.xlsx").read_text() == "old"
    assert sorted(os.listdir(tmp_path)) == ["folder.xlsx", "result.xlsx"]


def test_what_is_no_ordinary_file_is_never_replaced(tmp_path: Path):
    pipe = tmp_path / "pipe.xlsx"
    os.mkfifo(pipe)
    with pytest.raises(InputError, match="not an ordinary file"):
        ensure_writable(pipe)
    with pytest.raises(InputError, match="not an ordinary file"):
        mark(write_example(tmp_path / "example.xlsx"), pipe, [])
    with pytest.raises(WriteError, match="not an ordinary file"):
        save_page(pipe, "text")
    assert pipe.is_fifo()


# The summary's page


def test_charts_show_the_figures_of_the_plan(tmp_path: Path):
    book = openpyxl.load_workbook(example_result(tmp_path / "result.xlsx"))
    figures = book["_charts"]
    costs = worked_example.outcome().tables["costs"]
    years = {"2025-27": 3, "2028-30": 3, "2031-34": 4}
    header = next(row for row in figures.iter_rows() if row[1].value == "upstream")
    for offset, (period, length) in enumerate(years.items(), 1):
        row = [figures.cell(header[0].row + offset, column).value for column in range(1, 5)]
        part = costs[costs["period"] == period].groupby("tier")["amount"].sum() / length / 1000
        assert row == [period, *(pytest.approx(part[tier]) for tier in ("upstream", "midstream", "downstream"))]


def test_the_summary_has_native_charts_that_point_at_cells(tmp_path: Path):
    path = example_result(tmp_path / "result.xlsx")
    with zipfile.ZipFile(path) as archive:
        parts = sorted(name for name in archive.namelist() if name.startswith("xl/charts/chart"))
    assert len(parts) == 9
    figures = openpyxl.load_workbook(path)["_charts"]
    for part in parts:
        cells = re.findall(r"<(?:c:)?f>'?_charts'?!([^<]+)</", xml(path, part))
        assert cells
        for area in cells:
            block = figures[area.replace("$", "")]
            values = [cell.value for row in block for cell in row] if isinstance(block, tuple) else [block.value]
            assert any(value is not None for value in values), (part, area)


def test_names_on_the_map_come_from_cells_so_that_any_name_can_be_drawn(tmp_path: Path):
    """A name written into the chart itself loses its label in LibreOffice where it holds a quotation mark."""
    path = example_result(tmp_path / "result.xlsx")
    with zipfile.ZipFile(path) as archive:
        parts = [name for name in archive.namelist() if name.startswith("xl/charts/chart")]
    (chart,) = (drawing for drawing in (xml(path, part) for part in parts) if "scatterChart" in drawing)
    assert not re.findall(r"<(?:c:)?tx><(?:c:)?v>", chart)
    figures = openpyxl.load_workbook(path)["_charts"]
    names = {
        figures[cell.replace("$", "")].value
        for cell in re.findall(r"<(?:c:)?strRef><(?:c:)?f>'?_charts'?!([^<]+)", chart)
    }
    assert {"Northland", "Eastland", "Southland"} <= names


def test_a_plan_without_places_or_prices_has_no_map_but_a_summary(tmp_path: Path):
    bare = instance({"periods": [{"period": "1"}], "regions": [{"region": "here"}]})
    summary = pd.DataFrame({"metric": ["status"], "value": ["optimal: no plan is better"], "unit": [None]})
    write_result(tmp_path / "result.xlsx", {"summary": summary}, {}, bare)
    assert read_tables(tmp_path / "result.xlsx")["summary"]["value"].tolist() == ["optimal: no plan is better"]


# Instances


def test_an_instance_comes_back_as_it_was(tmp_path: Path):
    tables = {sheet: [dict(zip(rows[0], row, strict=True)) for row in rows[1:]] for sheet, rows in SOUND.items()}
    write_instance(tables, tmp_path / "instance.xlsx")
    reading = read_instance(tmp_path / "instance.xlsx")
    assert not reading.issues
    settings = {"name": "small", "base_year": 2025, "mip_gap": 0.01, "scale": "off"}
    assert reading.instance.settings.items() >= settings.items()
    expected = instance({name: rows for name, rows in tables.items() if name != "settings"})
    for sheet, frame in expected.tables.items():
        pd.testing.assert_frame_equal(reading.instance[sheet], frame, obj=sheet, check_index_type=False)
    shown = [sheet for sheet in openpyxl.load_workbook(tmp_path / "instance.xlsx") if sheet.sheet_state == "visible"]
    columns = {sheet.title: [cell.value for cell in sheet[1]] for sheet in shown}
    assert columns == {name: list(schema.columns) for name, schema in INPUTS.items()}


def test_an_instance_keeps_columns_of_its_own_and_takes_numbers_typed_as_text(tmp_path: Path):
    regions = [{"region": "China", "wage": "5.5", "anchor": "CN"}]
    write_instance({"regions": regions, "settings": [{"key": "base_year", "value": "2030"}]}, tmp_path / "a.xlsx")
    reading = read_instance(tmp_path / "a.xlsx")
    assert reading.raw["regions"]["anchor"].tolist() == ["CN"]
    assert reading.instance["regions"]["wage"].tolist() == [5.5]
    assert reading.instance.settings["base_year"] == 2030


@pytest.mark.parametrize(
    ("tables", "fault"),
    [
        ({"region": []}, KeyError),
        ({"settings": [{"key": "gap", "value": 1}]}, KeyError),
        ({"settings": [{"key": "mip_gap", "value": "small"}]}, ValueError),
        ({"regions": [{"region": "China", "wage": "much"}]}, ValueError),
    ],
)
def test_wrong_tables_are_refused(tmp_path: Path, tables: dict, fault: type[Exception]):
    with pytest.raises(fault):
        write_instance(tables, tmp_path / "instance.xlsx")
    assert not os.listdir(tmp_path)


def test_keys_of_results_come_first():
    """The writer freezes the first columns for this reason."""
    for schema in RESULTS.values():
        assert list(schema.columns)[: len(keys(schema))] == keys(schema)
