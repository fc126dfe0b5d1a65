"""Trade: the sheet `trade`, from what is in a unit of what each region has, by where it was made."""

import numpy as np
import pandas as pd

from planner.audit import Finding, never, same
from planner.audit.case import AuditedPlan, cache_table, sum_by_key
from planner.audit.supply import tabulate_production
from planner_models import frames

KEY = ["item", "origin", "destination", "period"]
_POOL = ["item", "period"]
_ROUNDING = 1e-9
"""Quantities below this share of all that is made of an item are left out."""


def audit(case: AuditedPlan) -> list[Finding]:
    """Quantity, value, share and duty of each row, and its blocs; nothing where the result has no such sheet."""
    if "trade" not in case.tables:
        return []
    sheet, due = case["trade"], compute_trade(case)
    value = frames.entries(case.instance["items"].set_index("item")["value"])
    said, expected = sheet.set_index(KEY), due.set_index(KEY)
    worth = (expected["quantity"] * expected.index.get_level_values("item").map(value)).astype(float)
    stated = said.index.get_level_values("item").map(value) > 0
    ends = [sheet[f"{end}_bloc"] != sheet[end].map(case.blocs) for end in ("origin", "destination")]
    return [
        same("trade: quantity", said["quantity"], expected["quantity"]),
        same("trade: value", said["value"][stated], worth[worth > 0]),
        same("trade: share of what stays", said["share"], expected["share"]),
        same("trade: duty", said["duty"], expected["duty"]),
        never("blocs of trade", pd.concat(ends)),
        never("value of what has none", pd.Series(said["value"].to_numpy()[~stated] != 0.0)),
    ]


@cache_table
def compute_trade(case: AuditedPlan) -> pd.DataFrame:
    """KEY, quantity, share and duty (item/year, share, money/year) of all that stays anywhere."""
    names = [*_POOL, "region", "amount"]
    made = tabulate_production(case)[names]
    released = case["stocks"].rename(columns={"released": "amount"})[names]
    collected = case["returns"].rename(columns={"collected": "amount"})[names]
    sources = pd.concat([rows[rows["amount"] > 0] for rows in (made, released, collected) if len(rows)] or [made])
    amounts = sum_by_key(sources.astype({"amount": float}), names[:3], "amount").reset_index()
    flows = _sum_modes(case["flows"])
    shipped = dict(frames.groups(flows, _POOL))
    parts = [
        _list_staying(rows.set_index("region")["amount"], shipped.get(key, flows[:0])).assign(
            item=key[0], period=key[1]
        )
        for key, rows in frames.groups(amounts, _POOL)
    ]
    columns = [*KEY, "quantity", "share", "duty"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _list_staying(made: pd.Series, legs: pd.DataFrame) -> pd.DataFrame:
    """Of one item in one period: where what stays in each region was made, and the duty paid on it.

    A unit of what comes into a region is, in proportion, what is made there and what arrives, each with its own
    origins and with the duty paid on it before and on the last leg.
    """
    names = sorted({*made.index, *legs["origin"], *legs["destination"]})
    own = made.reindex(names, fill_value=0.0).to_numpy(float)
    size = len(names)
    arriving, charged = np.zeros((size, size)), np.zeros((size, size))
    to, start = (frames.codes(pd.Index(names), legs[end]) for end in ("destination", "origin"))
    arriving[to, start], charged[to, start] = legs["shipped"].to_numpy(float), legs["duty"].to_numpy(float)
    incoming = own + arriving.sum(axis=1)
    equations = np.diag(np.where(incoming > 0, incoming, 1.0)) - arriving
    content = _solve_mix(equations, np.diag(own))
    duty = _solve_mix(equations, charged @ content)
    stays = np.clip(incoming - arriving.sum(axis=0), 0.0, None)
    rows = [
        (names[here], names[place], stays[place] * content[place, here], content[place, here], stays[place] * amount)
        for place in range(size)
        for here, amount in enumerate(duty[place])
        if stays[place] * content[place, here] > _ROUNDING * own.sum()
    ]
    return pd.DataFrame(rows, columns=["origin", "destination", "quantity", "share", "duty"])


def _sum_modes(flows: pd.DataFrame) -> pd.DataFrame:
    """item, period, origin, destination, shipped and duty of what moves, all modes of transport together."""
    moving = flows[flows["shipped"] > 0]
    return moving.groupby([*_POOL, "origin", "destination"], as_index=False)[["shipped", "duty"]].sum()


def _solve_mix(equations: np.ndarray, known: np.ndarray) -> np.ndarray:
    try:
        return np.linalg.solve(equations, known)
    except np.linalg.LinAlgError:
        return np.linalg.lstsq(equations, known, rcond=None)[0]
