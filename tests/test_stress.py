"""A plan under losses, from the command line, with every figure worked out by hand."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

from planner.cli.main import run
from planner.recourse.reaction import Reaction, Recourse
from planner.report.wording import format_share
from planner.results.load_plan import load_plan
from planner.results.result_file import read_result_file
from planner.studies.stress import study
from planner.studies.stress.losses import Loss, LossCase
from planner.studies.stress.report import stress_brief, stress_tiles
from planner.studies.stress.study import Hit, Stressed, Trial
from planner.workbook.write import write_instance
from planner_models.instance import instance as make_instance
from tests.sourced_instances import solved_to
from tests.test_ev_maker import COARSE, WORKBOOK

Rows = list[dict[str, Any]]


def two_sources(**sheets: Rows) -> dict[str, Rows]:
    """120 cells a year at 10 each: works A makes 80 at 1, works B the other 40 of its 100 at 2; 10 lie in stock.

    The plan costs 80 + 80 = 160 a year. Without A, B makes 100 and 20 a year come from stock, for 6 months. Without B
    40 a year come from stock, for 3 months.
    """
    return {
        "settings": [{"key": "discount_rate", "value": 0}, {"key": "mip_gap", "value": 0}],
        "periods": [{"period": "now"}],
        "regions": [{"region": region} for region in ("west", "east", "home")],
        "items": [{"item": "cell", "tier": "midstream", "value": 10}],
        "processes": [{"process": "make", "tier": "midstream"}],
        "recipes": [{"process": "make", "item": "cell", "quantity": 1}],
        "firms": [{"firm": "us"}],
        "sites": [{"site": "A", "region": "west", "firm": "us"}, {"site": "B", "region": "east", "firm": "us"}],
        "lines": [
            {"site": "A", "process": "make", "capacity": 80, "unit_cost": 1},
            {"site": "B", "process": "make", "capacity": 100, "unit_cost": 2},
        ],
        "lanes": [
            {"origin": "west", "destination": "home", "item": "cell", "chokepoints": "strait"},
            {"origin": "east", "destination": "home", "item": "cell"},
        ],
        "stocks": [{"region": "home", "item": "cell", "initial": 10, "minimum": 10}],
        "demand": [{"region": "home", "item": "cell", "period": "now", "volume": 120, "price": 10, "penalty": 30}],
    } | sheets


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plan of two sources."""
    tmp_path = tmp_path_factory.mktemp("two")
    write_instance(two_sources(), tmp_path / "two.xlsx")
    assert run(["solve", str(tmp_path / "two.xlsx"), "-o", str(tmp_path / "plan.xlsx")]) == 0
    return tmp_path / "plan.xlsx"


def sheet(path: Path, name: str) -> pd.DataFrame:
    return pd.read_excel(path, sheet_name=name, engine="calamine")


def row(path: Path, loss: str, months: float) -> dict[str, Any]:
    rows = sheet(path, "losses")
    (found,) = rows[(rows["loss"] == loss) & (rows["months"] == months)].to_dict("records")
    return found


def stressed(result: Path, *options: str) -> Path:
    """The stress test with these options, made once."""
    out = result.with_name(f"stress {' '.join(options)}.xlsx")
    if not out.exists():
        assert run(["stress", str(result), "-o", str(out), *options]) == 0
    return out


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("loss", "months", "service", "lost", "amount", "survives"),
    [
        # B makes all it can, 20 a year come from stock and have to be bought again at 10
        ("site A", 3, 1, 0, 0.25 * (200 + 200 - 160), 6),
        ("region west", 6, 1, 0, 0.5 * (200 + 200 - 160), 6),
        ("lane west to home", 12, 110 / 120, 100, 200 + 100 + 10 * 30 - 160, 6),
        ("chokepoint strait", 3, 1, 0, 0.25 * (200 + 200 - 160), 6),
        # 80 from A, 40 a year from stock
        ("site B", 3, 1, 0, 0.25 * (80 + 400 - 160), 3),
        ("site B", 6, 100 / 120, 0.5 * 200, 0.5 * (80 + 200 + 20 * 30 - 160), 3),
        # nothing but stock: 120 a year for a month
        ("site A and site B", 3, 40 / 120, 0.25 * 800, 0.25 * (400 + 80 * 30 - 160), 1),
    ],
)
def test_every_figure(
    result: Path, loss: str, months: int, service: float, lost: float, amount: float, survives: float
) -> None:
    """All that is said about a loss."""
    found = row(stressed(result, "--months", str(months)), loss, months)
    assert found["service"] == pytest.approx(service, abs=1e-6)
    assert found["lost_value"] == pytest.approx(lost, abs=1e-6)
    assert found["loss_amount"] == pytest.approx(amount, abs=1e-6)
    assert found["survives"] == pytest.approx(survives, rel=1e-4)


def test_ranked_mapped_and_said(result: Path, capsys: pytest.CaptureFixture) -> None:
    """The pair that takes both sources is the worst; sheets carry native shades; the planner's own firm is no risk."""
    out = result.with_name("both.xlsx")
    assert run(["stress", str(result), "-o", str(out), "--months", "6", "--months", "3"]) == 0
    rows = sheet(out, "losses")
    assert rows["rank"].tolist() == list(range(1, len(rows) + 1))
    assert rows["service"].is_monotonic_increasing
    assert rows["together"][0] == 2
    assert rows["short"][0] == "cell in home (100 %)"
    assert not rows["loss"].str.contains("firm us").any()
    heat = sheet(out, "heat_map").set_index(["kind", "member"])["now"]
    assert heat["site", "B"] == pytest.approx(100 / 120)  # under 6 months, the longest asked for
    assert sheet(out, "endurance").set_index(["kind", "member"])["now"]["site", "A"] == pytest.approx(6, rel=1e-4)
    book = openpyxl.load_workbook(out)
    assert all(book[name].conditional_formatting for name in ("heat_map", "endurance"))
    said = capsys.readouterr().out
    assert "The worst is the loss of region east for 6 months in now: 83 % of demand is served" in said
    assert "without both for 6 months in now, 17 % of demand is served" in said
    assert "without the worse of the two alone, 83 %." in said


def test_what_lies_inside_another_loss_makes_no_pair(result: Path) -> None:
    """Site A lies in region west and ships over the lane: neither is tried with it."""
    losses = set(sheet(stressed(result, "--months", "3"), "losses")["loss"])
    assert "region west and site A" not in losses
    assert "region east and site A" in losses


def test_one_period_some_kinds_part_of_a_loss(result: Path) -> None:
    """Half of A is left, so that with 80 of B everything is served; half of B is enough."""
    out = stressed(result, "--kinds", "site", "--period", "now", "--factor", "0.5", "--top", "0", "--months", "12")
    assert sorted(sheet(out, "losses")["loss"]) == ["site A", "site B"]
    assert row(out, "site A", 12)["service"] == pytest.approx(1)
    assert row(out, "site B", 12)["survives"] == pytest.approx(12)


def test_months_end_with_the_period(result: Path) -> None:
    """A period of one year has no loss of 24 months."""
    assert set(sheet(stressed(result, "--months", "24"), "losses")["months"]) == {12}


def test_what_cannot_be_asked(result: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """Everything that is wrong at once; files that hold no plan."""
    out = tmp_path / "out.xlsx"
    assert run(["stress", str(result), "-o", str(out), "--kinds", "site,sit", "--period", "never"]) == 2
    told = capsys.readouterr().err
    assert "--kinds sit is not a kind of loss; did you mean `site`?" in told
    assert "--period never does not exist: the periods are now" in told
    assert run(["stress", str(result.with_name("two.xlsx")), "-o", str(out)]) == 2
    assert "holds no plan" in capsys.readouterr().err
    assert run(["stress", str(result), "-o", str(result)]) == 2
    assert run(["stress", str(stressed(result, "--months", "3")), "-o", str(out)]) == 2
    assert "stress test" in capsys.readouterr().err
    assert not out.exists()


def test_ctrl_c_writes_what_is_known(
    result: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    """Stopped at the fourth loss."""
    calls: Iterator[int] = iter(range(3))

    def lasting(self: Recourse, *_: Any) -> float:
        if next(calls, None) is None:
            raise KeyboardInterrupt
        return 12.0

    monkeypatch.setattr(study.Recourse, "months", lasting)
    out = result.with_name("stopped.xlsx")
    assert run(["stress", str(result), "-o", str(out)]) == 4
    assert len(sheet(out, "losses")) == 3
    assert "stopped by the user: 3 of 7 losses tried" in sheet(out, "summary")["value"][1]
    assert "stopped by the user: 3 of 7 losses tried" in capsys.readouterr().err


@pytest.mark.slow
def test_a_sourced_plan(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Losing more, or for longer, never serves more; hundreds of losses take seconds. The plan is that of ev_maker."""
    path = solved_to(WORKBOOK, "EV_MAKER_RESULT", tmp_path_factory.mktemp("maker") / "maker.xlsx", COARSE)
    found = study.stress(Recourse(load_plan(read_result_file(path, "maker"))), Trial(months=(2.0, 6.0), worst=5))
    assert len(found.hits) > 1000
    singles = {(hit.case.losses[0], hit.case.period, hit.case.months): hit for hit in found.singles}
    for hit in found.hits:
        assert -1e-6 <= hit.service <= 1 + 1e-6
        for loss in hit.case.losses:
            alone = singles[loss, hit.case.period, hit.case.months]
            assert hit.loss >= alone.loss - 1e-4 * max(1.0, abs(alone.loss))
            assert hit.lasts <= alone.lasts + 1e-4
        if hit.lasts >= hit.case.months and hit.service < 1:
            assert hit.loss <= singles[hit.case.losses[0], hit.case.period, hit.case.months].loss + 1e-4


def three_alike(tmp_path: Path) -> Path:
    """The plan of a chain of works A, then B, C and D, all of them needed: without any one nothing is served."""
    chain = dict(zip("ABCD", ("ore", "metal", "sheet", "cell"), strict=True))
    items = list(chain.values())
    tables = two_sources(
        regions=[{"region": "home"}],
        items=[{"item": item, "tier": "midstream", "value": 1 + place} for place, item in enumerate(items)],
        processes=[{"process": f"make {item}", "tier": "midstream"} for item in items],
        recipes=[
            *({"process": f"make {item}", "item": item, "quantity": 1} for item in items),
            *({"process": f"make {item}", "item": before, "quantity": -1} for before, item in pairwise(items)),
        ],
        sites=[{"site": site, "region": "home", "firm": "us"} for site in "DBAC"],
        lines=[{"site": site, "process": f"make {chain[site]}", "capacity": 100, "unit_cost": 1} for site in "DBAC"],
        lanes=[],
        stocks=[],
        demand=[{"region": "home", "item": "cell", "period": "now", "volume": 70.1, "price": 10, "penalty": 30}],
    )
    write_instance(tables, tmp_path / "chain.xlsx")
    assert run(["solve", str(tmp_path / "chain.xlsx"), "-o", str(tmp_path / "chained.xlsx")]) == 0
    return tmp_path / "chained.xlsx"


@pytest.mark.slow
def test_ties_are_said_and_stand_in_a_fixed_order(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """Of works that are all needed none is worse than another, nor than its region: kinds and names give the order."""
    out = tmp_path / "out.xlsx"
    assert run(["stress", str(three_alike(tmp_path)), "-o", str(out), "--kinds", "site,region"]) == 0
    said = capsys.readouterr().out
    assert sheet(out, "losses")["loss"].tolist() == ["region home", "site A", "site B", "site C", "site D"]
    assert (sheet(out, "losses")["service"] == 0).all()
    assert "The worst is the loss of region home for 3 months in now: 0 % of demand is served" in said
    assert "5 losses leave equally little demand served and are equal in all other respects." in said
    assert "-0 %" not in said


def test_service_is_a_share_without_noise() -> None:
    """What the solver leaves below 0 or above what is asked for is not said."""
    nothing = np.zeros(0)
    for served, share, text in ((-1.7e-14, 0.0, "0 %"), (100 + 1e-12, 1.0, "100 %"), (50 + 1e-12, 0.5, "50 %")):
        reaction = Reaction(None, 12.0, nothing, nothing, 0.0, {0: served}, {0: 100.0})  # type: ignore[arg-type]
        assert reaction.service == share
        assert format_share(reaction.service) == text
        assert reaction.lost >= 0


def test_noise_ranks_nothing() -> None:
    """Two that differ in the tenth digit of their cost are equal; the smaller name comes first."""
    hits = [
        Hit(LossCase((Loss("site", name),), "now", 3.0), 0.0, 1.0, cost, lasts, {})
        for name, cost, lasts in (("B", 5.0000000001, 0.0), ("C", 5.0, -1e-12), ("A", 5.0, 1e-12))
    ]
    assert [hit.case.words for hit in Stressed(hits).ranked] == ["site A", "site B", "site C"]


def test_months_that_are_cut_are_said(result: Path, capsys: pytest.CaptureFixture) -> None:
    """The warning names the period; it stands on sheet issues too; months that fit are no matter."""
    out = result.with_name("cut.xlsx")
    assert run(["stress", str(result), "-o", str(out), "--months", "99", "--months", "3", "--kinds", "site"]) == 0
    words = "no loss lasts longer than its period: --months 99 is reduced to 12 in now"
    assert capsys.readouterr().out.count(words) == 1
    assert sheet(out, "issues")["message"].tolist() == [words]
    assert run(["stress", str(result), "-o", str(out), "--months", "12", "--kinds", "site"]) == 0
    assert "is reduced to" not in capsys.readouterr().out


def test_an_instance_is_no_plan(result: Path, capsys: pytest.CaptureFixture) -> None:
    """One error, which says what to name."""
    instance = result.with_name("two.xlsx")
    assert run(["stress", str(instance), "-o", str(result.with_name("none.xlsx"))]) == 2
    told = capsys.readouterr().err.strip().splitlines()
    assert told == [f"error: {instance} holds no plan: name a result of planner solve"]


def test_stopped_before_anything_is_known(
    result: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    """Nothing is written, and it is said."""

    def stopped(*_: Any) -> float:
        raise KeyboardInterrupt

    monkeypatch.setattr(study.Recourse, "months", stopped)
    out = result.with_name("never.xlsx")
    assert run(["stress", str(result), "-o", str(out)]) == 4
    assert "stopped by the user: 0 of 7 losses tried; nothing is written" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.slow
def test_workers_find_what_one_process_does(tmp_path: Path) -> None:
    """Two periods on two workers: every figure is the same."""
    case = two_sources()
    case |= {"periods": [{"period": "now"}, {"period": "later"}]}
    case["demand"] = [row | {"period": period} for row in case["demand"] for period in ("now", "later")]
    write_instance(case, tmp_path / "two.xlsx")
    plan = tmp_path / "plan.xlsx"
    assert run(["solve", str(tmp_path / "two.xlsx"), "-o", str(plan)]) == 0
    alone, apart = stressed(plan, "--months", "6"), stressed(plan, "--months", "6", "--workers", "2")
    for name in ("losses", "heat_map", "endurance"):
        pd.testing.assert_frame_equal(sheet(alone, name), sheet(apart, name))
    assert set(sheet(alone, "losses")["period"]) == {"now", "later"}


@pytest.mark.slow
def test_a_source_is_lost_together_with_its_idle_reserve(tmp_path: Path) -> None:
    """Works A makes all 120; B, which is dearer, lies idle and is not missed, until A is lost too."""
    tables = two_sources(stocks=[])
    for line in tables["lines"]:
        line["capacity"] = 120
    write_instance(tables, tmp_path / "two.xlsx")
    plan, out = tmp_path / "plan.xlsx", tmp_path / "stress.xlsx"
    assert run(["solve", str(tmp_path / "two.xlsx"), "-o", str(plan)]) == 0
    assert run(["stress", str(plan), "-o", str(out), "--kinds", "site,lane", "--months", "6"]) == 0
    assert row(out, "site B", 6)["loss_amount"] == pytest.approx(0)
    assert row(out, "site A", 6)["service"] == pytest.approx(1)
    assert row(out, "site A and site B", 6)["service"] == pytest.approx(0)
    assert row(out, "lane east to home and lane west to home", 6)["service"] == pytest.approx(0)


@pytest.mark.slow
def test_few_places_go_to_the_reserves_that_are_used(tmp_path: Path) -> None:
    """Of the idle works B, C and D only D is cheap enough to stand in for A: with two places it is A and D."""
    tables = two_sources(stocks=[])
    tables["sites"] += [{"site": site, "region": "east", "firm": "us"} for site in "CD"]
    costs = {"A": 1, "B": 4, "C": 3, "D": 2}
    tables["lines"] = [
        {"site": site, "process": "make", "capacity": 120, "unit_cost": cost} for site, cost in costs.items()
    ]
    write_instance(tables, tmp_path / "four.xlsx")
    plan, out = tmp_path / "plan.xlsx", tmp_path / "stress.xlsx"
    assert run(["solve", str(tmp_path / "four.xlsx"), "-o", str(plan)]) == 0
    assert run(["stress", str(plan), "-o", str(out), "--kinds", "site", "--months", "6", "--top", "2"]) == 0
    losses = sheet(out, "losses")
    assert losses["loss"][losses["together"] == 2].tolist() == ["site A and site D"]


def test_the_dearest_in_words_is_the_dearest_on_the_tile() -> None:
    """A serves least, B costs more, both together most: the brief names B as a single loss and the pair as the tile."""
    a, b = Loss("site", "A"), Loss("site", "B")
    cases = (((a,), 0.2, 5.0), ((b,), 0.5, 9.0), ((a, b), 0.1, 12.0))
    hits = [Hit(LossCase(losses, "now", 3.0), service, 1.0, cost, 0.0, {}) for losses, service, cost in cases]
    market = {"region": "here", "item": "good", "period": "now", "volume": 1, "price": 1}
    instance = make_instance({"items": [{"item": "good"}], "demand": [market]}, currency="USD")
    said = " ".join(stress_brief(instance, Stressed(hits)))
    assert "The most expensive single loss is the loss of site B for 3 months in now: it costs 9 million USD." in said
    assert (
        "The most expensive pair is the loss of site A and site B for 3 months in now: it costs 12 million USD." in said
    )
    tiles = {tile.label: (tile.value, tile.detail) for tile in stress_tiles(instance, Stressed(hits))}
    assert tiles["Highest cost, with pairs"] == ("12 million USD", "A + B")
    alone = " ".join(stress_brief(instance, Stressed(hits[:2])))
    assert "expensive pair" not in alone
