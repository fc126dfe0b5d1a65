"""`planner compare` as a user meets it: files in, a workbook or a page out, and what is said on the way."""

import html.parser
import os
import re
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from planner.cli.main import run
from planner.results import result_file
from planner.results.result_file import labels
from planner.seal import planner_version
from planner.sheets.comparison import comparison_schemas
from tests.results import TINY, put, result


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The plan, and the same with a module ordered a period later."""
    one, two = (tmp_path_factory.mktemp("two") / name for name in ("one.xlsx", "two.xlsx"))
    return [result(one), result(two, {"builds": put("period", "2026")})]


@pytest.fixture
def two(written: list[Path], tmp_path: Path) -> list[str]:
    """Copies of the two, which may be edited."""
    return [str(shutil.copy(path, tmp_path / path.name)) for path in written]


def sheet(path: Path, name: str) -> pd.DataFrame:
    return pd.read_excel(path, sheet_name=name, engine="calamine")


def edited(path: str, name: str, cell: str, value: object) -> None:
    """Write one cell, as a hand would in Excel."""
    book = openpyxl.load_workbook(path)
    book[name][cell] = value
    book.save(path)


def test_from_an_instance_to_a_comparison(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """Doubling the capex of every module: the plan costs more, and the two cells behind it are named."""
    base, dear, out = (tmp_path / f"{name}.xlsx" for name in ("base", "dear", "out"))
    assert run(["solve", str(TINY), "-o", str(base), "--gap", "0"]) == 0
    changed = ["--set", "options[*|*|large].capex=400", "--set", "lanes[south|north|*|sea].cost=1"]
    assert run(["solve", str(TINY), "-o", str(dear), "--gap", "0", *changed]) == 0
    capsys.readouterr()
    assert run(["compare", str(base), str(dear), "-o", str(out)]) == 0
    told, noticed = capsys.readouterr()
    assert noticed == ""
    assert "bridge from base to dear adds up" in told
    schemas = comparison_schemas(["base", "dear"])
    book = openpyxl.load_workbook(out)
    assert set(book.sheetnames) == {*schemas, "dashboard", "charts", "index", "_charts"}
    assert [len(book[name]._charts) for name in ("dashboard", "charts")] == [3, 1]  # the bridge takes the whole width
    inputs = sheet(out, "input_changes")
    assert set(zip(inputs["sheet"], inputs["column"], strict=True)) == {("options", "capex"), ("lanes", "cost")}
    headline = sheet(out, "headline").set_index("metric")
    steps = sheet(out, "bridge")["change"].sum()
    assert headline.at["objective", "change to dear"] == pytest.approx(steps, rel=1e-9)
    seal = dict(sheet(out, "run").itertuples(index=False, name=None))
    assert seal["input 2"] == "dear.xlsx"
    assert len(seal["input 2 SHA-256"]) == 64


@pytest.mark.slow
def test_the_base_is_the_reference_wherever_it_stands(two: list[str], tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    assert run(["compare", *two, "--base", two[1], "-o", str(out)]) == 0
    assert sheet(out, "files")["file"].tolist() == ["two", "one"]
    assert sheet(out, "decisions")["difference"].tolist() == ["earlier"]
    assert run(["compare", two[0], "--base", two[1], "-o", str(out)]) == 0
    assert sheet(out, "files")["file"].tolist() == ["two", "one"]


@pytest.mark.slow
def test_as_markdown_and_as_html(two: list[str], tmp_path: Path) -> None:
    page, text = tmp_path / "page.html", tmp_path / "page.txt"
    assert run(["compare", *two, "-o", str(text), "--format", "md"]) == 0
    assert "New large for cell making at cell plant: 2026 instead of 2025" in text.read_text("utf-8")
    assert run(["compare", *two, "-o", str(page)]) == 0
    written = page.read_text("utf-8")
    assert "2026 instead of 2025" in written
    assert written.count("<svg") == 2  # no cost differs: two empty waterfalls would say nothing
    assert not re.search(r"(src|href)=|@import|url\(", written)
    parser = html.parser.HTMLParser()
    parser.feed(written)
    parser.close()


@pytest.mark.slow
def test_shares_differ_by_percentage_points(tmp_path: Path) -> None:
    """A relative change of 50 % would be another thing."""
    one, two = result(tmp_path / "one.xlsx"), tmp_path / "two.xlsx"
    result(two, {"capacity": lambda frame: frame.assign(made=frame["made"] / 2)})
    book, text, page = (tmp_path / f"out.{ending}" for ending in ("xlsx", "md", "html"))
    for out in (book, text, page):
        assert run(["compare", str(one), str(two), "-o", str(out)]) == 0
    cells = openpyxl.load_workbook(book)["headline"]
    row = next(row for row in cells.iter_rows(min_row=2) if str(row[0].value).startswith("use of"))
    before, after, change = row[2:5]
    assert row[1].value == "share, changes in percentage points"
    assert change.value == pytest.approx(100 * (after.value - before.value))
    assert (before.number_format, change.number_format) == ("0.0%", '0.0" percentage points"')
    for written in (text.read_text("utf-8"), page.read_text("utf-8")):
        (line,) = re.findall(rf"{re.escape(str(row[0].value))}\b.*?percentage points.*?percentage points", written)
        assert line.endswith(f"{change.value:.1f} percentage points")


@pytest.mark.slow
def test_a_pipe_is_not_replaced_but_the_file_behind_a_link_is(two: list[str], tmp_path: Path) -> None:
    pipe, link, real = (tmp_path / name for name in ("pipe", "link", "real"))
    os.mkfifo(pipe)
    real.write_text("old")
    link.symlink_to(real)
    assert run(["compare", *two, "-o", str(pipe), "--format", "md"]) == 2
    assert pipe.is_fifo()
    assert run(["compare", *two, "-o", str(link), "--format", "md"]) == 2
    assert run(["compare", *two, "-o", str(link), "--format", "md", "--force"]) == 0
    assert link.is_symlink()
    assert real.read_text("utf-8").startswith("# two beside one")


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    "command", [["check"], ["solve", "-o", "OUT"], ["alternatives", "--within", "2%"], ["run", "-o", "FOLDER"]]
)
def test_a_result_in_the_place_of_an_instance_is_one_fault(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    given = result(tmp_path / "given.xlsx")
    places = {"OUT": str(tmp_path / "out.xlsx"), "FOLDER": str(tmp_path / "results")}
    assert run([command[0], str(given), *[places.get(word, word) for word in command[1:]]]) == 2
    said = capsys.readouterr().err
    (fault,) = [line for line in said.splitlines() if "given.xlsx is a result" in line]
    assert "missing" not in said
    assert fault.endswith("not an instance: name the workbook that it was made from, tiny.xlsx")


def test_instances_are_compared_by_their_inputs(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    one, two, out = tmp_path / "one.xlsx", tmp_path / "two.xlsx", tmp_path / "out.xlsx"
    for path in (one, two):
        shutil.copy(TINY, path)
    edited(str(two), "lanes", "E2", 0.75)
    assert run(["compare", str(one), str(two), "-o", str(out)]) == 0
    told, noticed = capsys.readouterr()
    assert (noticed, "two: 1 input differs" in told) == ("", True)
    (row,) = sheet(out, "input_changes").to_dict("records")
    assert (row["before"], row["after"], row["cell_after"]) == (0.5, 0.75, "lanes!E2")
    assert sheet(out, "headline").empty


def test_a_result_beside_its_instance_that_has_changed(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    changed = tmp_path / "tiny.xlsx"
    shutil.copy(TINY, changed)
    edited(str(changed), "lanes", "E2", 0.75)
    made = result(tmp_path / "made.xlsx")
    assert run(["compare", str(made), str(changed), "-o", str(tmp_path / "out.xlsx")]) == 0
    noticed = capsys.readouterr().err
    assert "tiny.xlsx has changed since made was made from it" in noticed
    assert "only the input is compared" in noticed


def test_a_result_that_was_edited_by_hand_is_said(
    two: list[str], tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    edited(two[1], "costs", "F2", 12345.0)
    out = tmp_path / "out.xlsx"
    assert run(["compare", *two, "-o", str(out)]) == 0
    noticed = capsys.readouterr().err
    assert "two: was edited by hand: the seal does not fit its tables" in noticed
    assert "costs add up to" in noticed
    assert sheet(out, "files")["seal"].tolist() == ["fits", "does not fit"]
    assert "edited by hand" in str(sheet(out, "summary").set_index("metric").at["brief 1", "value"])


@pytest.mark.slow
@pytest.mark.parametrize(("version", "writer"), [("", "another build of planner"), ("9", "planner 0.")])
def test_a_result_of_a_planner_with_other_columns_is_not_called_edited(
    version: str,
    writer: str,
    two: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its seal cannot fit, and that says nothing about whoever had the file."""
    edited(two[0], "costs", "F2", 12345.0)
    monkeypatch.setattr(result_file, "columns_hash", lambda: "of another schema")
    monkeypatch.setattr(result_file, "planner_version", lambda: version or planner_version())
    assert run(["compare", *two, "-o", str(tmp_path / "out.xlsx")]) == 0
    noticed = capsys.readouterr().err
    assert f"one: was written by {writer}" in noticed
    assert "one: was edited by hand" not in noticed


def test_missing_sheets_are_said_and_the_rest_is_compared(
    two: list[str], tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    book = openpyxl.load_workbook(two[1])
    for name in ("flows", "in_items", "security"):
        del book[name]
    keys = [cell.value for cell in book["run"]["A"]]
    book["run"].delete_rows(keys.index("tables SHA-256") + 1)
    book.save(two[1])
    assert run(["compare", *two, "-o", str(tmp_path / "out.xlsx")]) == 0
    noticed = capsys.readouterr().err
    assert "two: sheets flows, security, in_items missing, so their figures are not compared" in noticed
    assert "two: has no seal" in noticed


def test_a_result_without_its_seal_sheet_is_refused(
    two: list[str], tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    book = openpyxl.load_workbook(two[1])
    del book["run"]
    book.save(two[1])
    assert run(["compare", *two, "-o", str(tmp_path / "out.xlsx")]) == 2
    assert "no sheet run" in capsys.readouterr().err


def test_a_value_that_cannot_be_read_is_said(two: list[str], tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    edited(two[1], "costs", "F2", "a lot")
    assert run(["compare", *two, "-o", str(tmp_path / "out.xlsx")]) == 0
    assert 'warning: costs!F2: two: is the text "a lot"' in capsys.readouterr().err


def test_what_is_neither_result_nor_instance_ends_with_2_and_is_named(
    two: list[str], tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    foreign, text, out = tmp_path / "foreign.xlsx", tmp_path / "text.xlsx", tmp_path / "out.xlsx"
    openpyxl.Workbook().save(foreign)
    text.write_text("no workbook")
    for path, words in (
        (foreign, "is neither a result"),
        (text, "is not an Excel workbook"),
        (tmp_path / "no.xlsx", "no file"),
    ):
        assert run(["compare", two[0], str(path), "-o", str(out)]) == 2
        noticed = capsys.readouterr().err
        assert words in noticed
        assert path.name in noticed
        assert not out.exists()


def test_a_comparison_is_no_plan(two: list[str], tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    out = tmp_path / "out.xlsx"
    assert run(["compare", *two, "-o", str(out)]) == 0
    assert run(["compare", two[0], str(out), "-o", str(tmp_path / "again.xlsx")]) == 2
    assert "holds a comparison, not a plan" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["{one}", "-o", "{out}"], 2, "at least two files"),
        (["{one}", "{two}", "-o", "{two}"], 2, "one of the files to compare"),
        (["{one}", "{two}", "-o", "{out}.docx"], 2, "is unknown"),
        (["{one}", "{two}", "-o", "{out}", "--format", "pdf"], 2, "--format pdf"),
        (["{one}", "{two}", "-o", "{out}.md", "--format", "xlsx"], 2, "ends in .xlsx"),
    ],
)
def test_what_cannot_be_asked(
    arguments: list[str], status: int, words: str, two: list[str], tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    named = {"one": two[0], "two": two[1], "out": str(tmp_path / "out.xlsx")}
    before = Path(two[1]).read_bytes()
    assert run(["compare", *[argument.format(**named) for argument in arguments]]) == status
    assert words in capsys.readouterr().err
    assert Path(two[1]).read_bytes() == before


def test_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    paths = [tmp_path / "old" / "plan.xlsx", tmp_path / "new" / "plan.xlsx", tmp_path / "unit.xlsx"]
    assert labels(paths) == ["old/plan", "new/plan", "unit (2)"]
    assert labels([paths[0], paths[0]]) == ["plan", "plan (2)"]
