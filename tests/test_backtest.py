"""The backtest of ev_china: what is measured is what an event takes, and a plan with security loses less.

Set EV_CHINA_PLAIN and EV_CHINA_RESULT to solved result workbooks to read those instead of solving.
"""

from pathlib import Path

import pandas as pd
import pytest

from instances._build.ev_china.backtest import EVENTS, backtest, page, toll
from planner.recourse.reaction import Recourse
from planner.results.load_plan import load_plan
from planner.results.result_file import read_result_file
from planner_models.sets.derive import derive
from planner_models.sets.scenarios import Snapshot
from tests.results import base
from tests.sourced_instances import solved_to
from tests.test_ev_china import COARSE

ROOT = Path(__file__).parents[1]

WORKBOOK = ROOT / "instances" / "ev_china.xlsx"


@pytest.mark.slow
def test_half_of_the_cars_for_a_year_are_half_of_the_sales() -> None:
    """tiny sells 100 thousand vehicles a year at 30: half of its assembly gone for 12 months takes 50, worth 1,500."""
    recourse = Recourse(load_plan(base()))
    taken = toll(recourse, "2025", Snapshot(12.0, capacity={("car plant", "assembly", "own"): 0.25}), ("vehicle",))
    assert taken.vehicles == pytest.approx(50.0)
    assert taken.sales == pytest.approx(1500.0)


def test_the_page_has_a_row_per_event() -> None:
    """Without and with security side by side."""
    rows = [(event, plan, 1000.0, 2.0, 3.0) for event in EVENTS for plan in ("without", "with")]
    lines = page(pd.DataFrame(rows, columns=["event", "plan", "vehicles", "sales", "cost"])).splitlines()
    assert lines[2] == "| chip_shortage_2021 | 1,000 / 1,000 | 2 / 2 | 3 / 3 |"
    assert len(lines) == 2 + len(EVENTS)


@pytest.mark.slow
def test_security_is_worth_its_name(tmp_path: Path) -> None:
    """Through each event the plan with security loses no more, and through the chip shortage less than half."""
    off = ["--set", "settings[rules]=off", "--set", "settings[scenarios]=off"]
    paths = {
        "without": solved_to(WORKBOOK, "EV_CHINA_PLAIN", tmp_path / "plain.xlsx", [*off, *COARSE]),
        "with": solved_to(WORKBOOK, "EV_CHINA_RESULT", tmp_path / "secure.xlsx", COARSE),
    }
    plans = {name: read_result_file(path, name) for name, path in paths.items()}
    table = backtest(plans, derive(plans["with"].instance).snapshots)
    print("\n" + page(table))
    lost = table.pivot(index="event", columns="plan", values="sales")
    assert (lost["with"] <= lost["without"] + 1).all()
    vehicles = table.pivot(index="event", columns="plan", values="vehicles").loc["chip_shortage_2021"]
    assert vehicles["without"] > 1000
    assert vehicles["with"] < vehicles["without"] / 2
