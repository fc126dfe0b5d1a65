"""Carbon: emissions cost what the bloc asks, imports pay at its border, and what was paid abroad is deducted."""

from typing import Any

import pytest

from planner_models.instance import Instance
from planner_models.network import build
from tests.audited import find_differences, solve_to_tables
from tests.proofs import WORKSHOP, matters, wanted, workshop, years
from tests.solving import optimum

MILLION = 1e6
"""At 1 currency/t a million tonnes cost one of money."""

DIRTY = {"process": "make", "tier": "downstream", "other_cost": 2, "emissions": MILLION}
BLOCS = [{"region": "here", "bloc": "X"}, {"region": "there", "bloc": "Y"}]
HERE = {"bloc": "X", "period": "1", "price": 1}
THERE = {"bloc": "Y", "period": "1", "price": 3, "border": "yes"}
ABROAD: dict[str, Any] = {
    "regions": BLOCS,
    "processes": [DIRTY],
    "lanes": [{"origin": "here", "destination": "there", "item": "good", "cost": 1}],
    "demand": wanted("1", region="there"),
}
"""8 goods are made here at 2 and wanted there, a lane of 1 away: 24. Making one emits a million tonnes."""


def test_emissions_cost_what_the_bloc_asks() -> None:
    """8 goods at 2 and 1 for what each emits: 24. While prices are off 16, and so with a price elsewhere."""
    case = workshop(regions=BLOCS, processes=[DIRTY], carbon=[HERE])
    assert optimum(case) == pytest.approx(24)
    assert optimum(case.with_settings(carbon="off")) == pytest.approx(16)
    assert optimum(workshop(regions=BLOCS, processes=[DIRTY], carbon=[THERE])) == pytest.approx(16)


@matters("regions", "grid_co2", optimum=32, blank=16)
def test_the_grid_counts() -> Instance:
    """Making takes 4 billion kWh of a grid of 0.5 kg/kWh, two million tonnes: 8 x (2 + 2) = 32."""
    regions = [BLOCS[0] | {"grid_co2": 0.5}, BLOCS[1]]
    return workshop(regions=regions, processes=[WORKSHOP["processes"][0] | {"energy": 4e9}], carbon=[HERE])


def test_a_price_holds_until_the_next_row() -> None:
    """Three years, nothing in the first, 1 from the second on, 2 in the third: 48 + 8 + 16 = 72."""
    rows = [HERE | {"period": "2"}, HERE | {"period": "3", "price": 2}]
    case = workshop(regions=BLOCS, processes=[DIRTY], periods=years(3), demand=wanted("1", "2", "3"), carbon=rows)
    assert optimum(case) == pytest.approx(72)


def test_emissions_choose_the_plant() -> None:
    """A clean way costs 2.8 for 5 goods and is taken at a price of 1: 5 x 2.8 + 3 x 3 = 23; the state loses 5."""
    case = workshop(
        regions=BLOCS,
        processes=[DIRTY, {"process": "make clean", "tier": "downstream", "other_cost": 2.8}],
        recipes=[*WORKSHOP["recipes"], {"process": "make clean", "item": "good", "quantity": 1}],
        lines=[*WORKSHOP["lines"], {"site": "shop", "process": "make clean", "capacity": 5}],
        carbon=[HERE],
    )
    tables, claimed = solve_to_tables(case)
    assert claimed == pytest.approx(23)
    assert find_differences(case, tables, claimed) == []
    assert tables["carbon"].iloc[0][["emitted", "paid"]].tolist() == pytest.approx([3 * MILLION, 3])


@matters("carbon", "border", optimum=48, blank=24)
def test_imports_pay_at_the_border() -> Instance:
    """8 x (2 + 1) and 3 for what each good embodies: 48."""
    return workshop(carbon=[THERE], **ABROAD)


@pytest.mark.parametrize(
    ("rows", "sheets", "figure"),
    [
        ([HERE, THERE], {}, 48),
        ([HERE | {"price": 5}, THERE], {}, 64),
        ([THERE], {"regions": [BLOCS[0] | {"bloc": "Y"}, BLOCS[1]]}, 48),
    ],
)
def test_what_was_paid_abroad_is_deducted(rows: Any, sheets: Any, figure: float) -> None:
    """1 is paid here and 2 at the border, 3 in all: 48. At 5 here the border asks nothing, and gives nothing back: 64.

    Within one bloc there is no border, and its price is paid where the goods are made: 48.
    """
    case = workshop(carbon=rows, **(ABROAD | sheets))
    tables, claimed = solve_to_tables(case)
    assert claimed == pytest.approx(figure)
    assert find_differences(case, tables, claimed) == []


def _chain(**sheets: Any) -> Instance:
    """Goods of two parts each: parts are made elsewhere only, a dirty quarter far off and the rest, cleaner, near."""
    return workshop(
        regions=[*BLOCS, {"region": "far"}, {"region": "near"}],
        items=[*WORKSHOP["items"], {"item": "part", "tier": "upstream"}],
        processes=[
            DIRTY,
            {"process": "cast", "tier": "upstream", "emissions": 8 * MILLION},
            {"process": "print", "tier": "upstream", "emissions": 4 * MILLION},
        ],
        recipes=[
            {"process": "make", "item": "part", "quantity": -2},
            *WORKSHOP["recipes"],
            {"process": "cast", "item": "part", "quantity": 1},
            {"process": "print", "item": "part", "quantity": 1},
        ],
        sites=[
            *WORKSHOP["sites"],
            {"site": "far works", "region": "far", "firm": "own"},
            {"site": "near works", "region": "near", "firm": "own"},
        ],
        lines=[
            *WORKSHOP["lines"],
            {"site": "far works", "process": "cast", "capacity": 10},
            {"site": "near works", "process": "print", "capacity": 30},
        ],
        lanes=[
            *ABROAD["lanes"],
            *({"origin": origin, "destination": "here", "item": "part"} for origin in ("far", "near")),
        ],
        demand=ABROAD["demand"],
        **sheets,
    )


def test_embodied_emissions_follow_the_reference_route() -> None:
    """Parts embody a quarter of 8 and three quarters of 4 million tonnes, 5; a good 1 + 2 x 5 = 11 million.

    At 0.1 currency/t near and 1 at the border, 2 x 0.75 x 0.4 = 0.6 were paid on the way and 11 - 0.6 = 10.4 are asked
    there. Wherever the parts come from: that of the 16 parts all come from far away, where they cost nothing, changes
    no figure of the border.
    """
    prices = [{"bloc": "near", "period": "1", "price": 0.1}, THERE | {"price": 1}]
    case = _chain(carbon=prices)
    (row,) = build(case).sets.carbon.embodied.to_dict("records")
    assert row["intensity"] == pytest.approx(11 * MILLION)
    assert (row["paid_abroad"], row["charge"]) == pytest.approx((0.6, 10.4))


def test_who_receives_it() -> None:
    """The firms are of bloc X: what is paid here goes to the state, and what the border there asks to another.

    The total is what it costs without either, 24, and the 16 that leave the country.
    """
    case = workshop(carbon=[HERE, THERE], firms=[{"firm": "own", "bloc": "X"}], **ABROAD)
    tables, claimed = solve_to_tables(case)
    assert find_differences(case, tables, claimed) == []
    gains = tables["surplus"].groupby("group")["discounted"].sum()
    assert gains[["(state)", "(outside states)", "(total)"]].tolist() == pytest.approx([8, 16, -40])
    paid = tables["cash"].query("group == '*'")["carbon"]
    assert paid.tolist() == pytest.approx([24])


def test_a_firm_without_a_bloc_is_of_that_of_its_sites() -> None:
    """The firm of a branch there names none, another names X: both blocs are home, and all 24 are the state's."""
    firms = [{"firm": "own", "bloc": "X"}, {"firm": "two"}]
    sites = [*WORKSHOP["sites"], {"site": "branch", "region": "there", "firm": "two"}]
    case = workshop(carbon=[HERE, THERE], firms=firms, sites=sites, **ABROAD)
    tables, claimed = solve_to_tables(case)
    assert find_differences(case, tables, claimed) == []
    gains = tables["surplus"].groupby("group")["discounted"].sum()
    assert gains["(state)"] == pytest.approx(24)
    assert "(outside states)" not in gains


def test_in_a_disruption_emissions_are_paid_as_they_are() -> None:
    """Half of the plant fails for a year with a probability of one half: 3 goods are missed, and 3 less is paid.

    24 + (5 x 3 + 3 x 10 - 24) / 2 = 34.5.
    """
    case = workshop(
        regions=BLOCS,
        processes=[DIRTY],
        carbon=[HERE],
        scenarios=[{"scenario": "failure", "probability": 0.5}],
        disruptions=[
            {"scenario": "failure", "period": "1", "months": 12, "kind": "site", "target": "shop", "factor": 0.5}
        ],
    )
    tables, claimed = solve_to_tables(case)
    assert claimed == pytest.approx(34.5)
    assert find_differences(case, tables, claimed) == []
