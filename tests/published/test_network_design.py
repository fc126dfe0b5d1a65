"""Two-stage location and multicommodity network design reach their published optima."""

import pytest

from tests.published.convert import DATA, network_design, optima, two_stage
from tests.solving import optimum


@pytest.mark.parametrize(("name", "figure"), optima("tscflp").items())
def test_two_stage_location(name: str, figure: float) -> None:
    """Plants, hubs and customers, three products."""
    assert optimum(two_stage(DATA / "tscflp" / name)) == pytest.approx(figure, rel=1e-6)


SLOW = "c25_100_30_V_T_5.dow"
"""Takes some 20 s where the others take 1 to 6."""


@pytest.mark.parametrize(
    ("name", "figure"),
    [pytest.param(*row, marks=[pytest.mark.slow] if row[0] == SLOW else []) for row in optima("mcnd").items()],
)
def test_network_design(name: str, figure: float) -> None:
    """Lanes with an opening cost and a capacity that all commodities share."""
    assert optimum(network_design(DATA / "mcnd" / name)) == pytest.approx(figure, rel=1e-6)
