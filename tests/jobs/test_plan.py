"""From a command line or a plan file to jobs: each variant once, and every fault at once."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from planner.cli.main import run
from planner.issues import InputError
from planner.jobs.plan import RunSpecification, list_requests
from planner.ledger.ledger import FILE, JobRequest, Ledger
from tests.jobs import TINY, Here


def asked_for(runs: Sequence[RunSpecification]) -> list[JobRequest]:
    """The jobs of some runs, whose workbooks are opened in this process."""
    return list_requests(runs, Here())


def changes(*runs: RunSpecification) -> list[tuple[str, ...]]:
    """The changes of the jobs of some runs."""
    return [request.changes for request in asked_for(runs)]


def test_lists_of_values_are_combined() -> None:
    vary = ("demand[*].volume=1,2", 'sites[*].site="a,b",c')
    found = changes(RunSpecification((str(TINY),), ("settings[seed]=1",), vary))
    assert found == [
        ("settings[seed]=1", f"demand[*].volume={volume}", f"sites[*].site={site}")
        for volume in ("1", "2")
        for site in ("a,b", "c")
    ]


def test_a_job_named_twice_is_one_job(tmp_path: Path) -> None:
    assert len(asked_for([RunSpecification((str(TINY), str(TINY.parent / "tin*.xlsx")))])) == 1
    copy = tmp_path / "copy.xlsx"
    copy.write_bytes(TINY.read_bytes())
    assert len(asked_for([RunSpecification((str(TINY), str(copy)))])) == 2


def test_the_seal_of_a_job_changes_with_whatever_changes_its_result() -> None:
    base = RunSpecification((str(TINY),))
    variants = [
        base,
        RunSpecification(base.files, ("demand[*].volume=1",)),
        RunSpecification(base.files, options={"gap": 0.1}),
        RunSpecification(base.files, options={"seed": 1}),
    ]
    seals = [asked_for([each])[0].seal for each in variants]
    assert len(set(seals)) == len(seals)
    assert asked_for([base])[0].seal == seals[0]


def test_every_fault_is_said_at_once(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    status = run(
        [
            *("run", "missing.xlsx", "no-such-*.xlsx", str(tmp_path), "-o", str(tmp_path / "out")),
            *("--set", "sites", "--vary", "demand[*].volume=", "--vary", "nowhere[*].x=1,2", "--vary", "a=1,,2"),
        ]
    )
    said = capsys.readouterr().err
    assert status == 2
    for words in ("missing.xlsx", "no-such-*", "is a folder", "`sites`", "names no values", "`nowhere`", "`a=1,,2`"):
        assert words in said
    assert not (tmp_path / "out").exists()


def test_changes_that_a_workbook_has_no_place_for_are_faults_of_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    folder = tmp_path / "out"
    varied = ("settings[foo]=1,2", "demand[*].foo=1,2", "x=", "demand[*].volume")
    options = [part for written in varied for part in ("--vary", written)]
    assert run(["run", str(TINY), "-o", str(folder), *options]) == 2
    said = capsys.readouterr().err
    assert "there is no setting `foo`" in said
    assert "has no column `foo`" in said
    assert said.count("cannot be understood: write sheet[key].column=v1,v2") == 2
    assert run(["run", str(TINY), "-o", str(folder), "--vary", "sites[nowhere].opening_cost=1,2"]) == 2
    assert "--vary `sites[nowhere].opening_cost=1,2`: no row of sheet `sites`" in capsys.readouterr().err
    assert not folder.exists()


def test_a_change_may_rest_on_one_before_it() -> None:
    renamed = RunSpecification((str(TINY),), ("sites[mine].site=pit",), ("sites[pit].opening_cost=1,2",))
    assert len(asked_for([renamed])) == 2


def test_a_folder_of_results_that_cannot_be_made(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    (tmp_path / "file").touch()
    assert run(["run", str(TINY), "-o", str(tmp_path / "file" / "out")]) == 2
    assert "name another with -o" in capsys.readouterr().err


def test_nothing_to_run_is_said(capsys: pytest.CaptureFixture) -> None:
    assert run(["run"]) == 2
    assert "--resume" in capsys.readouterr().err


def test_there_must_be_something_to_go_on_with(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """A runner may be killed before its jobs are in the ledger: then the files have to be named again."""
    resume = ["run", "--resume", "-o", str(tmp_path)]
    assert run(resume) == 2
    assert "there is no ledger" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    with Ledger(tmp_path / FILE):
        assert run(resume) == 2
    assert "name the files" in capsys.readouterr().err


def test_a_toml_plan_is_read_from_its_folder(tmp_path: Path) -> None:
    (tmp_path / "one.xlsx").write_bytes(TINY.read_bytes())
    plan = tmp_path / "plan.toml"
    plan.write_text(
        '[[run]]\nfiles = ["*.xlsx"]\nvary = ["demand[*].volume=1,2"]\ngap = 0.1\n\n[[run]]\nfiles="one.xlsx"'
    )
    found = asked_for([RunSpecification((str(plan),), ("settings[seed]=3",))])
    assert [(request.changes, request.options) for request in found] == [
        (("settings[seed]=3", "demand[*].volume=1"), {"gap": 0.1}),
        (("settings[seed]=3", "demand[*].volume=2"), {"gap": 0.1}),
        (("settings[seed]=3",), {}),
    ]


def test_a_workbook_of_runs_is_a_plan(tmp_path: Path) -> None:
    rows = [
        {"files": str(TINY), "vary": "demand[*].volume=1,2\nsettings[seed]=1,2", "time_limit": 5},
        {"files": str(TINY), "set": "demand[*].volume=3"},
    ]
    pd.DataFrame(rows).to_excel(tmp_path / "runs.xlsx", sheet_name="runs", index=False)
    found = asked_for([RunSpecification((str(tmp_path / "runs.xlsx"),))])
    assert [request.options for request in found] == [{"time_limit": 5.0}] * 4 + [{}]
    assert found[4].changes == ("demand[*].volume=3",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[run]", "not valid TOML"),
        ("runs = 1", "one table [[run]]"),
        ('[[run]]\nfile = "a.xlsx"', "did you mean `files`"),
        ("[[run]]\nset = []", "names no files"),
        ('[[run]]\nfiles = ["gone.xlsx"]', "no file gone.xlsx"),
        ('[[run]]\nfiles = "a.xlsx"\ngap = 2', "`gap` must be a number between 0 and 1"),
        ('[[run]]\nfiles = "a.xlsx"\nthreads = 1.5', "`threads` must be a whole number between 1 and 2147483647"),
        ("[[run]]\nfiles = 3", "a text or a list of texts"),
        ('[[run]]\nfiles = "plan.toml"', "is a plan file itself"),
    ],
)
def test_faults_of_a_plan_file_name_the_run(tmp_path: Path, text: str, words: str) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(text)
    with pytest.raises(InputError) as fault:
        asked_for([RunSpecification((str(plan),))])
    assert words in str(fault.value)
    assert "plan.toml" in str(fault.value)


def test_options_of_the_command_line_hold_for_every_run_of_a_plan(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(f'[[run]]\nfiles = ["{TINY}"]\ngap = 0.01\nseed = 3\n', "utf-8")
    (request,) = asked_for([RunSpecification((str(plan),), options={"gap": 0.0})])
    assert request.options == {"gap": 0.0, "seed": 3}


@pytest.mark.parametrize(
    ("changes", "vary"),
    [
        ((), ("demand[*].volume=1,2", "demand[ * ].volume=3,4")),
        (("settings[seed]=3",), ("settings[seed].value=1,2",)),
    ],
)
def test_cells_are_varied_once(changes: tuple[str, ...], vary: tuple[str, ...]) -> None:
    """The first of two changes of a cell would do nothing, and jobs with other names be the same."""
    with pytest.raises(InputError) as fault:
        asked_for([RunSpecification((str(TINY),), changes, vary)])
    (issue,) = fault.value.issues
    assert "changes the same cells" in issue.message


@pytest.mark.slow
def test_finishing_takes_no_options(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    assert run(["run", str(TINY), "-o", str(tmp_path), "--workers", "1"]) == 0
    assert run(["run", "--resume", "-o", str(tmp_path), "--gap", "0"]) == 2
    assert "keep their changes and options" in capsys.readouterr().err
