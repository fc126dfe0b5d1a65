"""Receipts: what is earned and paid period by period, as sheet `costs` says it, with capex instead of annuities."""

import pandas as pd

from planner.audit.case import AuditedPlan, cache_table
from planner.audit.options import tabulate_orders

CAPITAL = ("capital", "capital spending")
"""The cost lines that capex, counted from the modules ordered, takes the place of."""

NOT_PAID = (
    *(*CAPITAL, "shortage", "consumers' surplus counted", "experience after the plan", "arm's-length margin"),
    *("expected loss", "risk", "rule breach", "rule breach once"),
)
"""Cost lines that nobody pays, or that firms at home pay each other."""


@cache_table
def receipts(case: AuditedPlan) -> pd.DataFrame:
    """Rows of line, period and amount: money over the period, negative where it goes out."""
    costs = case["costs"]
    costs = costs[~costs["line"].isin(NOT_PAID)]
    orders = tabulate_orders(case)
    capex = orders.assign(line="capex", amount=-(orders["modules"] * orders["one_capex"]).astype(float))
    paid = costs.assign(amount=-costs["amount"])
    names = ["line", "period", "amount"]
    return pd.concat([part[names] for part in (paid, capex) if len(part)] or [paid[names]], ignore_index=True)
