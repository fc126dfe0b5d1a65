"""Earlier plans on the command line: started from, kept, evaluated, asked about, varied and replayed.

All on `tiny.xlsx`, whose plan opens a cell plant with one large module in 2025 and costs 4,535.2.
"""

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from planner.audit.audit import audit
from planner.cli import plans as cli
from planner.cli.main import run
from planner.planning import choose_options, make_plan, prepare_problem
from planner.results.result_file import ResultFile
from planner.solver.earlier_plan import match_plan, warm_start
from planner.solver.solver import Options, Solution
from planner.studies.alternatives import study as hunt
from planner.studies.why import run as run_why
from planner.studies.why.question import Sides
from planner.studies.why.study import ForcedAnswer
from planner.workbook.read import Reading, read_instance, read_tables
from planner.workbook.write import write_instance
from planner_models.sets.locks import Lock
from tests.plans import failed
from tests.proofs import wanted, years
from tests.proofs.test_locks import small_shop
from tests.test_cli import change, metric

TINY = Path(__file__).parents[1] / "instances" / "tiny.xlsx"
BEST = 4535.2
MODULE = "cell plant, cell making, large"


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plan of tiny."""
    path = tmp_path_factory.mktemp("earlier") / "earlier.xlsx"
    assert run(["solve", str(TINY), "-o", str(path), "--gap", "0"]) == 0
    return path


def solved(path: Path, *arguments: str, status: int = 0) -> dict[str, pd.DataFrame]:
    """The tables of a solve of tiny."""
    assert run(["solve", str(TINY), "-o", str(path), "--gap", "0", *arguments]) == status
    return read_tables(path)


def planned(*arguments: str) -> dict[str, pd.DataFrame]:
    """The tables of a plan of tiny under changes, which no command writes."""
    reading = read_instance(TINY, [change for change in arguments if change != "--set"])
    return make_plan(reading, choose_options(reading, gap=0.0)).tables


def locked(path: Path, *rows: dict[str, object]) -> Path:
    """Tiny with locks."""
    raw = read_instance(TINY).raw
    write_instance({**raw, "locks": list(rows)}, path)
    return path


def objective(path: Path) -> float:
    return float(metric(path, "objective"))


@pytest.mark.slow
def test_a_row_copied_from_a_result_is_a_lock(result: Path, tmp_path: Path) -> None:
    """The module of the plan in a world in which it would not be built: demand of 1 needs no plant."""
    row = read_tables(result)["builds"].iloc[0].to_dict()
    lock = {"decision": "built"} | {name: row[name] for name in ("site", "process", "option", "period")}
    small = ["--set", "demand[*|*|*|*].volume=1"]
    file, held, free = locked(tmp_path / "locked.xlsx", lock), tmp_path / "held.xlsx", planned(*small)
    assert free["builds"].empty
    assert run(["solve", str(file), "-o", str(held), "--gap", "0", *small]) == 0
    tables = read_tables(held)
    assert tables["builds"]["option"].tolist() == ["large"]
    assert set(tables["audit"]["ok"]) == {"yes"}
    assert "locked at least" in set(tables["audit"]["check"])
    assert objective(held) > free["costs"]["discounted"].sum()


@pytest.mark.slow
def test_the_audit_sees_a_lock_that_was_not_kept(result: Path) -> None:
    locks = pd.DataFrame([{"decision": "opened", "site": "cell plant", "period": "2026", "at_most": 0.0}], index=[2])
    data = read_instance(TINY).instance
    blank = data["locks"].columns
    broken = type(data)({**data.tables, "locks": locks.reindex(columns=blank).astype(object)}, data.settings)
    assert failed(audit(broken, read_tables(result), BEST)) == ["locked at most"]


@pytest.mark.slow
def test_a_search_starts_from_an_earlier_plan(result: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """Also where the inputs changed; what is gone is counted. The optimum is what it is without a start."""
    again = ["--set", "options[*|cell making|large].max_modules=0"]
    plain = planned(*again)
    capsys.readouterr()
    tables = solved(tmp_path / "again.xlsx", *again, "--start", str(result))
    said = capsys.readouterr().out
    assert "9 of 10 decisions of the earlier plan still exist" in said
    assert re.search(r"the plan they give costs 4\.\d+ billion USD", said)
    assert tables["costs"]["discounted"].sum() == pytest.approx(plain["costs"]["discounted"].sum())
    assert dict(zip(tables["run"]["key"], tables["run"]["seal"], strict=True))["option start"] == "earlier.xlsx"


@pytest.mark.slow
def test_departing_from_a_plan_is_paid_for(result: Path, tmp_path: Path) -> None:
    """With demand at 1 nothing is needed but the plan of before is: three open years and a module. At 0 it is dropped.

    At a price beyond what it costs to keep it (20 + 5 a year for the site, 48 a year for the module) it stays.
    """
    small = ["--set", "demand[*|*|*|*].volume=1", "--keep", str(result)]
    dropped = solved(tmp_path / "dropped.xlsx", *small, "--change-cost", "1")
    assert dropped["builds"].empty
    costs = dropped["costs"].groupby("line")["amount"].sum()
    changed = dropped["changes"][dropped["changes"]["cost"] > 0]
    assert costs["plan changes"] == changed["cost"].sum() == len(changed) >= 4
    kept = solved(tmp_path / "kept.xlsx", *small, "--change-cost", "500")
    assert kept["builds"]["option"].tolist() == ["large"]
    for tables in (dropped, kept):
        assert set(tables["audit"]["ok"]) == {"yes"}
        assert "cost of plan changes" in set(tables["audit"]["check"])
    assert run(["replay", str(tmp_path / "dropped.xlsx")]) == 0


@pytest.mark.slow
def test_keep_and_change_cost_belong_together(result: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    assert run(["solve", str(TINY), "-o", str(tmp_path / "x.xlsx"), "--keep", str(result)]) == 2
    assert "--change-cost" in capsys.readouterr().err
    assert run(["solve", str(TINY), "-o", str(tmp_path / "x.xlsx"), "--start", str(TINY)]) == 2
    assert "holds no plan" in capsys.readouterr().err


@pytest.mark.slow
def test_an_old_plan_on_new_data(result: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """On its own data it costs what it did; on others its decisions stay although they pay no more."""
    out = tmp_path / "out.xlsx"
    assert run(["evaluate", str(TINY), "--plan", str(result), "-o", str(out)]) == 0
    assert objective(out) == pytest.approx(BEST)
    assert "with flows optimised again" in metric(out, "status")
    assert run(["evaluate", str(TINY), "--plan", str(result), "-o", str(out), "--set", "demand[*|*|*|*].volume=1"]) == 0
    tables = read_tables(out)
    assert tables["builds"]["option"].tolist() == ["large"]
    assert set(tables["audit"]["ok"]) == {"yes"}
    capsys.readouterr()
    gone = ["--set", "options[*|cell making|large].max_modules=0"]
    assert run(["evaluate", str(TINY), "--plan", str(result), "-o", str(out), *gone]) == 0
    assert f"gone: built[{MODULE}, 2025]" in capsys.readouterr().out
    assert f"built[{MODULE}, 2025] of earlier is no longer possible" in " ".join(read_tables(out)["issues"]["message"])


@pytest.mark.slow
def test_decisions_that_are_not_listed_are_counted(
    result: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(cli, "MOST_REASONS", 0)
    command = ["evaluate", str(TINY), "--plan", str(result), "-o", str(tmp_path / "out.xlsx")]
    assert run([*command, "--set", "options[*|cell making|large].max_modules=0"]) == 0
    said = capsys.readouterr().out
    assert "gone:" not in said
    assert "  and 1 more\n" in said


def test_an_old_plan_that_does_not_work_says_why(result: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """A least load cannot be met without demand: 0.1 of a capacity of 25 is the most that is wanted."""
    out = tmp_path / "out.xlsx"
    load = ["--set", "lines[mine|mining].min_load=0.9", "--set", "demand[*|*|*|*].volume=1"]
    assert run(["evaluate", str(TINY), "--plan", str(result), "-o", str(out), *load]) == 3
    said = capsys.readouterr().err
    assert "does not work" in said
    assert "(min_load of mine|mining): 0.9 must be at most 0.004" in said
    assert not out.exists()


def test_decisions_that_no_longer_fit_together_give_way_to_the_nearest() -> None:
    """Two modules in each of two years were ordered, of which only two are left in all: two have to go."""
    case = small_shop(periods=years(2), demand=wanted("1", "2"))
    case["options"]["max_modules"] = 2.0
    job = prepare_problem(Reading(TINY, "", case, [], {}, {}), Options(gap=0.0))
    before = {("built", "shop", "make", "more", name): 2.0 for name in ("1", "2")}
    found = match_plan(job.model, job.compiled, before)
    begun = warm_start(job.compiled, found, job.options)
    assert (found.words, begun.changed) == ("2 of 2 decisions", 2.0)
    assert begun.solution.values is not None
    assert begun.solution.values[~np.isnan(found.values)].sum() == 2


@pytest.mark.slow
def test_why_forces_the_opposite_and_finds_where_it_flips(
    result: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    """The large module saves 42.8: 8 a unit of its capex of 195.2 over three of its twenty years."""
    out = tmp_path / "why.xlsx"
    assert run(["why", str(result), f"built[{MODULE}]>=1", "-o", str(out)]) == 0
    said = capsys.readouterr().out
    assert "costs 42.8 million USD" in said
    assert "New small for cell making at cell plant instead of large" in said
    found = re.search(r"capex \(195\.2 million USD now\): it flips at ([\d.]+)", said)
    assert found
    flips = float(found.group(1))
    for capex, built in ((flips * 0.99, True), (flips * 1.01, False)):
        tables = planned(f"options[*|cell making|large].capex={capex}")
        assert ("large" in set(tables["builds"]["option"])) == built
    sheets = pd.read_excel(out, sheet_name=None, engine="calamine")
    assert sheets["bridge"]["change"].sum() == pytest.approx(42.8)
    points = sheets["break_even"].set_index("value")["cost_of_forcing"]
    assert points.loc[:flips].iloc[0] > 0 > points.loc[flips:].iloc[-1]
    assert {"decisions", "bridges", "run", "in_options"} <= set(sheets)


@pytest.mark.slow
def test_why_not_forces_what_is_asked(result: Path, capsys: pytest.CaptureFixture) -> None:
    """The plan opens in 2025; asked why not in 2026 only, it is closed in 2025, which costs 29."""
    assert run(["why", str(result), "opened[cell plant, 2025]=0"]) == 0
    said = capsys.readouterr().out
    assert "opened[cell plant, 2025]=0 instead of opened[cell plant, 2025]=1 costs 29 million USD" in said
    assert "fixed_cost (5 million USD/year now): it flips at 34 " in said


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("opened cell plant", "cannot be understood"),
        ("open[cell plant]", "did you mean `opened`"),
        ("opened[cel plant]=0", "did you mean `cell plant`"),
        ("opened[cell plant, 2029]=0", "the period `2029`"),
        ("built[cell plant, large]", "the key of built is site, process, option, period"),
        ("built[mine, mining, large]", "has the site `mine`: cell plant"),
    ],
)
def test_a_question_about_nothing_names_what_there_is(
    result: Path, question: str, words: str, capsys: pytest.CaptureFixture
) -> None:
    assert run(["why", str(result), question]) == 2
    assert words in capsys.readouterr().err


def test_what_cannot_be_otherwise_is_said(result: Path, capsys: pytest.CaptureFixture) -> None:
    """Of the one step of a market that must be served one is chosen."""
    assert run(["why", str(result), "priced[north, vehicle, 1, 2025]=0"]) == 3
    assert "the opposite is not possible" in capsys.readouterr().err


@pytest.mark.slow
def test_what_stands_against_it_is_said(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """Where all demand must be met and the mine is closed, demand would have to fall: the lock added is no way out."""
    firm = tmp_path / "firm.xlsx"
    solved(firm, "--set", "demand[*].penalty=", "--set", "demand[*].price=")
    assert run(["why", str(firm), "opened[mine]=0"]) == 3
    said = capsys.readouterr().err
    assert "the opposite is not possible" in said
    assert "the smallest changes that allow one" in said
    assert "demand!" in said
    assert "locks" not in said


@pytest.mark.parametrize(("cost", "decided"), [(3.0, False), (-3.0, False), (12.0, True)])
def test_a_difference_within_the_gaps_is_not_decided(cost: float, decided: bool) -> None:
    """The two searches leave 4 and 6 open."""
    lock = Lock("opened", ("mine",), "2025", 1.0, 1.0)
    no = lock._replace(at_least=0.0, at_most=0.0)
    held = SimpleNamespace(objective=100.0, bound=96.0)
    forced = SimpleNamespace(objective=100.0 + cost, bound=94.0 + cost)
    job: Any = SimpleNamespace(sign=1.0)
    answer = ForcedAnswer(Sides(lock, no, 1.0), job, cast(Solution, forced), cast(Solution, held), None)
    said = run_why._cost(answer, "USD")
    assert answer.decided == decided
    assert ("not decided at this gap" in said) != decided
    assert ("costs 12 million USD" in said) == decided
    tile = run_why._tiles(answer, cast(ResultFile, SimpleNamespace(currency="USD")))[0]
    assert (tile.value == "not decided at this gap") != decided


def test_alternatives_and_what_they_have_in_common(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """Within 2 % the plant opens in all plans, with a large or with small modules; within 0.1 % just the best."""
    out = tmp_path / "alternatives.xlsx"
    assert run(["alternatives", str(TINY), "--within", "2%", "-o", str(out), "--gap", "0"]) == 0
    said = capsys.readouterr().out
    assert "0.94 % worse; 2 choices differ" in said
    assert "no further plan within 2 % of the best differs" in said
    sheets = pd.read_excel(out, sheet_name=None, engine="calamine")
    verdicts = sheets["choices"].set_index(["decision", "option"])["verdict"]
    assert verdicts["built"].to_dict() == {"large": "optional", "small": "optional"}
    assert set(verdicts.drop("built")) == {"always"}
    assert sheets["plans"]["objective"].tolist() == pytest.approx([BEST, 4578.0])
    assert run(["alternatives", str(TINY), "--within", "0.001", "--gap", "0"]) == 0
    said = capsys.readouterr().out
    assert "plan 2" not in said
    assert f"built[{MODULE}]" in said.partition("always taken (4)")[2]
    assert "never taken (1)" in said


def test_choices_by_period(capsys: pytest.CaptureFixture) -> None:
    """Within 1 % the module may come a year later: of each year it is optional, in all years together always."""
    assert run(["alternatives", str(TINY), "--within", "1%", "--gap", "0", "--by-period", "--number", "2"]) == 0
    said = capsys.readouterr().out
    optional = said.partition("optional (")[2]
    assert f"built[{MODULE}, 2025]" in optional or "more" in optional.splitlines()[0]


@pytest.mark.parametrize("room", ["x", "-1%", "200%"])
def test_a_room_that_is_no_share(room: str, capsys: pytest.CaptureFixture) -> None:
    assert run(["alternatives", str(TINY), f"--within={room}"]) == 2
    assert "is not a share" in capsys.readouterr().err


@pytest.mark.slow
def test_a_replay_agrees_and_one_of_an_edited_result_does_not(
    result: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    assert run(["replay", str(result)]) == 0
    said = capsys.readouterr()
    assert "objective agrees" in said.out
    assert "decisions agree" in said.out
    assert "the versions are the same" in said.out
    assert "edited" not in said.err
    edited = tmp_path / "edited.xlsx"
    edited.write_bytes(result.read_bytes())
    options = read_tables(result)["in_options"]
    column = chr(ord("A") + list(options.columns).index("capex"))
    change(edited, "in_options", f"{column}{2 + options['option'].tolist().index('large')}", 500)
    assert run(["replay", str(edited)]) == 1
    said = capsys.readouterr()
    assert "the seal does not fit its inputs" in said.err
    assert "objective differs" in said.out


@pytest.mark.slow
def test_an_edited_result_is_told_by_every_command(result: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    edited, out = tmp_path / "edited.xlsx", str(tmp_path / "out.xlsx")
    edited.write_bytes(result.read_bytes())
    change(edited, "builds", "E2", 2)
    for command in (
        ["solve", str(TINY), "-o", out, "--start", str(edited)],
        ["solve", str(TINY), "-o", out, "--keep", str(edited), "--change-cost", "1"],
        ["evaluate", str(TINY), "--plan", str(edited), "-o", out],
        ["why", str(edited), "opened[mine]=0"],
        ["replay", str(edited)],
    ):
        run(command)
        assert "edited by hand: the seal does not fit its tables" in capsys.readouterr().err


def test_ctrl_c_leaves_what_is_known(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    """Stopped after the best plan: nothing is ruled out, so nothing is called always or never."""
    solve = hunt.solve_arrays
    calls: list[None] = []

    def stopped(*arguments: Any) -> Any:
        calls.append(None)
        return solve(*arguments) if len(calls) == 1 else replace(solve(*arguments), status="interrupted")

    monkeypatch.setattr(hunt, "solve_arrays", stopped)
    assert run(["alternatives", str(TINY), "--within", "2%", "--gap", "0"]) == 0
    said = capsys.readouterr().out
    assert "plan 1 costs" in said
    assert "Ctrl-C left some undecided" in said
    assert "stopped by the user (Ctrl-C)" in said
    assert "in time" not in said
    assert "always" not in said


def test_ctrl_c_before_an_answer(result: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    def stopped(*arguments: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("planner.studies.why.study.solve_arrays", stopped)
    assert run(["why", str(result), "opened[cell plant]"]) == 4
    assert "stopped by the user" in capsys.readouterr().err


@pytest.mark.slow
def test_a_large_instance_stopped_early(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """The world's chain within a tenth of the best: every command answers in its time and says how sure it is."""
    world = str(TINY.parent / "ev_global.xlsx")
    plan, again, out = (str(tmp_path / f"{name}.xlsx") for name in ("plan", "again", "out"))
    coarse = ["--gap", "0.1", "--time-limit", "60"]
    assert run(["solve", world, "-o", plan, *coarse]) == 0
    dear = ["--set", "demand[*|*|*|*].price=1"]
    capsys.readouterr()
    assert run(["solve", world, "-o", again, "--start", plan, *coarse, "--set", "settings[discount_rate]=0.08"]) == 0
    assert re.search(r"(\d+) of \1 decisions of the earlier plan still exist; the plan", capsys.readouterr().out)
    assert run(["evaluate", world, "--plan", plan, "-o", out, *dear]) == 0
    assert set(read_tables(Path(out))["audit"]["ok"]) == {"yes"}
    assert run(["why", plan, "opened[EU West refineries new]", *coarse]) == 0
    assert "opened[EU West refineries new" in capsys.readouterr().out
    room = ["--within", "5%", "--number", "2", "--gap", "0.1", "--time-limit", "5"]
    assert run(["alternatives", world, *room, "-o", out]) == 0
    verdicts = pd.read_excel(out, sheet_name="choices", engine="calamine")["verdict"]
    assert set(verdicts) <= {"always", "never", "optional", "undecided"}
    assert len(verdicts) > 100
