"""Rules: the sentence on which are met, which bind, which are broken, and what the most expensive one costs."""

import pandas as pd

from planner.report.figures import listed, money
from planner.results.tables import Tables, table
from planner_models.instance import Instance

COLUMNS = ("rule", "item", "who", "period", "limit", "value", "slack", "met", "marginal_cost")
WORTH_A_WORD = 1e-6
"""Money from which a hundredth of a limit is said to cost something."""


def rules_met(instance: Instance, tables: Tables) -> str:
    """One or two sentences; none where no rule is in force."""
    rows = table(tables, "rules", COLUMNS)
    if rows.empty:
        return ""
    worth = _worth(rows)
    broken = sorted(set(rows.loc[rows["met"] == "no", "rule"]))
    binding = [rule for rule in worth.index[worth > WORTH_A_WORD] if rule not in broken]
    count = rows["rule"].nunique()
    parts = [f"{count - len(broken)} of {count} security rules are met"]
    if binding:
        parts.append(f"{listed(binding)} at a cost")
    if broken:
        parts.append(f"{listed(broken)} not everywhere, at a penalty")
    sentence = f"{', '.join(parts)}."
    if not worth.empty and worth.iloc[0] > WORTH_A_WORD:
        saved = money(worth.iloc[0], instance.settings["currency"])
        sentence += (
            f" The most expensive is {worth.index[0]}: a limit looser by a hundredth of itself would save {saved}"
        )
        sentence += " (by the linear programme in which all yes-or-no decisions stay)."
    return sentence


def _worth(rows: pd.DataFrame) -> pd.Series:
    """By rule: what a hundredth of its limit costs in all its rows together, discounted money, largest first."""
    saved = rows["marginal_cost"].astype(float).fillna(0.0) * rows["limit"].astype(float).abs() / 100.0
    return saved.groupby(rows["rule"]).sum().sort_values(ascending=False, kind="stable")
