"""Cost against security, from the command line; every point worked out by hand."""

import io
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import openpyxl
import pandas as pd
import pytest

from planner.cli.main import run
from planner.progress import Live
from planner.solver.solution import Options, Solution
from planner.studies.frontier import study as studied
from planner.studies.frontier.curve import Frontier, FrontierPoint, FrontierRequest, mark, settle
from planner.studies.frontier.report import frontier_brief, frontier_curve, frontier_summary, frontier_tiles
from planner.studies.frontier.tables import frontier_tables
from planner.workbook.read import Reading, read_instance
from planner.workbook.write import write_instance
from tests.test_stress import sheet

Rows = list[dict[str, Any]]


def three_sources(**sheets: Rows) -> dict[str, Rows]:
    """120 cells a year: A makes them all at 1, B up to 60 at 1.1, C, once a hall is built for 240 a year, at 0.5.

    With a share s of A at most it costs 120 + 0.1 x 120 (1 - s) down to s = 0.5: 126. Below, it takes the hall, which
    then makes everything: 300, whatever the share.
    """
    return {
        "settings": [{"key": "discount_rate", "value": 0}, {"key": "mip_gap", "value": 0}],
        "periods": [{"period": "now"}],
        "regions": [{"region": "home"}],
        "items": [{"item": "cell", "tier": "midstream", "value": 10}],
        "processes": [{"process": "make", "tier": "midstream", "other_cost": 1}],
        "recipes": [{"process": "make", "item": "cell", "quantity": 1}],
        "firms": [{"firm": "us"}],
        "sites": [{"site": site, "region": "home", "firm": "us"} for site in "ABC"],
        "lines": [
            {"site": "A", "process": "make", "capacity": 120},
            {"site": "B", "process": "make", "capacity": 60, "unit_cost": 1.1},
            {"site": "C", "process": "make", "unit_cost": 0.5},
        ],
        "options": [{"site": "C", "process": "make", "option": "hall", "size": 120, "capex": 240, "life": 1}],
        "demand": [{"region": "home", "item": "cell", "period": "now", "volume": 120, "price": 100, "penalty": 300}],
        "rules": [
            {"rule": "not only A", "type": "max_share", "item": "cell", "by": "site", "who": "A", "limit": 0.9},
            {"rule": "stock", "type": "min_cover", "item": "cell", "limit": 0, "active": "no"},
        ],
    } | sheets


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "three.xlsx"
    write_instance(three_sources(), path)
    return path


FIVE = ["--rule", "not only A", "--points", "5"]


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of five points, and what was said beside it."""
    folder = tmp_path_factory.mktemp("five")
    write_instance(three_sources(), folder / "three.xlsx")
    out, said = folder / "frontier.xlsx", io.StringIO()
    with redirect_stdout(said):
        assert run(["frontier", str(folder / "three.xlsx"), *FIVE, "-o", str(out)]) == 0
    out.with_suffix(".txt").write_text(said.getvalue())
    return out


def test_every_point(five: Path) -> None:
    """Five points; the last says no more than the one before; the knee is where the hall is not yet needed."""
    out = five
    rows = sheet(out, "points")
    assert rows["limit"].tolist() == pytest.approx([1, 0.75, 0.5, 0.25, 0])
    assert rows["objective"].tolist() == pytest.approx([120, 123, 126, 300, 300])
    assert rows["price"].tolist() == pytest.approx([0, 3, 6, 180, 180])
    assert rows["value"].tolist()[:3] == pytest.approx([1, 0.75, 0.5])
    assert rows["value"].tolist()[3:] == pytest.approx([0, 0], abs=1e-9)
    assert rows["dominated"].tolist() == ["no", "no", "no", "no", "yes"]
    assert rows["knee"].tolist() == ["no", "no", "yes", "no", "no"]
    (flip,) = sheet(out, "flips").to_dict("records")
    assert (flip["limit_before"], flip["limit_after"]) == pytest.approx((0.5, 0.25))
    assert flip["words"].startswith("New hall for make at C")
    said = five.with_suffix(".txt").read_text()
    assert "scaled alike, is at limit 0.5, for 6 million USD more" in said
    assert "1 of 5 points is dominated by another" in said
    assert "Every plan was solved to optimality." in said
    assert len(openpyxl.load_workbook(out)["dashboard"]._charts) == 1


@pytest.mark.slow
def test_workers_find_the_same_points(five: Path, book: Path) -> None:
    """Each limit on its own, in whatever order they end."""
    apart = book.with_name("apart.xlsx")
    assert run(["frontier", str(book), *FIVE, "-o", str(apart), "--workers", "2"]) == 0
    columns = ["point", "limit", "objective", "price", "value", "dominated", "knee"]
    first, second = (sheet(out, "points")[columns] for out in (five, apart))
    pd.testing.assert_frame_equal(first, second)


@pytest.mark.slow
def test_concentration_as_the_rule(tmp_path: Path) -> None:
    """Of three firms an index below 1/3 is not asked for; there each makes 40: 40 + 44 + 20 and the hall, 344.

    Half of it, from A and B alike, costs 126; in between A makes more, as 0.1 a cell is saved.
    """
    book, out = tmp_path / "three.xlsx", tmp_path / "frontier.xlsx"
    firms = [{"firm": name} for name in "ABC"]
    sites = [{"site": name, "region": "home", "firm": name} for name in "ABC"]
    rule = {"rule": "spread", "type": "max_hhi", "item": "cell", "by": "firm", "limit": 0.9}
    write_instance(three_sources(firms=firms, sites=sites, rules=[rule]), book)
    assert run(["frontier", str(book), "--rule", "spread", "--points", "5", "-o", str(out)]) == 0
    rows = sheet(out, "points")
    assert rows["limit"].iloc[[0, 3, 4]].tolist() == pytest.approx([1, 0.5, 1 / 3])
    assert rows["objective"].iloc[[0, 3, 4]].tolist() == pytest.approx([120, 126, 344], rel=1e-3)


@pytest.mark.slow
def test_a_limit_that_only_nothing_meets(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """One firm alone makes cells: with less than all from it none are made, and none served, at 300 each."""
    book, out = tmp_path / "three.xlsx", tmp_path / "frontier.xlsx"
    base = three_sources()
    rule = base["rules"][0] | {"by": "firm", "who": "us", "limit": 1}
    write_instance(base | {"rules": [rule]}, book)
    assert run(["frontier", str(book), "--rule", "not only A", "--points", "2", "-o", str(out)]) == 0
    rows = sheet(out, "points")
    assert rows["objective"].tolist() == pytest.approx([120, 36_000])
    assert rows["measure"].tolist() == [1, 0]
    assert pd.isna(rows["value"].iloc[1])
    assert rows["nothing_left"].tolist() == ["no", "yes"]
    said = capsys.readouterr().out
    assert "The tighter limits that were tried are met only with nothing left to which the rule applies." in said
    assert "At 1 of 2 points (limit 0) the plan gives up everything that the rule" in said
    assert "nan" not in sheet(out, "summary")["value"].astype(str).str.lower().tolist()


def scarce(path: Path) -> Path:
    """A in the west and B in the east can each make all, and no site may give more than its share of the cells.

    At shares of 1, 0.75 and 0.5 they cost 120, 123 and 126; a smaller share is met by nothing alone, at 300 each.
    """
    sites = [{"site": site, "region": region, "firm": "us"} for site, region in (("A", "west"), ("B", "east"))]
    lines = [{"site": site, "process": "make", "capacity": 120} for site in "AB"]
    lines[1]["unit_cost"] = 1.1
    tables = three_sources(
        regions=[{"region": "west"}, {"region": "east"}],
        sites=sites,
        lines=lines,
        lanes=[{"origin": "east", "destination": "west", "item": "cell"}],
        options=[],
        demand=[{"region": "west", "item": "cell", "period": "now", "volume": 120, "price": 100, "penalty": 300}],
        rules=[{"rule": "spread", "type": "max_share", "item": "cell", "by": "site", "who": "*", "limit": 0.9}],
    )
    write_instance(tables, path)
    return path


@pytest.mark.slow
@pytest.mark.parametrize(("against", "measures"), [("hhi", [1, 0.625, 0.5]), (None, [1, 0.75, 0.5])])
def test_where_the_supply_has_vanished_nothing_is_safe(
    tmp_path: Path, against: str | None, measures: list[float]
) -> None:
    """The points below a share of 0.5 are in the table alone: curve, tile, price and knee end before them."""
    reading = read_instance(scarce(tmp_path / "scarce.xlsx"))
    request = FrontierRequest("spread", 5, against, Options(gap=0.0))
    found = studied.frontier(reading, request, studied.FrontierWatch(lambda step: None, lambda words: None))
    tables = frontier_tables(found)
    rows = tables["points"]
    assert rows["objective"].tolist() == pytest.approx([120, 123, 126, 36_000, 36_000])
    assert rows["nothing_left"].tolist() == ["no", "no", "no", "yes", "yes"]
    assert rows["dominated"].tolist() == ["no"] * 5
    assert rows["measure"].tolist()[:3] == pytest.approx(measures)
    assert against is None or rows["measure"].isna().tolist() == [False] * 3 + [True] * 2
    assert rows["knee"].tolist() == ["no", "yes" if against else "no", "no", "no", "no"]
    (curve,) = frontier_curve(found)
    assert curve.points["x"].tolist() == pytest.approx(measures)
    assert [tile.value for tile in frontier_tiles(found) if tile.label.endswith("ightest limit")] == ["0.5"]
    assert tables["flips"].empty
    summary = frontier_summary(found, tables).set_index("metric")["value"]
    assert summary["price of the tightest"] == pytest.approx(6)
    assert summary["tightest limit met"] == pytest.approx(0.5)
    assert summary["tighter limits"] == "met only with nothing left to which the rule applies"
    said = " ".join(frontier_brief(found, tables))
    assert "with something left to which the rule applies is 0.5: it costs 6 million USD more." in said
    assert "At 2 of 5 points (limit 0.25 and 0) the plan gives up everything that the rule or the measure" in said


def test_a_measure_that_has_no_figure(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """Where there is no scenario there is no least service over them: that cannot be the other axis."""
    path = tmp_path / "three.xlsx"
    rules = [{"rule": "stock", "type": "min_cover", "item": "cell", "limit": 0}]
    write_instance(three_sources(rules=rules), path)
    arguments = ["--rule", "stock", "--points", "2", "--against", "service", "-o", str(tmp_path / "out.xlsx")]
    assert run(["frontier", str(path), *arguments]) == 2
    assert "--against service has no figure in the plan without the rule" in capsys.readouterr().err


@pytest.mark.slow
def test_against_service(tmp_path: Path) -> None:
    """Without A there is what B makes, half, and all once the hall stands."""
    path, out = tmp_path / "three.xlsx", tmp_path / "frontier.xlsx"
    hit = {"scenario": "A burns", "period": "now", "months": 6, "kind": "site", "target": "A"}
    write_instance(three_sources(scenarios=[{"scenario": "A burns"}], disruptions=[hit]), path)
    arguments = ["--rule", "not only A", "--points", "3", "--against", "service", "-o", str(out)]
    assert run(["frontier", str(path), *arguments]) == 0
    rows = sheet(out, "points")
    assert rows["measure"].tolist() == pytest.approx([0.5, 0.5, 1])
    assert rows["dominated"].tolist() == ["no", "yes", "no"]


@pytest.mark.slow
def test_least_service_as_the_rule(tmp_path: Path) -> None:
    """Half is served anyway; with the hall all is."""
    path, out = tmp_path / "three.xlsx", tmp_path / "frontier.xlsx"
    hit = {"scenario": "A burns", "period": "now", "months": 6, "kind": "site", "target": "A"}
    rule = {"rule": "burns", "type": "min_service", "scenario": "A burns", "limit": 0.9}
    write_instance(three_sources(scenarios=[{"scenario": "A burns"}], disruptions=[hit], rules=[rule]), path)
    assert run(["frontier", str(path), "--rule", "burns", "--points", "2", "-o", str(out)]) == 0
    rows = sheet(out, "points")
    assert rows["limit"].tolist() == pytest.approx([0.5, 1])
    assert rows["objective"].tolist() == pytest.approx([120, 300])


@pytest.mark.slow
def test_a_limit_that_some_plans_cannot_meet(tmp_path: Path) -> None:
    """Without the hall half must come from A: the way to 0 is halved until that is known."""
    path, out = tmp_path / "three.xlsx", tmp_path / "frontier.xlsx"
    demand = [{"region": "home", "item": "cell", "period": "now", "volume": 120}]
    write_instance(three_sources(options=[], demand=demand), path)
    assert run(["frontier", str(path), "--rule", "not only A", "--points", "2", "-o", str(out)]) == 0
    assert sheet(out, "points")["limit"].tolist() == pytest.approx([1, 0.5], abs=2e-3)


def test_what_cannot_be_asked(book: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """Rules and measures that do not exist, a switch that rules it out, an instance without a plan."""
    out = str(tmp_path / "frontier.xlsx")
    assert run(["frontier", str(book), "--rule", "not only B", "-o", out]) == 2
    assert "--rule not only B does not exist; did you mean `not only A`?" in capsys.readouterr().err
    assert run(["frontier", str(book), "--rule", "not only A", "--against", "luck", "-o", out]) == 2
    assert "--against luck is not a measure; choose one of service, hhi" in capsys.readouterr().err
    switch = ["--set", "settings[rules].value=off"]
    assert run(["frontier", str(book), "--rule", "not only A", "-o", out, *switch]) == 2
    assert "rules is off" in capsys.readouterr().err


@pytest.mark.slow
def test_stock_is_not_looked_for_for_ever(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """Five years' use, 60 cells, can be made in the year, and so could more: that is not the tightest limit."""
    path, out = tmp_path / "three.xlsx", tmp_path / "frontier.xlsx"
    demand = [{"region": "home", "item": "cell", "period": "now", "volume": 12, "price": 100, "penalty": 300}]
    stocks = [{"region": "home", "item": "cell"}]
    rules = [{"rule": "stock", "type": "min_cover", "item": "cell", "limit": 0}]
    write_instance(three_sources(demand=demand, stocks=stocks, rules=rules, options=[]), path)
    assert run(["frontier", str(path), "--rule", "stock", "--points", "2", "-o", str(out)]) == 0
    rows = sheet(out, "points")
    assert rows["limit"].tolist() == pytest.approx([0, 60])
    assert rows["price"].tolist() == pytest.approx([0, 60])
    assert rows["open_end"].tolist() == ["no", "yes"]
    said = capsys.readouterr().out
    assert "The tightest limit requested, 60 months, can be met" in said
    assert "Tighter limits were not tried and may be feasible too." in said
    assert "a plan was found to meet" not in said
    summary = sheet(out, "summary").set_index("metric")["value"]
    assert summary["tighter limits"] == "not searched beyond 60 months"


@pytest.mark.slow
def test_stock_that_has_a_maximum(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """A store for 24 cells holds two years' use, which must all be served: the tightest limit is found."""
    path, out = tmp_path / "three.xlsx", tmp_path / "frontier.xlsx"
    demand = [{"region": "home", "item": "cell", "period": "now", "volume": 12}]
    stocks = [{"region": "home", "item": "cell", "maximum": 24}]
    write_instance(three_sources(demand=demand, stocks=stocks, options=[]), path)
    assert run(["frontier", str(path), "--rule", "stock", "--points", "2", "-o", str(out)]) == 0
    assert sheet(out, "points")["limit"].tolist() == pytest.approx([0, 24], abs=0.06)
    assert sheet(out, "points")["open_end"].tolist() == ["no", "no"]
    said = capsys.readouterr().out
    assert "The tightest limit that a plan was found to meet is 2" in said
    assert "knee" not in said, "two points have no knee"


def solved(limit: float, cost: float, bound: float | None, status: str = "within_gap") -> FrontierPoint:
    """A point whose figure is its limit."""
    gap = None if bound is None else (cost - bound) / cost
    return FrontierPoint(limit, cost, limit, limit, Solution(status, None, cost, bound, gap, 0, 0.0), {})


def along(book: Path, *points: FrontierPoint, asked: int | None = None) -> Frontier:
    """A frontier of points that were solved, the loosest first, settled and marked."""
    request = FrontierRequest("not only A", asked or len(points), None, Options())
    found = Frontier(request, read_instance(book), 1.0, -1.0, True, list(points))
    settle(found)
    mark(found)
    return found


def brief(found: Frontier) -> list[str]:
    """What is said where no decision flips."""
    tables = frontier_tables(replace(found, points=[]))
    return frontier_brief(found, tables)


def test_a_cheaper_plan_counts_for_every_looser_limit(book: Path) -> None:
    """The plan at 0.5 costs 110, less than those found at 1 and 0.75: it is theirs too, and the first one stays."""
    points = [solved(1, 120, 100), solved(0.75, 115, 101), solved(0.5, 110, 90), solved(0.25, 140, 130)]
    found = along(book, *points)
    assert [point.cost for point in found.points] == [110, 110, 110, 140]
    assert [point.limit for point in found.points] == [1, 0.75, 0.5, 0.25]
    assert [point.value for point in found.points] == [0.5, 0.5, 0.5, 0.25]
    assert [point.dominated for point in found.points] == [False, True, True, False]
    assert [point.solution.bound for point in found.points] == [100, 101, 101, 130]
    assert found.points[2].solution.gap == pytest.approx(9 / 110)


def test_an_equal_plan_that_is_safer_counts_for_looser_limits(book: Path) -> None:
    """At the same cost the plan at 0.5 stands for that without the rule, which is not dropped for it."""
    found = along(book, solved(1, 120, 120, "optimal"), solved(0.5, 120, 120, "optimal"), solved(0, 150, 150))
    assert [point.value for point in found.points] == [0.5, 0.5, 0]
    assert [point.dominated for point in found.points] == [False, True, False]


def test_a_price_within_the_gaps(book: Path) -> None:
    """A price of 4 where plans can be off by 20 is the first thing said; no knee is drawn on noise."""
    found = along(book, solved(1, 120, 100), solved(0.5, 121, 101), solved(0, 124, 104))
    first, *others = brief(found)
    assert first.startswith("The cost of rule not only A is smaller than the gaps of the plans: 4 million USD more")
    assert "up to 20 million USD" in first
    assert "The gaps of the plans are too large to tell whether the curve has a knee." in others
    assert not any(point.knee for point in found.points)
    sharp = along(book, solved(1, 120, 120), solved(0.5, 121, 121), solved(0, 124, 124))
    assert not any("gaps" in sentence for sentence in brief(sharp))
    assert [point.knee for point in sharp.points] == [False, True, False]


def test_a_gap_that_is_not_known_is_no_proof(book: Path) -> None:
    """A plan without a bound is not optimal, and what the time limit cut short or left without a plan is counted."""
    said = brief(along(book, solved(1, 120, 120), solved(0, 150, None, "time_limit"), asked=3))
    assert said[0].startswith("The cost of rule not only A is smaller than the gaps of the plans")
    assert "1 of 2 solves ended at the time limit." in " ".join(said)
    assert "Only 2 of 3 points have a plan" in " ".join(said)
    found = along(book, solved(1, 120, 120), solved(0, 150, None, "time_limit"), asked=3)
    status = frontier_summary(found, frontier_tables(replace(found, points=[]))).set_index("metric")["value"]["status"]
    assert status == "2 of 3 points have a plan, 1 stopped by the time limit, each with the gap listed beside it"
    assert "optimality" not in " ".join(said)


def test_a_straight_curve_has_no_knee(book: Path) -> None:
    """It says so of three points, and says nothing of two."""
    straight = [solved(1, 100, 100), solved(0.5, 110, 110), solved(0, 120, 120)]
    assert "The curve has no knee: cost rises in proportion to security." in brief(along(book, *straight))
    ends = [solved(1, 100, 100), solved(0, 120, 120)]
    assert not any("knee" in sentence for sentence in brief(along(book, *ends)))


@pytest.mark.slow
def test_stopped_by_the_user(book: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C before point 3 of 30 leaves the ends, says so, and claims nothing of the other 28."""

    def say(live: Live, words: str) -> None:
        if words == "point 3 of 30":
            raise KeyboardInterrupt

    monkeypatch.setattr(Live, "say", say)
    out = book.with_name("frontier.xlsx")
    assert run(["frontier", str(book), "--rule", "not only A", "--points", "30", "-o", str(out)]) == 4
    said = capsys.readouterr().out
    assert "Stopped by the user after 2 of 30 points." in said
    assert "Every plan was solved" not in said
    assert sheet(out, "points")["limit"].tolist() == pytest.approx([1, 0])


def test_stopped_before_any_plan(book: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is known, nothing is written."""

    def say(live: Live, words: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Live, "say", say)
    out = book.with_name("frontier.xlsx")
    assert run(["frontier", str(book), "--rule", "not only A", "-o", str(out)]) == 4
    assert "ValueError" not in capsys.readouterr().err
    assert not out.exists()


def test_stopped_in_the_first_solve(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The solver ends in order with a plan: the search ends too, and does not say that the rule has nothing to give."""
    solve = studied.solve_arrays
    monkeypatch.setattr(
        studied, "solve_arrays", lambda *given: replace(solve(*given), status="interrupted", bound=None)
    )
    request = FrontierRequest("not only A", 5, None, Options())
    found = studied.frontier(read_instance(book), request, studied.FrontierWatch(lambda step: None, lambda words: None))
    assert len(found.points) == 1
    assert not found.complete
    said = " ".join(brief(found))
    assert "Stopped by the user after 1 of 5 points." in said
    assert "nothing to give" not in said
    assert "optimality" not in said
    summary = frontier_summary(found, frontier_tables(found)).set_index("metric")["value"]
    assert summary["tighter limits"] == "not searched: stopped before"


@pytest.mark.slow
def test_no_time_for_a_tighter_limit(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that ran out of time has not shown that there is nothing to give."""
    solve = studied.solve_arrays

    def late(*given: Any) -> Solution:
        solution = solve(*given)
        return solution if len(given) > 2 else replace(solution, status="time_limit", values=None, objective=None)

    monkeypatch.setattr(studied, "solve_arrays", late)
    request = FrontierRequest("not only A", 5, None, Options())
    found = studied.frontier(read_instance(book), request, studied.FrontierWatch(lambda step: None, lambda words: None))
    said = " ".join(brief(found))
    assert "No plan with a figure beyond 1 was found within the time limit" in said
    assert "nothing to give" not in said


@pytest.mark.slow
def test_a_stock_counts_as_a_decision_where_the_plan_is_left_off_the_curve(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    """Of imports there are none with and without stock, so that the plan with stock is beaten; its stock is new."""
    path, out = tmp_path / "stock.xlsx", tmp_path / "points.xlsx"
    rules = [{"rule": "stock", "type": "min_cover", "item": "cell", "limit": 1}]
    write_instance(three_sources(rules=rules, stocks=[{"region": "home", "item": "cell", "holding_cost": 1}]), path)
    arguments = ["--rule", "stock", "--points", "2", "--against", "import_share", "-o", str(out)]
    assert run(["frontier", str(path), *arguments]) == 0
    assert sheet(out, "points")["dominated"].tolist() == ["no", "yes"]
    assert "stocked" in sheet(out, "flips")["decision"].tolist()
    assert "No decision changes" not in capsys.readouterr().out


@pytest.mark.parametrize(("own_figure", "costs"), [(True, [10, 12, 12]), (False, [10, 12, 20])])
def test_a_plan_is_a_plan_of_every_limit_that_it_meets(own_figure: bool, costs: list[float]) -> None:
    """The plan at 0.5 has 0.2, so that it is one at 0.3 too, where the search found 20; service proves nothing."""
    request = FrontierRequest("share", 3, None, Options())
    points = [
        FrontierPoint(limit, cost, value, value, Solution("within_gap", None, cost, 9.0, None, 0, 0.0), {})
        for limit, cost, value in ((0.9, 10.0, 0.9), (0.5, 12.0, 0.2), (0.3, 20.0, 0.3))
    ]
    found = Frontier(request, cast(Reading, None), 1.0, -1.0, upper=True, points=points, own_figure=own_figure)
    settle(found)
    assert [point.cost for point in found.points] == costs
    assert found.points[-1].solution.objective == costs[-1]
