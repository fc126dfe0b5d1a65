"""What disruptions would cost, and what is served in them: a sentence, figures and charts."""

import pandas as pd

from models.instance import Instance
from planner.report.figures import Tables, listed, money, per_cent, table

MOST_SCENARIOS = 10
"""Scenarios in a chart: those of the largest loss."""

MOST_WORST = 3
"""Scenarios named in one sentence."""

_COLUMNS = ("scenario", "probability", "service", "loss", "modelled")


def ranked(tables: Tables) -> pd.DataFrame:
    """The scenarios, those of the largest loss first; of equal losses the one that serves least."""
    rows = table(tables, "scenarios", _COLUMNS)[list(_COLUMNS)]
    rows = rows.astype({"probability": float, "service": float, "loss": float})
    return rows.sort_values(["loss", "service"], ascending=[False, True], kind="stable", ignore_index=True)


def disrupted(instance: Instance, tables: Tables) -> str:
    """The worst scenarios, and what all of them cost by probability; none where there are no scenarios."""
    rows = ranked(tables)
    if rows.empty:
        return ""
    currency, count = instance.settings["currency"], len(rows)
    worst = rows[rows["loss"] > 0].head(MOST_WORST)
    named = [
        f"{row['scenario']} ({money(row['loss'], currency)}, {per_cent(row['service'])} of demand served)"
        for row in worst.to_dict("records")
    ]
    which = "The one scenario" if count == 1 else f"Of {count} scenarios"
    if not named:
        return f"{which} costs nothing." if count == 1 else f"{which} none costs anything."
    costs = f"is {named[0]}" if count == 1 else f"the worst {'are' if len(named) > 1 else 'is'} {listed(named)}"
    expected = float((rows["probability"] * rows["loss"]).sum())
    weighed = f"; by probability they cost {money(expected, currency)}" if expected > 0 and count > 1 else ""
    unknown = int((rows["modelled"] == "no").sum())
    known = f". {unknown} of them the plan did not reckon with" if unknown else ""
    return f"{which}{',' if count > 1 else ''} {costs}{weighed}{known}."


def disruption_figures(instance: Instance, tables: Tables) -> list[tuple[str, float, str]]:
    """Metric, value and unit: what all scenarios cost by probability, the worst of them, and rules broken."""
    rows, rules = ranked(tables), table(tables, "rules", ("rule", "met"))
    unit = f"million {instance.settings['currency']}, discounted"
    found: list[tuple[str, float, str]] = []
    if len(rows):
        expected = float((rows["probability"] * rows["loss"]).sum())
        found += [
            ("expected loss in disruptions", expected, unit),
            ("largest loss in a disruption", float(rows["loss"].max()), unit),
            ("least demand served in a disruption", float(rows["service"].min()), "share of value"),
        ]
    if len(rules):
        found.append(("rules broken", float(rules.loc[rules["met"] == "no", "rule"].nunique()), "rule"))
    return found


def losses(tables: Tables) -> pd.DataFrame:
    """Loss in money by scenario, the largest first."""
    return _largest(tables, "loss")


def services(tables: Tables) -> pd.DataFrame:
    """Share of demand served by scenario, in the order of the losses."""
    return _largest(tables, "service")


def _largest(tables: Tables, figure: str) -> pd.DataFrame:
    rows = ranked(tables).head(MOST_SCENARIOS)
    return rows.set_index("scenario")[[figure]]
