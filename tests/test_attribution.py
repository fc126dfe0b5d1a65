"""What mechanisms are worth, from an instance to a workbook, with figures worked out by hand."""

import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from planner.cli.main import run
from planner.issues import InputError
from planner.solver.arrays import Compiled
from planner.solver.in_hand import cost_of
from planner.solver.solver import Options, Solution
from planner.studies.attribution import coalitions, mechanisms, ranges
from planner.studies.attribution.coalitions import Begun, NoCoalitionPlan, Solved, Task
from planner.studies.attribution.mechanisms import MECHANISMS, Cast, cast
from planner.studies.attribution.range_words import describe_range
from planner.studies.attribution.sampled import SampledRanges, SampledWorths
from planner.studies.attribution.shapley import Coalition
from planner.studies.attribution.study import Design, attribute, attribution_tables, design
from planner.workbook.write import write_instance
from planner_models.instance import Instance, instance

ROOT = Path(__file__).parents[1]
PROVED = Options(gap=0.0)


def tables(volume: float = 40) -> dict[str, list[dict[str, Any]]]:
    """Demand for `volume` cars of one works: modules of 10 cost 10 a year, one of 40 twice as much; nothing else costs.

    With economies of scale 40 cars take the large module, 20; without them four times the small one, 40. For 25 cars
    the large one is still the cheapest, 20, against three of the small one, 30: modules are whole in both cases.
    Learning asks for more than can ever be made.
    """
    return {
        "periods": [{"period": "now"}],
        "regions": [{"region": "here"}],
        "items": [{"item": "car", "tier": "downstream"}],
        "processes": [{"process": "build", "tier": "downstream", "learnable_share": 0.5}],
        "recipes": [{"process": "build", "item": "car", "quantity": 1}],
        "firms": [{"firm": "us"}],
        "sites": [{"site": "works", "region": "here", "firm": "us"}],
        "lines": [{"site": "works", "process": "build"}],
        "options": [
            {
                "process": "build",
                "option": "hall",
                "size": 10,
                "capex": 10,
                "life": 1,
                "max_modules": 4,
                "scale_exponent": 0.5,
                "multiples": "4",
            }
        ],
        "learning": [{"process": "build", "level": 1, "threshold": 1e6, "saving": 0.5}],
        "demand": [{"region": "here", "item": "car", "period": "now", "volume": volume, "penalty": 1000}],
    }


def works(volume: float = 40, **settings: Any) -> Instance:
    return instance(tables(volume), **{"discount_rate": 0, **settings})


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "works.xlsx"
    settings = {"name": "works", "discount_rate": 0, "currency": "EUR", "mip_gap": 0}
    rows = [{"key": key, "value": value} for key, value in settings.items()]
    write_instance({**tables(), "settings": rows}, path)
    return path


def sheet(path: Path, name: str) -> pd.DataFrame:
    return pd.read_excel(path, sheet_name=name, engine="calamine")


@pytest.mark.parametrize(("volume", "off", "on"), [(40, 40, 20), (25, 30, 20)])
def test_scale_is_worth_the_difference_and_a_level_out_of_reach_nothing(volume: float, off: float, on: float):
    """See `tables`: the worth of scale is what the plan costs less, 20 for 40 cars and 10 for 25."""
    found = attribute(works(volume), design(cast(works(volume))), PROVED)
    plans = [found.solved[frozenset(who)].objective for who in ((), ["learning"], ["scale"], ["scale", "learning"])]
    assert plans == pytest.approx([off, off, on, on])
    assert found.worths == pytest.approx({"scale": off - on, "learning": 0})
    assert found.total == pytest.approx(off - on)
    rows = attribution_tables(found)["attribution"].set_index("mechanism")
    figures = rows.loc["scale", ["worth", "share", "alone", "last"]].tolist()
    assert figures == pytest.approx([off - on, 1, off - on, off - on])
    assert rows["standard_error"].isna().all()
    assert rows.at["scale", "solver_error"] == pytest.approx(0, abs=1e-6)


def test_each_coalition_is_solved_once_and_sampling_agrees():
    found = attribute(works(), design(cast(works()), samples=8), PROVED)
    assert len(found.solved) == 4
    assert found.worths == pytest.approx({"scale": 20, "learning": 0})
    assert attribution_tables(found)["attribution"]["standard_error"].head(2).tolist() == pytest.approx([0, 0])


@pytest.mark.slow
def test_several_processes_find_the_same():
    one, two = (attribute(works(), design(cast(works())), PROVED, workers) for workers in (1, 2))
    assert two.worths == one.worths
    assert set(two.solved) == set(one.solved)


def test_profit_won_is_worth_as_much_as_cost_avoided():
    """Sold at 2, with the large module 40 cars earn 80 - 20; with small ones, 80 - 40."""
    profitable = tables()
    profitable["demand"][0] |= {"price": 2, "penalty": None}
    found = attribute(
        instance(profitable, discount_rate=0, objective="profit"),
        design(Cast(("scale",), {}, {})),
        PROVED,
    )
    assert [plan.objective for plan in found.solved.values()] == pytest.approx([40, 60])
    assert found.worths == pytest.approx({"scale": 20})


def test_only_what_can_make_a_difference_plays():
    everything = cast(works())
    assert everything.players == ("scale", "learning")
    assert set(everything.idle) == set(MECHANISMS) - {"scale", "learning"}
    assert "objective profit" in everything.idle["enablers"]
    assert cast(works(scale="off")).idle["scale"] == "switched off in sheet settings"
    only = cast(works(), ["learning"])
    assert (only.players, only.untouched["scale"]) == (("learning",), "not selected")
    with pytest.raises(InputError, match="sheet access has no offer beyond spot"):
        cast(works(), ["access"])


def test_a_mechanism_that_does_not_play_keeps_its_setting():
    """With scale on for all, learning is worth nothing and every plan takes the large module."""
    found = attribute(works(), design(cast(works(), ["learning"])), PROVED)
    assert [plan.objective for plan in found.solved.values()] == pytest.approx([20, 20])
    rows = attribution_tables(found)["attribution"].set_index("mechanism")
    assert pd.isna(rows.at["scale", "worth"])
    assert rows.at["access", "worth"] == 0
    assert rows.at["scale", "remark"] == "not selected: as the workbook has it"


def test_more_than_six_are_sampled_unless_exact_is_asked_for():
    seven, six = Cast(tuple(MECHANISMS)[:7], {}, {}), Cast(tuple(MECHANISMS)[:6], {}, {})
    assert len(design(six).needed) == 64
    assert len(design(seven).orders) == 20
    assert len(design(seven, samples=9).orders) == 10
    assert len(design(seven, exact=True).needed) == 128
    assert len(design(seven).needed) < 128


EVERYTHING = 10 * len(MECHANISMS) + 6 * (len(MECHANISMS) // 3)
"""What all mechanisms are worth together to the solver made up."""


def made_up(stop_after: int = 10**6, gap: float = 0.0) -> Any:
    """Solves without a solver: costs 100, less 10 per mechanism and 6 for each three of them; then Ctrl-C."""
    calls: list[Coalition] = []

    def solve(task: Task, begun: Begun) -> Solved:
        coalition = begun.coalition
        if len(calls) >= stop_after:
            raise KeyboardInterrupt
        calls.append(coalition)
        cost = 100.0 - 10 * len(coalition) - 6 * (len(coalition) // 3)
        return Solved(coalition, "within_gap", "solved", cost, cost * (1 - gap), gap, 1.0)

    return solve


def test_stopped_sampling_keeps_the_finished_orders(monkeypatch: pytest.MonkeyPatch):
    """Of ten pairs the first few are finished; the values still add up to the whole."""
    comparison = design(Cast(tuple(MECHANISMS), {}, {}))
    monkeypatch.setattr(coalitions, "solve_coalition", made_up(stop_after=40))
    found = attribute(works(), comparison, PROVED)
    assert 2 <= len(found.orders) < 20
    assert found.orders == comparison.orders[: len(found.orders)]
    assert not found.complete
    assert found.says_something
    assert sum(found.worths.values()) == pytest.approx(found.total) == pytest.approx(EVERYTHING)


def test_stopped_exact_attribution_says_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(coalitions, "solve_coalition", made_up(stop_after=3))
    assert not attribute(works(), design(cast(works())), PROVED).says_something


def test_the_gap_of_the_plans_bounds_the_error(monkeypatch: pytest.MonkeyPatch):
    """Costs of 100, 90, 90 and 80 to a gap of 1 %: a worth is off by (1 + 0.9) / 2 at most, downwards."""
    monkeypatch.setattr(coalitions, "solve_coalition", made_up(gap=0.01))
    found = attribute(works(), design(cast(works())), PROVED)
    rows = attribution_tables(found)["attribution"].set_index("mechanism")
    assert rows.at["scale", "solver_error"] == pytest.approx(0.95)
    assert found.total_error == pytest.approx(1.0)


def note_starts(monkeypatch: pytest.MonkeyPatch) -> list[float | None]:
    """What the plans cost that searches begin with, None for none: a list that grows with each search from now on."""
    begun: list[float | None] = []
    search = coalitions.solve_arrays

    def spy(compiled: Compiled, options: Options, shown: None, roundings: Any, start: Any, **more: Any) -> Solution:
        begun.append(None if start is None else cost_of(compiled, start))
        return search(compiled, options, shown, roundings, start, **more)

    monkeypatch.setattr(coalitions, "solve_arrays", spy)
    return begun


@pytest.mark.slow
def test_the_search_starts_from_the_best_plan_of_fewer_mechanisms(monkeypatch: pytest.MonkeyPatch):
    """The plan with scale costs 20, that of learning and that of none 40: both mechanisms start from the 20."""
    begun = note_starts(monkeypatch)
    found = attribute(works(), design(cast(works())), PROVED)
    assert begun[0] is None
    assert begun[2:] == pytest.approx([40, 20])  # with learning, and with both
    starts = [found.solved[frozenset(who)].start for who in ((), ["scale"], ["learning"], ["scale", "learning"])]
    assert starts == [None, frozenset(), frozenset(), frozenset(["scale"])]


def test_every_search_may_start_from_the_plan_in_hand(monkeypatch: pytest.MonkeyPatch):
    """The plan in hand has the large module, 20. With scale the search starts from it, rather than from four small ones
    (40), the plan of no mechanism; without scale the large module is not there, and it is of no use."""
    task = Task(works(), ("scale", "learning"), PROVED)
    nobody = coalitions.solve_coalition(task, Begun(frozenset()))
    large = coalitions.solve_coalition(task, Begun(frozenset(["scale"])))
    begun = note_starts(monkeypatch)
    holding = replace(task, in_hand=large.decisions)
    again = coalitions.solve_coalition(holding, Begun(frozenset(["scale"]), nobody))
    without = coalitions.solve_coalition(holding, Begun(frozenset(["learning"])))
    assert begun[0] == pytest.approx(20)
    assert again.objective == pytest.approx(20)
    assert without.objective == pytest.approx(40)


@pytest.mark.slow
def test_what_is_solved_already_is_not_solved_again(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two results of planner solve, without scale (40) and with it (20), are all that --only scale needs.

    A result of another input, one that was changed by hand and a switch that is neither on nor off are refused.
    """
    off, on, other, out = (tmp_path / f"{name}.xlsx" for name in ("off", "on", "other", "worth"))
    assert run(["solve", str(book), "-o", str(off), "--set", "settings[scale].value=off", "--gap", "0.001"]) == 0
    assert run(["solve", str(book), "-o", str(on)]) == 0
    assert run(["solve", str(book), "-o", str(other), "--set", "demand[*].volume=25"]) == 0
    monkeypatch.setattr(coalitions, "solve_coalition", lambda *_: pytest.fail("nothing is left to be solved"))
    command = ["attribute", str(book), "-o", str(out), "--only", "scale", "--solved", str(off), "--solved"]
    assert run([*command, str(on)]) == 0
    assert sheet(out, "attribution").set_index("mechanism").at["scale", "worth"] == pytest.approx(20)
    assert sheet(out, "run").set_index("key").at["option solved", "seal"] == "off.xlsx, on.xlsx"
    opened = openpyxl.load_workbook(off)
    opened["builds"].cell(2, opened["builds"].max_column).value = 77
    opened.save(off)
    capsys.readouterr()
    assert run([*command, str(other)]) == 2
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error")]
    assert len(said) == 2
    assert "edited after it was solved" in said[0]
    assert "a plan of another input" in said[1]


def test_a_plan_of_fewer_mechanisms_that_comes_late_is_started_from_as_well(monkeypatch: pytest.MonkeyPatch):
    """The search with both finds 50 by itself, and no more than its start from one: scale alone, solved last, has 60.

    Scale is worth 60 alone and 50 to 60 beside learning, never less than nothing.
    """
    objectives = {frozenset(): 0.0, frozenset(["learning"]): 0.0, frozenset(["scale"]): 60.0}

    def solve(task: Task, begun: Begun) -> Solved:
        best = objectives.get(begun.coalition, 50.0)
        if begun.start is not None:
            best = max(best, begun.start.objective or 0.0)
        source = None if begun.start is None else begun.start.coalition
        decisions = {("started", "it", "alone", "now"): 1.0}
        return Solved(begun.coalition, "within_gap", "", best, 70.0, 0.1, 1.0, start=source, decisions=decisions)

    monkeypatch.setattr(coalitions, "solve_coalition", solve)
    backwards = Design(cast(works()), (("learning", "scale"), ("scale", "learning")))
    found = attribute(works(objective="profit"), backwards, PROVED)
    assert backwards.needed.index(frozenset(["scale"])) > backwards.needed.index(frozenset(["scale", "learning"]))
    assert found.objectives[frozenset(["scale", "learning"])] == 60
    assert found.worths == pytest.approx({"scale": 60, "learning": 0})


def test_an_infeasible_coalition_is_named():
    """100 cars that must be served are more than the modules of either kind can make, 80."""
    hard = tables(100)
    hard["demand"][0] |= {"penalty": None}
    with pytest.raises(NoCoalitionPlan, match="with scale, learning off: infeasible") as end:
        attribute(instance(hard), design(cast(instance(hard))), PROVED)
    assert end.value.solved.status == "infeasible"
    assert any("(volume of " in reason for reason in end.value.solved.reasons)


@pytest.mark.slow
def test_the_command_writes_an_audience_ready_workbook(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    """The figures are those of `test_scale_is_worth_the_difference_and_a_level_out_of_reach_nothing`."""
    out, plan = tmp_path / "worth.xlsx", tmp_path / "plan.xlsx"
    assert run(["solve", str(book), "-o", str(plan)]) == 0
    capsys.readouterr()
    assert run(["attribute", str(book), "-o", str(out), "--workers", "2", "--start", str(plan)]) == 0
    said, progress = capsys.readouterr()
    assert progress.startswith("coalition 1 of 4")
    assert "sum of the worths 20.000000, all on minus all off 20.000000 (million EUR)" in said
    worth = sheet(out, "attribution").set_index("mechanism")["worth"]
    assert worth["scale"] == pytest.approx(20)
    assert worth.sum() == pytest.approx(20)
    assert sheet(out, "coalitions")["switches"].tolist() == ["none", "learning", "scale", "scale, learning"]
    assert sheet(out, "interactions")["interaction"].tolist() == pytest.approx([0])
    summary = sheet(out, "summary").set_index("metric")["value"]
    assert float(summary["worth of all mechanisms"]) == pytest.approx(20)
    assert "costs 20 million EUR with the mechanisms compared here" in summary["brief 1"]
    seal = sheet(out, "run").set_index("key")["seal"]
    assert seal["option workers"] == "2" or seal["option workers"] == 2
    assert seal["mechanisms"] == "scale, learning"
    assert seal["option start"] == "plan.xlsx"
    opened = openpyxl.load_workbook(out)
    answers = ["attribution", "interactions", "coalitions", "issues", "run"]
    assert opened.sheetnames[:8] == ["dashboard", "summary", "index", *answers]
    assert "in_options" in opened.sheetnames
    assert len(opened["dashboard"]._charts) == 2


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--only", "scael"], "there is no mechanism `scael`; did you mean `scale`?"),
        (["--only", "rules"], "is a switch, but not a mechanism of integration"),
        (["--only", "clusters"], "sheet clusters has no level with a saving"),
        (["--exact", "--orders", "8"], "give one of them"),
        (["--samples", "1"], "samples"),
        (["--resume"], "--resume goes with --samples N"),
        (["--workers", "0"], "workers"),
    ],
)
def test_what_cannot_be_asked_ends_with_2_in_one_line(
    options: list[str], words: str, book: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    out = tmp_path / "out.xlsx"
    assert run(["attribute", str(book), "-o", str(out), *options]) == 2
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error")]
    assert len(said) == 1
    assert words in said[0]
    assert not out.exists()


def test_the_input_is_not_overwritten_and_an_unwritable_place_said_first(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    before = book.read_bytes()
    assert run(["attribute", str(book), "-o", str(book)]) == 2
    assert "input itself" in capsys.readouterr().err
    assert book.read_bytes() == before
    assert run(["attribute", str(book), "-o", str(tmp_path / "no" / "folder.xlsx")]) == 2
    assert "does not exist: make it" in capsys.readouterr().err


def test_infeasible_ends_with_3_and_names_the_coalition(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    out = tmp_path / "out.xlsx"
    changes = ["--set", "demand[*].volume=100", "--set", "demand[*].penalty="]
    assert run(["attribute", str(book), "-o", str(out), *changes]) == 3
    assert "error: with scale, learning off: infeasible" in capsys.readouterr().err
    assert not out.exists()


def test_ctrl_c_before_all_is_solved_ends_with_4(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coalitions, "solve_coalition", made_up(stop_after=3))
    out = tmp_path / "out.xlsx"
    assert run(["attribute", str(book), "-o", str(out)]) == 4
    assert "stopped by the user after 3 of 4 coalitions" in capsys.readouterr().err
    assert not out.exists()


def test_ctrl_c_while_sampling_writes_what_is_known(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All mechanisms are made players; the workbook says that it is a part of what was asked for.

    Two pairs of orders, of which a standard error takes at least as many, pass four times through all coalitions but
    the first and the last, which they share.
    """
    two_pairs = 4 * (len(MECHANISMS) - 1) + 2
    monkeypatch.setattr(mechanisms, "_why_idle", lambda name, given: "")
    monkeypatch.setattr(coalitions, "solve_coalition", made_up(stop_after=two_pairs))
    out = tmp_path / "out.xlsx"
    assert run(["attribute", str(book), "-o", str(out), "--seed", "3"]) == 0
    assert capsys.readouterr().out.startswith("stopped by the user: Shapley values estimated from the first")
    status = sheet(out, "summary").set_index("metric").at["status", "value"]
    assert status.startswith("stopped by the user")
    assert len(sheet(out, "coalitions")) == two_pairs
    rows = sheet(out, "attribution")
    assert rows["worth"].sum() == pytest.approx(EVERYTHING)
    assert (rows["standard_error"] >= 0).all()


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_ends_every_process(workers: str, tmp_path: Path) -> None:
    """Only the process in front is told, as by a job runner; the others must not solve on."""
    out = tmp_path / "out.xlsx"
    arguments = ["instances/ev_global.xlsx", "-o", str(out), "--gap", "0", "--workers", workers]
    command = [sys.executable, "-m", "planner", "attribute", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("coalition 1 of"):
                time.sleep(3)
                children = _children(process.pid)
                process.send_signal(signal.SIGINT)
                break
        said = process.stderr.read()
        assert process.wait(timeout=300) == 4
    assert "stopped by the user" in said
    time.sleep(1)
    assert not [child for child in children if _runs(child)]
    assert not out.exists()


def _children(parent: int) -> list[str]:
    """The processes that `parent` has started, where the system tells."""
    told = Path(f"/proc/{parent}/task/{parent}/children")
    return told.read_text().split() if told.exists() else []


def _runs(process: str) -> bool:
    """Whether a process is still at work; one that has ended may be listed until somebody takes note."""
    status = Path(f"/proc/{process}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


PRICES = {"sheet": "options", "key": "*", "column": "capex", "low": 0.5, "high": 1.5, "range_as": "factor"}
"""The modules of the works cost half to one and a half times as much; what scale is worth moves with them."""


def additive(task: Task, begun: Begun) -> Solved:
    """A game whose worths are known: scale saves twice what a large module costs, learning always 3."""
    unit = float(task.instance["options"]["capex"].iloc[0])
    cost = 100.0 - 2 * unit * ("scale" in begun.coalition) - 3 * ("learning" in begun.coalition)
    return Solved(begun.coalition, "optimal", "solved", cost, cost, 0.0, 1.0)


def ranged(path: Path) -> Path:
    settings = [{"key": key, "value": value} for key, value in {"discount_rate": 0, "mip_gap": 0}.items()]
    write_instance({**tables(), "settings": settings, "evidence": [PRICES]}, path)
    return path


def test_worths_in_samples_add_up_in_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    """In an additive game the worth of each is what it adds, in every sample; the order is that of the amounts.

    A module costs 10: scale is worth 10 to 30, more than learning in every sample.
    """
    monkeypatch.setattr(coalitions, "solve_coalition", additive)
    monkeypatch.setattr(ranges, "solve_coalition", additive)
    out = tmp_path / "out.xlsx"
    asked = ["attribute", str(ranged(tmp_path / "works.xlsx")), "-o", str(out), "--samples", "30"]
    assert run(asked) == 0
    said = capsys.readouterr()
    assert "30 samples of 1 figure: 120 solves" in said.err
    assert "In 30 samples of 1 figure drawn together" in said.out
    rows = sheet(out, "sampled")
    worths = rows.pivot(index="sample", columns="mechanism", values="worth")
    totals = rows.groupby("sample")["total"].first()
    assert worths.sum(axis=1).tolist() == pytest.approx(totals.tolist())
    assert worths["learning"].tolist() == pytest.approx([3.0] * 30)
    assert worths["scale"].between(10, 30).all()
    assert worths["scale"].median() == pytest.approx(20, abs=0.5)
    spread = sheet(out, "ranges").set_index("mechanism")
    # the tenth percentile of a triangle from 10 to 30 with its peak at 20
    assert spread.at["scale", "p10"] == pytest.approx(10 + 20 * (0.1 / 2) ** 0.5, abs=0.8)
    assert spread["positive"].tolist() == [1, 1]
    ranks = sheet(out, "ranks").pivot(index="mechanism", columns="rank", values="probability")
    assert ranks.loc["scale"].tolist() == [1, 0]
    brief = " ".join(sheet(out, "summary").query("metric.str.startswith('brief')", engine="python")["value"])
    assert "in eight of ten samples" in brief
    assert "order is not decided" not in brief


@pytest.mark.slow
def test_samples_of_an_attribution_go_on_where_they_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(coalitions, "solve_coalition", additive)
    calls = [50]

    def stop(task: Task, begun: Begun) -> Solved:
        calls[0] -= 1
        if calls[0] < 0:
            raise KeyboardInterrupt
        return additive(task, begun)

    book, first, second = ranged(tmp_path / "works.xlsx"), tmp_path / "first.xlsx", tmp_path / "second.xlsx"
    monkeypatch.setattr(ranges, "solve_coalition", stop)
    assert run(["attribute", str(book), "-o", str(first), "--samples", "20"]) == 0
    assert "Stopped by the user (--resume goes on): in 12 of 20 samples" in capsys.readouterr().out
    monkeypatch.setattr(ranges, "solve_coalition", additive)
    assert run(["attribute", str(book), "-o", str(first), "--samples", "20", "--resume"]) == 0
    assert run(["attribute", str(book), "-o", str(second), "--samples", "20"]) == 0
    pd.testing.assert_frame_equal(sheet(first, "sampled"), sheet(second, "sampled"))
    assert not list(tmp_path.glob("*.jsonl"))


def test_what_samples_do_not_decide_is_not_claimed() -> None:
    """Of twelve samples the first is worth more in half, by 1 to 3; their errors of 2 take half of these away."""
    samples = [
        SampledWorths(
            number, {"scale": 5.0 + sign * size, "learning": 5.0}, 10.0 + sign * size, {"scale": 1, "learning": 1}
        )
        for number, (sign, size) in enumerate([(1, 1), (1, 3), (-1, 1), (-1, 7)] * 3, 1)
    ]
    found = SampledRanges(samples, 12, 1)
    assert found.chance_above("scale", "learning") == pytest.approx(1 / 4)
    assert found.chance_above("learning", "scale") == pytest.approx(1 / 4)
    assert found.ranks.loc["scale"].tolist() == pytest.approx([0.5, 0.5])
    assert found.chance_positive("scale") == pytest.approx(3 / 4)
    assert "not certain whether it is worth anything" in describe_range(str, found, "scale")
    equal = SampledRanges([SampledWorths(1, {"a": 2.0, "b": 2.0, "c": 1.0}, 5.0, {})], 1, 1)
    assert equal.ranks.loc["a"].tolist() == pytest.approx([0.5, 0.5, 0])


@pytest.mark.slow
def test_every_combination_is_solved_in_each_sample(tmp_path: Path) -> None:
    """Scale is worth twice what a module costs, also with the solver: four of 10 against one of 40 at twice as much."""
    out = tmp_path / "out.xlsx"
    assert run(["attribute", str(ranged(tmp_path / "works.xlsx")), "-o", str(out), "--samples", "10"]) == 0
    worths = sheet(out, "sampled").pivot(index="sample", columns="mechanism", values="worth")
    assert worths["learning"].abs().max() < 1e-6
    assert (worths["scale"] > 9).all()
    assert worths["scale"].mean() == pytest.approx(20, abs=1.5)
