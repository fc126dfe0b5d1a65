"""Trade: from where things are made to where they stay, with nothing counted twice on the way."""

import pandas as pd
import pytest

from planner.audit.audit import audit
from planner.audit.case import AuditedPlan
from planner.audit.trade import compute_trade
from planner_models.figures.trade import trade
from planner_models.instance import Instance
from planner_models.schema import RESULTS
from tests.plans import failed
from tests.proofs import workshop

REGIONS = [{"region": name, "bloc": bloc} for name, bloc in (("A", "X"), ("B", "X"), ("C", "Y"), ("D", None))]


def world(**sheets: list[dict[str, object]]) -> Instance:
    """Goods are made in A and B and used anywhere."""
    return workshop(
        **{
            "regions": REGIONS,
            "items": [{"item": "good", "tier": "downstream", "value": 5}],
            "sites": [{"site": f"in {name}", "region": name, "firm": "own"} for name in "AB"],
            "lines": [{"site": f"in {name}", "process": "make", "capacity": 100} for name in "AB"],
            "demand": [],
        }
        | sheets
    )


def rows(sheet: str, *given: tuple[object, ...]) -> pd.DataFrame:
    columns = [name for name in RESULTS[sheet].columns if name != "scenario"]
    filled = [(*row, *[None] * (len(columns) - len(row))) for row in given]
    return pd.DataFrame(filled, columns=columns).assign(scenario="base")


def moved(*legs: tuple[str, str, float, float]) -> dict[str, pd.DataFrame]:
    """10 made in A and 30 in B, and these legs: origin, destination, shipped and duty."""
    return {
        "production": rows("production", ("in A", "make", "own", "1", 10.0), ("in B", "make", "own", "1", 30.0)),
        "flows": rows("flows", *((a, b, "good", "road", "1", shipped, 0.0, duty) for a, b, shipped, duty in legs)),
    }


THROUGH_C = moved(("A", "C", 10.0, 2.0), ("B", "C", 10.0, 0.0), ("C", "D", 15.0, 3.0))
"""Of 20 that come to C, half from A and half from B, 5 stay and 15 go on to D."""


def test_what_passes_through_is_traded_once() -> None:
    """C keeps 2.5 of each, D has 7.5 of each; B keeps 20 of its own. The duty of 2 on what came from A goes on with it,
    that of 3 is on both alike."""
    table = trade(world(), THROUGH_C).set_index(["origin", "destination"])
    assert table["quantity"].to_dict() == pytest.approx(
        {("A", "C"): 2.5, ("B", "C"): 2.5, ("A", "D"): 7.5, ("B", "D"): 7.5, ("B", "B"): 20.0}
    )
    assert table["duty"].to_dict() == pytest.approx(
        {("A", "C"): 0.5, ("B", "C"): 0.0, ("A", "D"): 1.5 + 1.5, ("B", "D"): 1.5, ("B", "B"): 0.0}
    )
    assert table["share"].tolist() == pytest.approx([1.0 if at == ("B", "B") else 0.5 for at in table.index])
    assert table["value"].tolist() == pytest.approx((5 * table["quantity"]).tolist())
    assert table.loc[("A", "D"), ["origin_bloc", "destination_bloc"]].tolist() == ["X", "D"]


@pytest.mark.parametrize(
    "tables",
    [THROUGH_C, moved(), moved(("A", "C", 10.0, 1.0), ("C", "A", 4.0, 0.4), ("C", "D", 3.0, 0.0)),
     moved(("A", "A", 4.0, 0.0), ("A", "C", 5.0, 2.0))],
)  # fmt: skip
def test_all_that_is_made_stays_somewhere_and_all_duty_is_borne(tables: dict[str, pd.DataFrame]) -> None:
    """Also where flows run in a circle, or from a region to itself; and the audit comes to the same."""
    table = trade(world(), tables)
    assert table["quantity"].sum() == pytest.approx(40)
    assert table["duty"].sum() == pytest.approx(tables["flows"]["duty"].sum())
    assert table.groupby("destination")["share"].sum().tolist() == pytest.approx([1.0] * table["destination"].nunique())
    key = ["item", "origin", "destination", "period"]
    again = compute_trade(AuditedPlan(world(), tables)).set_index(key).sort_index()
    for name in ("quantity", "share", "duty"):
        assert table.set_index(key).sort_index()[name].tolist() == pytest.approx(again[name].tolist())


def test_what_is_taken_from_stock_comes_from_where_it_was_and_what_has_no_value_has_none() -> None:
    """3 from stock in C beside 10 from A."""
    stock = rows("stocks", ("C", "good", "1", 0.0, 0.0, 3.0))
    tables = moved(("A", "C", 10.0, 2.0)) | {"stocks": stock}
    table = trade(world(items=[{"item": "good", "tier": "downstream"}]), tables).set_index(["origin", "destination"])
    assert table.loc[("C", "C"), "quantity"] == pytest.approx(3)
    assert table.loc[("A", "C"), "share"] == pytest.approx(10 / 13)
    assert table["value"].isna().all()


def test_a_plan_without_anything_has_no_trade() -> None:
    assert list(trade(world(), {}).columns) == list(RESULTS["trade"].columns)


@pytest.mark.parametrize("column", ["quantity", "value", "share", "duty", "origin_bloc"])
def test_a_changed_figure_is_noticed(column: str) -> None:
    tables = THROUGH_C | {"trade": trade(world(), THROUGH_C)}
    assert failed(audit(world(), tables, 0.0, ["trade"])) == []
    changed = tables["trade"].copy()
    row = changed["duty"].idxmax()
    changed.loc[row, column] = "Z" if column == "origin_bloc" else 1.01 * changed.loc[row, column]
    assert failed(audit(world(), tables | {"trade": changed}, 0.0, ["trade"])) != []
