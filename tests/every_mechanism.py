"""One small chain with every mechanism of the planner at work, and its plan: what audits are tested on.

Ore from a firm abroad, on contract, and from an ally's mine, in a joint venture that may be built on; metal smelted at
home in works, in an old plant and in one that can be opened; cars assembled of metal, and charging piles that raise the
demand for cars, once developed alone or with the ally; wrecks that come back, to be smelted again. Disruptions that the
plan knows of and others; rules of every type; an earlier plan; a lock. All figures are invented.
"""

from functools import cache
from typing import Any

from planner.recourse.evaluation import add_evaluated_scenarios
from planner.recourse.second_stage import choose_second_stage
from planner.solver.compiled import compile_model
from planner.solver.marginals import price_items, price_rules
from planner.solver.solver import Options, load_values, make_roundings, solve_arrays
from planner_models.earlier_plan import Earlier
from planner_models.instance import Instance, instance
from planner_models.network import build
from planner_models.plan import ResultTables, plan

Rows = list[dict[str, Any]]
PERIODS = ("1", "2", "3")

PLACES: dict[str, Rows] = {
    "periods": [{"period": "1", "years": 2}, {"period": "2"}, {"period": "3"}],
    "regions": [
        {"region": "A", "bloc": "X", "latitude": 0, "longitude": 0, "wage": 20, "skilled_wage": 40,
         "energy_price": 0.1, "wacc": 0.05, "grid_co2": 0.5},
        {"region": "B", "bloc": "X", "latitude": 0, "longitude": 30, "wage": 15, "skilled_wage": 30,
         "energy_price": 0.2, "capex_index": 1.2},
        {"region": "C", "bloc": "Y", "latitude": 40, "longitude": 90, "wage": 5, "skilled_wage": 10,
         "energy_price": 0.05, "institution_factor": 1.5},
    ],
    "firms": [{"firm": "us", "bloc": "X", "group": "home"}, {"firm": "twin", "bloc": "X"},
              {"firm": "ally", "home": "no", "bloc": "X"},
              {"firm": "them", "home": "no", "bloc": "Y"}],
    "sites": [
        {"site": "works", "region": "A", "firm": "us", "fixed_cost": 4, "closing_cost": 3},
        {"site": "old", "region": "B", "firm": "twin", "fixed_cost": 2, "closing_cost": 2},
        {"site": "plant", "region": "B", "firm": "us", "status": "candidate", "opening_cost": 7, "fixed_cost": 1},
        {"site": "shed", "region": "B", "firm": "us", "fixed_cost": 2, "closing_cost": 1},
        {"site": "pit", "region": "C", "firm": "them"},
        {"site": "mine", "region": "B", "firm": "ally"},
    ],
}  # fmt: skip
MAKING: dict[str, Rows] = {
    "items": [
        {"item": "ore", "tier": "upstream", "unit": "kt", "value": 2, "mass": 1000, "critical": "yes"},
        {"item": "metal", "tier": "midstream", "unit": "kt", "value": 10, "mass": 500},
        {"item": "slag", "tier": "upstream", "unit": "kt", "disposable": "yes", "disposal_cost": 0.1},
        {"item": "car", "tier": "downstream", "unit": "thousand", "value": 40, "mass": 1500},
        {"item": "pile", "tier": "downstream", "unit": "thousand", "value": 5, "mass": 100},
        {"item": "wreck", "tier": "upstream", "unit": "thousand", "value": 1, "mass": 1200},
    ],
    "processes": [
        {"process": "mining", "tier": "upstream", "labour": 1e5, "energy": 1e6, "other_cost": 0.3, "royalty": 0.2},
        {"process": "smelting", "tier": "midstream", "skilled": 5e4, "energy": 2e6, "other_cost": 1,
         "learnable_share": 0.8, "emissions": 2},
        {"process": "assembly", "tier": "downstream", "labour": 2e5, "other_cost": 3, "learnable_share": 0.5},
        {"process": "piling", "tier": "downstream", "other_cost": 0.5, "requires": "pile"},
        {"process": "recycling", "tier": "midstream", "other_cost": 0.7},
    ],
    "recipes": [
        {"process": "mining", "item": "ore", "quantity": 1},
        {"process": "smelting", "item": "ore", "quantity": -2},
        {"process": "smelting", "item": "metal", "quantity": 1},
        {"process": "smelting", "item": "slag", "quantity": 0.5},
        {"process": "assembly", "item": "metal", "quantity": -1},
        {"process": "assembly", "item": "car", "quantity": 1},
        {"process": "piling", "item": "metal", "quantity": -0.1},
        {"process": "piling", "item": "pile", "quantity": 1},
        {"process": "recycling", "item": "wreck", "quantity": -1},
        {"process": "recycling", "item": "metal", "quantity": 0.6},
    ],
    "lines": [
        {"site": "works", "process": "smelting", "capacity": 8, "fixed_cost": 2, "min_load": 0.3, "retirable": "no"},
        {"site": "works", "process": "assembly", "capacity": 12, "fixed_cost": 1},
        {"site": "works", "process": "piling", "capacity": 20, "fixed_cost": 1},
        {"site": "works", "process": "recycling", "capacity": 1.5},
        {"site": "old", "process": "smelting", "capacity": 4, "fixed_cost": 1, "unit_cost": 2},
        {"site": "plant", "process": "smelting"},
        {"site": "plant", "process": "assembly"},
        {"site": "pit", "process": "mining", "capacity": 60, "fixed_cost": 6},
        {"site": "mine", "process": "mining", "capacity": 10, "fixed_cost": 1},
    ],
    "line_capacity": [{"site": "works", "process": "assembly", "period": "2", "capacity": 10}],
    "options": [
        {"process": "smelting", "option": "furnace", "size": 5, "capex": 20, "fixed_cost": 0.5, "life": 6,
         "max_modules": 4, "ramp": 0.6, "scale_exponent": 0.7, "multiples": "2"},
        {"process": "assembly", "option": "hall", "size": 6, "capex": 25, "life": 6, "max_modules": 3},
        {"site": "mine", "process": "mining", "option": "shaft", "size": 10, "capex": 12, "life": 5, "max_modules": 2,
         "lead_periods": 1},
    ],
}  # fmt: skip
TRADE: dict[str, Rows] = {
    "lanes": [
        {"origin": "C", "destination": "A", "item": "ore", "cost": 0.1, "cost_per_tkm": 0.01, "distance": 1000,
         "lead_days": 36.5, "capacity": 40, "opening_cost": 5, "chokepoints": "strait", "emissions": 0.02},
        {"origin": "C", "destination": "B", "item": "*", "cost": 0.3, "lead_days": 20, "chokepoints": "strait; cape"},
        {"origin": "B", "destination": "A", "item": "*", "mode": "rail", "cost": 0.2, "cost_per_tkm": 0.002,
         "capacity": 30},
        {"origin": "A", "destination": "B", "item": "*", "mode": "rail", "cost": 0.2, "capacity": 30},
        {"origin": "A", "destination": "C", "item": "car", "cost": 1, "lead_days": 30, "min_flow": 1},
        {"origin": "A", "destination": "A", "item": "metal", "mode": "truck", "cost": 0.05},
    ],
    "hubs": [{"region": "B", "item": "*", "capacity": 20, "handling_cost": 0.05, "opening_cost": 1, "fixed_cost": 0.1},
             {"region": "A", "item": "metal", "capacity": 3, "handling_cost": 0.02}],
    "duties": [{"origin": "Y", "item": "ore", "rate": 0.1, "from": "2"},
               {"origin": "X", "destination": "C", "item": "car", "rate": 0.2}],
    "demand": [
        {"region": region, "item": "car", "period": period, "step": step, "price": price, "volume": volume,
         "penalty": 90, "conduct": 0.6 if region == "B" else None, "known_margin": 0.1 if region == "A" else None}
        for region, scale in (("A", 1.0), ("B", 0.5), ("C", 0.3)) for period in PERIODS
        for step, price, volume in (("high", 60, 6 * scale), ("low", 50, 10 * scale))
    ] + [{"region": "B", "item": "metal", "period": period, "price": 20, "volume": 0.3} for period in PERIODS],
    "rivals": [{"region": "C", "item": "car", "period": "2", "cost": 55, "volume": 0.5},
               {"region": "B", "item": "car", "period": "3", "cost": 45, "volume": 1}],
    "stocks": [{"region": "A", "item": "metal", "initial": 1, "maximum": 8, "minimum": 0.5, "holding_cost": 0.2},
               {"region": "A", "item": "ore", "initial": 2, "maximum": 6, "holding_cost": 0.1}],
}  # fmt: skip
MECHANISMS: dict[str, Rows] = {
    "access": [
        {"firm": "them", "mode": "spot", "markup": 0.5, "transaction_cost": 0.3},
        {"firm": "them", "mode": "contract", "markup": 0.2, "transaction_cost": 0.2, "entry_cost": 4, "annual_cost": 1,
         "offtake_share": 0.8, "min_take": 0.1, "term": 2, "priority": 0.3},
        {"firm": "ally", "process": "mining", "mode": "joint_venture", "markup": 0.3, "stake": 0.6, "controls": "yes",
         "transaction_cost": 0.1, "entry_cost": 3, "annual_cost": 0.5, "priority": 0.5},
        {"firm": "twin", "mode": "spot", "markup": 0.3, "transaction_cost": 0.4},
        {"firm": "twin", "process": "smelting", "mode": "equity", "markup": 0.3, "stake": 0.4, "transaction_cost": 0.1,
         "entry_cost": 1, "annual_cost": 0.2, "offtake_share": 0.9},
    ],
    "projects": [
        {"project": "pile", "option": "alone", "cost": 6, "duration": 1},
        {"project": "pile", "option": "together", "kind": "joint", "partner": "ally", "min_stake": 0.5, "cost": 2,
         "duration": 1},
    ],
    "learning": [{"process": "smelting", "level": 1, "threshold": 10, "saving": 0.1, "outside": 2},
                 {"process": "smelting", "level": 2, "threshold": 30, "saving": 0.2, "outside": 2}],
    "clusters": [{"region": "A", "level": 1, "stages": 2, "saving": 0.1, "activity": 0.25}],
    "enablers": [{"region": "A", "enabler": "pile", "item": "car", "threshold": 6, "uplift": 0.2}],
    "policies": [
        {"policy": "grant", "kind": "capex", "item": "smelting", "region": "B", "rate": 0.3, "budget": 20},
        {"policy": "bonus", "kind": "output", "item": "car", "region": "X", "rate": 0.5, "from": "2", "to": "3"},
        {"policy": "fund", "kind": "access", "rate": 0.4, "budget": 5},
        {"policy": "laboratory", "kind": "development", "rate": 0.5},
        {"policy": "tariff", "kind": "duty", "item": "ore", "region": "X", "rate": 0.05},
        {"policy": "trust", "kind": "transaction_cost", "rate": -0.2},
        {"policy": "opening", "kind": "market_access", "item": "car", "region": "C", "rate": 0.5, "from": "2"},
    ],
    "eligibility": [
        {"programme": "credit", "kind": "subsidy", "item": "car", "market": "X", "content": "metal", "who": "X",
         "threshold": 0.6, "rate": 0.3, "averaging": "part"},
    ],
    "logic": [{"if": "built[plant, smelting, furnace]", "then": "opened[old]", "kind": "excludes"},
              {"if": "hub[B, *]", "then": "opened[works, 3]", "kind": "implies"}],
    "locks": [{"decision": "opened", "site": "works", "at_least": 1}],
    "inertia": [{"item": "ore", "source": "C", "destination": "A", "max_fall": 0.3, "max_rise": 0.5, "seed": 2,
                 "initial": 8},
                {"item": "car", "max_fall": 0.4, "max_rise": 1, "seed": 1},
                {"item": "metal", "source": "X", "destination": "X", "max_fall": 0.5}],
    "returns": [{"item": "car", "returned": "wreck", "share": 0.4, "years": 1, "market": "X"},
                {"item": "car", "returned": "slag", "share": 0.1, "years": 1.5, "region": "A", "initial": 0.3}],
    "carbon": [{"bloc": "X", "period": "1", "price": 300}, {"bloc": "Y", "period": "2", "price": 900, "border": "yes"},
               {"bloc": "X", "period": "2", "price": 400, "border": "yes"}],
    "growth": [{"what": "smelting", "where": "X", "max_growth": 0.5, "seed": 4},
               {"where": "B", "max_growth": 1, "seed": 8}],
    "productivity": [{"where": "C", "what": "upstream", "labour": 1.5, "energy": 0.9},
                     {"where": "X", "what": "mining", "labour": 0.8, "output": 1.1},
                     {"where": "us", "what": "smelting", "skilled": 0.9, "energy": 1.2, "output": 0.95}],
    "by_period": [
        {"sheet": sheet, "key": key, "column": column, "from": first, "to": last, "value": value, "factor": factor}
        for sheet, key, column, first, last, value, factor in (
            ("regions", "A", "wage", "2", None, None, 1.2),
            ("regions", "C", "institution_factor", "3", None, 1.2, None),
            ("regions", "B", "energy_price", "2", "2", None, 1.5),
            ("processes", "mining", "other_cost", "2", None, 0.4, None),
            ("recipes", "smelting|ore", "quantity", "2", None, -1.9, None),
            ("recipes", "mining|ore", "quantity", "3", None, None, 1.1),
            ("lines", "works|smelting", "fixed_cost", "2", None, None, 1.1),
            ("lines", "old|smelting", "unit_cost", "3", None, 2.2, None),
            ("lines", "works|piling", "capacity", "2", None, 18, None),
            ("lines", "pit|mining", "capacity", "2", None, 55, None),
            ("lanes", "C|A|ore|sea", "capacity", "3", None, 35, None),
            ("lanes", "C|A|ore|sea", "cost_per_tkm", "2", None, None, 1.3),
            ("lanes", "B|A|*|rail", "capacity", "2", None, 28, None),
            ("lanes", "B|A|*|rail", "cost", "3", None, None, 1.5),
            ("access", "them|*|contract", "markup", "2", None, 0.25, None),
            ("access", "them|*|spot", "transaction_cost", "2", None, None, 1.5),
            ("access", "twin|*|spot", "markup", "3", None, None, 0.5),
            ("duties", "X|C|car", "rate", "3", None, 0.1, None),
            ("hubs", "B|*", "capacity", "2", None, 19, None),
            ("hubs", "B|*", "handling_cost", "2", None, None, 1.2),
            ("hubs", "B|*", "fixed_cost", "3", None, 0.2, None),
            ("stocks", "A|metal", "holding_cost", "2", None, None, 0.5),
            ("sites", "old", "fixed_cost", "2", None, 2.5, None),
            ("projects", "pile|alone", "cost", "1", "1", 5, None),
        )
    ],
}  # fmt: skip
SECURITY: dict[str, Rows] = {
    "scenarios": [
        {"scenario": "storm", "probability": 0.2},
        {"scenario": "strike", "probability": 0.1},
        {"scenario": "war"},
        {"scenario": "loss", "expand": "each_region", "item": "ore", "period": "3", "months": 6, "factor": 0.2},
    ],
    "disruptions": [
        {"scenario": "storm", "period": "2", "months": 3, "kind": "chokepoint", "target": "strait", "factor": 0},
        {"scenario": "storm", "period": "2", "months": 3, "kind": "lane", "target": "C|B", "effect": "cost",
         "factor": 3},
        {"scenario": "strike", "period": "1", "months": 6, "kind": "site", "target": "works", "factor": 0.5},
        {"scenario": "strike", "period": "1", "months": 6, "kind": "process", "target": "mining", "effect": "cost",
         "factor": 1.4},
        {"scenario": "strike", "period": "3", "months": 2, "kind": "market", "target": "A", "effect": "demand",
         "factor": 1.3},
        {"scenario": "war", "period": "3", "months": 4, "kind": "bloc", "target": "Y", "effect": "flow", "factor": 0.1},
    ],
    "rules": [
        {"rule": "share", "type": "max_share", "item": "ore", "by": "region", "limit": 0.7, "hard": "no",
         "penalty": 1},
        {"rule": "home", "type": "min_share", "item": "metal", "by": "control", "who": "home", "limit": 0.9},
        {"rule": "imports", "type": "max_import_share", "item": "ore", "scope": "X", "limit": 0.9},
        {"rule": "sources", "type": "min_sources", "item": "ore", "by": "region", "count": 2, "limit": 0.2,
         "from": "2", "hard": "no", "penalty": 4},
        {"rule": "spread", "type": "max_hhi", "item": "ore", "by": "region", "limit": 0.65, "hard": "no",
         "penalty": 2},
        {"rule": "cover", "type": "min_cover", "item": "metal", "limit": 1, "from": "2"},
        {"rule": "service", "type": "min_service", "item": "car", "limit": 0.3,
         "scenario": "loss"},
        {"rule": "tail", "type": "max_cvar", "limit": 500},
        {"rule": "use", "type": "min_utilisation", "item": "metal", "limit": 0.4, "hard": "no", "penalty": 1},
        {"rule": "room", "type": "max_capacity_ratio", "item": "metal", "limit": 1.5, "hard": "no", "penalty": 1},
        {"rule": "air", "type": "max_emissions", "limit": 45, "hard": "no", "penalty": 0.1},
        {"rule": "content", "type": "min_local_content", "item": "car", "scope": "X", "limit": 0.5},
        {"rule": "spending", "type": "budget", "limit": 60},
        {"rule": "places", "type": "max_open", "by": "site", "limit": 2},
        {"rule": "ways", "type": "max_open", "by": "lane", "scope": "C", "who": "A; B", "limit": 1, "hard": "no",
         "penalty": 2},
        {"rule": "ports", "type": "max_open", "by": "hub", "limit": 1, "hard": "no", "penalty": 1},
        {"rule": "rails", "type": "min_open", "item": "car", "by": "lane", "scope": "A", "who": "C", "limit": 1,
         "hard": "no", "penalty": 1},
        {"rule": "single", "type": "single_source", "item": "ore", "hard": "no", "penalty": 2},
        {"rule": "strength", "type": "min_capacity", "item": "metal", "limit": 9},
        {"rule": "ceiling", "type": "max_capacity", "item": "car", "by": "region", "limit": 15},
        {"rule": "pace", "type": "max_new", "item": "metal", "by": "process", "limit": 5, "hard": "no", "penalty": 1},
        {"rule": "heap", "type": "max_disposal", "item": "slag", "limit": 4, "hard": "no", "penalty": 1},
        {"rule": "cash", "type": "min_cash", "limit": 100, "hard": "no", "penalty": 0.5},
    ],
}  # fmt: skip
EARLIER = Earlier(
    {
        ("built", "plant", "smelting", "furnace", "1"): 1.0,
        ("accessed", "them", "*", "contract", "1"): 1.0,
        ("opened", "old", "1"): 1.0,
        ("kept", "old", "smelting", "1"): 1.0,
        ("started", "pile", "alone", "1"): 1.0,
        ("priced", "A", "car", "high", "1"): 1.0,
    },
    0.5,
)


def chain(**settings: Any) -> Instance:
    """The instance, under these settings."""
    made = instance({**PLACES, **MAKING, **TRADE, **MECHANISMS, **SECURITY}, discount_rate=0.08, risk_weight=0.3,
                    cvar_alpha=0.8, overhead=0.03, experience_years=3, price_rises="no",
                    **({"coordination": "decide"} | settings))  # fmt: skip
    return Instance(made.tables, made.settings, EARLIER)


@cache
def outcome(objective: str = "profit") -> tuple[Instance, ResultTables, float]:
    """The instance, the sheets of its plan without the audit, and the objective that the solver claims."""
    case = chain(objective=objective)
    model = build(case)
    compiled = compile_model(model)
    solution = solve_arrays(compiled, Options(gap=0.01), None, make_roundings(model, compiled))
    assert solution.values is not None
    assert solution.objective is not None
    load_values(compiled, choose_second_stage(model, compiled, solution.values))
    price_rules(model, compiled, solution.duals, solution.cone_duals)
    price_items(model, compiled, solution.duals)
    sign = -1.0 if objective == "profit" else 1.0
    return case, add_evaluated_scenarios(model, plan(model)), sign * solution.objective
