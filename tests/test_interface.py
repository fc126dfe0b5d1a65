"""`import planner`: what it offers, and that it is what the command line does."""

import doctest
from importlib.metadata import version
from pathlib import Path

import pytest

import planner
from planner.cli.main import run

ROOT = Path(__file__).parents[1]
TINY = ROOT / "instances" / "tiny.xlsx"
LEAST = 4535.2
"""The cost of the best plan of tiny, worked out in test_tiny.py."""


@pytest.fixture(scope="module")
def result() -> planner.Result:
    return planner.solve(planner.read(TINY), gap=0.0)


def test_every_name_is_there_and_documented() -> None:
    names = [name for name in planner.__all__ if name != "__version__"]
    assert all(getattr(planner, name).__doc__ for name in names)
    assert dir(planner) == planner.__all__
    assert planner.__version__ == version("supply-chain-planner")
    with pytest.raises(AttributeError, match="no attribute 'sovle'"):
        planner.sovle  # noqa: B018


def test_an_instance_is_what_is_in_the_workbook() -> None:
    instance = planner.read(TINY)
    assert instance.path == TINY
    assert instance.settings["objective"] == "cost"
    assert "capacity" in instance.tables["lines"]
    assert planner.check(instance) == []


def test_a_plan_has_its_figures_and_tables(result: planner.Result) -> None:
    assert (result.status, result.disputed, result.issues) == ("optimal", [], [])
    assert result.objective == pytest.approx(LEAST)
    assert result.bound == pytest.approx(LEAST)
    assert result.gap <= 1e-6
    assert result.tables["costs"]["discounted"].sum() == pytest.approx(LEAST)
    assert "no plan is better" in result.words


def test_progress_is_told() -> None:
    steps: list[planner.Progress] = []
    planner.solve(planner.read(TINY), planner.Options(gap=0.0), on_progress=steps.append)
    assert steps
    assert steps[-1].incumbent == pytest.approx(LEAST)


def test_a_change_makes_another_instance() -> None:
    instance = planner.read(TINY)
    changed = instance.with_changes("demand[*].volume=1")
    assert set(changed.tables["demand"]["volume"]) == {1.0}
    assert set(instance.tables["demand"]["volume"]) != {1.0}
    again = changed.with_changes("settings[discount_rate]=0.5")
    assert again.changes == ("demand[*].volume=1", "settings[discount_rate]=0.5")
    with pytest.raises(planner.InputError, match="nowhere") as fault:
        instance.with_changes("demand[nowhere].volume=1", "demand[*].volume=1")
    assert [issue.sheet for issue in fault.value.issues] == ["--set"]


def test_a_saved_plan_is_opened_and_is_the_one_of_the_command_line(result: planner.Result, tmp_path: Path) -> None:
    path = result.save(tmp_path / "python.xlsx")
    back = planner.open_result(path)
    assert back.objective == result.objective
    assert back.issues == []
    assert run(["solve", str(TINY), "-o", str(tmp_path / "command.xlsx"), "--gap", "0"]) == 0
    found = planner.compare([back, planner.open_result(tmp_path / "command.xlsx")])
    assert found.tables["decisions"].empty
    assert found.tables["bridges"]["difference"].abs().max() == 0
    written = found.save(tmp_path / "comparison.html")
    assert "<html" in written.read_text("utf-8")


@pytest.mark.slow
def test_an_unsaved_plan_is_compared_too(result: planner.Result) -> None:
    dearer = planner.solve(planner.read(TINY).with_changes("lanes[*].cost=1"), gap=0.0)
    found = planner.compare([result, dearer])
    row = found.tables["bridges"].iloc[0]
    assert row["difference"] == pytest.approx(dearer.objective - result.objective)
    with pytest.raises(planner.InputError, match="two"):
        planner.compare([result])


def test_an_earlier_plan_is_kept(result: planner.Result) -> None:
    kept = planner.solve(planner.read(TINY), gap=0.0, keep=result, change_cost=1.0)
    assert kept.objective == pytest.approx(LEAST)
    assert "earlier plan" in kept.remarks[0]
    with pytest.raises(planner.InputError, match="change-cost"):
        planner.solve(planner.read(TINY), keep=result)


def test_only_results_are_replaced(result: planner.Result, tmp_path: Path) -> None:
    mine = tmp_path / "mine.xlsx"
    mine.write_bytes(TINY.read_bytes())
    with pytest.raises(planner.InputError, match="not a result"):
        result.save(mine)
    assert result.save(mine, force=True) == mine


def test_faults_and_the_impossible_are_exceptions() -> None:
    instance = planner.read(TINY)
    with pytest.raises(planner.InputError) as fault:
        planner.solve(instance.with_changes("settings[discount_rate]=-3"))
    assert fault.value.issues[0].sheet
    with pytest.raises(planner.Infeasible) as end:
        planner.solve(instance.with_changes("lines[*].retirable=no", "lines[*].min_load=1"))
    assert (end.value.status, bool(end.value.reasons)) == ("infeasible", True)
    with pytest.raises(planner.InputError):
        planner.open_result(TINY)


@pytest.mark.slow
def test_the_page_on_python_does_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its examples run in order, from a folder that has the instances."""
    (tmp_path / "instances").symlink_to(ROOT / "instances")
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "python.md").read_text("utf-8")
    example = doctest.DocTestParser().get_doctest(page, {}, "python.md", "docs/python.md", 0)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    runner.run(example)
    assert runner.summarize(verbose=False).attempted > 10
    assert runner.failures == 0
