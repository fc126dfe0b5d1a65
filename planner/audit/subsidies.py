"""Subsidies: what each policy could pay at most, and what it is said to have spent of its budget."""

import pandas as pd

from planner.audit import Finding, at_most, never, same
from planner.audit.case import LINE, AuditedPlan, cache_table, sum_by_key
from planner.audit.offers import OFFER, states, tabulate_every_coverage
from planner.audit.options import in_service
from planner.audit.policies import SUBSIDIES, find_periods, inside, list_makers, makers, of_kind
from planner.audit.production import price_base_production
from planner.audit.projects import under_way
from planner_models import frames

LINES = ("subsidies", "subsidies once")
"""The cost lines that subsidies are: by the year, and of what is paid once."""

_LABEL = ["line", "tier", "region", "period"]


@cache_table
def claims(case: AuditedPlan) -> pd.DataFrame:
    """What every policy could pay at most: policy, line, tier, region, period, and amount in money over the period.

    `site` is where it is earned, missing where that is no site.
    """
    compute = {"capex": _capex, "output": _output, "access": _access, "development": _development}
    parts = [
        compute[policy["kind"]](case, policy).assign(policy=policy["policy"]) for policy in of_kind(case, *SUBSIDIES)
    ]
    columns = ["policy", *_LABEL, "site", "amount"]
    given = [part.reindex(columns=[*_LABEL, "policy", "site", "yearly"]) for part in parts]
    rows = pd.concat(given or [pd.DataFrame(columns=[*columns, "yearly"])])
    years = rows["period"].map(case.periods["years"]).where(rows["line"] == LINES[0], 1)
    return rows.assign(amount=(rows["yearly"] * years).astype(float))[columns]


def _capex(case: AuditedPlan, policy: pd.Series) -> pd.DataFrame:
    """rate x annuity of modules ordered in time, in every year of service; paid as cash, rate x capex when ordered."""
    rows = in_service(case).merge(case.lines.reset_index()[[*LINE, "tier"]], on=LINE)
    hit = find_periods(case, policy, rows["period_order"]) & inside(case, policy, rows["region"])
    rows = rows[hit & rows["process"].isin(list_makers(case, policy))]
    if case.instance.settings["capital"] == "cash":
        rows = rows.drop_duplicates([*LINE, "option", "period_order"])
        paid = policy["rate"] * rows["modules"] * rows["one_capex"]
        return rows.assign(line=LINES[1], period=rows["period_order"], yearly=paid)
    return rows.assign(line=LINES[0], yearly=policy["rate"] * rows["modules"] * rows["annuity"])


def _output(case: AuditedPlan, policy: pd.Series) -> pd.DataFrame:
    """rate x what controlled flows make of the item, or of the activity where a process is named."""
    rows = price_base_production(case)
    hit = rows["controlled"] & find_periods(case, policy, rows["period"]) & inside(case, policy, rows["region"])
    place = pd.MultiIndex.from_frame(rows[["process", "period"]])
    each = pd.Series(makers(case, policy).reindex(place, fill_value=0.0).to_numpy(float), index=rows.index)
    return rows.assign(line=LINES[0], yearly=policy["rate"] * rows["made"] * each)[hit & (each > 0)]


def _access(case: AuditedPlan, policy: pd.Series) -> pd.DataFrame:
    """rate x entry cost of offers signed in time, by the region of their label or the bloc of their firm."""
    rows = states(case)
    blocs = rows["firm"].map(case.instance["firms"].set_index("firm")["bloc"])
    hit = rows["signed"] & find_periods(case, policy, rows["period"])
    hit &= inside(case, policy, rows["region"]) | blocs.eq(policy["region"])
    if policy["item"] != "*":
        pairs = tabulate_every_coverage(case)
        hits = pairs[pairs["process"].isin(list_makers(case, policy))]
        hit &= pd.MultiIndex.from_frame(rows[OFFER]).isin(pd.MultiIndex.from_frame(hits[OFFER]))
    return rows.assign(line=LINES[1], yearly=policy["rate"] * rows["entry_cost"])[hit]


def _development(case: AuditedPlan, policy: pd.Series) -> pd.DataFrame:
    """rate x cost of projects running in time; by the year, or once of a project without duration."""
    rows = under_way(case)
    hit = find_periods(case, policy, rows["period"])
    if policy["item"] != "*":
        projects = [
            sheet.loc[sheet[key] == policy["item"], "requires"]
            for key, sheet in (("process", case.instance["processes"]), ("item", case.instance["items"]))
        ]
        hit &= rows["project"].isin(pd.concat(projects).dropna())
    lines = rows["line"].map({"development": LINES[0], "development fee": LINES[1]})
    return rows.assign(line=lines, yearly=policy["rate"] * rows["yearly"])[hit]


def audit(case: AuditedPlan) -> list[Finding]:
    """The sheet `policies` against what there was to subsidise and against the sheet `costs`."""
    if not case.speaks_of("policies"):
        return []
    sheet = case["policies"]
    key = ["policy", "period"]
    rows = {policy["policy"]: policy["budget"] for policy in of_kind(case, *SUBSIDIES)}
    budgets = pd.Series(rows, dtype=float)
    spent = sum_by_key(sheet, key, "spent")
    costs = case["costs"][case["costs"]["line"].isin(LINES)]
    stated = sheet.set_index(key)["budget"]
    declared = stated.index.get_level_values("policy").map(frames.entries(budgets.fillna(0.0))).fillna(0.0)
    return [
        never("subsidies of policies in force", ~sheet["policy"].isin(budgets.index)),
        same("budget of policies", stated, pd.Series(declared.to_numpy(float), index=stated.index)),
        at_most("nothing spent below 0", -spent, 0.0 * spent),
        at_most("spent within what was earned", spent, sum_by_key(claims(case), key, "amount")),
        at_most("spent within budget", sum_by_key(sheet, ["policy"], "spent"), budgets.fillna(float("inf"))),
        same(
            "spent in policies and costs",
            sum_by_key(sheet, ["period"], "spent"),
            -sum_by_key(costs, ["period"], "amount"),
        ),
    ]
