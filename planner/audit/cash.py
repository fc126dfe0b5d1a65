"""Cash: the sheet `cash` against sheet `costs`, and group by group against what each makes, owns and orders."""

import pandas as pd

from planner.audit import Finding, same
from planner.audit.carbon import LINES as CARBON
from planner.audit.carbon import cost_carbon
from planner.audit.case import AuditedPlan, sum_by_key
from planner.audit.costs import ONCE, SAVINGS, cost_assets, cost_running
from planner.audit.demand import tabulate_service
from planner.audit.levels import savings
from planner.audit.options import tabulate_orders
from planner.audit.programme_payments import LINES as PROGRAMMES
from planner.audit.receipts import CAPITAL, receipts
from planner.audit.subsidies import LINES as SUBSIDIES
from planner.audit.subsidies import claims
from planner.audit.supply import tabulate_production

KEY = ["group", "period"]
SHARED, EVERY = "shared", "*"
IN = ("revenue", "subsidies")
AMOUNTS = ("revenue", "running", "capex", "once", "duties", "carbon", "subsidies")
_LABEL = ["line", "tier", "region", "period"]


def audit(case: AuditedPlan) -> list[Finding]:
    """Each column by group, what is left of them, and what has gathered; nothing where there is no such sheet."""
    if "cash" not in case.tables:
        return []
    sheet = case["cash"].set_index(KEY)[[*AMOUNTS, "free_cash", "cumulative"]]
    due = _due(case)
    index = sheet.index.union(due.index)
    sheet, due = (table.reindex(index, fill_value=0.0) for table in (sheet, due))
    size = pd.Series(float(due.loc[due.index.get_level_values("group") == EVERY].abs().to_numpy().sum()), index=index)
    free = due[list(IN)].sum(axis=1) - due[[name for name in AMOUNTS if name not in IN]].sum(axis=1)
    gathered = free.unstack("period").reindex(columns=case.periods.index).fillna(0.0).cumsum(axis=1)
    cumulative = gathered.stack().reindex(index, fill_value=0.0)  # back to one figure a row
    return [
        *(same(f"cash: {name}", sheet[name], due[name], _visible(size)) for name in AMOUNTS),
        same("free cash", sheet["free_cash"], free, _visible(size)),
        same("cumulative cash", sheet["cumulative"], pd.Series(cumulative), _visible(size)),
    ]


def _visible(size: pd.Series) -> pd.Series:
    """Differences are measured against a thousandth of all that comes in and goes out, or the figures themselves."""
    return size / 1000.0


def _due(case: AuditedPlan) -> pd.DataFrame:
    """By group and period: AMOUNTS, in money over the period; what no group pays alone, and all together."""
    rows = receipts(case)
    total = rows.assign(column=rows["line"].map(_column), group=EVERY)
    owned = pd.concat([_sum_owned(case), _sales(case), _sum_saved(case), _sum_granted(case)])
    names = [*KEY, "column", "amount"]
    owned = owned[owned["group"] != SHARED][names]
    rest = pd.concat([total.assign(group=SHARED)[names], owned.assign(group=SHARED, amount=-owned["amount"])])
    table = sum_by_key(pd.concat([total[names], owned, rest]), [*KEY, "column"], "amount").unstack("column")
    table = table.reindex(columns=list(AMOUNTS)).fillna(0.0)
    return table.assign(**{name: -table[name] for name in AMOUNTS if name not in IN})


def _column(line: str) -> str:
    """The column of the sheet that a cost line is in."""
    named = {"revenue": "revenue", "duties": "duties", "capex": "capex"} | dict.fromkeys(
        (*SUBSIDIES, *PROGRAMMES), "subsidies"
    )
    named |= dict.fromkeys(CARBON, "carbon")
    return named.get(line, "once" if line in ONCE else "running")


def _group(case: AuditedPlan, sites: pd.Series) -> pd.Series:
    """The group of each site; of a firm that is not home, nobody's."""
    firms = case.instance["firms"].set_index("firm", drop=False)
    named = firms["group"].fillna(firms["firm"])
    return sites.map(case.sites["firm"]).map(named[firms["home"] == "yes"]).astype(object).fillna(SHARED)


def _sum_owned(case: AuditedPlan) -> pd.DataFrame:
    """What sites cost: running and fixed cost, opening and closing, and the modules ordered there."""
    rows = pd.concat([cost_running(case), cost_carbon(case), cost_assets(case)])
    rows = rows[~rows["line"].isin(CAPITAL)][["site", "line", "period", "yearly"]]
    years = rows["period"].map(case.periods["years"]).where(~rows["line"].isin(ONCE), 1.0)
    orders = tabulate_orders(case)
    orders = orders.assign(line="capex", amount=-(orders["modules"] * orders["one_capex"]).astype(float))
    paid = rows.assign(amount=-(rows["yearly"] * years).astype(float))
    both = pd.concat([paid, orders[["site", "line", "period", "amount"]]], ignore_index=True)
    return both.assign(group=_group(case, both["site"]), column=both["line"].map(_column))


def _sales(case: AuditedPlan) -> pd.DataFrame:
    """Revenue of what is sold and its overhead, in proportion to what each group makes of the item."""
    sold = tabulate_service(case)
    if case.instance.settings["objective"] == "cost":
        sold = sold[:0]
    amount = sold["sold"] * sold["period"].map(case.periods["years"])
    parts = [
        sold.assign(column="revenue", amount=amount * sold["asked"]),
        sold.assign(column="running", amount=-amount * sold["overhead"]),
    ]
    earned = pd.concat(parts).astype({"amount": float})
    amounts = sum_by_key(earned, ["item", "period", "column"], "amount").reset_index()
    made = tabulate_production(case)
    made = made.assign(group=_group(case, made["site"]))
    shares = sum_by_key(made, ["item", "period", "group"], "amount").rename("made").reset_index()
    whole = shares.groupby(["item", "period"])["made"].transform("sum")
    shares["part"] = (shares["made"] / whole.where(whole > 0)).fillna(0.0)
    rows = shares.merge(amounts, on=["item", "period"])
    return rows.assign(amount=rows["amount"] * rows["part"])


def _sum_saved(case: AuditedPlan) -> pd.DataFrame:
    """Savings as the sheet `costs` claims them, in proportion to what each site can save at most."""
    rows = savings(case)
    return _split(case, rows.assign(most=rows["yearly"].astype(float)), SAVINGS, "running")


def _sum_granted(case: AuditedPlan) -> pd.DataFrame:
    """What each policy has spent in a period, in proportion to what each site is entitled to, in all regions together.

    Where its budget is short, nothing says who goes without.
    """
    rows = claims(case)
    spent = sum_by_key(case["policies"], ["policy", "period"], "spent")
    entitled = rows.groupby(["policy", "period"])["amount"].transform("sum")
    paid = pd.MultiIndex.from_frame(rows[["policy", "period"]])
    part = spent.reindex(paid, fill_value=0.0).to_numpy() / entitled.where(entitled > 0, 1.0)
    paid_to = (rows["amount"] * part).astype(float)
    return rows.assign(group=_group(case, rows["site"]), column="subsidies", amount=paid_to)


def _split(case: AuditedPlan, rows: pd.DataFrame, lines: tuple[str, ...], column: str) -> pd.DataFrame:
    """The claimed amounts of cost lines, by label in proportion to `most` of the rows: group, period, amount."""
    costs = case["costs"][case["costs"]["line"].isin(lines)]
    claimed = sum_by_key(costs, _LABEL, "amount")
    rows = rows[rows["most"] > 0].reset_index(drop=True)
    whole = rows.groupby(_LABEL)["most"].transform("sum")
    said = claimed.reindex(pd.MultiIndex.from_frame(rows[_LABEL]), fill_value=0.0).to_numpy()
    amount = (-said * rows["most"] / whole).astype(float)
    return rows.assign(group=_group(case, rows["site"]), column=column, amount=amount)
