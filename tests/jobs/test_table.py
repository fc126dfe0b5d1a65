"""Jobs in words: as a row of the table, and each on its own."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from planner.cli.main import run
from planner.jobs.table import facts, jobs_table
from planner.ledger.ledger import FILE, Job, JobRequest, Ledger
from tests.jobs import TINY

CHANGES = ("settings[discount_rate]=0.05", "sites[[A]].opening_cost=:car:")


def waiting(folder: Path) -> Job:
    """A job in a new ledger."""
    with Ledger(folder / FILE) as ledger:
        ledger.add(JobRequest(str(TINY), "hash", CHANGES, {"gap": 0.01, "threads": 2}, "seal"))
        return ledger.jobs()[0]


@pytest.mark.parametrize("bars", [False, True])
def test_names_in_brackets_are_no_markup(bars: bool, tmp_path: Path) -> None:
    console = Console(width=250, file=io.StringIO(), record=True)
    console.print(jobs_table([waiting(tmp_path)], bars))
    assert "; ".join(CHANGES) in console.export_text()


def test_what_is_known_of_a_job_is_said_in_plain_words(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    said = facts(waiting(tmp_path))
    assert said["changes"] == "; ".join(CHANGES)
    assert said["options"] == "gap 0.01, threads 2"
    assert run(["jobs", "-o", str(tmp_path), "show", "1"]) == 0
    shown = capsys.readouterr().out
    assert "; ".join(CHANGES) in shown
    assert not set("{}()'") & set(shown)
