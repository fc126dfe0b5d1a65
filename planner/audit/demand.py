"""Demand: one step per market, or a mix of steps where that is allowed, sold or left unserved."""

import numpy as np
import pandas as pd

from planner.audit import TOLERANCE, Finding, at_most, never, same
from planner.audit.case import AuditedPlan, cache_table, words
from planner.audit.enablers import uplift
from planner.audit.policies import market_factor
from planner.audit.projects import is_ready
from planner_models import frames

MARKET = ["region", "item", "period"]
PENALTY_PER_PRICE = 3.0


@cache_table
def tabulate_service(case: AuditedPlan) -> pd.DataFrame:
    """The rows of `demand` (the result) with the step's own volume, price and penalty as wanted, asked and fine.

    `wanted` is what market access and enablers make of the volume that rivals leave, as far as the step is offered, and
    `taken` what rivals supply. `fine` is missing
    where nothing says what a unit not served costs; `known` is no where there is no such step. `overhead` and `counted`
    are what a unit sold costs in development and selling, and counts for as consumers' surplus; `worth` is the price
    less the one and with the other. `mixable` says whether steps of the market may be mixed.
    """
    steps = case.instance["demand"][[*MARKET, "step", "price", "volume", "penalty"]]
    default = case.instance.settings["shortage_penalty"]
    asked = steps["price"].where(steps["price"] > 0)
    general = asked * PENALTY_PER_PRICE if default is None else pd.Series(default, index=steps.index)
    steps = steps.assign(fine=steps["penalty"].fillna(general)).drop(columns="penalty")
    steps = steps.assign(taken=_supply_of_rivals(case, steps))
    steps["volume"] = np.maximum(steps["volume"] - steps["taken"], 0.0)
    steps = steps.rename(columns={"volume": "wanted", "price": "asked"}).assign(known=True)
    steps = steps.merge(appraise_steps(case), on=[*MARKET, "step"])
    sheet = case["demand"].assign(step=words(case["demand"]["step"]))
    rows = sheet.merge(steps, on=[*MARKET, "step"], how="left")
    wanted = rows["wanted"] * market_factor(case, rows) * (1.0 + uplift(case, rows))
    share = rows["share"] if case.claims("demand", "share") else 1.0
    worth = rows["asked"].astype(float) - rows["overhead"] + rows["counted"]
    known = rows["known"].eq(True)
    taken = (share * rows["taken"]).fillna(0.0)
    return rows.assign(
        wanted=share * wanted, share=share, taken=taken, worth=worth, known=known, mixable=rows["mixable"].eq(True)
    )


def _supply_of_rivals(case: AuditedPlan, steps: pd.DataFrame) -> np.ndarray:
    """By step: the volumes of all rivals of its market that cost no more than its price."""
    supply = np.zeros(len(steps))
    if case.instance.settings["objective"] == "profit":
        for rival in frames.rows(case.instance["rivals"]):
            here = np.logical_and.reduce([steps[name].to_numpy() == rival[name] for name in MARKET])
            supply += rival["volume"] * (here & (steps["price"].to_numpy() >= rival["cost"]))
    return supply


@cache_table
def appraise_steps(case: AuditedPlan) -> pd.DataFrame:
    """Every step of `demand`: MARKET, step, `overhead`, `counted`, `gained` by buyers (money/item), `mixable`.

    Consumers' surplus is summed in slabs, from one price to the next: (p_r - p_(r+1)) V_r over the steps r before q.
    """
    rows = case.instance["demand"].sort_values([*MARKET, "price"], ascending=[True, True, True, False])
    market = [rows[name] for name in MARKET]
    profit = case.instance.settings["objective"] == "profit"
    for name, without in (("conduct", 1.0), ("overhead", 0.0)):
        said = rows.groupby(market)[name].transform("max").astype(float)
        rows[name] = said.fillna(case.instance.settings[name]) if profit else without
    rows["volume"] = np.maximum(rows["volume"] - _supply_of_rivals(case, rows), 0.0)
    price, volume = rows["price"].fillna(0.0), rows["volume"]
    slabs = (price.groupby(market).shift() - price) * volume.groupby(market).shift()
    each = slabs.fillna(0.0).groupby(market).cumsum() / volume.where(volume > 0)
    gained = each.fillna(0.0)
    rows = rows.assign(overhead=rows["overhead"] * price, counted=(1.0 - rows["conduct"]) * gained, gained=gained)
    rows["mixable"] = (rows["conduct"] < 1.0) & _find_concave(rows)
    return rows[[*MARKET, "step", "overhead", "counted", "gained", "mixable"]]


def _find_concave(rows: pd.DataFrame) -> pd.Series:
    """Whether what a market is worth lies, at every step, on or above the line between its neighbours."""
    found = {}
    for key, steps in rows[rows["volume"] > 0].sort_values("volume").groupby(MARKET):
        volume = np.array([0.0, *steps["volume"]])
        worth = volume * np.array([0.0, *(steps["price"] - steps["overhead"] + steps["counted"])])
        before, here, after = volume[:-2], volume[1:-1], volume[2:]
        line = (worth[:-2] * (after - here) + worth[2:] * (here - before)) / (after - before)
        room = TOLERANCE * steps["price"].max() * volume.max()
        found[key] = bool((np.diff(volume) > 0).all() and (worth[1:-1] >= line - room).all())
    marks = pd.Series(found, dtype=bool).reindex(pd.MultiIndex.from_frame(rows[MARKET]))
    return marks.eq(True).set_axis(rows.index)


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
    left = np.maximum(steps["volume"] - _supply_of_rivals(case, steps), 0.0)
    markets = steps.assign(volume=left * market_factor(case, steps)).groupby(MARKET)["volume"].min()
    whole = np.where(rows["mixable"], rows["share"], rows["share"].clip(lower=1.0))
    chosen = rows.assign(whole=whole).groupby(MARKET)["whole"].sum().reindex(markets.index, fill_value=0.0)
    mean = rows.assign(paid=rows["wanted"] * rows["asked"]).groupby(MARKET)[["paid", "wanted"]].sum()
    due = markets[markets > 0].index
    must = rows[rows["fine"].isna() & rows["known"]] if cost else rows[:0]
    return [
        *_audit_readiness(case, rows),
        *_audit_price_rises(case, rows),
        never("steps that are offered", ~rows["known"]),
        never(
            "one step per market",
            (chosen > 1.0 + TOLERANCE) | ((chosen < 1.0) & chosen.index.isin(due) & cost),
        ),
        never("steps without a mix are offered whole", ~rows["mixable"] & (rows["share"] != 1.0)),
        same("volume of steps", indexed["volume"], indexed["wanted"].fillna(0.0)),
        same("supply of rivals", indexed["rivals"], indexed["taken"]),
        same("price of steps", indexed["price"], indexed["asked"].fillna(0.0)),
        *_audit_mean_prices(case, rows, mean["paid"] / mean["wanted"]),
        same("sold and unserved are the volume", indexed["sold"] + indexed["unserved"], indexed["volume"]),
        at_most("sold within volume", indexed["sold"], indexed["volume"]),
        at_most("nothing sold below 0", -indexed["sold"], 0.0 * indexed["sold"]),
        at_most("what must be served is", must["unserved"], 0.0 * must["unserved"], must["volume"]),
    ]


def _audit_mean_prices(case: AuditedPlan, rows: pd.DataFrame, mean: pd.Series) -> list[Finding]:
    """The mean price of each market; nothing where the sheet does not state it."""
    if not case.claims("demand", "mean_price"):
        return []
    stated = rows.set_index(MARKET)["mean_price"]
    return [same("mean price of markets", stated, mean.reindex(stated.index).fillna(0.0))]


def _audit_readiness(case: AuditedPlan, rows: pd.DataFrame) -> list[Finding]:
    """Items that require a project are sold only once it is ready."""
    requires = case.instance["items"].set_index("item")["requires"]
    if requires.isna().all():
        return []
    rows = rows.assign(requires=rows["item"].map(requires)).dropna(subset="requires")
    allowed = rows["sold"].where(is_ready(case, rows["requires"], rows["period"]), 0.0)
    return [at_most("nothing sold before its project is ready", rows["sold"], allowed)]


def _audit_price_rises(case: AuditedPlan, rows: pd.DataFrame) -> list[Finding]:
    """With price_rises no: no later price, as a share of the market's highest, is above an earlier one.

    What is not offered of a market counts as offered at its lowest price.
    """
    settings = case.instance.settings
    if settings["price_rises"] == "yes" or settings["objective"] == "cost":
        return []
    place = MARKET[:2]
    steps = case.instance["demand"]
    market = steps.groupby(MARKET)["price"].agg(["min", "max", "size"])
    most = (1.0 - market["min"] / market["max"]).fillna(0.0).groupby(level=place).max().rename("most")
    rows = rows.merge(market[market["size"] > 1].reset_index(), on=MARKET).merge(most.reset_index(), on=place)
    cut = 1.0 - rows["asked"].astype(float) / rows["max"]
    rows = rows.assign(
        place=rows["period"].map(case.periods["place"]),
        gap=rows["share"] * (rows["most"] - cut),
        cut=rows["share"] * cut,
    )
    sums = rows.groupby([*place, "place"]).agg({"gap": "sum", "cut": "sum", "most": "first"}).sort_index()
    deepest = sums["cut"].groupby(level=place).cummax().groupby(level=place).shift(fill_value=0.0)
    return [at_most("prices that were cut do not rise", sums["gap"], sums["most"] - deepest)]
