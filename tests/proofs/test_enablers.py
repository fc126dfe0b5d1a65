"""Enablers: what has been put up unlocks demand."""

from typing import Any

import pytest

from planner_models.instance import Instance
from tests.proofs import WORKSHOP, Rows, proves, workshop, years
from tests.solving import optimum

ENABLER = {"region": "here", "enabler": "charger", "item": "good", "threshold": 4, "uplift": 0.5}
MARKET = {"region": "here", "item": "good", "period": "1", "volume": 8, "price": 5}
INSTALL = {"process": "install", "tier": "downstream", "other_cost": 1}


FAR = [*WORKSHOP["sites"], {"site": "far", "region": "there", "firm": "own"}]
LINES = [{"site": "shop", "process": "make", "capacity": 20}, {"site": "far", "process": "install", "capacity": 20}]


def charged(*enablers: dict[str, Any], settings: dict[str, Any] | None = None, **sheets: Rows) -> Instance:
    """The workshop in search of profit, with room for 20 goods a year, and chargers that are put up for 1 each.

    Goods sell at 5, 8 a year: 24. With 4 chargers half as many again: 12 x 3 - 4 = 32.
    """
    base: dict[str, Rows] = {
        "items": [*WORKSHOP["items"], {"item": "charger", "tier": "downstream"}],
        "processes": [*WORKSHOP["processes"], INSTALL],
        "recipes": [*WORKSHOP["recipes"], {"process": "install", "item": "charger", "quantity": 1}],
        "lines": [{"site": "shop", "process": name, "capacity": 20} for name in ("make", "install")],
        "demand": [MARKET],
        "enablers": [ENABLER | enabler for enabler in enablers or ({},)],
    }
    return workshop({"objective": "profit"} | (settings or {}), **(base | sheets))


@proves("enabling_threshold", optimum=32, without=36)
def test_demand_is_unlocked_once_enough_is_deployed() -> Instance:
    """4 chargers and 12 goods: 36 - 4 = 32. Without the constraint no charger is needed: 36."""
    return charged()


@proves("raised_enabled", optimum=32, without=36)
def test_only_what_is_unlocked_is_sold() -> Instance:
    """32, as above. Without the constraint 12 goods are sold without any charger: 36."""
    return charged()


@proves("raised_priced", optimum=26, without=24 + 26 / 3 - 4)
def test_only_the_step_chosen_is_raised() -> Instance:
    """There is room for 10 goods: 8 and 2 more are sold at 5: 30 - 4 = 26. A second step offers 2 goods at 9, 3 when it
    is raised: 21 - 4 = 17.

    Without the constraint the threshold is shared between the steps: a third of it raises the first by 4/3 goods, the
    rest the second by 2/3, which is the room that is left: 4/3 x 3 + 2/3 x 7 = 26/3. Goods may be thrown away:
    otherwise no more than the largest step could be made.
    """
    items = [WORKSHOP["items"][0] | {"disposable": "yes"}, {"item": "charger", "tier": "downstream"}]
    lines = [LINES[0] | {"capacity": 10}, LINES[1] | {"site": "shop"}]
    return charged(items=items, lines=lines, demand=[MARKET, MARKET | {"step": "dear", "volume": 2, "price": 9}])


@pytest.mark.parametrize(
    ("case", "figure"),
    [
        (charged(settings={"enablers": "off"}), 24),
        # two thresholds: 2 chargers sell a quarter more (30 - 2), 4 half more (36 - 4), 40 would not pay
        (charged({"threshold": 2, "uplift": 0.25}, {}, {"threshold": 40, "uplift": 0.75}), 32),
        # chargers sold count as put up: 3 of them for nothing, the fourth for 1
        (charged(demand=[MARKET, MARKET | {"item": "charger", "volume": 3, "price": 1}]), 35),
        # put up in year 1 they serve in both
        (charged(periods=years(2), demand=[MARKET, MARKET | {"period": "2"}]), 68),
        # made there and brought here, where nothing else asks for them
        (charged(sites=FAR, lines=LINES, lanes=[{"origin": "there", "destination": "here", "item": "*"}]), 32),
        # under least cost the 8 goods wanted are made, at 2, and no more
        (charged(settings={"objective": "cost"}), 16),
    ],
)
def test_what_unlocks_demand(case: Instance, figure: float) -> None:
    """Thresholds, the switch, chargers sold, time, lanes, and the other objective."""
    assert optimum(case) == pytest.approx(figure)
