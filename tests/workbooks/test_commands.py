"""Mutated workbooks at which a command once met the unexpected, or wrote what it should not have."""

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from planner.cli.main import run as planner
from planner.issues import Issue
from planner.report.plan_page import run_report
from planner.sheets.issues import tabulate_issues
from planner_models.plan import tidy
from planner_models.schema import RESULTS
from tests.benchmarks.kills import write_small
from tests.workbooks.commands import run


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "seed"),
    [
        pytest.param("solve", 281, id="a control character in a header"),
        pytest.param("solve", 417, id="capacity of 100 million times what is used"),
        pytest.param("compare", 21, id="nothing is demanded"),
    ],
)
def test_what_once_went_wrong_is_sound(name: str, seed: int, tmp_path: Path) -> None:
    found = run(name, range(seed, seed + 1), tmp_path)
    assert set(found) <= {"done", "refused", "differs"}


def test_control_characters_in_an_issue_are_written_out() -> None:
    table = tabulate_issues([Issue("warning", "sites", "A1", "`na\x07me` is not a known column")])
    assert table["message"].tolist() == ["`na\\x07me` is not a known column"]


def test_a_small_share_beside_a_large_ratio_is_no_noise() -> None:
    rows: dict[str, list[float | str]] = {name: [0.0] for name in RESULTS["security"].columns}
    rows |= {"item": ["cell"], "period": ["2026"], "capacity_ratio": [1e9], "utilisation": [1e-9]}
    kept = tidy("security", pd.DataFrame(rows), {"2026": 0})
    assert kept["utilisation"].tolist() == [1e-9]
    assert kept["capacity_ratio"].tolist() == [1e9]


def test_the_unexpected_is_blamed_on_a_result_only_where_it_was_edited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    sound, edited = tmp_path / "sound.xlsx", tmp_path / "edited.xlsx"
    assert planner(["solve", str(write_small(tmp_path)), "-o", str(sound)]) == 0
    book = openpyxl.load_workbook(sound)
    book["flows"]["F2"] = 7
    book.save(edited)

    def fail(*_: object) -> None:
        raise KeyError("A")

    monkeypatch.setattr(run_report, "prepare_tables", fail)
    capsys.readouterr()
    assert planner(["report", str(edited), "-o", str(tmp_path / "page.html")]) == 2
    assert "edited.xlsx: what was edited there contradicts the rest" in capsys.readouterr().err
    assert planner(["report", str(sound), "-o", str(tmp_path / "page.html")]) == 1
    assert "--debug shows where" in capsys.readouterr().err


def test_input_that_was_edited_in_a_result_is_checked_again(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    result = tmp_path / "result.xlsx"
    assert planner(["solve", str(write_small(tmp_path)), "-o", str(result)]) == 0
    book = openpyxl.load_workbook(result)
    row, column = next(
        (cell.row, cell.column) for line in book["in_lines"].iter_rows() for cell in line if cell.value == "make"
    )
    book["in_lines"].cell(row, column).value = "melt"
    book.save(result)
    capsys.readouterr()
    assert planner(["stress", str(result), "-o", str(tmp_path / "stress.xlsx")]) == 2
    assert f"in_lines!B{row}" in capsys.readouterr().err
