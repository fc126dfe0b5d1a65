"""What commands print about inputs: one line for a cause, with its cells; and how long a search may still take."""

from pathlib import Path

import openpyxl
import pytest

from planner.cli import app as cli
from planner.cli.issue_lines import write_lines
from planner.cli.main import run
from planner.cli.main import solve as solve_command
from planner.issues import Issue
from planner.progress import Pace
from planner.solver.solution import Progress
from tests.jobs import TINY
from tests.workbooks.books import SOUND, read, write


def test_a_renamed_region_is_one_line_with_its_cells(tmp_path: Path) -> None:
    sheets = {"regions": [*SOUND["regions"][:1], ["PRC", "Asia", 5], *SOUND["regions"][2:]]}
    reading = read(tmp_path, sheets)
    assert len(reading.faults) == 3
    (line,) = write_lines(reading.faults)
    assert line == (
        "error: sites!B2 and 2 more: `China` is not listed in regions.region; renamed in regions!A2, whose `PRC` no "
        "cell names? Write one name in all of them (3 cells: sites!B2; lanes!A2, B3)"
    )


def test_a_name_that_one_cell_misspells_was_not_renamed(tmp_path: Path) -> None:
    sheets = {"sites": [*SOUND["sites"][:1], ["S1", "Chna", "us"]]}
    (line,) = write_lines(read(tmp_path, sheets).faults)
    assert "did you mean `China`" in line
    assert "renamed" not in line


def test_like_remarks_are_told_once() -> None:
    remarks = [
        Issue("warning", "lanes", f"C{row}", f"`lane {row}` costs {row}, much more than others")
        for row in range(2, 872)
    ]
    (line,) = write_lines(remarks)
    assert line.startswith("warning: lanes!C2 and 869 more like it: `lane 2` costs 2, much more")
    assert "(870 cells: lanes!C2, C3," in line
    assert "and 850 more)" in line
    assert len(write_lines(remarks[:3])) == 3
    errors = [Issue("error", "lanes", f"C{row}", f"is {row}: write a number from 0 to 1") for row in range(2, 12)]
    assert len(write_lines(errors)) == 10, "each has to be corrected"
    assert len(write_lines([Issue("error", "", "", "a"), Issue("error", "", "", "b")])) == 2


def test_check_prints_each_cell_where_it_is_asked_to(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    sheets = {"regions": [*SOUND["regions"][:1], ["PRC", "Asia", 5], *SOUND["regions"][2:]]}
    book = write(tmp_path / "book.xlsx", sheets)
    told = []
    for options in ([], ["--all"]):
        assert run(["check", str(book), *options]) == 2
        told.append(sum(line.startswith("error") for line in capsys.readouterr().err.splitlines()))
    assert told == [1, 3]


@pytest.mark.slow
def test_solve_names_its_result_and_says_what_it_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    opened: list[str] = []
    monkeypatch.setattr(solve_command.typer, "launch", lambda path: opened.append(path) or 0)
    assert run(["solve", str(TINY), "--open"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert opened == ["results/tiny/plan.xlsx"]
    assert "results/tiny/plan.xlsx written" in said
    assert any(line.startswith("The plan costs") for line in said)
    first = Path("results/tiny/plan.xlsx").read_bytes()
    assert run(["solve", str(TINY)]) == 0, "nobody is there to be asked: the earlier one stays"
    assert "results/tiny/plan (2).xlsx written" in capsys.readouterr().out
    answers = iter([False, True])
    monkeypatch.setattr(solve_command, "ask", lambda question: next(answers))
    assert run(["solve", str(TINY), "-o", "results/tiny/plan.xlsx"]) == 4
    assert Path("results/tiny/plan.xlsx").read_bytes() == first
    assert run(["solve", str(TINY), "-o", "results/tiny/plan.xlsx"]) == 0


def test_nobody_is_asked_where_there_is_no_terminal() -> None:
    assert cli.ask("replace it?") is None


def test_the_time_left_follows_the_pace_of_the_gap() -> None:
    """The gap halves every 10 s: from 8 % to 1 % takes 30 s more."""
    pace = Pace(0.01, None)
    told = [
        pace.estimate(Progress(seconds, None, None, gap, 0)) for seconds, gap in ((10, 0.32), (20, 0.16), (30, 0.08))
    ]
    assert told == ["", "", "about 30 s"]
    assert pace.estimate(Progress(50, None, None, 0.08, 0)) == "about 60 s", "it slows down"
    assert Pace(0.01, 60).estimate(Progress(10, None, None, None, 0)) == "at most 50 s"


def test_new_asks_which_mechanisms_are_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(solve_command, "can_ask", lambda: True)
    monkeypatch.setattr(solve_command.typer, "prompt", lambda *_, **__: "access, stocks")
    assert run(["new", str(tmp_path / "asked.xlsx")]) == 0
    assert "  stocks" in capsys.readouterr().err
    sheets = openpyxl.load_workbook(tmp_path / "asked.xlsx", read_only=True).sheetnames
    assert {"access", "stocks", "guide"} <= set(sheets)
    assert "scenarios" not in sheets
    assert run(["new", str(tmp_path / "b.xlsx"), "--with", "acess,stocks,foo"]) == 2
    said = capsys.readouterr().err
    assert "did you mean `access`" in said
    assert "no mechanism `foo`: write some of access" in said
    assert not (tmp_path / "b.xlsx").exists()
