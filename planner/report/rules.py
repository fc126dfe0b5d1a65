"""Rules: the sentence on which are met, which bind, which are broken, and what the most expensive one costs."""

import pandas as pd

from planner.report.names import display_name
from planner.report.wording import format_money, join_names
from planner.results.tables import Tables, table
from planner_models.instance import Instance

COLUMNS = ("rule", "item", "who", "period", "limit", "value", "slack", "met", "marginal_cost", "remark")

WORTH_A_WORD = 1e-4
"""Money per unit, times the limit, from which a limit is said to cost something."""


def rules_met(instance: Instance, tables: Tables) -> str:
    """One or a few sentences; none where no rule is in force."""
    rows = table(tables, "rules", COLUMNS).reindex(columns=list(COLUMNS))
    if rows.empty:
        return ""
    idle = _idle(rows)
    rows = rows[~rows["rule"].isin(idle.index)]
    sentences = [_met(instance, rows)] if len(rows) else []
    named = [f"{rule}{f' ({why})' if why else ''}" for rule, why in idle.items()]
    if named:
        sentences.append(f"Not applicable, and not counted: {join_names(named)}.")
    return " ".join(sentences)


def count_rules(tables: Tables) -> str:
    """How many rules that apply are met, and which are not: one sentence, or nothing.

    Parameters
    ----------
    tables
        The result sheets by name.

    Returns
    -------
    str
        Rules that apply to nothing in the plan are counted apart.
    """
    rows = table(tables, "rules", COLUMNS).reindex(columns=list(COLUMNS))
    if rows.empty:
        return ""
    idle = _idle(rows)
    rows = rows[~rows["rule"].isin(idle.index)]
    apart = f"; {len(idle)} more {'does' if len(idle) == 1 else 'do'} not apply to this plan" if len(idle) else ""
    if rows.empty:
        return f"No security rule applies to this plan ({len(idle)} in the workbook)."
    broken = sorted(set(rows.loc[rows["met"] == "no", "rule"]))
    count = rows["rule"].nunique()
    missed = f", {join_names([display_name(rule) for rule in broken])} not everywhere" if broken else ""
    return f"The plan meets {count - len(broken)} of {count} security rules that apply{missed}{apart}."


def _idle(rows: pd.DataFrame) -> pd.Series:
    """By rule without a figure in this plan: why it takes no part."""
    idle = rows["met"].eq("not applicable").groupby(rows["rule"]).all()
    why = rows.groupby("rule")["remark"].agg(lambda words: next((word for word in words if isinstance(word, str)), ""))
    return why[idle]


def _met(instance: Instance, rows: pd.DataFrame) -> str:
    """How many are met, which bind or are broken, and the slope of the one whose limit costs most."""
    worth = _worth(rows)
    broken = sorted(set(rows.loc[rows["met"] == "no", "rule"]))
    binding = [rule for rule in worth.index[worth > WORTH_A_WORD] if rule not in broken]
    count = rows["rule"].nunique()
    parts = [f"{count - len(broken)} of {count} security rules {'is' if count == 1 else 'are'} met"]
    if binding:
        parts.append(f"{join_names(binding)} at a cost")
    if broken:
        parts.append(f"{join_names(broken)} not everywhere, at a penalty")
    sentence = f"{', '.join(parts)}."
    if worth.iloc[0] > WORTH_A_WORD:
        sentence += _slope(instance, rows[rows["rule"] == worth.index[0]])
    return sentence


def _slope(instance: Instance, rows: pd.DataFrame) -> str:
    """What the limit of one rule costs per unit: a slope, which says nothing of a step."""
    slope = format_money(float(rows["marginal_cost"].astype(float).sum()), instance.settings["currency"])
    return (
        f" The most expensive is {rows['rule'].iloc[0]}: at its limit of {rows['limit'].iloc[0]:g} costs rise by "
        f"{slope} per unit of limit, as long as the same yes-or-no decisions and flows are best; planner frontier "
        "measures larger steps by solving again."
    )


def _worth(rows: pd.DataFrame) -> pd.Series:
    """By rule: the slope of cost in its limit, in all its rows together, times the limit; the largest first."""
    slopes = rows["marginal_cost"].astype(float).fillna(0.0) * rows["limit"].astype(float).abs()
    return slopes.groupby(rows["rule"]).sum().sort_values(ascending=False, kind="stable")
