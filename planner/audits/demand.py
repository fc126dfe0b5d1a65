"""Demand: one step per market, sold or left unserved."""

import pandas as pd

from planner.audits import Finding, at_most, never, same
from planner.audits.case import Case, remembered

MARKET = ["region", "item", "period"]
PENALTY_PER_PRICE = 3.0


@remembered
def served(case: Case) -> pd.DataFrame:
    """The rows of `demand` (the result) with the step's own volume, price and penalty as wanted, asked and fine.

    `fine` is missing where nothing says what a unit not served costs; `known` is no where there is no such step.
    """
    steps = case.instance["demand"][[*MARKET, "step", "price", "volume", "penalty"]]
    default = case.instance.settings["shortage_penalty"]
    general = steps["price"] * PENALTY_PER_PRICE if default is None else pd.Series(default, index=steps.index)
    steps = steps.assign(fine=steps["penalty"].fillna(general)).drop(columns="penalty")
    steps = steps.rename(columns={"volume": "wanted", "price": "asked"}).assign(known=True)
    sheet = case["demand"].assign(step=case["demand"]["step"].map(_word))
    rows = sheet.merge(steps, on=[*MARKET, "step"], how="left")
    return rows.assign(known=rows["known"].eq(True))


def _word(step: object) -> str:
    """The name of a step, whole numbers without decimals."""
    return f"{step:g}" if isinstance(step, float) else str(step)


def audit(case: Case) -> list[Finding]:
    """The sheet `demand` against the steps offered."""
    rows = served(case)
    cost = case.instance.settings["objective"] == "cost"
    indexed = rows.set_index([*MARKET, "step"])
    markets = case.instance["demand"].groupby(MARKET)["volume"].min()
    chosen = rows.groupby(MARKET).size().reindex(markets.index, fill_value=0)
    due = markets[markets > 0].index
    must = rows[rows["fine"].isna() & rows["known"]] if cost else rows[:0]
    return [
        never("steps that are offered", ~rows["known"]),
        never("one step per market", (chosen > 1) | ((chosen < 1) & chosen.index.isin(due) & cost)),
        same("volume of steps", indexed["volume"], indexed["wanted"].fillna(0.0)),
        same("price of steps", indexed["price"], indexed["asked"].fillna(0.0)),
        same("sold and unserved are the volume", indexed["sold"] + indexed["unserved"], indexed["volume"]),
        at_most("sold within volume", indexed["sold"], indexed["volume"]),
        at_most("nothing sold below 0", -indexed["sold"], 0.0 * indexed["sold"]),
        at_most("what must be served is", must["unserved"], 0.0 * must["unserved"]),
    ]
