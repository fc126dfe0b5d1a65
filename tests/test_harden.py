"""Plans that serve enough whatever is lost, from the command line; prices worked out by hand."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from planner.cli.main import run
from planner.recourse.reaction import Recourse
from planner.workbook.write import write_instance
from tests.test_stress import sheet

Rows = list[dict[str, Any]]


def three_works(**sheets: Rows) -> dict[str, Rows]:
    """120 cells a year from works A, which can make them all at 1; B and C could be built in halls of 60 each.

    A hall costs 100 a year at B and 150 at C; the plain plan has none and costs 120. To serve 95 % (114) without A it
    takes two halls at B: 200. To serve it without any two of the three, two more at C: 500 in all.
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
            {"site": "B", "process": "make"},
            {"site": "C", "process": "make"},
        ],
        "options": [
            {"site": site, "process": "make", "option": "hall", "size": 60, "capex": capex, "life": 1, "max_modules": 2}
            for site, capex in (("B", 100), ("C", 150))
        ],
        "demand": [{"region": "home", "item": "cell", "period": "now", "volume": 120, "price": 10, "penalty": 30}],
    } | sheets


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "three.xlsx"
    write_instance(three_works(), path)
    return path


def fact(path: Path, metric: str) -> Any:
    return sheet(path, "summary").set_index("metric")["value"][metric]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("losses", "service", "price", "halls"),
    [
        (2, 0.95, 500, {"B": 2, "C": 2}),
        pytest.param(1, 0.5, 100, {"B": 1}, marks=pytest.mark.slow),
        pytest.param(1, 0.95, 200, {"B": 2}, marks=pytest.mark.slow),
        pytest.param(2, 0.5, 250, {"B": 1, "C": 1}, marks=pytest.mark.slow),
    ],
)
def test_the_price_of_surviving(
    book: Path, losses: int, service: float, price: float, halls: dict[str, int], capsys: pytest.CaptureFixture
) -> None:
    """As many halls as it takes; the result is a plan like any other, with the cases among its scenarios and rules."""
    out, plain = book.with_name("hard.xlsx"), book.with_name("plain.xlsx")
    arguments = ["harden", str(book), "-o", str(out), "--losses", str(losses), "--service", str(service)]
    assert run([*arguments, "--kinds", "site", "--plain", str(plain)]) == 0
    said = capsys.readouterr().out
    assert float(fact(plain, "objective")) == pytest.approx(120)
    assert float(fact(out, "objective")) == pytest.approx(120 + price)
    assert sheet(out, "builds").set_index("site")["modules"].to_dict() == halls
    assert f"It costs {price} million USD more than the plain plan" in said
    assert "the search was exact" in said
    assert (sheet(out, "audit")["ok"] == "yes").all()
    scenarios, rules = sheet(out, "scenarios"), sheet(out, "rules")
    assert (scenarios["service"] >= service - 1e-6).all()
    assert len(scenarios) == len(rules) == len(sheet(out, "cases"))
    assert sheet(out, "differences")["words"].str.contains("New hall for make at B").any()
    assert run(["stress", str(out), "-o", str(book.with_name("stress.xlsx")), "--kinds", "site"]) == 0
    tried = sheet(book.with_name("stress.xlsx"), "losses")
    assert (tried.loc[tried["together"] <= losses, "service"] >= service - 1e-6).all()


@pytest.mark.slow
def test_workers_search_as_one_process_does(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """Two periods, a worker for each: the same cases in the same order, and the same price."""
    two = [{"period": "now"}, {"period": "later"}]
    base = three_works()
    demand = [base["demand"][0] | {"period": row["period"]} for row in two]
    options = [row | {"life": 2} for row in base["options"]]
    book = tmp_path / "two.xlsx"
    write_instance(base | {"periods": two, "demand": demand, "options": options}, book)
    outs = [tmp_path / "alone.xlsx", tmp_path / "apart.xlsx"]
    arguments = ["--kinds", "site", "--service", "0.5"]
    for out, more in zip(outs, ([], ["--workers", "2"]), strict=True):
        assert run(["harden", str(book), "-o", str(out), *arguments, *more]) == 0
    alone, apart = (sheet(out, "cases") for out in outs)
    assert set(alone["period"]) == {"now", "later"}
    pd.testing.assert_frame_equal(alone, apart)
    assert fact(outs[0], "objective") == fact(outs[1], "objective")
    first, second = (
        line for line in capsys.readouterr().out.splitlines() if line.startswith("No set of losses is worse")
    )
    assert first == second


@pytest.mark.slow
def test_nothing_to_add(book: Path, capsys: pytest.CaptureFixture) -> None:
    """Who asks for nothing gets the plain plan."""
    out = book.with_name("hard.xlsx")
    assert run(["harden", str(book), "-o", str(out), "--service", "0", "--kinds", "site"]) == 0
    assert "The plain plan already serves at least 0 % of demand" in capsys.readouterr().out
    assert float(fact(out, "objective")) == pytest.approx(120)


@pytest.mark.slow
def test_what_cannot_be_survived_is_named(book: Path, capsys: pytest.CaptureFixture) -> None:
    """Without its only region there is nothing; of three works the loss of all three; the plain plan has only A."""
    out = book.with_name("hard.xlsx")
    assert run(["harden", str(book), "-o", str(out), "--kinds", "region,site"]) == 3
    told = capsys.readouterr().err
    assert "no plan can serve 95 % of demand under this loss" in told
    assert "the loss of region home for 3 months in now: at most 0 % in any plan" in told
    assert "1 other single loss leaves less than 95 % served in the plain plan: site A (0 %)" in told
    assert "--without NAME" in told
    assert run(["harden", str(book), "-o", str(out), "--kinds", "site", "--losses", "3"]) == 3
    assert "site A and site B and site C for 3 months in now: at most 0 % in any plan" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.slow
def test_how_much_any_plan_serves(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """Without A all that can be built is three halls of 36 at B: 108 of 120, which is 90 %. The plain plan has none."""
    path, out = tmp_path / "little.xlsx", tmp_path / "hard.xlsx"
    hall = {"site": "B", "process": "make", "option": "hall", "size": 36, "capex": 100, "life": 1, "max_modules": 3}
    write_instance(three_works(options=[hall]), path)
    assert run(["harden", str(path), "-o", str(out), "--kinds", "site"]) == 3
    told = capsys.readouterr().err
    assert "the loss of site A for 3 months in now: at most 90 % in any plan" in told
    assert "no other single loss leaves less than 95 % served in the plain plan" in told
    assert run(["harden", str(path), "-o", str(out), "--kinds", "site", "--service", "0.9"]) == 0
    assert sheet(out, "builds")["modules"].tolist() == [3]


def two_regions(**sheets: Rows) -> dict[str, Rows]:
    """As three works, but A lies in the west, B in the east, where nothing stands yet, and the market is at home.

    B costs 30 to open, and a hall that makes 120 costs 100: a second plant, and what it makes costs as much as at A.
    """
    places = (("A", "west", "existing", 0), ("B", "east", "candidate", 30))
    return three_works(
        regions=[{"region": region} for region in ("west", "east", "home")],
        sites=[
            {"site": site, "region": region, "firm": "us", "status": status, "opening_cost": cost}
            for site, region, status, cost in places
        ],
        lines=[{"site": "A", "process": "make", "capacity": 120}, {"site": "B", "process": "make"}],
        lanes=[{"origin": region, "destination": "home", "item": "cell"} for region in ("west", "east")],
        options=[
            {"site": "B", "process": "make", "option": "hall", "size": 120, "capex": 100, "life": 1, "max_modules": 1}
        ],
        **sheets,
    )


def test_a_second_plant_is_the_answer(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """The plain plan makes 120 at A for 120. To do without the west takes B with a hall: 30 + 100 more, 250 in all."""
    path, out = tmp_path / "second.xlsx", tmp_path / "hard.xlsx"
    write_instance(two_regions(), path)
    assert run(["harden", str(path), "-o", str(out)]) == 0
    said = capsys.readouterr().out
    assert "It costs 130 million USD more than the plain plan (108 %)" in said
    assert "region west lost for 3 months in now would leave 0 % of demand served; the plan was hardened" in said
    findings = sheet(out, "summary").set_index("metric")["value"]
    assert str(findings["brief 5"]).startswith("The hardened plan differs in its decisions: New hall for make at B")
    assert float(fact(out, "objective")) == pytest.approx(250)
    assert sheet(out, "builds")[["site", "modules"]].to_numpy().tolist() == [["B", 1]]
    (case,) = sheet(out, "cases").to_dict("records")
    assert (case["round"], case["loss"], case["period"], case["months"], case["service"]) == (
        1,
        "region west",
        "now",
        3,
        0,
    )
    assert sheet(out, "differences")["words"].tolist() == [
        "New hall for make at B, 120 activity/year, now: not in the plain plan",
        "Site B opens, now: not in the plain plan",
    ]


@pytest.mark.slow
def test_some_losses_are_left_out(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """But for A, its region and its lane nothing is lost that hurts; of two periods only the one asked for counts."""
    path, out = tmp_path / "second.xlsx", tmp_path / "hard.xlsx"
    periods = [{"period": "now"}, {"period": "then"}]
    demand = [{"region": "home", "item": "cell", "volume": 120, "price": 10, "penalty": 30} | when for when in periods]
    write_instance(two_regions(periods=periods, demand=demand), path)
    left_out = [part for name in ("A", "region west", "west to home") for part in ("--without", name)]
    assert run(["harden", str(path), "-o", str(out), *left_out]) == 0
    assert (
        "The plain plan already serves at least 95 % of demand under the loss of any one region, firm"
        in capsys.readouterr().out
    )
    assert len(sheet(out, "cases")) == 0
    assert run(["harden", str(path), "-o", str(out), "--period", "then", "--months", "99"]) == 0
    said = capsys.readouterr().out
    assert "--months 99 is reduced to 12 in then" in said
    assert set(sheet(out, "cases")["period"]) == {"then"}


@pytest.mark.slow
def test_ctrl_c_says_how_far_it_came(
    book: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    """Stopped at the second loss of the first plan that was made for a case: of it A is survived, B is not tried."""
    tried = iter(range(2))
    serve = Recourse.serve

    def serving(self: Recourse, *given: Any) -> Any:
        if next(tried, None) is None:
            raise KeyboardInterrupt
        return serve(self, *given)

    monkeypatch.setattr(Recourse, "serve", serving)
    out = book.with_name("hard.xlsx")
    assert run(["harden", str(book), "-o", str(out), "--kinds", "site", "--losses", "2"]) == 4
    said = capsys.readouterr().out
    assert "Stopped by the user: 1 of 2 losses tried against the last plan" in said
    assert "The plan serves at least 95 % of demand under 1 loss that it was hardened against" in said
    assert len(sheet(out, "cases")) == 1


def test_what_cannot_be_asked(book: Path, capsys: pytest.CaptureFixture) -> None:
    """Kinds that do not exist; switches that rule it out."""
    out = str(book.with_name("hard.xlsx"))
    assert run(["harden", str(book), "-o", out, "--kinds", "town"]) == 2
    assert "--kinds town is not a kind of loss" in capsys.readouterr().err
    assert run(["harden", str(book), "-o", out, "--period", "never", "--without", "a", "--without", "nobody"]) == 2
    told = capsys.readouterr().err
    assert "--period never does not exist: the periods are now" in told
    assert "--without nobody: nothing that can be lost has this name" in told
    assert run(["harden", str(book), "-o", out, "--set", "settings[rules].value=off"]) == 2
    assert "rules is off, but hardening needs it; write on" in capsys.readouterr().err


@pytest.mark.slow
def test_a_cut_search_is_said(book: Path, capsys: pytest.CaptureFixture) -> None:
    """Two sets are too few to know."""
    out = book.with_name("hard.xlsx")
    arguments = ["--kinds", "site", "--losses", "2", "--service", "0.5", "--most", "1"]
    assert run(["harden", str(book), "-o", str(out), *arguments]) == 0
    assert "a worse set may exist" in capsys.readouterr().out


@pytest.mark.slow
def test_own_rows_stay(tmp_path: Path) -> None:
    """Scenarios and rules of the workbook stand above those that are added."""
    path, out = tmp_path / "own.xlsx", tmp_path / "hard.xlsx"
    own = three_works(
        scenarios=[{"scenario": "strike"}],
        disruptions=[
            {"scenario": "strike", "period": "now", "months": 1, "kind": "site", "target": "A", "factor": 0.5}
        ],
        rules=[{"rule": "cover", "type": "min_service", "scenario": "strike", "limit": 0.5}],
    )
    write_instance(own, path)
    assert run(["harden", str(path), "-o", str(out), "--kinds", "site"]) == 0
    assert sheet(out, "in_scenarios")["scenario"].tolist()[0] == "strike"
    assert len(sheet(out, "in_rules")) == 1 + len(sheet(out, "cases"))
    again = tmp_path / "again.xlsx"
    assert run(["stress", str(out), "-o", str(again), "--kinds", "site", "--top", "0"]) == 0
    assert pd.read_excel(again, sheet_name="losses", engine="calamine")["service"].min() >= 0.95 - 1e-6
