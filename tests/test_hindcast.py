"""The hindcast: nothing later than the start is read, errors are what they are called, and the page says what is so."""

from pathlib import Path

import pandas as pd
import pytest

from instances._build.hindcast import history
from instances._build.hindcast.build import build_sheets, workbook
from instances._build.hindcast.compare import compare, errors
from instances._build.hindcast.flows import start_flows
from instances._build.hindcast.shares import read_plan
from tests.sourced_instances import assert_built, solved_to

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "hindcast.md"
LATEST_NEWS = {"hindcast_outcomes", "hindcast_forecasts"}


def test_what_is_known_ends_with_the_start() -> None:
    """Rows of 2020 are not known in 2018, and no row that the build reads is later than the last start."""
    assert history.known("nickel mined", 2018)["year"].max() == 2018
    assert history.read("hindcast_known")["year"].max() == max(history.STARTS)
    assert history.read("hindcast_outcomes")["year"].min() > max(history.STARTS)
    assert history.public("projects", 2018)["public"].max() == 2018


@pytest.mark.parametrize("start", history.STARTS)
def test_the_build_opens_no_table_of_what_came(start: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all tables, outcomes and forecasts are not opened."""
    opened = set()
    stored = history._stored

    def watched(name: str) -> pd.DataFrame:
        opened.add(name)
        return stored(name)

    for kept in (history.output, history.demand, start_flows):
        kept.cache_clear()
    monkeypatch.setattr(history, "_stored", watched)
    build_sheets(start)
    assert "hindcast_demand" in opened
    assert not opened & LATEST_NEWS


def test_a_sustained_rate_is_that_of_the_whole_window() -> None:
    """Nickel to 2020: Indonesia's rise over five years is the fastest, and what fell lost about 5 % a year."""
    made = history.output("nickel", 2020)
    rise = (made.loc["Indonesia", 2020] / made.loc["Indonesia", 2015]) ** (1 / 5) - 1
    moved = history.movement("nickel", 2020)
    assert moved.rise == pytest.approx(rise)
    assert 0.03 < moved.fall < 0.08


def test_the_flows_of_the_start_add_up() -> None:
    """Cars assembled in a place use the cells that it was supplied with."""
    flows, _ = start_flows(2020)
    sold = sum(history.demand("cars", market, 2020) for market in history.market_regions())
    assert sum(v for (item, *_), v in flows.items() if item == "car") == pytest.approx(sold)
    shares = [v for (item, _, to), v in flows.items() if (item, to) == ("cell", "Europe")]
    made = sum(v for (item, source, _), v in flows.items() if item in ("car", "bus") and source == "Europe")
    assert sum(shares) == pytest.approx(made)


def test_an_error_is_half_the_sum_of_differences() -> None:
    """Shares 0.5, 0.3 and a rest of 0.2 against 0.4, 0.3 and 0.3: a tenth of the world is in the wrong place."""
    rows = [("lithium mined", "A", 2021, 0.5, 0.4, 0.4), ("lithium mined", "B", 2021, 0.3, 0.4, 0.3)]
    table = pd.DataFrame(rows, columns=["measure", "place", "year", "plan", "unchanged", "came"])
    found = errors(table).iloc[0]
    assert found["error"] == pytest.approx(0.1)
    assert found["no_change"] == pytest.approx(0.1)


def _stated() -> pd.DataFrame:
    """The table of errors on the page."""
    rows = [
        line.strip("| \n").split(" | ")
        for line in PAGE.read_text().splitlines()
        if line.startswith(("| 2020", "| 2018"))
    ]
    table = pd.DataFrame(rows, columns=["start", "measure", "year", "no_change", "error"])
    return table.astype({"start": int, "year": int, "no_change": float, "error": float})


@pytest.mark.slow
@pytest.mark.parametrize("start", history.STARTS)
def test_the_workbook_is_what_the_script_builds(start: int, tmp_path: Path) -> None:
    """Same tables in, same cells out."""
    assert_built(build_sheets(start), workbook(start), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("start", history.STARTS)
def test_the_errors_are_those_of_the_page(start: int, tmp_path: Path) -> None:
    """Solved anew, every error is within two points of what the page says, and "no change" is as it says."""
    path = solved_to(workbook(start), f"EV_HINDCAST_{start}_RESULT", tmp_path / "result.xlsx", [])
    found = compare(read_plan(path, start))["errors"].set_index(["measure", "year"])
    stated = _stated()
    stated = stated[stated["start"] == start].set_index(["measure", "year"])
    both = stated.join(found, rsuffix="_found", how="left")
    print("\n" + both.round(3).to_string())
    assert len(both) == 16
    assert ((both["no_change"] - both["no_change_found"]).abs() <= 0.006).all()
    assert ((both["error"] - both["error_found"]).abs() <= 0.02).all()
