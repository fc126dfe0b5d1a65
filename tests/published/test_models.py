"""Textbook models reach their published optima: counts, least loads, single sources, hubs, stock and maintenance."""

import pytest

from tests.published.convert import DATA, optima
from tests.published.models import (
    FOR_THE_SHELF,
    KEPT_ANYWAY,
    LEAST,
    MOST_SERVED,
    depot_location,
    factory_planning,
    multicommodity,
    single_source,
    supply_network,
)
from tests.solving import optimum


@pytest.mark.parametrize(
    ("least", "most", "figure"), [(None, None, 229_850), (LEAST, None, 233_150), (LEAST, MOST_SERVED, 235_625)]
)
def test_multicommodity_with_charges(least: float | None, most: int | None, figure: float) -> None:
    """A charge and a limit of all products, a least load, at most so many towns for each mill."""
    assert optimum(multicommodity(least, most)) == pytest.approx(figure, rel=1e-6)


SLOW = "p25.txt"
"""30 sites and 150 customers take some 7 s."""


@pytest.mark.parametrize(
    ("name", "figure"),
    [pytest.param(*row, marks=[pytest.mark.slow] if row[0] == SLOW else []) for row in optima("sscflp").items()],
)
def test_single_source_location(name: str, figure: float) -> None:
    """Every customer is served whole by one site."""
    assert optimum(single_source(DATA / "sscflp" / name)) == pytest.approx(figure, rel=1e-6)


def test_supply_network() -> None:
    """Williams, Distribution 1: depots pass on so much of what two factories make for six customers."""
    assert optimum(supply_network()) == pytest.approx(198_500)


def test_supply_network_with_four_depots() -> None:
    """Williams, Distribution 2: of six depots at most four are open, and Birmingham may grow while it is."""
    assert optimum(supply_network(limit=4)) - KEPT_ANYWAY == pytest.approx(174_000)


def test_factory_planning() -> None:
    """Williams, Factory planning 1: shared machines, some of them in maintenance, and stock over six months."""
    assert optimum(factory_planning()) - FOR_THE_SHELF == pytest.approx(93_715.18, abs=0.01)


def test_depot_location() -> None:
    """Xpress-MP's e3depot."""
    assert optimum(depot_location()) == pytest.approx(18_103.0417, abs=1e-3)
