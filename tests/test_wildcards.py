"""A `*` row beside rows with names, on every sheet that allows it: what each says, and what blank cells mean."""

import gc
import weakref
from dataclasses import replace
from typing import Any

import pytest

from planner.audit.audit import audit
from planner.solver.solver import Options, solve
from planner_models.instance import Instance
from planner_models.network import build
from planner_models.plan import plan
from planner_models.schema import INPUTS, keys, meta
from tests.proofs import WORKSHOP, Rows, wanted, workshop, years

LANE = {"origin": "here", "destination": "there", "mode": "road"}
FAR = {"demand": wanted("1", region="there")}
SHOP = {"sites": [{"site": "shop", "region": "here", "firm": "other"}]}
EMPTY = {"lines": [{"site": "shop", "process": "make"}]}
STRAIT = {
    "scenarios": [{"scenario": "closed", "probability": 1}],
    "disruptions": [{"scenario": "closed", "period": "1", "months": 12, "kind": "chokepoint", "target": "strait"}],
}
VALUED = {"items": [WORKSHOP["items"][0] | {"value": 10}]}
CLUSTER = {"region": "here", "stages": 1, "level": 1}
BACK = {"item": "good", "returned": "used", "years": 1}
HALF = {"period": "1", "months": 12, "kind": "site", "target": "shop", "factor": 0.5}


def lanes(
    general: dict[str, Any], named: dict[str, Any], settings: dict[str, Any] | None = None, **more: Any
) -> Instance:
    """The goods are wanted there, over a lane with a row for all items and one for goods."""
    rows = [LANE | {"item": "*"} | general, LANE | {"item": "good"} | named]
    return workshop(settings, lanes=rows, **(FAR | more))


def offers(general: dict[str, Any], named: dict[str, Any], **more: Any) -> Instance:
    """The shop is another firm's, with a contract for all processes and one for making goods."""
    rows: Rows = [{"firm": "other", "mode": "contract"} | row for row in (general, {"process": "make"} | named)]
    return workshop(access=rows, **SHOP, **more)


def options(general: dict[str, Any], named: dict[str, Any]) -> Instance:
    """Nothing is there yet: modules of 8 for every site, and of 8 for the shop."""
    module = {"process": "make", "option": "module", "size": 8, "life": 1}
    return workshop(options=[module | {"site": "*"} | general, module | {"site": "shop"} | named], **EMPTY)


CASES: dict[str, tuple[Instance, float]] = {
    # 8 goods at 2 and the freight of 1 that the row for all items says, 100 to open it once
    "lanes: blank opening cost": (lanes({"cost": 1, "opening_cost": 30}, {"cost": 1}), 54),
    "lanes: blank cost": (lanes({"cost": 1, "opening_cost": 30}, {"opening_cost": 0}), 24),
    "lanes: a cost of its own, 0": (lanes({"cost": 1}, {"cost": 0}), 16),
    # 8 x 10 of value x 73 of 365 days at 25 % = 4, beside 16
    "lanes: blank lead days": (lanes({"lead_days": 73}, {"cost": 0}, {"discount_rate": 0.25}, **VALUED), 20),
    # both named and other goods are opened by one payment: 2 x 8 x 2 + 30
    "lanes: opened once for all": (
        lanes(
            {"opening_cost": 30},
            {"cost": 0},
            items=[*WORKSHOP["items"], {"item": "toy", "tier": "downstream"}],
            processes=[*WORKSHOP["processes"], {"process": "make toys", "tier": "downstream", "other_cost": 2}],
            recipes=[*WORKSHOP["recipes"], {"process": "make toys", "item": "toy", "quantity": 1}],
            lines=[{"site": "shop", "process": process, "capacity": 10} for process in ("make", "make toys")],
            demand=[*wanted("1", region="there"), *wanted("1", region="there", item="toy")],
        ),
        62,
    ),
    # nothing passes the strait for a year: 8 x 10 instead of 16
    "lanes: blank chokepoints": (lanes({"chokepoints": "strait"}, {"cost": 0}, **STRAIT), 80),
    "lanes: chokepoints of its own": (lanes({"chokepoints": "strait"}, {"chokepoints": "canal"}, **STRAIT), 16),
    # 16 x (1 + 0.5) and 3 to enter
    "access: blank cells": (offers({"markup": 0.5}, {"entry_cost": 3}), 27),
    "access: cells of its own": (offers({"markup": 0.5, "entry_cost": 9}, {"markup": 0, "entry_cost": 3}), 19),
    # 16 and a module of 7 a year
    "options: blank cells": (options({"capex": 7}, {}), 23),
    "options: cells of its own": (options({"capex": 7}, {"capex": 3}), 19),
    # 16 and 10 + 20 % of 80
    "duties: rates add up": (
        workshop(
            lanes=[LANE | {"item": "*"}],
            duties=[{"item": "*", "rate": 0.1}, {"item": "good", "rate": 0.2}],
            **FAR,
            **VALUED,
        ),
        40,
    ),
    "duties: a named row lifts no ban": (
        workshop(
            lanes=[LANE | {"item": "*"}], duties=[{"item": "*", "ban": "yes"}, {"item": "good", "rate": 0}], **FAR
        ),
        80,
    ),
    # 16 less 10 % and 25 % of it
    "clusters: savings add up": (
        workshop(clusters=[CLUSTER | {"saving": 0.1}, CLUSTER | {"level": 2, "tier": "downstream", "saving": 0.25}]),
        10.4,
    ),
    # half of half of the 10 are left: 2.5 x 2 + 5.5 x 10
    "disruptions: factors multiply": (
        workshop(
            scenarios=[{"scenario": "fire", "probability": 1}],
            disruptions=[{"scenario": "fire", "item": item} | HALF for item in ("*", "good")],
        ),
        60,
    ),
    # 16 less 8 x (1 + 0.5)
    "policies: subsidies add up": (
        workshop(
            policies=[
                {"policy": "general", "kind": "output", "rate": 0.5},
                {"policy": "special", "kind": "output", "item": "make", "rate": 1},
            ]
        ),
        4,
    ),
    # at most 3 of the goods may come from here, whatever the rule for goods allows: 3 x 2 + 5 x 10
    "rules: each holds": (
        workshop(
            rules=[
                {"rule": "all", "type": "max_emissions", "limit": 3},
                {"rule": "goods", "type": "max_emissions", "item": "good", "limit": 8},
            ],
            processes=[WORKSHOP["processes"][0] | {"emissions": 1}],
        ),
        56,
    ),
    # 8 goods pass the middle, at the half that the row for goods says, not the 1 of all items: 16 + 4
    "hubs: the named row replaces": (
        workshop(
            regions=[{"region": name} for name in ("here", "middle", "there")],
            lanes=[LANE | {"destination": "middle"}, LANE | {"origin": "middle"}],
            hubs=[
                {"region": "middle", "item": "*", "handling_cost": 1},
                {"region": "middle", "item": "good", "handling_cost": 0.5},
            ],
            **FAR,
        ),
        20,
    ),
    # an hour at 1 for each good, a half of it everywhere and a half of that here: 8 x 2.25
    "productivity: both multiply": (
        workshop(
            regions=[{"region": "here", "wage": 1}, {"region": "there"}],
            processes=[WORKSHOP["processes"][0] | {"labour": 1e6}],
            productivity=[{"where": "*", "labour": 0.5}, {"where": "here", "labour": 0.5}],
        ),
        18,
    ),
    # 8 were supplied the year before, as the row for all says; of goods a quarter may go: 6 x 2 + 2 x 1
    "inertia: blank initial": (
        workshop(
            inertia=[
                {"item": "*", "source": "*", "destination": "*", "max_fall": 0.5, "initial": 8},
                {"item": "good", "source": "here", "destination": "here", "max_fall": 0.25},
            ],
            demand=wanted("1", penalty=1),
        ),
        14,
    ),
    # nothing new may be built but for this process here, which may: 16 + 4
    "growth: the named row replaces": (
        workshop(
            options=[{"process": "make", "option": "module", "size": 8, "life": 1, "capex": 4}],
            growth=[
                {"what": "*", "where": "*", "max_growth": 0, "seed": 0},
                {"what": "make", "where": "here", "max_growth": 0, "seed": 8},
            ],
            **EMPTY,
        ),
        20,
    ),
    # of the 8 sold in year 1 a half comes back from all markets and another quarter from here, recycled at no cost:
    # 16 in year 1, 2 x 2 in year 2
    "returns: rows add up": (
        workshop(
            returns=[BACK | {"market": "*", "share": 0.5}, BACK | {"market": "here", "share": 0.25}],
            items=[*WORKSHOP["items"], {"item": "used", "tier": "upstream"}],
            processes=[*WORKSHOP["processes"], {"process": "recycle", "tier": "downstream"}],
            recipes=[
                *WORKSHOP["recipes"],
                {"process": "recycle", "item": "used", "quantity": -1},
                {"process": "recycle", "item": "good", "quantity": 1},
            ],
            lines=[{"site": "shop", "process": process, "capacity": 10} for process in ("make", "recycle")],
            periods=years(2),
            demand=wanted("1", "2"),
        ),
        20,
    ),
}


@pytest.mark.one_in(6)
@pytest.mark.parametrize("name", CASES)
def test_star_and_name(name: str) -> None:
    """The figure worked out beside each case; the audit says the same."""
    case, figure = CASES[name]
    model = build(case)
    solution = solve(model, Options(gap=0.0))
    assert solution.objective == pytest.approx(figure)
    assert set(audit(case, plan(model), solution.objective)["ok"]) == {"yes"}


def test_every_sheet_with_a_star_is_spoken_of() -> None:
    """A sheet that allows `*` in a key says what a name beside it does, and has a case above."""
    for sheet, schema in INPUTS.items():
        stars = [name for name in keys(schema) if meta(schema.columns[name])["wildcard"]]
        if stars:
            assert "`*` row" in str(schema.description), sheet
            assert any(name.startswith(f"{sheet}:") for name in CASES), sheet


@pytest.mark.slow
def test_blank_cells_are_filled_once_for_each_frame() -> None:
    """A sheet that differs is filled anew, and nothing is kept of a frame that is no more."""
    data = lanes({"cost": 3, "lead_days": 5}, {"cost": 1})
    assert data["lanes"]["lead_days"].tolist() == [5, 5]
    assert data["lanes"] is data["lanes"]
    table = data.tables["lanes"]
    changed = replace(data, tables={**data.tables, "lanes": table.assign(lead_days=table["lead_days"] + 2)})
    assert changed["lanes"]["lead_days"].tolist() == [7, 7]
    gone = weakref.ref(changed["lanes"])
    del changed
    gc.collect()
    assert gone() is None
