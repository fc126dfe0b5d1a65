"""The audit of access: a plan by hand that reaches a miner by contract, then by joint venture, and every tamper caught.

Period 1 lasts two years, periods 2 and 3 one; nothing is discounted. Digging costs 2 other + 1 royalty, in the mine
10 / 100 = 0.1 of its fixed cost as well: 3.1. The institutions of A multiply transaction costs by 1.5.

    contract        margin 3.1 x 0.5 = 1.55, transaction 0.2 x 1.5 = 0.3; half of 100 may be drawn, 0.4 x 50 must be
    joint venture   margin 1.55 x 0.6 = 0.93, kept 0.62, transaction 0.15; 0.8 of 100 + a module of 50 may be drawn

The pit is had on the spot, no row covers it. The contract is signed in 1 and first used in 2; the joint venture
follows in 3 and brings a module: 2 a year + 40 / 4. The ally has no lines at all.
"""

import pytest

from planner_models.instance import Instance, instance
from tests.plans import Case, Plan, Tamper, add, checks_failed, drop, named, put, scale, table, undiscounted

VOLUMES = {"1": 10.0, "2": 30.0, "3": 110.0}


def sound(**settings: str) -> Instance:
    return instance(
        {
            "periods": [{"period": "1", "years": 2}, {"period": "2"}, {"period": "3"}],
            "regions": [{"region": "A", "institution_factor": 1.5}],
            "items": [{"item": "ore", "tier": "upstream"}],
            "processes": [{"process": "digging", "tier": "upstream", "other_cost": 2, "royalty": 1}],
            "recipes": [{"process": "digging", "item": "ore", "quantity": 1}],
            "firms": [{"firm": "us"}, *({"firm": firm, "home": "no"} for firm in ("miner", "spotter", "ally"))],
            "sites": [
                {"site": "mine", "region": "A", "firm": "miner"},
                {"site": "pit", "region": "A", "firm": "spotter"},
            ],
            "lines": [
                {"site": "mine", "process": "digging", "capacity": 100, "fixed_cost": 10},
                {"site": "pit", "process": "digging", "capacity": 20},
            ],
            "options": [{"site": "mine", "process": "digging", "option": "m", "size": 50, "capex": 40, "fixed_cost": 2,
                         "life": 4}],
            "access": [
                {"firm": "miner", "mode": "contract", "entry_cost": 6, "annual_cost": 1, "offtake_share": 0.5,
                 "min_take": 0.4, "markup": 0.5, "transaction_cost": 0.2, "term": 2, "qualification": 1},
                {"firm": "miner", "mode": "joint_venture", "entry_cost": 10, "annual_cost": 2, "stake": 0.4,
                 "controls": "yes", "offtake_share": 0.8, "markup": 0.5, "transaction_cost": 0.1, "exit": "no"},
                {"firm": "ally", "mode": "alliance", "entry_cost": 3},
            ],
            "demand": [{"region": "A", "item": "ore", "period": period, "price": 20, "volume": volume}
                       for period, volume in VOLUMES.items()],
        },
        discount_rate=0,
        **settings,
    )  # fmt: skip


SOUND = sound()


def plan() -> Plan:
    mine, pit = ("mine", "digging"), ("pit", "digging")
    ours, theirs = ("miner", "*", "joint_venture"), ("miner", "*", "contract")
    return {
        "capacity": table("capacity", [
            (*mine, "1", 100.0, 0.0, 0.0, 100.0, 0.0, None, "miner", "outside", 0.0),
            (*mine, "2", 100.0, 0.0, 0.0, 100.0, 20.0, 0.2, "miner", "outside", 0.0),
            (*mine, "3", 100.0, 50.0, 0.0, 150.0, 110.0, 110 / 150, "miner", "home", 12 * 40 / 150),
            (*pit, "1", 20.0, 0.0, 0.0, 20.0, 10.0, 0.5, "spotter", "outside", 0.0),
            (*pit, "2", 20.0, 0.0, 0.0, 20.0, 10.0, 0.5, "spotter", "outside", 0.0),
            (*pit, "3", 20.0, 0.0, 0.0, 20.0, 0.0, None, "spotter", "outside", 0.0),
        ]),
        "builds": table("builds", [(*mine, "m", "3", 1.0, 50.0, 40.0)]),
        "access": table("access", [
            ("spotter", "*", "spot", "1", "no", "yes", 10.0, 0.0, 0.0, 0.0, 0.0, 0.0),
            ("spotter", "*", "spot", "2", "no", "yes", 10.0, 0.0, 0.0, 0.0, 0.0, 0.0),
            (*theirs, "1", "yes", "yes", 0.0, 6.0, 1.0, 0.0, 0.0, 0.0),
            (*theirs, "2", "no", "yes", 20.0, 0.0, 1.0, 6.0, 31.0, 0.0),
            (*ours, "3", "yes", "yes", 110.0, 10.0, 2.0, 16.5, 102.3, 68.2),
            ("ally", "*", "alliance", "2", "yes", "yes", 0.0, 3.0, 0.0, 0.0, 0.0, 0.0),
            ("ally", "*", "alliance", "3", "no", "yes", 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        ]),
        "production": table("production", [
            (*pit, "spot", "1", 10.0, 3.0),
            (*pit, "spot", "2", 10.0, 3.0),
            (*mine, "contract", "2", 20.0, 4.95),
            (*mine, "joint_venture", "3", 110.0, 4.18),
        ]),
        "demand": table("demand", [
            ("A", "ore", t, "1", volume, volume, 0.0, 20.0, 0.0, 1.0, 20.0) for t, volume in VOLUMES.items()
        ]),
        "costs": undiscounted([
            *(("other", "upstream", "A", t, amount) for t, amount in (("1", 40.0), ("2", 60.0), ("3", 220.0))),
            *(("royalty", "upstream", "A", t, amount) for t, amount in (("1", 20.0), ("2", 30.0), ("3", 110.0))),
            ("line fixed cost", "upstream", "A", "2", 2.0),
            ("line fixed cost", "upstream", "A", "3", 11.0),
            ("margin", "upstream", "A", "2", 31.0),
            ("margin", "upstream", "A", "3", 102.3),
            ("transaction cost", "upstream", "A", "2", 6.0),
            ("transaction cost", "upstream", "A", "3", 16.5),
            ("access entry", "upstream", "A", "1", 6.0),
            ("access entry", "downstream", "*", "2", 3.0),
            ("access entry", "upstream", "A", "3", 10.0),
            *(("access annual", "upstream", "A", t, amount) for t, amount in (("1", 2.0), ("2", 1.0), ("3", 2.0))),
            ("module fixed cost", "upstream", "A", "3", 2.0),
            ("capital", "upstream", "A", "3", 10.0),
        ]),
    }  # fmt: skip


def cost_row(line: str, period: str) -> int:
    rows = plan()["costs"]
    return int(rows.index[(rows["line"] == line) & (rows["period"] == period)][0])


def pay(line: str, period: str, amount: float) -> Tamper:
    return put("costs", cost_row(line, period), amount=amount, discounted=amount)


CONTRACT, VENTURE = 0, 1
LONE_ENTRY = cost_row("access entry", "2")
BUILT_UNDER_CONTRACT = [put("in_options", 0, lead_periods=1.0), put("builds", 0, period="2")]
STILL_CONTRACTED = [
    add("access", "miner", "*", "contract", "3", "no", "yes", 0.0, 0.0, 1.0, 0.0, 0.0, 0.0),
    pay("access annual", "3", 3.0),
    put("in_access", CONTRACT, min_take=0.0),
]
SIGNED_TWICE = [
    put("access", 6, signed="yes", entry_cost=3.0),
    add("costs", "access entry", "downstream", "*", "3", 3.0, 3.0),
]
CASES: list[Case] = [
    ("offers that are made", [add("access", "ally", "*", "equity", "1", "no", "no", *[0.0] * 6)]),
    ("offers that are made", [add("access", "ally", "digging", "alliance", "1", "no", "no", *[0.0] * 6)]),
    ("offers signed when they start", [put("access", 5, signed="no", entry_cost=0.0), drop("costs", LONE_ENTRY)]),
    ("offers signed when they start", SIGNED_TWICE),
    ("offers signed when they start", [put("access", 0, signed="yes")]),
    ("offers without conditions are in force", [put("access", 0, in_force="no")]),
    ("offers kept for their term", [put("in_access", CONTRACT, term=3.0)]),
    ("offers without exit stay in force", [put("in_access", CONTRACT, exit="no")]),
    ("one offer per firm and process", STILL_CONTRACTED),
    ("drawn while in force and qualified", [put("in_access", CONTRACT, qualification=2.0)]),
    ("drawn while in force and qualified", [put("in_access", VENTURE, qualification=1.0)]),
    ("drawn within the offtake share", [put("in_access", CONTRACT, offtake_share=0.19, min_take=0.0)]),
    ("drawn within the offtake share", [put("in_access", VENTURE, offtake_share=0.73)]),
    ("least take", [put("in_access", CONTRACT, min_take=0.41)]),
    ("modules on outside lines ordered under control", BUILT_UNDER_CONTRACT),
    ("drawn in access and production", [scale("access", 4, "drawn")]),
    ("drawn in access and production", [drop("access", 1)]),
    ("entry cost of offers", [scale("access", 2, "entry_cost")]),
    ("annual cost of offers", [scale("access", 3, "annual_cost")]),
    ("transaction cost of offers", [scale("access", 3, "transaction_cost")]),
    ("margin paid", [scale("access", 4, "margin_paid")]),
    ("margin kept", [scale("access", 4, "margin_kept")]),
    ("own lines and offers that cover a line", [add("production", "pit", "digging", "contract", "1", 0.0, 3.0)]),
    ("unit cost of production", [scale("production", 2, "unit_cost")]),
    ("firm and control of lines", [put("capacity", 2, control="outside")]),
    ("firm and control of lines", [put("capacity", 1, control="home")]),
    ("idle cost", [scale("capacity", 2, "idle_cost")]),
    *((f"costs: {line}", [scale("costs", cost_row(line, "3"), "amount", "discounted")])
      for line in ("margin", "transaction cost", "access entry", "access annual", "module fixed cost", "capital")),
    ("costs: access entry", [put("costs", cost_row("access entry", "2"), region="A")]),
]  # fmt: skip


def test_plan_by_hand_agrees():
    assert checks_failed(SOUND, plan()) == []


@pytest.mark.one_in(4)
@pytest.mark.parametrize(**named(CASES))
def test_tampered_figure_is_caught(check, tampers, caught):
    assert caught(SOUND, plan(), check, tampers) == [check]


def test_spot_only_with_access_off():
    """Neither contract nor joint venture is offered then, and no module on the line of another firm."""
    found = checks_failed(sound(access="off"), plan())
    assert {"offers that are made", "own lines and offers that cover a line", "rows refer to what exists"} <= set(found)


def test_spot_row_without_lines_is_no_rival():
    """The ally may be had on the spot as well: of lines it does not have, so that nothing is in force by that."""
    data = sound()
    data["access"].loc[5] = data["access"].loc[4].to_dict() | {"mode": "spot", "entry_cost": 0.0}
    assert checks_failed(data, plan()) == []


def test_row_of_a_process_replaces_the_general_one():
    """A contract for digging takes the place of the contract for everything: what is drawn belongs to it."""
    data = sound()
    data["access"].loc[2, "process"] = "digging"
    tables = plan()
    tables["access"].loc[[2, 3], "process"] = "digging"
    assert checks_failed(data, tables) == []
    assert {"offers that are made", "drawn while in force and qualified"} <= set(checks_failed(data, plan()))


def test_spot_with_an_entry_cost_has_to_be_signed():
    """The spot offer of the pit asks for 4 at signing: then it is no longer in force by itself."""
    data, tables = sound(), plan()
    data["access"].loc[4, ["firm", "mode", "entry_cost"]] = ["spotter", "spot", 4.0]
    tables["access"] = tables["access"].iloc[:5]
    tables["costs"] = tables["costs"].drop(index=LONE_ENTRY)
    assert checks_failed(data, tables) == ["offers signed when they start"]
    signed = [put("access", 0, signed="yes", entry_cost=4.0), pay("access entry", "1", 10.0)]
    assert checks_failed(data, tables, *signed) == []
