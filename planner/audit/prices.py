"""Prices: the sheet `prices` has one wherever an item is made, moved or taken, in money of its period and discounted.

A shadow price is a dual of the whole model. What it comes to only a solver knows.
"""

import pandas as pd

from planner.audit import Finding, never, same
from planner.audit.case import AuditedPlan
from planner.audit.supply import tabulate_production, tabulate_use

KEY = ["item", "region", "period"]


def audit(case: AuditedPlan) -> list[Finding]:
    """Discounting, and that no place is left out; nothing where there are no prices."""
    sheet = case["prices"]
    if sheet.empty:
        return []
    prices = sheet.set_index(KEY)
    years = sheet["period"].map(case.periods["annual"]).to_numpy(float)
    return [
        same("prices discounted over their period", prices["discounted"], prices["price"] * years),
        never("every place has its price", pd.Series(~_places(case).isin(prices.index))),
    ]


def _places(case: AuditedPlan) -> pd.MultiIndex:
    """Where an item is made, used, sold, stored, or comes or goes."""
    flows = case["flows"]
    flows = flows[flows["shipped"] > 0]
    ends = [flows.rename(columns={end: "region"}) for end in ("origin", "destination")]
    parts = [tabulate_production(case), tabulate_use(case), case["stocks"], *ends]
    return pd.MultiIndex.from_frame(pd.concat([part[KEY] for part in parts]).drop_duplicates())
