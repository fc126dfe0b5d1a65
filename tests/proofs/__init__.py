"""Proofs: what each constraint of the model is there for, on an instance small enough to solve by hand.

A proof is a function that returns such an instance. Its docstring works out the optimum, and the figure it would be
without the constraint; `proves` turns it into a test that solves both.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest

from planner_models.instance import Instance, apply_schema, instance
from tests import solving
from tests.solving import Figure

PROOFS: dict[str, list[str]] = defaultdict(list)
"""The tests that prove each constraint, by its name in the model."""

Rows = list[dict[str, Any]]

WORKSHOP: dict[str, Rows] = {
    "periods": [{"period": "1"}],
    "regions": [{"region": "here"}, {"region": "there"}],
    "items": [{"item": "good", "tier": "downstream"}],
    "processes": [{"process": "make", "tier": "downstream", "other_cost": 2}],
    "recipes": [{"process": "make", "item": "good", "quantity": 1}],
    "firms": [{"firm": "own"}, {"firm": "other", "home": "no"}],
    "sites": [{"site": "shop", "region": "here", "firm": "own"}],
    "lines": [{"site": "shop", "process": "make", "capacity": 10}],
    "demand": [{"region": "here", "item": "good", "period": "1", "volume": 8, "penalty": 10}],
}
"""One shop makes up to 10 goods a year at 2 each; here 8 are wanted, and each one missing costs 10. Optimum 16."""


def workshop(settings: dict[str, Any] | None = None, **sheets: Rows) -> Instance:
    """The workshop with some of its sheets replaced: one period of a year, no discounting unless said otherwise."""
    return instance(WORKSHOP | sheets, **({"discount_rate": 0, "mip_gap": 0} | (settings or {})))


def years(count: int) -> Rows:
    """Periods 1, 2, ... of one year each."""
    return [{"period": str(number)} for number in range(1, count + 1)]


def wanted(*periods: str, **facts: Any) -> Rows:
    """The workshop's demand in these periods, with other facts where given."""
    return [WORKSHOP["demand"][0] | {"period": period} | facts for period in periods]


def proves(
    constraint: str, *, optimum: float, without: Figure, relaxed: bool = False
) -> Callable[[Callable[[], Instance]], Callable[[], None]]:
    """A test that the instance costs `optimum`, and `without` when the constraint is left out.

    `relaxed` is for constraints that change no plan but the bound from which the solver starts.
    """
    assert without != optimum, "a proof needs two different figures"

    def decorate(case: Callable[[], Instance]) -> Callable[[], None]:
        def test() -> None:
            whole, reduced = solving.optimum_with_and_without(case(), constraint, relaxed)
            assert whole == _expected(optimum)
            assert reduced == _expected(without)

        assert case.__doc__, "a proof works out its figures in a docstring"
        test.__name__, test.__doc__, test.__module__ = case.__name__, case.__doc__, case.__module__
        PROOFS[constraint].append(f"{case.__module__}.{case.__name__}")
        return test

    return decorate


def matters(
    sheet: str, column: str, *, optimum: float, blank: Figure
) -> Callable[[Callable[[], Instance]], Callable[[], None]]:
    """A test that the instance costs `optimum`, and `blank` where a column of a sheet is left blank.

    For limits that are bounds of variables, or decide what exists at all, and so are no constraint of the model.
    """
    assert blank != optimum, "a column matters where the figures differ"

    def decorate(case: Callable[[], Instance]) -> Callable[[], None]:
        def test() -> None:
            full = case()
            blanked = apply_schema(sheet, full[sheet].drop(columns=column))
            assert solving.optimum(full) == _expected(optimum)
            assert solving.optimum(Instance({**full.tables, sheet: blanked}, full.settings)) == _expected(blank)

        assert case.__doc__, "a proof works out its figures in a docstring"
        test.__name__, test.__doc__, test.__module__ = case.__name__, case.__doc__, case.__module__
        return test

    return decorate


def _expected(figure: Figure) -> Any:
    return figure if isinstance(figure, str) else pytest.approx(figure, rel=1e-6, abs=1e-6)
