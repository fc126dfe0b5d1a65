"""Returns: what comes back of earlier sales, year by year, and what of it is taken back."""

import numpy as np
import pandas as pd

from planner.audit import Finding, at_most, same
from planner.audit.case import AuditedPlan, cache_table, sum_by_key
from planner.audit.scenarios import SNAPSHOT

KEY = ["region", "item", "period"]


@cache_table
def tabulate_returned(case: AuditedPlan) -> pd.Series:
    """By region, item and period of the return: what comes back, in item/year; nothing while the switch is off."""
    rows = case.instance["returns"]
    if case.instance.settings["returns"] == "off":
        rows = rows[:0]
    parts = [_of_sales(case, rows), _of_before(case, rows[rows["initial"] > 0])]
    filled = [part for part in parts if len(part)] or parts[:1]
    return sum_by_key(pd.concat(filled).astype({"amount": float}), KEY, "amount")


def _of_sales(case: AuditedPlan, rows: pd.DataFrame) -> pd.DataFrame:
    """KEY and amount of what is sold in the plan: every sale meets every later period."""
    sold = case["demand"][["region", "item", "period", "sold"]].rename(columns={"region": "sold_in", "period": "then"})
    found = rows[["item", "returned", "share", "years", "region", "market"]].merge(sold, on="item")
    bloc = found["sold_in"].map(case.blocs)
    found = found[(found["market"] == "*") | (found["market"] == found["sold_in"]) | (found["market"] == bloc)]
    found = found.merge(case.periods.reset_index()[["period"]], how="cross")
    begin = found["then"].map(case.periods["start"]) + found["years"]
    part = _share_of(case, found["period"], begin, begin + found["then"].map(case.periods["years"]))
    region = found["region"].where(found["region"] != "*", found["sold_in"])
    table = found.assign(item=found["returned"], region=region, amount=found["share"] * part * found["sold"])
    return table.loc[table["amount"] != 0, [*KEY, "amount"]]


def _of_before(case: AuditedPlan, rows: pd.DataFrame) -> pd.DataFrame:
    """KEY and amount of what was sold before the first period, as long as that still comes back."""
    found = rows.merge(case.periods.reset_index()[["period"]], how="cross")
    part = _share_of(case, found["period"], 0.0 * found["years"], found["years"])
    region = found["region"].where(found["region"] != "*", found["market"])
    table = found.assign(item=found["returned"], region=region, amount=found["initial"] * part)
    return table.loc[table["amount"] != 0, [*KEY, "amount"]]


def _share_of(case: AuditedPlan, periods: pd.Series, begin: pd.Series, end: pd.Series) -> np.ndarray:
    """The share of each period that lies between two moments, in years since the first begins."""
    first, years = (periods.map(case.periods[name]).to_numpy(float) for name in ("start", "years"))
    overlap = np.minimum(first + years, end.to_numpy(float)) - np.maximum(first, begin.to_numpy(float))
    return np.asarray(np.clip(overlap, 0.0, None) / years)


def must_be_taken_back(case: AuditedPlan, items: pd.Series) -> np.ndarray:
    """Which items are disposable: of these all comes back, and what is not used is thrown away."""
    return items.map(case.instance["items"].set_index("item")["disposable"]).eq("yes").to_numpy()


def in_snapshots(case: AuditedPlan, snapshots: pd.DataFrame) -> pd.DataFrame:
    """The rows of the sheet in every snapshot of their period: SNAPSHOT, region, item, returned and collected."""
    rows = case["returns"][[*KEY, "returned", "collected"]]
    return rows.merge(snapshots[SNAPSHOT], on="period")


def audit(case: AuditedPlan) -> list[Finding]:
    """The sheet `returns` against what was sold; nothing where there is none."""
    if not case.speaks_of("returns"):
        return []
    sheet, due = case["returns"].set_index(KEY), tabulate_returned(case)
    whole = must_be_taken_back(case, case["returns"]["item"])
    return [
        same("what comes back", sheet["returned"], due),
        at_most("taken back within what comes back", sheet["collected"], sheet["returned"]),
        at_most("nothing taken back below 0", -sheet["collected"], 0.0 * sheet["collected"]),
        same("all is taken back that may not be left", sheet["collected"][whole], sheet["returned"][whole]),
    ]
