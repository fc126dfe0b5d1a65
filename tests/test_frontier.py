"""Cost against security, from the command line; every point worked out by hand."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from planner.cli import run
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


def test_every_point(book: Path, capsys: pytest.CaptureFixture) -> None:
    """Five points; the last says no more than the one before; the knee is where the hall is not yet needed."""
    out = book.with_name("frontier.xlsx")
    assert run(["frontier", str(book), "--rule", "not only A", "--points", "5", "-o", str(out)]) == 0
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
    said = capsys.readouterr().out
    assert "The knee is at 0.5, for 6 million USD more" in said
    assert "1 of 5 points are beaten by another" in said
    assert "Every plan was solved to optimality." in said
    assert len(openpyxl.load_workbook(out)["summary"]._charts) == 1


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
    assert "--against luck is no measure" in capsys.readouterr().err
    switch = ["--set", "settings[rules].value=off"]
    assert run(["frontier", str(book), "--rule", "not only A", "-o", out, *switch]) == 2
    assert "rules is off" in capsys.readouterr().err
