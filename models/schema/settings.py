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
    "access": "modes of access to outside firms; off = spot only, or the least binding mode without its stake",
    "scale": "economies of scale; off = every size at the unit cost of its line's smallest",
    "learning": "cost falls with cumulative output",
    "clusters": "savings where many stages are located in one region",
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
    "returns": "returns of sold items after years of use",
    "carbon": "prices of carbon, and their adjustment at borders",
    "ties": "identical lines of one process in one region have the same utilisation; off = as found by the solver",
}

SETTINGS: dict[str, pa.Column] = {
    "name": text("name of the instance", default="unnamed"),
    "currency": text("currency of every amount; money is millions of it", default="USD"),
    "base_year": number(
        "calendar year in which the first period starts", "year", low=1, high=9999, default=2024, whole=True
    ),
    "price_year": number(
        "year of whose prices every amount is, for rows with another price_year or currency; blank = base_year",
        "year",
        low=1,
        high=9999,
        whole=True,
    ),
    "discount_rate": number("yearly discount rate", "1/year", low=0, high=1, default=0.07),
    "coordination": choice(
        "coordination of home firms: on = they act as one; off = groups sell to each other at arm's length; decide = "
        "off unless an offer of a home firm in sheet access is signed",
        ("on", "off", "decide"),
        default="on",
    ),
    "market_markup": number(
        "markup on full conversion cost of sales between groups of home firms, where the firm has no spot row",
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
    "objective": choice(
        "what is optimised: cost = least cost, profit = highest profit", ("cost", "profit"), default="cost"
    ),
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
        "may the price of a market rise again after a cut, relative to its highest step; under objective profit",
        ("yes", "no"),
        default="yes",
    ),
    "experience_years": number(
        "years after the last period in which levels of experience still save cost; 0 = none",
        "year",
        low=0,
        high=1000,
        default=0,
        whole=True,
    ),
    "risk_weight": number("weight of the CVaR of cost (baseline and losses) in the objective", low=0, default=0),
    "cvar_alpha": number("confidence level of CVaR", "share", low=0, high=0.9999, default=0.9),
    "shortage_penalty": number("penalty where demand gives none; blank = 3 x price", "money/item", low=0),
    "capital": choice(
        "how capex is counted: annuity = spread over the service of a module, cash = in full when it is ordered",
        ("annuity", "cash"),
        default="annuity",
    ),
    "mip_gap": number("relative gap at which the solver stops", "share", low=0, high=1, default=0.005),
    "time_limit": number("time limit of a solve", "s", above=0),
    "threads": number("threads of the solver", low=1, high=1024, default=1, whole=True),
    "seed": number("random seed of the solver", low=0, high=2147483647, default=0, whole=True),
} | {name: choice(_MECHANISMS[name], ("on", "off"), default="on") for name in SWITCHES}
