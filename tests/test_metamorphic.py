"""What must hold between the optima of an instance and of a changed one, whatever they are."""

import math
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from planner_models.instance import Instance, instance
from planner_models.schema import INPUTS, SETTINGS, meta
from tests.examples import examples
from tests.small_instances import small_instances
from tests.solving import optimum

Drawn = tuple[dict[str, Any], dict[str, Any]]
MONEY = ("money", "currency")
PRICED = [
    (sheet, name)
    for sheet, schema in INPUTS.items()
    for name, column in schema.columns.items()
    if meta(column)["unit"].startswith(MONEY) and sheet != "settings"
]
"""Every column that holds an amount of money, in the order of the sheets."""
COSTS = [place for place in PRICED if place != ("demand", "price")]


def loss(case: Instance) -> float:
    """What the optimum costs, profit being negative; infinite where there is no plan."""
    figure = optimum(case)
    if isinstance(figure, str):
        assert figure == "infeasible"
        return math.inf
    return -figure if case.settings["objective"] == "profit" else figure


def changed(case: Instance, sheet: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Instance:
    """The instance with one of its tables changed."""
    return Instance({**case.tables, sheet: change(case[sheet].copy())}, case.settings)


def times(case: Instance, sheet: str, column: str, factor: float) -> Instance:
    """The instance with a column of a table multiplied."""
    return changed(case, sheet, lambda table: table.assign(**{column: table[column] * factor}))


def slack(figure: float) -> float:
    """How far two computed optima may differ."""
    return 1e-6 * max(1.0, abs(figure)) if math.isfinite(figure) else 0.0


@pytest.mark.slow
@examples(6)
@given(small_instances(), st.data())
def test_a_dearer_cost_never_lowers_the_cost(drawn: Drawn, data: st.DataObject) -> None:
    """Half as much again of any one cost."""
    case = instance(drawn[0], **drawn[1])
    paid = [(sheet, column) for sheet, column in COSTS if (case[sheet][column].fillna(0.0) > 0).any()]
    assume(paid)
    sheet, column = data.draw(st.sampled_from(paid))
    before = loss(case)
    after = loss(times(case, sheet, column, 1.5))
    assert after >= before - slack(before)


@pytest.mark.slow
@examples(6)
@given(small_instances(), st.data())
def test_a_new_lane_never_raises_the_cost(drawn: Drawn, data: st.DataObject) -> None:
    """A lane between two regions, of a mode nothing else uses; what it does not carry goes as before."""
    case = instance(drawn[0], **drawn[1])
    regions = case["regions"]["region"].tolist()
    assume(len(regions) > 1)
    origin, destination = data.draw(st.permutations(regions))[:2]
    lane = {"origin": origin, "destination": destination, "item": "*", "mode": "air", "cost": 0.5}
    before = loss(case)
    after = loss(instance({**drawn[0], "lanes": [*drawn[0].get("lanes", []), lane]}, **drawn[1]))
    assert after <= before + slack(before)


@pytest.mark.slow
@examples(6)
@given(small_instances())
def test_doubling_all_money_doubles_the_cost(drawn: Drawn) -> None:
    """All costs, prices, penalties and values: the currency is halved."""
    case = instance(drawn[0], **drawn[1])
    double = case
    for sheet, column in PRICED:
        double = times(double, sheet, column, 2.0)
    for name, setting in SETTINGS.items():
        if meta(setting)["unit"].startswith(MONEY) and case.settings[name] is not None:
            double = double.with_settings(**{name: 2 * case.settings[name]})
    assert loss(double) == pytest.approx(2 * loss(case), rel=1e-6, abs=1e-6)


@pytest.mark.slow
@examples(6)
@given(small_instances(), st.integers(0, 1000))
def test_the_order_of_rows_does_not_matter(drawn: Drawn, seed: int) -> None:
    """Every sheet but the periods is shuffled."""
    case = instance(drawn[0], **drawn[1])
    shuffled = case
    for sheet in drawn[0]:
        if sheet != "periods":
            shuffled = changed(shuffled, sheet, lambda table: table.sample(frac=1, random_state=seed))
    before = loss(case)
    assert loss(shuffled) == pytest.approx(before, rel=1e-6, abs=1e-6)
