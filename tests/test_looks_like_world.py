"""The reference instance held against the world of 2024.

What of the agreement is data, and what is a result:

- Data: existing capacity. A plant's capacity is its known share of the world's output over its utilisation, so no place
  can make much more than capacity allows. Plants outside China that lose money at Chinese prices but run all the same
  (contracts, local brands, policy) carry a least load, marked low in the tables.
- Result: which plants run below capacity, and who serves whom. Existing capacity is 1.1 to 3 times what 2024 needs
  (see `python -m instances._build.ev_global.build --check`); the plan places that slack by cost of wages, power,
  capital, freight and duties. Which battery goes into which car, natural or synthetic graphite, and all trade flows
  are free.
- Fit: utilisation, least load and a dozen unit costs (each marked "own estimate") were chosen so that 2024 comes near
  the known shares. Agreement is thus a calibration, not a prediction; it says that one set of plausible costs explains
  the world's shares together. The columns floor and ceiling show how far a share could have gone: what capacity and
  least load alone would allow at the plan's world output.
- Cost ratios of cells and packs follow from endowments and from the cheapest delivered cost of every input through all
  tiers. Wages, power, cost of capital, hours and the capex index come from the same bottom-up tables as the known cell
  ratios, so only the materials part is a test there; the two rows on packs (BloombergNEF) are independent.

The bands are listed row by row in `known_shares.csv` and `known_cell_costs.csv` (`instances/_build/tables`), each with
its reason.
Set EV_GLOBAL_RESULT to a solved result workbook to read that instead of solving.
"""

from pathlib import Path

import pandas as pd
import pytest

from instances._build.ev_global.build import build_sheets
from instances._build.ev_global.costs import cost_ratios
from instances._build.ev_global.tables import read
from tests.sourced_instances import assert_built, solved

ROOT = Path(__file__).parents[1]
INSTANCES = ROOT / "instances"
WORKBOOK = INSTANCES / "ev_global.xlsx"


@pytest.fixture(scope="module")
def sheets() -> dict[str, pd.DataFrame]:
    """The sheets as the script builds them."""
    return build_sheets()


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """The result workbook of the reference instance."""
    names = ["production", "demand", "summary"]
    return solved(WORKBOOK, "EV_GLOBAL_RESULT", tmp_path_factory.mktemp("ev"), names)


def first_output(plan: dict[str, pd.DataFrame], sheets: dict[str, pd.DataFrame]) -> pd.Series:
    """Output (item, region) -> item/year in the first period of the undisturbed plan."""
    made = plan["production"]
    made = made[made["period"] == sheets["periods"]["period"].iloc[0]]
    if "scenario" in made and made["scenario"].nunique() > 1:
        made = made[made["scenario"] == "base"]
    flows = made.merge(sheets["recipes"][["process", "item", "quantity"]], on="process")
    flows = flows[flows["quantity"] > 0].merge(sheets["sites"][["site", "region"]], on="site")
    return (flows["made"] * flows["quantity"]).groupby([flows["item"], flows["region"]]).sum()


def share(output: pd.Series, items: str, regions: str) -> float:
    """Share of `regions` in the world's output of `items`; "part|whole" gives a share of items instead of places."""
    part, _, whole = items.partition("|")
    table = output.reset_index(name="amount")
    top = table[table["item"].isin(part.split(";"))]
    if regions != "*":
        top = top[top["region"].isin(regions.split(";"))]
    return float(top["amount"].sum() / table[table["item"].isin((whole or part).split(";"))]["amount"].sum())


def allowed(output: pd.Series, sheets: dict[str, pd.DataFrame], items: str, regions: str) -> tuple[float, float]:
    """Least and largest share that capacity and least load of the first period allow at the given world output."""
    if regions == "*":
        return float("nan"), float("nan")
    lines = sheets["lines"].merge(sheets["sites"][["site", "region"]], on="site").merge(sheets["recipes"], on="process")
    lines = lines[(lines["quantity"] > 0) & lines["item"].isin(items.split(";"))]
    inside = lines["region"].isin(regions.split(";"))
    forced = float((lines["capacity"] * lines["min_load"])[inside].sum())
    own, others = float(lines["capacity"][inside].sum()), float(lines["capacity"][~inside].sum())
    whole = float(sum(amount for (item, _), amount in output.items() if item in items.split(";")))
    return max(forced, whole - others) / whole, min(1.0, own / whole)


def report(title: str, table: pd.DataFrame) -> None:
    """Prints a comparison, so that `pytest -s` shows the instance beside the world."""
    print(f"\n{title}\n{table.round(3).to_string(index=False)}")


def test_it_is_as_large_as_asked(sheets: dict[str, pd.DataFrame]) -> None:
    """12 regions in 5 blocs, 30 items, 40 processes, 150 lines over three tiers, 6 periods."""
    least = {"regions": 12, "items": 30, "processes": 40, "lines": 150, "periods": 6}
    short = {name: len(sheets[name]) for name, number in least.items() if len(sheets[name]) < number}
    assert not short
    assert sheets["regions"]["bloc"].nunique() >= 5
    tiers = sheets["lines"].merge(sheets["processes"][["process", "tier"]], on="process")["tier"]
    assert set(tiers) == {"upstream", "midstream", "downstream"}


def test_every_row_says_where_it_comes_from(sheets: dict[str, pd.DataFrame]) -> None:
    """Source and confidence on every row of every sheet and table; an estimate is always graded low."""
    for path in sorted((INSTANCES / "_build" / "tables").glob("*.csv")):
        read(path.stem)
    for name, frame in sheets.items():
        assert frame["source"].notna().all(), name
        estimate = frame["source"].astype(str).str.startswith("own estimate")
        assert (frame.loc[estimate, "confidence"] == "low").all(), name


@pytest.mark.slow
def test_the_workbook_is_what_the_script_builds(sheets: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    """Same tables in, same cells out."""
    assert_built(sheets, WORKBOOK, tmp_path)


def test_cell_costs_differ_by_region_as_in_the_world(sheets: dict[str, pd.DataFrame]) -> None:
    """Full cost of cells and packs over China within the stated band of the known ratio."""
    table = cost_ratios(sheets)
    table["off"] = table["instance"] - table["ratio_to_china"]
    report("cost over China", table[["item", "region", "ratio_to_china", "instance", "off", "band", "confidence"]])
    assert table[table["off"].abs() > table["band"]].empty


@pytest.mark.slow
def test_shares_of_2024_are_near_the_known_ones(plan: dict[str, pd.DataFrame], sheets: dict[str, pd.DataFrame]) -> None:
    """Shares of the first period's plan within the stated band of the known shares."""
    output = first_output(plan, sheets)
    table = read("known_shares")
    table["plan"] = [share(output, i, r) for i, r in zip(table["items"], table["regions"], strict=True)]
    table["off"] = table["plan"] - table["known"]
    reach = [allowed(output, sheets, i, r) for i, r in zip(table["items"], table["regions"], strict=True)]
    table["floor"], table["ceiling"] = zip(*reach, strict=True)
    columns = ["measure", "regions", "known", "plan", "off", "band", "floor", "ceiling", "confidence"]
    report("shares of the world's output", table[columns])
    assert table[table["off"].abs() > table["band"]].empty


@pytest.mark.slow
def test_demand_is_served(plan: dict[str, pd.DataFrame]) -> None:
    """Nearly all demand is served in every period: less than 0.5 % of its value is not."""
    demand = plan["demand"]
    unserved = demand.get("unserved", pd.Series(0.0, index=demand.index)).fillna(0.0)
    lost = (unserved * demand["price"]).groupby(demand["period"]).sum()
    whole = (demand["volume"] * demand["price"]).groupby(demand["period"]).sum()
    report("unserved share of demand value", (lost / whole).reset_index(name="share"))
    assert (lost / whole < 0.005).all()
