"""Demand: one step per market, sold or left unserved."""

import pandas as pd

from planner.audit import Finding, at_most, never, same
from planner.audit.case import AuditedPlan, cache_table, words
from planner.audit.enablers import uplift
from planner.audit.policies import market_factor
from planner.audit.projects import is_ready

MARKET = ["region", "item", "period"]
PENALTY_PER_PRICE = 3.0


@cache_table
def tabulate_service(case: AuditedPlan) -> pd.DataFrame:
    """The rows of `demand` (the result) with the step's own volume, price and penalty as wanted, asked and fine.

    `wanted` is what market access and enablers make of the volume. `fine` is missing where nothing says what a unit
    not served costs; `known` is no where there is no such step.
    """
    steps = case.instance["demand"][[*MARKET, "step", "price", "volume", "penalty"]]
    default = case.instance.settings["shortage_penalty"]
    asked = steps["price"].where(steps["price"] > 0)
    general = asked * PENALTY_PER_PRICE if default is None else pd.Series(default, index=steps.index)
    steps = steps.assign(fine=steps["penalty"].fillna(general)).drop(columns="penalty")
    steps = steps.rename(columns={"volume": "wanted", "price": "asked"}).assign(known=True)
    sheet = case["demand"].assign(step=words(case["demand"]["step"]))
    rows = sheet.merge(steps, on=[*MARKET, "step"], how="left")
    wanted = rows["wanted"] * market_factor(case, rows) * (1.0 + uplift(case, rows))
    return rows.assign(wanted=wanted, known=rows["known"].eq(True))


EVERY = "*"


def weigh_units(case: AuditedPlan, rows: pd.DataFrame, item: str = EVERY) -> pd.Series:
    """What a unit of each row (item, asked) counts for in service, among all markets or those of one item.

    The price asked, else the value of the item; 1 where some market of them has neither, so that quantities are added.
    """
    value = case.instance["items"].set_index("item")["value"]
    steps = case.instance["demand"]
    steps = steps[(steps["volume"] > 0) & (steps["item"].eq(item) | (item == EVERY))]
    if not ((steps["price"] > 0) | (steps["item"].map(value) > 0)).all():
        return pd.Series(1.0, index=rows.index)
    asked = rows["asked"].astype(float)
    return asked.where(asked > 0, rows["item"].map(value).astype(float))


def audit(case: AuditedPlan) -> list[Finding]:
    """The sheet `demand` against the steps offered."""
    rows = tabulate_service(case)
    cost = case.instance.settings["objective"] == "cost"
    indexed = rows.set_index([*MARKET, "step"])
    steps = case.instance["demand"]
    markets = steps.assign(volume=steps["volume"] * market_factor(case, steps)).groupby(MARKET)["volume"].min()
    chosen = rows.groupby(MARKET).size().reindex(markets.index, fill_value=0)
    due = markets[markets > 0].index
    must = rows[rows["fine"].isna() & rows["known"]] if cost else rows[:0]
    return [
        *_audit_readiness(case, rows),
        never("steps that are offered", ~rows["known"]),
        never("one step per market", (chosen > 1) | ((chosen < 1) & chosen.index.isin(due) & cost)),
        same("volume of steps", indexed["volume"], indexed["wanted"].fillna(0.0)),
        same("price of steps", indexed["price"], indexed["asked"].fillna(0.0)),
        same("sold and unserved are the volume", indexed["sold"] + indexed["unserved"], indexed["volume"]),
        at_most("sold within volume", indexed["sold"], indexed["volume"]),
        at_most("nothing sold below 0", -indexed["sold"], 0.0 * indexed["sold"]),
        at_most("what must be served is", must["unserved"], 0.0 * must["unserved"], must["volume"]),
    ]


def _audit_readiness(case: AuditedPlan, rows: pd.DataFrame) -> list[Finding]:
    """Items that require a project are sold only once it is ready."""
    requires = case.instance["items"].set_index("item")["requires"]
    if requires.isna().all():
        return []
    rows = rows.assign(requires=rows["item"].map(requires)).dropna(subset="requires")
    allowed = rows["sold"].where(is_ready(case, rows["requires"], rows["period"]), 0.0)
    return [at_most("nothing sold before its project is ready", rows["sold"], allowed)]
