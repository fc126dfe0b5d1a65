"""The settings: one row per key, each with its own kind, default and range."""

import pandera.pandas as pa

from planner_models.schema.columns import choice, number, text

SWITCHES = (
    "access",
    "scale",
    "learning",
    "clusters",
    "joint_development",
    "alliances",
    "enablers",
    "rules",
    "policies",
    "support",
    "duty_policies",
    "scenarios",
    "productivity",
    "inertia",
    "growth",
    "returns",
    "carbon",
    "ties",
)

_MECHANISMS = {
    "access": "modes of reaching outside firms; off = spot, or what binds least, no stake",
    "scale": "economies of scale; off = every size at the unit cost of its line's smallest",
    "learning": "cost falls with cumulative output",
    "clusters": "savings where many stages stand in one region",
    "joint_development": "development options of kind joint",
    "alliances": "development options of kind alliance",
    "enablers": "enabling infrastructure raises demand",
    "rules": "security rules",
    "policies": "all policies; off = neither support nor duty policies",
    "support": "policies that pay, ease transactions or open markets: every kind but duty",
    "duty_policies": "policies of kind duty",
    "scenarios": "disruptions",
    "productivity": "hours, energy and output that differ between places",
    "inertia": "limits on how fast supply moves from one source to another",
    "growth": "limits on how fast capacity grows",
    "returns": "what was sold comes back after years",
    "carbon": "prices of carbon, and their adjustment at borders",
    "ties": "identical lines of one process in one region are used alike; off = as the search leaves them",
}

SETTINGS: dict[str, pa.Column] = {
    "name": text("name of the instance", default="unnamed"),
    "currency": text("currency of every amount; money is millions of it", default="USD"),
    "base_year": number(
        "calendar year in which the first period starts", "year", low=1, high=9999, default=2024, whole=True
    ),
    "discount_rate": number("yearly discount rate", "1/year", low=0, high=1, default=0.07),
    "coordination": choice(
        "do firms at home act as one; off = groups of firms sell to each other at arm's length; decide = off unless an "
        "offer of a firm at home in access is signed",
        ("on", "off", "decide"),
        default="on",
    ),
    "market_markup": number(
        "markup on full conversion cost of what a group at home sells to others, where its firm has no spot row",
        "share",
        low=0,
        default=0.1,
    ),
    "market_friction": number(
        "cost of such a sale as a share of the item's value, before the institution factor",
        "share",
        low=0,
        default=0.01,
    ),
    "objective": choice("what is optimised", ("cost", "profit"), default="cost"),
    "conduct": number(
        "how sellers act on their markets: 1 = monopoly, 0 = price takers, 1/N = N equal rivals in quantities; under "
        "objective profit",
        "share",
        low=0,
        high=1,
        default=1,
    ),
    "overhead": number(
        "share of the price that development and selling take; under objective profit",
        "share",
        low=0,
        high=1,
        default=0,
    ),
    "price_rises": choice(
        "whether the price of a market may rise again after a cut, measured against its highest step; under objective "
        "profit",
        ("yes", "no"),
        default="yes",
    ),
    "experience_years": number(
        "years after the last period for which levels of experience go on saving; 0 = the plan's end ends their worth",
        "year",
        low=0,
        high=1000,
        default=0,
        whole=True,
    ),
    "risk_weight": number("weight in the objective of the CVaR of cost: of the base and losses", low=0, default=0),
    "cvar_alpha": number("confidence level of CVaR", "share", low=0, high=0.9999, default=0.9),
    "shortage_penalty": number("penalty where demand gives none; blank = 3 x price", "money/item", low=0),
    "capital": choice(
        "how capex counts: as an annuity while a module serves, or paid at once when it is ordered (cash)",
        ("annuity", "cash"),
        default="annuity",
    ),
    "mip_gap": number("relative gap at which the solver may stop", "share", low=0, high=1, default=0.005),
    "time_limit": number("longest time to solve", "s", above=0),
    "threads": number("threads of the solver", low=1, high=1024, default=1, whole=True),
    "seed": number("random seed of the solver", low=0, high=2147483647, default=0, whole=True),
} | {name: choice(_MECHANISMS[name], ("on", "off"), default="on") for name in SWITCHES}
