"""Checks of carbon: prices of what is no bloc, of nothing, and borders that ask nothing."""

from typing import Any

import pytest

from planner.checks import carbon
from tests.proofs import workshop
from tests.proofs.test_carbon import ABROAD, HERE, THERE
from tests.test_check_dynamics import found


@pytest.mark.parametrize(
    ("rule", "rows", "sheets", "place", "words"),
    [
        (carbon.carbon_is_of_blocs, [HERE | {"bloc": "here"}], {}, "error carbon!bloc2", "region of bloc `X`"),
        (
            carbon.carbon_prices_something,
            [THERE | {"border": "no"}],
            {},
            "warning carbon!price2",
            "no line in `Y` has emissions",
        ),
        (carbon.borders_have_prices, [THERE | {"price": 0}], {}, "warning carbon!border2", "charges nothing"),
        (
            carbon.borders_have_prices,
            [THERE | {"period": "2"}],
            {"periods": [{"period": "1"}, {"period": "2"}]},
            "info carbon!period2",
            "before 2 emissions in `Y` cost nothing",
        ),
    ],
)
def test_faults_are_named(rule: Any, rows: Any, sheets: Any, place: str, words: str) -> None:
    """One issue, at its cell, with what to write."""
    ((where, message),) = found(rule, workshop(carbon=rows, **(ABROAD | sheets)))
    assert where == place
    assert words in message


def test_sound_rows_pass() -> None:
    """Nothing is said of them."""
    case = workshop(carbon=[HERE, THERE], **ABROAD)
    rules = (carbon.carbon_is_of_blocs, carbon.carbon_prices_something, carbon.borders_have_prices)
    assert [issue for rule in rules for issue in found(rule, case)] == []
