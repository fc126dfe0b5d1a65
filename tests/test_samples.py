"""Joint samples of ranges: draws, regret and the value of information against closed forms, resuming, and the command.

The shop of `test_sensitivity`: with the module a year costs 16 + c, without it 40, where c is the cost of the module,
15 to 30 with its peak at 20. The module is the better plan up to 24, and on average: the mean of c is 65 / 3.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from planner.cli import samples as command
from planner.cli.main import run
from planner.sheets.samples import SAMPLED
from planner.solver.solution import Options
from planner.studies.samples import study
from planner.studies.samples.draws import draw_ways, list_positions, list_sampled, place_draw, turn_to_ways
from planner.studies.samples.journal import ENDING, Journal
from planner.studies.samples.trials import SampleFound, SampleTask, read_part, try_sample, write_part
from planner.studies.samples.value import (
    estimate_partial,
    estimate_perfect,
    explain_share,
    fit_left_out,
    make_basis,
    predict_at,
    share_best,
)
from planner.studies.sensitivity.ranges import Figure
from planner.workbook.declared_sheets import read_sheets
from planner.workbook.package import open_package
from planner.workbook.read import read_instance
from planner_models.schema.decisions import Decision
from tests.test_sensitivity import CAPEX, shop

MAKING = {"sheet": "processes", "key": "make", "column": "other_cost", "low": 1, "high": 3, "source": "a guess"}

COUNT = 100
"""Samples of the shop."""

BUILT: Decision = ("built", "shop", "make", "more", "1")
"""The decision about the module."""


def figure(name: str, low: float = -1.0, value: float = 0.0, high: float = 1.0) -> Figure:
    """A setting that may be from low to high."""
    at, least, most = (np.array([end]) for end in (value, low, high))
    return Figure("settings", name, "value", "", (), at, least, most, ranged=True)


def test_draws_fill_every_slice_of_a_triangle_once() -> None:
    """The distribution function of the triangle 0, 1, 4: x^2 / 4 below 1, 1 - (4 - x)^2 / 12 above."""
    one = figure("one", 0, 1, 4)
    ways = draw_ways([one], 100, 7)[:, 0]
    values = np.array([float(one.value_at(way)[0]) for way in ways])
    chance = np.where(values < 1, values**2 / 4, 1 - (4 - values) ** 2 / 12)
    assert sorted(np.floor(chance * 100)) == list(range(100))
    assert values.mean() == pytest.approx(5 / 3, abs=0.02)


def test_a_figure_is_drawn_alike_beside_others() -> None:
    """Its random numbers depend on its name and the seed alone."""
    one, two = figure("one"), figure("two")
    both = draw_ways([one, two], 20, 3)
    assert both[:, 1].tolist() == draw_ways([two], 20, 3)[:, 0].tolist()
    assert both[:, 0].tolist() != both[:, 1].tolist()
    assert both.tolist() != draw_ways([one, two], 20, 4).tolist()


@pytest.mark.parametrize(("below", "chance", "way"), [(0.0, 0.0, 0.0), (1.0, 0.25, -0.5), (0.5, 0.5, 0.0)])
def test_a_range_to_one_side_is_half_a_triangle(below: float, chance: float, way: float) -> None:
    assert turn_to_ways(np.array([chance]), below)[0] == pytest.approx(way)


def test_rows_of_one_range_move_together_and_the_narrower_range_holds(tmp_path: Path) -> None:
    wide = {"sheet": "lines", "key": "*", "column": "capacity", "low": 0.8, "high": 1.2, "range_as": "factor"}
    narrow = wide | {"key": "shop|make", "low": 1.0, "high": 1.1}
    instance = read_instance(shop(tmp_path / "shop.xlsx", narrow, wide)).instance
    figures = list_sampled(instance)
    assert [each.key for each in figures] == ["shop|make", "*"]  # of as many rows: in the order of the sheet
    table = pd.concat([instance["lines"]] * 2, ignore_index=True)
    table.index = [2, 3]
    table.loc[3, "site"] = "barn"
    more = type(instance)({**instance.tables, "lines": table}, instance.settings)
    figures = list_sampled(more)
    assert [each.key for each in figures] == ["*", "shop|make"]
    moved = place_draw(more, figures, np.array([-1.0, 1.0]))
    assert moved["lines"]["capacity"].tolist() == pytest.approx([5.5, 4.0])


def test_two_actions_with_known_values_of_information() -> None:
    """One costs nothing, the other x + y with both from -1 to 1 in a triangle.

    Knowing x alone is worth E max(0, -x) = 1/6. The sum of x and y has a symmetric density, so that knowing both is
    worth E|x + y| / 2 = 7/30: by the density of the sum of two triangles, a cubic spline, E|x + y| = 7/15.
    """
    figures = [figure("x"), figure("y"), figure("z")]
    ways = draw_ways(figures, 2000, 1)
    costs = np.stack([np.zeros(2000), ways[:, 0] + ways[:, 1]], axis=1)
    perfect = estimate_perfect(costs, costs.min(axis=1))
    assert perfect is not None
    assert abs(perfect.value - 7 / 30) < 2 * perfect.error
    assert perfect.error < 0.01
    known = [estimate_partial(costs, list_positions(each, ways[:, place])) for place, each in enumerate(figures)]
    assert all(abs(found.value - 1 / 6) < 2 * found.error for found in known[:2])
    assert known[2].value < 2 * known[2].error + 1e-3


def test_a_plan_that_cannot_be_held_has_no_mean_but_a_probability() -> None:
    costs = np.array([[1.0, 2.0], [np.inf, 2.0], [2.0, 2.0], [3.0, 2.0]])
    perfect = estimate_perfect(costs, costs.min(axis=1))
    assert perfect is not None
    assert perfect.value == pytest.approx(0.25)
    assert share_best(costs, np.full(4, 1e-9)).tolist() == pytest.approx([0.375, 0.625])
    assert estimate_perfect(np.full((2, 1), np.inf), np.ones(2)) is None


def test_a_linear_case_is_exact() -> None:
    """A straight line is predicted in samples that it was not fitted to, and explains everything."""
    positions = draw_ways([figure("x")], 50, 2)[:, 0]
    amounts = 5 + 3 * positions
    assert fit_left_out(positions, amounts) == pytest.approx(amounts)
    assert explain_share(positions, amounts) == pytest.approx(1)
    tenth = np.quantile(positions, 0.1)
    assert predict_at(positions, amounts, (0.1, 0.5)) == pytest.approx([5 + 3 * tenth, 5 + 3 * np.median(positions)])


def test_a_prediction_has_not_seen_its_sample() -> None:
    """The shortcut by the hat matrix is what leaving each sample out in turn gives."""
    chance = np.random.default_rng(5)
    positions, amounts = chance.random(25), chance.random(25)
    basis = make_basis(positions)
    for place, said in enumerate(fit_left_out(positions, amounts)):
        others = np.arange(25) != place
        factors = np.linalg.lstsq(basis[others], amounts[others], rcond=None)[0]
        assert basis[place] @ factors == pytest.approx(said)


def evaluate(task: SampleTask) -> SampleFound:
    """What `try_sample` finds in the shop, by hand."""
    module = float(task.figures[0].value_at(float(task.ways[0]))[0])
    costs = tuple(16 + module if decisions.get(BUILT) else 40.0 for decisions in task.plans)
    built = float(module < 24)
    changes = {} if built == task.known[BUILT] else {BUILT: built}
    return SampleFound(task.number, costs, min(16 + module, 40.0), 0.0, changes)


@pytest.mark.parametrize(("way", "module"), [(-0.6, 17.0), (0.8, 28.0)])
def test_a_sample_by_hand(tmp_path: Path, way: float, module: float) -> None:
    """Where the module costs 17 it is built, and all costs 33; at 28 it is not, and all costs 40; held it costs 44."""
    reading = read_instance(shop(tmp_path / "shop.xlsx", CAPEX))
    figures = tuple(list_sampled(reading.instance))
    plans = tuple({BUILT: built} for built in (1.0, 0.0))
    task = SampleTask(reading, Options(gap=0.0), figures, 3, np.array([way]), plans[0], plans, True)
    found, said = try_sample(task), evaluate(task)
    assert found.held == pytest.approx(said.held) == (16 + module, 40)
    assert found.best == pytest.approx(said.best)
    assert dict(found.changes) == dict(said.changes)
    assert (found.number, found.refused) == (3, "")
    assert found.open == pytest.approx(0, abs=1e-6)
    assert read_part(json.loads(json.dumps(write_part("searched", found)))) == found


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict[str, pd.DataFrame]]:
    """The shop with a range for the module, and the sheets of its samples, each evaluated by hand."""
    folder = tmp_path_factory.mktemp("samples")
    book, out = shop(folder / "shop.xlsx", CAPEX), folder / "out.xlsx"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(study, "try_sample", evaluate)
        assert run(["sensitivity", str(book), "-o", str(out), "--samples", str(COUNT), "--seed", "1"]) == 0
    assert not (folder / f"out.xlsx{ENDING}").exists()
    tables, issues = read_sheets(open_package(out), SAMPLED)
    assert not issues
    return book, out, tables


def test_the_value_of_information_of_the_shop_by_hand(sampled: tuple[Path, Path, dict[str, pd.DataFrame]]) -> None:
    """Beyond 24 the module costs c - 24 too much: E = integral from 24 to 30 of (c - 24) (30 - c) / 75 = 12 / 25."""
    tables = sampled[2]
    said = tables["summary"].set_index("metric")["value"]
    value, error = float(said["expected value of perfect information"]), float(said["standard error of that"])
    assert abs(value - 0.48) < 2 * error
    assert error < 0.2
    compared = tables["compared"].set_index("plan")
    assert len(compared) == 3  # the best of each sample, with and without the module
    assert compared.loc["the plan", "mean"] == pytest.approx(16 + 65 / 3, abs=0.1)
    other = next(name for name in compared.index if name.startswith("plan of sample"))
    assert compared.loc[other, ["p10", "median", "p90"]].tolist() == pytest.approx([40, 40, 40])
    # the chance that the module costs more than 24: (30 - 24)^2 / (15 x 10)
    assert compared.loc["the plan", "best"] == pytest.approx(1 - 36 / 150, abs=1 / COUNT)
    (row,) = tables["figures"].to_dict("records")
    assert row["information"] == pytest.approx(value, abs=2 * row["information_error"])
    assert row["share"] == pytest.approx(1)
    assert row["at_p90"] - row["at_p10"] == pytest.approx(np.ptp(np.quantile(_costs(tables), [0.1, 0.9])), rel=0.05)


def _costs(tables: dict[str, pd.DataFrame]) -> pd.Series:
    rows = tables["outcomes"]
    return rows[rows["plan"] == "the plan"].set_index("sample")["objective"].sort_index()


def test_each_sample_is_what_its_draw_says(sampled: tuple[Path, Path, dict[str, pd.DataFrame]]) -> None:
    """The plan held costs 16 + c to the last digit, and the best plan no more than 40."""
    tables = sampled[2]
    ways = tables["draws"].set_index("sample")["way"].sort_index()
    module = 20 + np.where(ways < 0, 5 * ways, 10 * ways)
    assert _costs(tables).tolist() == pytest.approx((16 + module).tolist())
    best = tables["samples"].set_index("sample")["objective"].sort_index()
    assert best.tolist() == pytest.approx(np.minimum(16 + module, 40).tolist())
    assert set(tables["audit"]["ok"]) == {"yes"}
    assert len(tables["audit"]) >= 7


def test_the_audit_sees_what_was_altered(sampled: tuple[Path, Path, dict[str, pd.DataFrame]]) -> None:
    from planner.audit.samples import audit_samples

    tables = sampled[2]

    def bad(sheet: str, column: str, row: int, value: Any) -> set[str]:
        frame = tables[sheet].copy()
        frame.loc[frame.index[row], column] = value
        altered = {**tables, sheet: frame}
        found = audit_samples(altered, altered["summary"], sign=1.0, complete=True)
        return set(found[found["ok"] != "yes"]["check"])

    assert bad("outcomes", "regret", 0, 50.0) == {"regret of each plan"}
    assert "no plan beats the best of a sample" in bad("samples", "objective", 3, 1e6)
    assert bad("compared", "p90", 1, 1.0) == {"quantiles of each plan"}
    assert bad("compared", "best", 1, 0.1) == {"probability of being the best"}
    assert bad("compared", "regret", 1, 30.0) == {"mean regret"}
    assert bad("figures", "information", 0, 9.0) == {"value of knowing each figure"}
    assert "draws fill every slice once" in bad("draws", "way", 0, 0.999)


def test_a_stopped_run_goes_on_to_the_same_result(
    sampled: tuple[Path, Path, dict[str, pd.DataFrame]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
) -> None:
    """Stopped after 12 samples it says so, writes what it has, and keeps it; resumed it ends as if never stopped."""
    book, _, whole = sampled
    out = tmp_path / "out.xlsx"
    asked = ["sensitivity", str(book), "-o", str(out), "--samples", str(COUNT), "--seed", "1"]
    add, left = Journal.add, [12]

    def stop(journal: Journal, part: Any) -> None:
        add(journal, part)
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt

    monkeypatch.setattr(study, "try_sample", evaluate)
    monkeypatch.setattr(Journal, "add", stop)
    assert run(asked) == 4
    monkeypatch.setattr(Journal, "add", add)
    assert "Stopped by the user after 12 samples: --resume goes on." in capsys.readouterr().out
    journal = out.with_name(f"out.xlsx{ENDING}")
    journal.write_text(journal.read_text() + '{"cut off', "utf-8")
    assert run(asked) == 2
    assert "12 finished parts of a run that was stopped: go on with --resume" in capsys.readouterr().err
    assert run([*asked[:-1], "2", "--resume"]) == 2
    assert "is of a run with other options of the solves, seed: give the same again" in capsys.readouterr().err
    assert run([*asked, "--resume"]) == 0
    assert "12 parts are finished already" in capsys.readouterr().err
    assert not journal.exists()
    tables, _ = read_sheets(open_package(out), SAMPLED)
    for name in ("compared", "figures", "outcomes", "draws"):
        pd.testing.assert_frame_equal(tables[name], whole[name])


def test_a_journal_of_something_else_is_refused(tmp_path: Path) -> None:
    from planner.issues import InputError

    journal = Journal(tmp_path / "out.xlsx", {"input": "1"})
    journal.path.write_text("hello\n" + json.dumps({}) + "\n", "utf-8")
    with pytest.raises(InputError, match=r"line 1 of .* is not of a journal of samples"):
        journal.begin(resume=True, force=False)


@pytest.mark.slow
def test_another_result_is_compared_and_workers_change_nothing(
    sampled: tuple[Path, Path, dict[str, pd.DataFrame]], tmp_path: Path
) -> None:
    """Without the module 5 are made and 3 are missing at 10 each, whatever it costs, also with solves in processes."""
    book = shop(tmp_path / "two.xlsx", CAPEX, MAKING)
    result, other = tmp_path / "result.xlsx", tmp_path / "plain.xlsx"
    assert run(["solve", str(book), "-o", str(result)]) == 0
    assert run(["solve", str(book), "-o", str(other), "--set", "options[*].max_modules=0"]) == 0
    asked = ["sensitivity", str(result), "--samples", "10", "--candidates", "0", "--plan", str(other)]
    tables = []
    for number, extra in enumerate(([], ["--workers", "2"])):
        out = tmp_path / f"out{number}.xlsx"
        assert run([*asked, "-o", str(out), *extra]) == 0
        tables.append(read_sheets(open_package(out), SAMPLED)[0])
    pd.testing.assert_frame_equal(tables[0]["outcomes"], tables[1]["outcomes"])
    rows = tables[0]["outcomes"].pivot(index="sample", columns="plan", values="objective")
    ways = tables[0]["draws"].pivot(index="sample", columns="figure", values="way")
    made = 2 + ways["processes[make].other_cost"]
    assert rows["plain"].tolist() == pytest.approx((5 * made + 30).tolist())
    assert set(tables[0]["audit"]["ok"]) == {"yes"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--samples", "20", "--top", "3"], "--top and --samples exclude each other"),
        (["--resume"], "--resume goes with --samples N"),
        (["--samples", "60000"], "60,000 samples are more than a sheet has rows for: give --samples 52428 or fewer"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture, options: list[str], words: str
) -> None:
    book = shop(tmp_path / "shop.xlsx", CAPEX)
    assert run(["sensitivity", str(book), "-o", str(tmp_path / "out.xlsx"), *options]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("ranges", "words"),
    [([], "no figure has a range to draw from"), ([CAPEX | {"low": 21}], "does not hold its value; widen it")],
)
def test_ranges_that_cannot_be_drawn_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture, ranges: list[dict[str, Any]], words: str
) -> None:
    book = shop(tmp_path / "shop.xlsx", *ranges)
    assert run(["sensitivity", str(book), "-o", str(tmp_path / "out.xlsx"), "--samples", "20"]) == 2
    assert words in capsys.readouterr().err


def test_room_on_the_disk_and_in_memory_is_looked_at_first(
    tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = shop(tmp_path / "shop.xlsx", CAPEX)
    monkeypatch.setattr("planner.jobs.memory.available", lambda: 500_000_000)
    asked = ["sensitivity", str(book), "-o", str(tmp_path / "out.xlsx"), "--samples", "1000", "--workers", "4"]
    assert run(asked) == 2
    assert "4 workers need more memory than there is: give --workers 1" in capsys.readouterr().err
    monkeypatch.setattr(command.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 100_000})())
    assert run(asked) == 2
    assert "1,000 samples are more than the disk of" in capsys.readouterr().err
