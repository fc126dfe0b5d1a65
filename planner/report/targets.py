"""Sheet `targets`: the key figures of a plan against what it has to reach."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from planner.report.figures import money_profit, periods
from planner.report.summary import plan_figures
from planner.report.unit_costs import list_unit_costs
from planner.results.tables import Tables
from planner_models import frames
from planner_models.instance import Instance
from planner_models.schema import RESULTS

SHEET = "targets"
BASE = "base"

SECURITY = {
    "hhi_region": "concentration by region",
    "largest_share": "largest source",
    "import_share": "import share",
    "controlled_share": "home control",
    "cover": "cover by stock",
}
"""Security figures of which the mean over the items that matter is a key figure, and their names there."""

ROUNDING = 1e-9
"""Share of a figure by which it may miss its target for want of digits."""

Figure = tuple[float, str]
"""Value and unit."""


def list_security_figures(instance: Instance, tables: Tables) -> list[tuple[str, float, str]]:
    """Means over the critical items, over all where none is critical, in the last period.

    Parameters
    ----------
    instance
        The input.
    tables
        The result sheets by name.

    Returns
    -------
    list of tuple
        Name of the figure, value, and unit: share, or month.
    """
    frame = tables.get("security")
    if frame is None or frame.empty:
        return []
    last = periods(instance)[-1]
    items = instance["items"]
    critical = set(items.loc[items["critical"] == "yes", "item"])
    rows = frame[(frame["period"] == last) & (frame["item"].isin(critical) if critical else True)]
    of = f"{'critical' if critical else 'all'} items, {last}"
    units = {"cover": "month"}
    return [
        (f"{name}, {of}", float(rows[figure].astype(float).mean()), units.get(figure, "share"))
        for figure, name in SECURITY.items()
        if figure in RESULTS["security"].columns and len(rows)
    ]


def list_figures(instance: Instance, tables: Tables, facts: Mapping[str, Any]) -> dict[str, Figure]:
    """The key figures of a plan by name.

    Parameters
    ----------
    instance
        The input.
    tables
        The result sheets by name.
    facts
        How the solve ended: objective, bound, gap.

    Returns
    -------
    dict of str to tuple
        Value and unit of each figure that the plan has, as on sheet summary; gap and shares as shares.
    """
    money = f"million {instance.settings['currency']}"
    rows = [
        ("objective", facts.get("objective"), money),
        ("profit", money_profit(tables), money),
        ("bound", facts.get("bound"), money),
        ("gap", facts.get("gap"), "share"),
        *plan_figures(instance, tables),
        *list_unit_costs(instance, tables),
        *list_security_figures(instance, tables),
    ]
    if instance.settings["objective"] == "profit":
        rows = [("profit", facts.get("objective"), money), *rows]
    return {name: (float(value), unit) for name, value, unit in rows if value is not None and value == value}


def judge_targets(
    instance: Instance, tables: Tables, facts: Mapping[str, Any], base: Mapping[str, Figure] | None
) -> pd.DataFrame:
    """Sheet `targets`: each target of the instance, what the plan reaches, and whether that is enough.

    Parameters
    ----------
    instance
        The input.
    tables
        The other result sheets by name.
    facts
        How the solve ended: objective, bound, gap.
    base
        Figures of the plan that targets with the value base are measured against; None where none was named.

    Returns
    -------
    pandas.DataFrame
        Columns of result sheet targets. A figure that the plan does not have misses its target; without a base plan, or
        where that lacks the figure, `met` is blank.
    """
    targets = instance[SHEET]
    figures = list_figures(instance, tables, facts) if len(targets) else {}
    rows = [_judge(target, figures, base or {}) for target in frames.rows(targets)]
    return pd.DataFrame(rows, columns=list(RESULTS[SHEET].columns))


def _judge(target: Mapping[str, Any], figures: Mapping[str, Figure], base: Mapping[str, Figure]) -> dict[str, Any]:
    name, operator = target["figure"], target["operator"]
    reached, unit = figures.get(name, (None, ""))
    value = base.get(name, (None, ""))[0] if target["value"].casefold() == BASE else float(target["value"])
    row = {"target": target["target"], "figure": name, "operator": operator, "value": value, "reached": reached}
    tolerance = float(target["tolerance"])
    if target["tolerance_as"] == "percent":
        tolerance *= abs(value or 0.0) / 100
    met = None
    if value is not None:
        met = "yes" if reached is not None and _is_met(operator, reached, value, tolerance) else "no"
    return row | {"tolerance": tolerance, "unit": unit, "met": met}


def _is_met(operator: str, reached: float, value: float, tolerance: float) -> bool:
    most = tolerance + ROUNDING * max(abs(reached), abs(value))
    above, below = reached - value <= most, value - reached <= most
    return {"at_most": above, "at_least": below, "equal": above and below}[operator]
