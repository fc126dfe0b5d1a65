"""Access: one offer per outside firm and process, signed, kept and used on its terms, and what each drew and cost."""

import pandas as pd

from planner.audit import Finding, at_most, never, same
from planner.audit.case import LINE, AuditedPlan, sum_by_key
from planner.audit.coordination import sum_under_offers
from planner.audit.offers import OFFER, offers, reach, states, tabulate_control, tabulate_every_coverage
from planner.audit.options import in_service, tabulate_orders
from planner.audit.production import price_base_production

_KEY = [*OFFER, "period"]
_FLOW = [*LINE, "mode", "period"]


def audit(case: AuditedPlan) -> list[Finding]:
    """The sheet `access` and what is drawn; nothing where neither the instance nor the plan has rows of it."""
    if not case.speaks_of("access"):
        return []
    sheet = case["access"].rename(columns={"process": "offer"})
    known = pd.MultiIndex.from_frame(sheet[OFFER]).isin(offers(case).index)
    now = states(case)
    ended = (now["before"] > 0) & ~now["in_force"]
    starts = now["in_force"] & (now["before"] == 0) & ~now["always"]
    unsaid = sheet.merge(offers(case)["always"], on=OFFER)
    return [
        never("offers that are made", pd.Series(~known)),
        never("offers signed when they start", now["signed"] != starts),
        never("offers without conditions are in force", unsaid["always"] & (unsaid["in_force"] != "yes")),
        never("offers kept for their term", ended & (now["before"] < now["term"])),
        never("offers without exit stay in force", ended & (now["exit"] == "no")),
        never("one offer per firm and process", _exclusive(case) > 1),
        *_audit_draws(case),
        *_modules(case),
        *(_figures(case, sheet) if "access" in case.tables else []),
    ]


def _exclusive(case: AuditedPlan) -> pd.Series:
    """By outside firm, process and period: offers in force; of those that are signed and cover no line by their row."""
    pairs = tabulate_every_coverage(case)[[*OFFER, "process"]].drop_duplicates()
    signable = offers(case).index[~offers(case)["always"]]
    rest = signable.difference(pd.MultiIndex.from_frame(pairs[OFFER])).to_frame(index=False)
    pairs = pd.concat([pairs, rest.assign(process=rest["offer"])])
    rows = pairs.merge(states(case)[[*_KEY, "in_force"]], on=OFFER)
    return rows.groupby(["firm", "process", "period"])["in_force"].sum()


def _audit_draws(case: AuditedPlan) -> list[Finding]:
    """made <= offtake share x (existing + modules, where the offer controls), >= min_take of what exists."""
    rows = reach(case).set_index(_FLOW)
    line = pd.MultiIndex.from_arrays([rows.index.get_level_values(name) for name in (*LINE, "period")])
    existing = case.declared.reindex(line).set_axis(rows.index)
    modules = (
        sum_by_key(in_service(case), [*LINE, "period"], "usable").reindex(line, fill_value=0.0).set_axis(rows.index)
    )
    made = sum_by_key(case["production"], _FLOW, "made").reindex(rows.index, fill_value=0.0)
    most = rows["offtake_share"] * (existing + modules.where(rows["controls"] == "yes", 0.0))
    least = rows["min_take"] * rows["offtake_share"] * existing
    return [
        at_most("drawn while in force and qualified", made, made.where(rows["usable"], 0.0)),
        at_most("drawn within the offtake share", made, most),
        at_most("least take", least.where(rows["usable"], 0.0), made),
    ]


def _modules(case: AuditedPlan) -> list[Finding]:
    """Modules on outside lines: ordered only while an offer that controls is in force."""
    orders = tabulate_orders(case)
    outside = orders[orders["home"] == "no"]
    held = tabulate_control(case).reindex(pd.MultiIndex.from_frame(outside[[*LINE, "period"]]), fill_value=False)
    return [never("modules on outside lines ordered under control", ~held)]


def _figures(case: AuditedPlan, sheet: pd.DataFrame) -> list[Finding]:
    """What the sheet says each offer drew, cost and kept."""
    claimed = sheet.groupby(_KEY)[["drawn", "transaction_cost", "margin_paid", "margin_kept"]].sum()
    rows, now = price_base_production(case).assign(one=1.0), states(case).set_index(_KEY)
    between = sum_under_offers(case)
    entry, annual = (sum_by_key(sheet, _KEY, name) for name in ("entry_cost", "annual_cost"))

    def drawn(figure: str, named: str) -> pd.Series:
        return sum_by_key(rows.assign(amount=rows["made"] * rows[figure]), _KEY, "amount").add(
            between[named], fill_value=0.0
        )

    return [
        same("drawn in access and production", claimed["drawn"], drawn("one", "drawn")),
        same("entry cost of offers", entry, now["entry_cost"].where(now["signed"], 0.0)),
        same("annual cost of offers", annual, now["annual_cost"].where(now["in_force"], 0.0)),
        same("transaction cost of offers", claimed["transaction_cost"], drawn("transaction", "transaction_cost")),
        same("margin paid", claimed["margin_paid"], drawn("margin", "margin_paid")),
        same("margin kept", claimed["margin_kept"], drawn("kept", "margin_kept")),
    ]
