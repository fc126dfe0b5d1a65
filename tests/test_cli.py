"""The command line as a user meets it: files, exit statuses, and what stands on which stream."""

import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from planner import planning
from planner.audit.audit import audit
from planner.cli.app import print_no_plan
from planner.cli.main import run
from planner.interface import solving
from planner.solver.compiled import compile_model
from planner.workbook.read import read_tables

ROOT = Path(__file__).parents[1]


TINY = ROOT / "instances" / "tiny.xlsx"


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The worked example of `planner new`."""
    path = tmp_path_factory.mktemp("new") / "example.xlsx"
    assert run(["new", str(path)]) == 0
    return path


@pytest.fixture
def example(new: Path, tmp_path: Path) -> Path:
    """A copy of the worked example."""
    return Path(shutil.copy(new, tmp_path / "example.xlsx"))


@pytest.fixture(scope="module")
def solved(new: Path) -> Path:
    """The plan of the worked example."""
    path = new.with_name("solved.xlsx")
    assert run(["solve", str(new), "-o", str(path), "--gap", "0"]) == 0
    return path


def change(path: Path, sheet: str, cell: str, value: object) -> None:
    """Write one cell of a workbook."""
    book = openpyxl.load_workbook(path)
    book[sheet][cell] = value
    book.save(path)


def metric(path: Path, name: str) -> str:
    """A figure of the summary."""
    summary = read_tables(path)["summary"].set_index("metric")
    return str(summary.at[name, "value"])


def test_the_example_solves_and_is_audited(new: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    result = tmp_path / "result.xlsx"
    assert run(["check", str(new)]) == 0
    assert run(["solve", str(new), "-o", str(result), "--gap", "0"]) == 0
    tables = read_tables(result)
    assert set(tables["audit"]["ok"]) == {"yes"}
    assert tables["demand"]["sold"].sum() > 0
    assert "everything agrees" in capsys.readouterr().out
    assert {"in_sites", "in_demand", "run", "summary"} <= set(tables)


def test_new_does_not_overwrite(example: Path, capsys: pytest.CaptureFixture) -> None:
    before = example.read_bytes()
    assert run(["new", str(example)]) == 2
    assert "--force" in capsys.readouterr().err
    assert example.read_bytes() == before


def test_new_asks_for_the_ending_that_the_other_commands_read(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    assert run(["new", str(tmp_path / "chain.txt")]) == 2
    assert ".xlsx" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_what_if_of_the_manual_works_on_the_worked_example(example: Path, tmp_path: Path) -> None:
    lines = (ROOT / "docs" / "how-to.md").read_text("utf-8").splitlines()
    (line,) = [line for line in lines if line.startswith("planner solve chain.xlsx") and " --set " in line]
    changes = shlex.split(line)[shlex.split(line).index("--set") :]
    assert run(["solve", str(example), "-o", str(tmp_path / "dear.xlsx"), *changes]) == 0


def test_faults_end_with_2_and_name_the_cell(example: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    change(example, "demand", "A2", "Atlantis")
    result = tmp_path / "result.xlsx"
    assert run(["solve", str(example), "-o", str(result)]) == 2
    assert "demand!A2" in capsys.readouterr().err
    assert not result.exists()


def test_check_marks_a_copy(example: Path, tmp_path: Path) -> None:
    change(example, "demand", "A2", "Atlantis")
    copy = tmp_path / "marked.xlsx"
    assert run(["check", str(example), "--mark", str(copy)]) == 2
    book = openpyxl.load_workbook(copy)
    assert "Atlantis" in str(book["demand"]["A2"].comment.text)
    assert "issues" in book.sheetnames


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["solve"], "FILE"),
        (["solve", "missing.xlsx", "-o", "out.xlsx"], "missing.xlsx"),
        (["fly"], "fly"),
        (["check", "missing.xlsx"], "missing.xlsx"),
    ],
)
def test_wrong_usage_ends_with_2_in_one_line(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1
    assert words in said[0]


@pytest.mark.slow
def test_what_if_changes_the_plan_and_leaves_the_file(example: Path, solved: Path, tmp_path: Path) -> None:
    before = example.read_bytes()
    less = tmp_path / "less.xlsx"
    assert run(["solve", str(example), "-o", str(less), "--gap", "0", "--set", "demand[*].volume=100"]) == 0
    assert example.read_bytes() == before
    demand = read_tables(less)["demand"]
    assert set(demand.loc[demand["scenario"] == "base", "volume"]) == {100.0}
    assert set(read_tables(less)["in_demand"]["volume"]) == {100.0}
    assert read_tables(solved)["costs"]["discounted"].sum() > read_tables(less)["costs"]["discounted"].sum()


def test_a_change_of_nothing_is_a_fault(example: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    arguments = ["solve", str(example), "-o", str(tmp_path / "r.xlsx"), "--set", "sites[Nowhere].opening_cost=1"]
    assert run(arguments) == 2
    assert "Nowhere" in capsys.readouterr().err


def test_infeasible_ends_with_3_and_says_why(example: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    result = tmp_path / "result.xlsx"
    changes = ["--set", "demand[*].volume=1000000", "--set", "demand[*].penalty=", "--set", "demand[*].price="]
    status = run(["solve", str(example), "-o", str(result), *changes])
    said = capsys.readouterr().err
    assert status == 3
    assert "demand!F2 (volume of Northland|car|2025-27|1): 1e+06 must be at most" in said
    assert "rules!I4 (limit of Cars in a crisis): 0.8 must be at most" in said
    assert not result.exists()


def test_of_many_reasons_the_first_are_said(capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.cli.app.MOST_REASONS", 2)
    print_no_plan("infeasible", [f"reason {number}" for number in range(11)])
    said = capsys.readouterr().err
    assert said.count("reason") == 2
    assert "  and 9 more" in said


def test_an_unwritable_place_is_said_before_solving(
    example: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    folder = tmp_path / "no" / "such"
    assert run(["solve", str(example), "-o", str(folder / "folder.xlsx")]) == 2
    assert f"the folder {folder} does not exist: make it, or name another" in capsys.readouterr().err


@pytest.mark.slow
def test_a_folder_that_vanishes_meanwhile_is_no_mistake_of_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    make_plan = planning.make_plan

    def swept(*arguments: Any) -> planning.Outcome:
        folder.rmdir()
        return make_plan(*arguments)

    monkeypatch.setattr(solving, "make_plan", swept)
    assert run(["solve", str(TINY), "-o", str(folder / "r.xlsx")]) == 1


def test_the_input_is_never_overwritten(example: Path, capsys: pytest.CaptureFixture) -> None:
    before = example.read_bytes()
    assert run(["solve", str(example), "-o", str(example)]) == 2
    assert "input itself" in capsys.readouterr().err
    assert example.read_bytes() == before


@pytest.mark.slow
def test_stopped_before_any_plan_ends_with_4(tmp_path: Path) -> None:
    result = tmp_path / "result.xlsx"
    assert run(["solve", str(ROOT / "instances/ev_global.xlsx"), "-o", str(result), "--time-limit", "0.01"]) == 4
    assert not result.exists()


@pytest.mark.slow
def test_ctrl_c_returns_the_best_plan_so_far(tmp_path: Path) -> None:
    result = tmp_path / "result.xlsx"
    command = [sys.executable, "-m", "planner", "solve", "instances/ev_global.xlsx", "-o", str(result), "--gap", "0"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "incumbent" in line and "incumbent -" not in line:
                time.sleep(1)
                process.send_signal(signal.SIGINT)
                break
        process.stderr.read()
        assert process.wait(timeout=600) == 0
    assert metric(result, "status").startswith("stopped by the user")
    assert set(read_tables(result)["audit"]["ok"]) == {"yes"}


@pytest.mark.slow
def test_a_plan_once_found_is_written_whatever_is_pressed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C during the audit: there is nothing left to search, only to write."""

    def pressed(*arguments: object, **options: object) -> pd.DataFrame:
        signal.raise_signal(signal.SIGINT)
        return audit(*arguments, **options)

    monkeypatch.setattr("planner.planning.audit", pressed)
    result = tmp_path / "result.xlsx"
    assert run(["solve", str(TINY), "-o", str(result)]) == 0
    assert set(read_tables(result)["audit"]["ok"]) == {"yes"}


def test_ctrl_c_while_building_ends_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pressed(*arguments: object) -> object:
        signal.raise_signal(signal.SIGINT)
        return compile_model(*arguments)

    monkeypatch.setattr("planner.planning.compile_model", pressed)
    result = tmp_path / "result.xlsx"
    assert run(["solve", str(TINY), "-o", str(result)]) == 4
    assert not result.exists()


@pytest.mark.slow
def test_nothing_is_left_behind_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "out"
    folder.mkdir()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "move", full)
    monkeypatch.setattr("os.replace", full)
    assert run(["solve", str(TINY), "-o", str(folder / "r.xlsx")]) == 1
    assert list(folder.iterdir()) == []


def test_result_repeats_its_inputs_as_read(new: Path, solved: Path) -> None:
    original = pd.read_excel(new, sheet_name="sites", engine="calamine")
    repeated = pd.read_excel(solved, sheet_name="in_sites", engine="calamine")
    assert repeated["site"].tolist() == original["site"].tolist()


@pytest.mark.parametrize("content", ["an instance", "notes"])
def test_what_is_no_result_is_not_replaced(
    content: str, new: Path, solved: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    """A slip of the pen in -o costs nobody a workbook."""
    other = tmp_path / "b.xlsx"
    if content == "an instance":
        shutil.copy(new, other)
    else:
        other.write_text(content)
    before = other.read_bytes()
    commands = [
        ["solve", str(new), "-o", str(other)],
        ["stress", str(solved), "-o", str(other)],
        ["compare", str(solved), str(solved), "-o", str(other)],
        ["harden", str(new), "-o", str(tmp_path / "hard.xlsx"), "--plain", str(other)],
    ]
    capsys.readouterr()
    for command in commands:
        assert run(command) == 2
        assert "exists and is not a result of the planner: name another file" in capsys.readouterr().err
    assert other.read_bytes() == before


@pytest.mark.slow
def test_a_result_can_be_made_again_and_is_replaced(solved: Path, tmp_path: Path) -> None:
    """Also by one of another kind."""
    out = tmp_path / "out.xlsx"
    shutil.copy(solved, out)
    assert run(["compare", str(solved), str(solved), "-o", str(out)]) == 0
    assert run(["solve", str(TINY), "-o", str(out)]) == 0
