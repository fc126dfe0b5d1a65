"""Location: bounds that are tight before anything is decided, and that change no plan."""

from typing import Any

import pytest

from planner.audit.audit import audit
from planner.solver.solver import Options, solve
from planner_models.instance import Instance
from planner_models.network import build
from planner_models.plan import plan
from tests.proofs import WORKSHOP, proves, wanted, workshop

PLACES = ("here", "there")
ROADS = [
    {"origin": start, "destination": end, "item": "good", "mode": "road", "cost": 1}
    for start in PLACES
    for end in PLACES
    if start != end
]


def shops(**sheets: Any) -> Instance:
    """A shop can open in each of two places for 5, with capacity for all; a good costs 2, the road 1.

    4 are wanted in each place, at 10 each.
    """
    new = {"firm": "own", "status": "candidate", "opening_cost": 5}
    chosen = {
        "sites": [new | {"site": f"shop {place}", "region": place} for place in PLACES],
        "lines": [{"site": f"shop {place}", "process": "make", "capacity": 40} for place in PLACES],
        "lanes": ROADS,
        "demand": [row for place in PLACES for row in wanted("1", region=place, volume=4)],
    }
    return workshop(**(chosen | sheets))


@proves("sent_open", optimum=25, without=21, relaxed=True)
def test_what_a_market_is_sent_needs_the_site_open() -> Instance:
    """One shop, 5, makes 8 goods, 16, and sends 4 of them, 4: 25; two shops cost 26. The relaxation says the same.

    Without the constraint both are open by half, which is capacity for 4 as far as it can be of use: 5 + 16 = 21.
    """
    return shops()


@pytest.mark.one_in(2)
@pytest.mark.parametrize(
    ("sheets", "rows", "figure"),
    [
        ({}, 4, 25),
        # capacity for one market only is the limit already: no rows
        ({"lines": [{"site": f"shop {place}", "process": "make", "capacity": 5} for place in PLACES]}, 0, 26),
        # a lane with a limit might make a detour worth while: no rows
        ({"lanes": [row | {"capacity": 3} for row in ROADS]}, 0, 26),
        # goods that may be thrown away might be sent for nothing: no rows
        ({"items": [WORKSHOP["items"][0] | {"disposable": "yes"}]}, 0, 25),
    ],
)
def test_bounds_are_there_where_they_hold(sheets: dict[str, Any], rows: int, figure: float) -> None:
    """How many there are, and the optimum worked out beside; the audit agrees."""
    model = build(shops(**sheets))
    assert len(model.sent_open) == rows
    solution = solve(model, Options(gap=0.0))
    assert solution.objective == pytest.approx(figure)
    assert set(audit(shops(**sheets), plan(model), figure)["ok"]) == {"yes"}
