"""Figures weighed by value, where values or prices are blank or 0: by quantity and said so, or refused."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from planner.audit.audit import audit
from planner.checks.check import check
from planner.cli.main import run
from planner.recourse.reaction import Recourse
from planner.report.figures import goods
from planner.solver.solver import Options, solve
from planner.workbook.write import write_instance
from planner_models.figures.mixing import _into_products
from planner_models.instance import instance
from planner_models.network import build
from planner_models.plan import plan
from planner_models.sets.weights import service_weights
from tests.plans import CONCERNED
from tests.proofs import Rows
from tests.test_check import Sheets
from tests.test_stress import sheet


def two_goods(
    *values: float | None, prices: tuple[float | None, ...] = (None, None), **sheets: Rows
) -> dict[str, Rows]:
    """Ten units each of two goods, each from a site of its own at 1; a lost site leaves its ten unserved, at 100 each.

    A `spare` site could make either good; opening it for one good costs 5.
    """
    names = ("one", "two")[: len(values)]
    spares = [f"spare {name}" for name in names]
    return {
        "settings": [{"key": "discount_rate", "value": 0}, {"key": "mip_gap", "value": 0}],
        "periods": [{"period": "now"}],
        "regions": [{"region": "here"}],
        "items": [
            {"item": name, "tier": "downstream", "unit": "t", "value": value}
            for name, value in zip(names, values, strict=True)
        ],
        "processes": [{"process": f"make {name}", "tier": "downstream"} for name in names],
        "recipes": [{"process": f"make {name}", "item": name, "quantity": 1} for name in names],
        "firms": [{"firm": "us"}],
        "sites": [{"site": name, "region": "here", "firm": "us"} for name in names]
        + [{"site": name, "region": "here", "firm": "us", "status": "candidate", "opening_cost": 5} for name in spares],
        "lines": [
            {"site": site, "process": f"make {name}", "capacity": 10, "unit_cost": 1}
            for name in names
            for site in (name, f"spare {name}")
        ],
        "demand": [
            {"region": "here", "item": name, "period": "now", "price": price, "volume": 10, "penalty": 100}
            for name, price in zip(names, prices, strict=False)
        ],
    } | sheets


def strike(factor: float = 0.0) -> dict[str, Rows]:
    """Site one makes that much less for a year."""
    hit = {"scenario": "strike", "period": "now", "months": 12, "kind": "site", "target": "one", "factor": factor}
    return {"scenarios": [{"scenario": "strike", "probability": 0.1}], "disruptions": [hit]}


def served(limit: float, **facts: Any) -> dict[str, Rows]:
    return {"rules": [{"rule": "serve", "type": "min_service", "limit": limit} | facts]}


def _instance(tables: dict[str, Rows], **settings: Any) -> Any:
    rows = {name: rows for name, rows in tables.items() if name != "settings"}
    return instance(rows, **({"discount_rate": 0, "mip_gap": 0} | settings))


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("value", "price"), [(1, None), (1, 0), (None, 0), (None, None), (None, 5), (0, 0)])
def test_a_hard_rule_of_least_service_binds_whatever_a_unit_is_worth(value: float | None, price: float | None) -> None:
    """The strike halves the only source: served in full it has to be from the spare site, for 5: 10 + 5."""
    case = _instance(two_goods(value, prices=(price,), **strike(0.5), **served(1)))
    model = build(case)
    solution = solve(model, Options(gap=0.0))
    assert solution.objective == pytest.approx(15)
    tables = plan(model)
    assert tables["rules"].set_index("who")["value"].to_dict() == {"base": 1, "strike": 1}
    assert audit(case, tables, solution.objective, CONCERNED["rules"])["ok"].eq("yes").all()


@pytest.mark.parametrize(("values", "share"), [((1, None), 0.5), ((3, 1), 0.25), ((0, 0), 0.5)])
def test_of_two_goods_the_one_without_a_value_counts(values: tuple[float | None, ...], share: float) -> None:
    """Without site one 10 of 20 t are served; by value, where both have one, 10 of 40."""
    tables = two_goods(*values, **strike())
    tables["sites"], tables["lines"] = tables["sites"][:2], tables["lines"][::2]
    case = _instance(tables)
    model = build(case)
    solution = solve(model, Options(gap=0.0))
    tables = plan(model)
    assert tables["scenarios"]["service"].item() == pytest.approx(share)
    reaction = Recourse(model).serve("now", model.sets.snapshots["strike", "now"])
    assert reaction.service == pytest.approx(share)
    found = audit(case, tables, solution.objective, CONCERNED["scenarios"]).set_index("check")["ok"]
    assert found["service of scenarios"] == "yes"


def test_the_rule_of_one_item_is_by_its_own_value() -> None:
    case = _instance(two_goods(None, 1))
    assert not service_weights(case).by_value
    assert service_weights(case, "two").by_value
    assert service_weights(case).words == "quantity"


def _said(tables: dict[str, Rows], **settings: Any) -> list[tuple[str, str, str]]:
    issues = check(Sheets(_instance(tables, **settings)))  # type: ignore[arg-type]
    return [(issue.severity, issue.sheet, issue.message) for issue in issues if issue.severity != "info"]


def test_quantities_are_added_and_said_so_or_refused() -> None:
    tables = two_goods(1, None, **strike())
    ((severity, where, words),) = _said(tables)
    assert (severity, where) == ("warning", "items")
    assert "`two`" in words
    assert "by quantity" in words
    tables["items"][1]["unit"] = "piece"
    ((severity, where, words),) = _said(tables)
    assert (severity, where) == ("error", "items")
    assert "`two`" in words
    assert "write its value" in words
    assert _said(two_goods(1, 1, **strike())) == []
    assert _said(two_goods(1, None)) == []


def test_a_market_whose_shortage_costs_nothing_is_refused() -> None:
    """Neither penalty nor price nor value: what a strike leaves unserved would be no loss."""
    tables = two_goods(None, **strike())
    tables["demand"][0] |= {"penalty": None, "price": 0}
    assert [entry[:2] for entry in _said(tables) if entry[0] == "error"] == [("error", "demand")]


@pytest.mark.slow
def test_harden_promises_what_plans_can_give(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both goods need their spare site: 20 + 10. Without spare sites no plan serves anything without the first."""
    book, out = tmp_path / "in.xlsx", tmp_path / "out.xlsx"
    asked = ["--service", "0.9", "--losses", "1", "--kinds", "site", "--months", "12"]
    write_instance(two_goods(1, None), book)
    assert run(["harden", str(book), "-o", str(out), *asked]) == 0
    assert float(sheet(out, "summary").set_index("metric")["value"]["objective"]) == pytest.approx(30)
    assert "by quantity" in capsys.readouterr().out
    tables = two_goods(None)
    tables["sites"], tables["lines"] = tables["sites"][:1], tables["lines"][:1]
    write_instance(tables, book)
    assert run(["harden", str(book), "-o", str(tmp_path / "none.xlsx"), *asked]) == 3


def test_goods_of_all_kinds_are_counted_or_named() -> None:
    """By value; by quantity where one has none and units agree; else those without a value are named."""
    assert goods(_instance(two_goods(2, 3))).each.tolist() == [2, 3]
    assert goods(_instance(two_goods(2, None))).measure == "quantity"
    tables = two_goods(2, None)
    tables["items"][1]["unit"] = "piece"
    counted = goods(_instance(tables))
    assert counted.each.isna().tolist() == [False, True]
    assert counted.note == " (without two, which has no value)"


def test_a_co_product_without_a_value_takes_its_part_of_the_content() -> None:
    """One line makes 3 of `main` (value 2) and 1 of `side` (no value) from 8 of ore: by quantity 6 and 2."""
    made = pd.DataFrame({"site": "s", "process": "p", "item": ["main", "side"], "amount": [3.0, 1.0], "pool": [0, 1]})
    used = pd.DataFrame({"site": ["s"], "process": ["p"], "region": ["here"], "item": ["ore"], "amount": [8.0]})
    pools = pd.MultiIndex.from_tuples([("here", "main"), ("here", "side"), ("here", "ore")], names=["region", "item"])
    _, _, amounts = _into_products(made, used, pools, pd.Series({"main": 2.0, "side": 0.0}))
    assert amounts.tolist() == [6, 2]
