"""What is written: never over what somebody else wrote, never half, and a plan that was found is never lost."""

import errno
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import typer

from planner.cli.main import app, run
from planner.interface import solving
from planner.ledger.ledger import FILE, JobRequest, Ledger
from planner.planning import Outcome
from planner.report.workbook import write_result
from planner.workbook import mark as marking
from planner.workbook import write as writing
from planner.workbook.read import read_tables
from planner.workbook.save import Rescued, WriteError, delay_interrupts, replace_file, save_page, temporary_name
from planner.workbook.template import write_template
from planner.workbook.write import Undrawn, ensure_replaceable, is_own
from tests import worked_example
from tests.jobs import PLANNER, ROOT, TINY

OUTPUTS = {"result", "output", "out", "page", "mark", "plain"}
"""Parameters of commands that name a file to write; `new` names it as its only argument."""


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result of the worked example."""
    return write_plan(tmp_path_factory.mktemp("plan") / "plan.xlsx")


def write_plan(path: Path) -> Path:
    outcome, reading = worked_example.outcome(), worked_example.reading()
    write_result(path, outcome.tables, reading.raw, reading.instance)
    return path


# Nothing of others is replaced


def test_every_command_that_writes_a_file_asks_before_it_replaces_one() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    names = {name: {parameter.name for parameter in command.params} for name, command in commands.items()}
    writers = {name for name, parameters in names.items() if parameters & OUTPUTS} - {"replay"} | {"new"}
    assert writers >= {"solve", "check", "report", "compare", "attribute", "stress", "harden", "frontier", "why"}
    assert {name for name in writers if "force" not in names[name]} == set()


COMMANDS: list[tuple[str, list[str]]] = [
    ("x.xlsx", ["new", "OUT"]),
    ("x.xlsx", ["check", "IN", "--mark", "OUT"]),
    ("x.xlsx", ["solve", "IN", "-o", "OUT"]),
    ("x.xlsx", ["attribute", "IN", "-o", "OUT"]),
    ("x.xlsx", ["compare", "PLAN", "IN", "-o", "OUT"]),
    ("x.md", ["compare", "PLAN", "IN", "-o", "OUT"]),
    ("x.html", ["compare", "PLAN", "IN", "-o", "OUT"]),
    ("x.html", ["report", "PLAN", "-o", "OUT"]),
    ("x.xlsx", ["evaluate", "IN", "--plan", "PLAN", "-o", "OUT"]),
    ("x.xlsx", ["why", "PLAN", "opened[a]=0", "-o", "OUT"]),
    ("x.xlsx", ["alternatives", "IN", "-o", "OUT"]),
    ("x.xlsx", ["stress", "PLAN", "-o", "OUT"]),
    ("x.xlsx", ["harden", "IN", "-o", "OUT"]),
    ("x.xlsx", ["harden", "IN", "-o", "other.xlsx", "--plain", "OUT"]),
    ("x.xlsx", ["frontier", "IN", "--rule", "a", "-o", "OUT"]),
]


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("name", "command"), COMMANDS, ids=lambda part: part if isinstance(part, str) else part[0])
def test_no_command_replaces_what_the_planner_did_not_write(
    name: str, command: list[str], plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither a filled-in workbook nor a page of others, which may well have a sheet or a heading that ours have."""
    out = tmp_path / name
    if name.endswith(".xlsx"):
        book = openpyxl.load_workbook(TINY)
        book.create_sheet("run").append(["key", "seal"])
        book.save(out)
    else:
        out.write_text("# Notes\n\nwritten by planner? No: by me.\n")
    before = out.read_bytes()
    words = {"OUT": str(out), "IN": str(TINY), "PLAN": str(plan), "other.xlsx": str(tmp_path / "other.xlsx")}
    assert run([words.get(word, word) for word in command]) == 2
    assert "--force" in capsys.readouterr().err
    assert out.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.slow
def test_what_the_planner_wrote_is_replaced_and_all_else_with_force(plan: Path, tmp_path: Path) -> None:
    for name, words in COMMANDS[5:8]:
        known = {"OUT": str(tmp_path / name), "IN": str(TINY), "PLAN": str(plan)}
        command = [known.get(word, word) for word in words]
        assert run(command) == 0
        page = (tmp_path / name).read_text("utf-8")
        (tmp_path / name).write_text(page.replace("written by", "edited by hand, written by"), "utf-8")
        assert [run(command), run([*command, "--force"]), run(command)] == [2, 0, 0], "an edited page is the user's"
    copy = tmp_path / "marked.xlsx"
    command = ["check", str(TINY), "--mark", str(copy)]
    assert [run(command), run(command)] == [0, 0]
    book = openpyxl.load_workbook(copy)
    book.properties.lastModifiedBy = "me"
    book.save(copy)
    assert [run(command), run([*command, "--force"])] == [2, 0], "somebody went on in the marked copy"
    assert run(["check", str(TINY), "--mark", str(TINY), "--force"]) == 2, "never the input itself"


def test_a_plan_is_not_evaluated_into_itself(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evaluate", str(TINY), "--plan", str(plan), "-o", str(plan), "--force"]) == 2
    assert "is the input itself" in capsys.readouterr().err


# Nothing that was found is lost


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def assert_rescued(error: str, folder: Path) -> None:
    (place,) = [path for path in folder.iterdir() if "rescued" in path.name]
    assert str(place) in error
    assert is_own(place)
    assert set(read_tables(place)["audit"]["ok"]) == {"yes"}


@pytest.mark.one_in(3)
@pytest.mark.parametrize("trouble", ["folder gone", "disk full", "target blocked"])
def test_a_result_that_cannot_be_written_is_put_elsewhere(
    trouble: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    target, sync = tmp_path / "gone" / "plan.xlsx", os.fsync
    if trouble != "folder gone":
        target.parent.mkdir()
    if trouble == "disk full":
        calls: list[int] = []
        monkeypatch.setattr(
            os, "fsync", lambda handle: full() if not calls.append(1) and len(calls) == 1 else sync(handle)
        )
    if trouble == "target blocked":
        target.mkdir()
    with pytest.raises(Rescued) as caught:
        write_plan(target)
    assert_rescued(str(caught.value), target.parent if trouble == "target blocked" else home)
    assert not list(tmp_path.glob("**/*.tmp"))


@pytest.mark.slow
def test_solve_ends_with_a_plan_though_input_and_folder_are_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    book, folder, made = tmp_path / "in.xlsx", tmp_path / "out", solving.make_plan
    shutil.copy(TINY, book)
    folder.mkdir()

    def undone(*given: Any, **named: Any) -> Outcome:
        book.unlink()
        shutil.rmtree(folder)
        return made(*given, **named)

    monkeypatch.setattr(solving, "make_plan", undone)
    assert run(["solve", str(book), "-o", str(folder / "plan.xlsx")]) == 1
    assert_rescued(capsys.readouterr().err, tmp_path)


def test_where_nothing_can_be_written_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WriteError, match="the disk is full"):
        write_plan(tmp_path / "plan.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_chart_that_cannot_be_drawn_does_not_cost_the_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def odd(*_: object) -> None:
        raise ZeroDivisionError("no width")

    monkeypatch.setattr(writing, "fill_board", odd)
    with pytest.raises(Undrawn, match="no width"):
        write_plan(tmp_path / "plan.xlsx")
    assert set(read_tables(tmp_path / "plan.xlsx")["audit"]["ok"]) == {"yes"}


def test_what_the_killed_left_half_written_is_cleaned_up(tmp_path: Path) -> None:
    dead = temporary_name("plan.xlsx").replace(f"-{os.getpid()}.", "-4000000.")
    elsewhere = dead.replace(socket.gethostname(), "another")
    for name in (dead, elsewhere, ".mine.tmp"):
        (tmp_path / name).write_text("half")
    ensure_replaceable(tmp_path / "plan.xlsx")
    assert {path.name for path in tmp_path.iterdir()} == {elsewhere, ".mine.tmp"}


def test_ctrl_c_waits_for_what_is_being_written(tmp_path: Path) -> None:
    def fill(file: Any) -> None:
        signal.raise_signal(signal.SIGINT)
        file.write(b"whole")

    with pytest.raises(KeyboardInterrupt):
        replace_file(tmp_path / "page", fill)
    assert (tmp_path / "page").read_bytes() == b"whole"
    with delay_interrupts():
        pass


@pytest.mark.slow
@pytest.mark.parametrize("command", ["solve", "run"])
def test_sigterm_means_what_ctrl_c_means(command: str, tmp_path: Path) -> None:
    long = str(ROOT / "instances" / "ev_global.xlsx")
    out = tmp_path / ("plan.xlsx" if command == "solve" else "jobs")
    arguments = [*PLANNER, command, long, "-o", str(out), "--gap", "0"]
    with subprocess.Popen(arguments, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        seen: Callable[[str], bool] = lambda line: "incumbent" in line or "running" in line  # noqa: E731
        next(line for line in process.stderr if seen(line))
        time.sleep(1.0)
        process.send_signal(signal.SIGTERM)
        said = process.stderr.read()
        process.wait(timeout=600)
    assert process.returncode in (0, 4), said
    assert "Traceback" not in said
    assert not list(tmp_path.glob("**/*.tmp"))
    if command == "run":
        with Ledger(out / FILE) as ledger:
            assert [(job.state, job.runner) for job in ledger.jobs()] == [("interrupted", None)]


# Words and exit status 2


def test_a_foreign_database_is_no_ledger_and_stays_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("CREATE TABLE mine (a)")
    before = (tmp_path / FILE).read_bytes()
    assert run(["run", str(TINY), "-o", str(tmp_path), "--workers", "1"]) == 2
    assert run(["jobs", "-o", str(tmp_path)]) == 2
    assert "is not a ledger of jobs" in capsys.readouterr().err
    assert (tmp_path / FILE).read_bytes() == before
    (tmp_path / FILE).write_bytes(b"SQLite? No." * 1000)
    assert run(["jobs", "-o", str(tmp_path)]) == 2


@pytest.mark.parametrize("column", ["changes", "options", "state"])
@pytest.mark.parametrize("value", ["{", "[1", "5", '"a"', "[" * 100_000])
def test_a_ledger_row_that_was_altered_is_a_fault(
    column: str, value: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Ledger(tmp_path / FILE) as ledger:
        number = ledger.add(JobRequest("a.xlsx", "", (), {}, ""))
        ledger.update(number, **{column: value})
    assert run(["jobs", "-o", str(tmp_path)]) == 2
    assert "job 1 cannot be read" in capsys.readouterr().err


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    "content",
    [
        "a = " + "[" * 50_000,
        '[[run]]\nfiles = "tiny.xlsx"\ngap = nan',
        '[[run]]\nfiles = "tiny.xlsx"\ntime_limit = inf',
        f'[[run]]\nfiles = "tiny.xlsx"\nseed = {10**400}',
    ],
)
def test_a_plan_file_at_fault_is_said_to_be(content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(TINY, tmp_path / "tiny.xlsx")
    (tmp_path / "plan.toml").write_text(content)
    assert run(["run", str(tmp_path / "plan.toml"), "-o", str(tmp_path / "out"), "--workers", "1"]) == 2
    assert "plan.toml" in capsys.readouterr().err


@pytest.mark.parametrize("option", [["--gap", "nan"], ["--time-limit", "inf"], ["--seed", str(2**40)]])
def test_numbers_that_are_none_are_refused(option: list[str], tmp_path: Path) -> None:
    assert run(["solve", str(TINY), "-o", str(tmp_path / "out.xlsx"), *option]) == 2


@pytest.mark.parametrize("error", [SyntaxError("junk after document"), RecursionError(), KeyError("xl/styles.xml")])
def test_a_workbook_that_cannot_be_marked_is_said_to_be(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(marking.openpyxl, "load_workbook", refuse)
    assert run(["check", str(TINY), "--mark", str(tmp_path / "copy.xlsx")]) == 2
    assert "cannot be copied and marked" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.one_in(3)
@pytest.mark.parametrize("output", ["| true", "> /dev/full", ">&-"])
def test_nobody_has_to_listen(output: str, tmp_path: Path) -> None:
    """The work is done and its status given, without a word about the reader that is gone."""
    if output.endswith("full") and not Path("/dev/full").exists():
        pytest.skip("there is no full device here")
    write_template(tmp_path / "in.xlsx", blank=False)
    command = f'{sys.executable} -m planner check in.xlsx {output}; exit "${{PIPESTATUS[0]}}"'
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    found = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False, env=environment
    )
    assert (found.returncode, "Traceback" in found.stderr, "Broken" in found.stderr) == (0, False, False), found.stderr


def test_a_page_says_who_wrote_it(tmp_path: Path) -> None:
    save_page(tmp_path / "a.md", "# A")
    assert is_own(tmp_path / "a.md", ".md")
    (tmp_path / "a.md").write_bytes((tmp_path / "a.md").read_bytes() + b"mine")
    assert not is_own(tmp_path / "a.md", ".md")
