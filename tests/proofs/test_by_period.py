"""Figures by period, on cases worked out by hand; and what repeats a figure changes nothing."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from planner.solver.compiled import compile_model
from planner_models.by_period import list_varying_columns, name_columns, period_views
from planner_models.instance import Instance, apply_schema
from planner_models.network import build
from planner_models.schema import INPUTS
from tests import every_mechanism
from tests.audited import find_differences, solve_to_tables
from tests.proofs import WORKSHOP, wanted, workshop, years
from tests.solving import optimum

Row = dict[str, Any]
ARRAYS = ("cost", "offset", "lower", "upper", "starts", "columns", "values", "row_lower", "row_upper")


def change(sheet: str, key: str, column: str, **facts: Any) -> Row:
    """A row of by_period."""
    return {"sheet": sheet, "key": key, "column": column, **facts}


def since(sheet: str, key: str, column: str, **facts: Any) -> Row:
    """A row of by_period from the second period on."""
    return change(sheet, key, column, **{"from": "2"}, **facts)


def run(*changes: Row, **sheets: Any) -> Instance:
    """The workshop in two periods, with rows of by_period: 8 goods a year at 2 each cost 32."""
    return workshop(**{"periods": years(2), "demand": wanted("1", "2"), "by_period": list(changes)} | sheets)


FAR: dict[str, Any] = {
    "items": [{"item": "good", "tier": "downstream", "value": 10}],
    "sites": [{"site": "shop", "region": "there", "firm": "own"}],
    "lanes": [{"origin": "there", "destination": "here", "item": "good", "cost": 1}],
    "duties": [{"origin": "there", "destination": "here", "item": "good", "rate": 0.1}],
}
"""The shop is abroad: a good costs 2, 1 for freight and a tenth of its value of 10 in duty, 64 in two years."""

FORGE: dict[str, Any] = {
    "items": [*WORKSHOP["items"], {"item": "ore", "tier": "upstream"}],
    "processes": [*WORKSHOP["processes"], {"process": "mine", "tier": "upstream", "other_cost": 1}],
    "recipes": [
        *WORKSHOP["recipes"],
        {"process": "make", "item": "ore", "quantity": -2},
        {"process": "mine", "item": "ore", "quantity": 1},
    ],
    "lines": [*WORKSHOP["lines"], {"site": "shop", "process": "mine", "capacity": 100}],
}
"""A good takes 2 of an ore that costs 1: 4 a good, 64 in two years."""

HAND: dict[str, Any] = {
    "regions": [{"region": "here", "wage": 2, "energy_price": 1, "skilled_wage": 4}, {"region": "there"}],
    "processes": [{"process": "make", "tier": "downstream", "labour": 1e6, "skilled": 1e6, "energy": 3e6}],
}
"""A good takes an hour (millions of them for 1 money) at 2 and one at 4, and 3 kWh at 1: 9, 144 in two years."""

PASSED: dict[str, Any] = {
    "regions": [{"region": "here"}, {"region": "there"}, {"region": "far"}],
    "sites": [{"site": "shop", "region": "far", "firm": "own"}],
    "lanes": [
        {"origin": "far", "destination": "there", "item": "good"},
        {"origin": "there", "destination": "here", "item": "good"},
    ],
    "hubs": [{"region": "there", "item": "good", "handling_cost": 1}],
}
"""Goods pass a hub where handling costs 1: 8 x 3 a year."""

BOUGHT: dict[str, Any] = {
    "sites": [{"site": "shop", "region": "here", "firm": "other"}],
    "access": [{"firm": "other", "mode": "spot", "markup": 0.5, "transaction_cost": 1}],
    "regions": [{"region": "here", "institution_factor": 2}, {"region": "there"}],
}
"""The shop is another's: 2, half as much again, and a transaction at 1 x 2, 5 a good and 80 in two years."""


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("changes", "sheets", "cost"),
    [
        pytest.param([], {}, 32, id="as it is"),
        pytest.param([since("processes", "make", "other_cost", factor=3)], {}, 16 + 48, id="triples"),
        pytest.param([change("processes", "make", "other_cost", to="1", value=1)], {}, 8 + 16, id="first period"),
        pytest.param([since("lines", "shop|make", "unit_cost", value=5)], {}, 16 + 40, id="unit cost"),
        pytest.param(
            [since("lines", "shop|make", "fixed_cost", value=7)], {}, 32 + 7, id="fixed cost"
        ),
        pytest.param(
            [since("lines", "shop|make", "capacity", value=5)], {}, 16 + 10 + 3 * 10, id="limit falls"
        ),
        pytest.param([], FAR, 64, id="from abroad"),
        pytest.param([since("duties", "there|here|good", "rate", value=0.3)], FAR, 64 + 16, id="duty"),
        pytest.param([since("lanes", "there|here|good|sea", "cost", factor=2)], FAR, 72, id="freight"),
        pytest.param(
            [since("lanes", "there|here|good|sea", "capacity", value=6)],
            FAR,
            32 + 6 * 4 + 2 * 10,
            id="lane",
        ),
        pytest.param([], FORGE, 64, id="of ore"),
        pytest.param(
            [since("recipes", "make|ore", "quantity", value=-1)], FORGE, 32 + 24, id="less ore"
        ),
        pytest.param(
            [since("recipes", "mine|ore", "quantity", factor=0.5)], FORGE, 32 + 48, id="yield halves"
        ),
        pytest.param([since("regions", "here", "wage", factor=1.5)], HAND, 144 + 8, id="wage"),
        pytest.param([since("regions", "*", "wage", factor=1.5)], HAND, 144 + 8, id="every wage"),
        pytest.param([change("regions", "here", "energy_price", to="1", value=0)], HAND, 144 - 24, id="energy"),
        pytest.param([change("regions", "here", "skilled_wage", value=3)], HAND, 144 - 16, id="skilled wage"),
        pytest.param([since("processes", "make", "labour", factor=0.5)], HAND, 144 - 8, id="hours"),
        pytest.param([], BOUGHT, 80, id="of another"),
        pytest.param([since("sites", "shop", "fixed_cost", value=6)], {}, 32 + 6, id="site"),
        pytest.param(
            [since("stocks", "here|good", "holding_cost", value=2)],
            {"stocks": [{"region": "here", "item": "good", "minimum": 1}]},
            32 + 2 + 2,
            id="holding",
        ),
        pytest.param(
            [since("projects", "plan|alone", "cost", value=3)],
            {
                "periods": years(3),
                "demand": wanted("3"),
                "items": [WORKSHOP["items"][0] | {"requires": "plan"}],
                "projects": [{"project": "plan", "option": "alone", "cost": 5, "duration": 2}],
            },
            16 + 5 + 3,
            id="project",
        ),
        pytest.param(
            [
                since("hubs", "there|good", "capacity", value=5),
                since("hubs", "there|good", "handling_cost", factor=2),
                since("hubs", "there|good", "fixed_cost", value=4),
            ],
            PASSED,
            24 + 5 * 4 + 4 + 3 * 10,
            id="hub",
        ),
        pytest.param([since("access", "other|*|spot", "markup", value=1)], BOUGHT, 88, id="markup"),
        pytest.param(
            [since("regions", "here", "institution_factor", value=1)], BOUGHT, 72, id="institutions"
        ),
    ],
)  # fmt: skip
def test_figures_by_period(changes: list[Row], sheets: dict[str, Any], cost: float) -> None:
    """What each change costs or saves; `tests/every_mechanism.py` has rows for most of them, all of it audited."""
    assert optimum(run(*changes, **sheets)) == pytest.approx(cost)


def test_audit_sees_what_by_period_says() -> None:
    """A plan made without the rows does not agree with them."""
    case = run(since("processes", "make", "other_cost", factor=3))
    tables, objective = solve_to_tables(run())
    assert "unit cost of production" in find_differences(case, tables, objective)


def test_audit_traces_footprints_of_the_sheets() -> None:
    """What goods embody by default is that of the sheets in every period, though they take less ore in the second.

    A good from abroad costs 2, 2 of ore, 1 for freight and 1 of duty, and embodies 1 + 2 x 2 = 5 t at 0.1: 6.5 x 8;
    with half the ore 5.5 x 8.
    """
    emitting = [process | {"emissions": each} for process, each in zip(FORGE["processes"], (1, 2), strict=True)]
    case = run(
        since("recipes", "make|ore", "quantity", value=-1),
        **FAR
        | {"items": [*FAR["items"], FORGE["items"][-1]], "processes": emitting}
        | {name: FORGE[name] for name in ("recipes", "lines")},
        carbon=[{"bloc": "here", "period": "1", "price": 1e5, "border": "yes"}],
    )
    tables, objective = solve_to_tables(case)
    assert objective == pytest.approx(52 + 44)
    assert find_differences(case, tables, objective) == []


def repeat(case: Instance) -> Instance:
    """The instance with rows of by_period that repeat every figure that may vary, from the second period on."""
    changed = set(zip(case["line_capacity"]["site"], case["line_capacity"]["process"], strict=True))
    rows = []
    for sheet in (sheet for sheet in case.tables if list_varying_columns(sheet)):
        for row in case[sheet].to_dict("records"):
            key = "|".join(str(row[name]) for name in name_columns(sheet))
            rows += [
                change(sheet, key, column, **{"from": "2"}, value=row[column])
                for column in list_varying_columns(sheet)
                if pd.notna(row[column])
                and not (column == "capacity" and (row.get("site"), row.get("process")) in changed)
            ]
    table = pd.DataFrame(rows)
    table.index = pd.RangeIndex(2, len(table) + 2)
    return replace(case, tables={**case.tables, "by_period": apply_schema("by_period", table)})


def test_repeated_figures_change_nothing() -> None:
    """Every figure that may vary, repeated from the second period on: the model is the same, number by number."""
    case = every_mechanism.chain()
    case = replace(case, tables={**case.tables, "by_period": case["by_period"][:0]})
    repeated = repeat(case)
    assert {row["sheet"] for row in repeated["by_period"].to_dict("records")} == {
        sheet for sheet in INPUTS if list_varying_columns(sheet)
    }
    plain, other = (compile_model(build(each)) for each in (case, repeated))
    for name in ARRAYS:
        assert np.array_equal(getattr(plain, name), getattr(other, name)), name


def test_same_as_columns_with_periods() -> None:
    """Capacity and duties by period are what line_capacity, and rows of duties from and to, say."""
    rows = [
        since("lines", "shop|make", "capacity", value=5),
        since("duties", "there|here|good", "rate", factor=3),
    ]
    duty = FAR["duties"][0]
    spans = [duty | {"to": "1"}, duty | {"from": "2", "rate": 3 * duty["rate"]}]
    stated = run(
        **FAR | {"duties": spans},
        line_capacity=[{"site": "shop", "process": "make", "period": "2", "capacity": 5}],
    )
    plain, other = (compile_model(build(each)) for each in (run(*rows, **FAR), stated))
    for name in ARRAYS:
        assert np.allclose(getattr(plain, name), getattr(other, name)), name


def test_inherited_figures() -> None:
    """A factor on a named row multiplies what it inherits, as the `*` row has it in that period."""
    lanes = [
        {"origin": "there", "destination": "here", "item": "*", "cost": 1},
        {"origin": "there", "destination": "here", "item": "good", "lead_days": 3},
    ]
    rows = [
        since("lanes", "there|here|good|sea", "cost", factor=3),
        change("lanes", "there|here|*|sea", "cost", value=2),
    ]
    views = period_views(run(*rows, lanes=lanes))
    assert [views[period]["lanes"]["cost"].to_list() for period in ("1", "2")] == [[2, 2], [2, 6]]


def test_nothing_is_copied_where_no_row_applies() -> None:
    """The instance itself holds in periods without a row."""
    case = run(since("processes", "make", "other_cost", factor=3))
    views = period_views(case)
    assert views["1"] is case
    assert views["2"] is not case
