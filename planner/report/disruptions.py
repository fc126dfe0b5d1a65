"""What disruptions would cost, and what is served in them: a sentence, figures and charts."""

import pandas as pd

from planner.report.wording import format_money, format_share, join_names
from planner.results.tables import Tables, table
from planner.words import count_noun
from planner_models.instance import Instance
from planner_models.sets.weights import service_weights

MOST_SCENARIOS = 10
"""Scenarios in a chart: those of the largest impact."""

MOST_WORST = 3
"""Scenarios named in one sentence."""

_COLUMNS = ("scenario", "probability", "service", "loss", "impact", "modelled")


def rank_scenarios(tables: Tables) -> pd.DataFrame:
    """The scenarios, those of the largest impact first; of equal ones the one that serves least.

    What a result of an earlier version does not state is taken for the loss.
    """
    rows = table(tables, "scenarios", _COLUMNS).reindex(columns=list(_COLUMNS))
    rows = rows.astype({"probability": float, "service": float, "loss": float, "impact": float})
    rows["impact"] = rows["impact"].fillna(rows["loss"])
    return rows.sort_values(["impact", "service"], ascending=[False, True], kind="stable", ignore_index=True)


def describe_disruptions(instance: Instance, tables: Tables) -> str:
    """The worst scenarios, and what all of them cost by probability; none where there are no scenarios."""
    rows = rank_scenarios(tables)
    if rows.empty:
        return ""
    currency, count = instance.settings["currency"], len(rows)
    worst = rows[rows["impact"] > 0].head(MOST_WORST)
    named = [
        f"{row['scenario']} ({format_money(row['impact'], currency)}, {format_share(row['service'])} of demand served)"
        for row in worst.to_dict("records")
    ]
    which = "The only scenario" if count == 1 else f"Of {count_noun(count, 'scenario')}"
    if not named:
        return f"{which} costs nothing." if count == 1 else f"{which}, none costs anything."
    costs = f"is {named[0]}" if count == 1 else f"the worst {'are' if len(named) > 1 else 'is'} {join_names(named)}"
    expected = float((rows["probability"] * rows["impact"]).sum())
    weighed = (
        f"; weighted by probability they cost {format_money(expected, currency)}" if expected > 0 and count > 1 else ""
    )
    unknown = int((rows["modelled"] == "no").sum())
    known = f". The plan did not take {unknown} into account" if unknown else ""
    return f"{which}{',' if count > 1 else ''} {costs}{weighed}{known}."


def disruption_figures(instance: Instance, tables: Tables) -> list[tuple[str, float, str]]:
    """Metric, value and unit: what all scenarios cost by probability, the worst of them, and rules broken."""
    rows, rules = rank_scenarios(tables), table(tables, "rules", ("rule", "met"))
    unit = f"million {instance.settings['currency']}, discounted"
    measure = service_weights(instance).words
    found: list[tuple[str, float, str]] = []
    if len(rows):
        expected = float((rows["probability"] * rows["loss"]).sum())
        found += [
            ("expected loss in disruptions", expected, unit),
            ("largest impact of a disruption", float(rows["impact"].max()), unit),
            ("least demand served in a disruption", float(rows["service"].min()), f"share of {measure}"),
        ]
    if len(rules):
        found.append(("rules broken", float(rules.loc[rules["met"] == "no", "rule"].nunique()), "rule"))
        idle = int(rules["met"].eq("not applicable").groupby(rules["rule"]).all().sum())
        found += [("rules not applicable", float(idle), "rule")] if idle else []
    return found


def impacts(tables: Tables) -> pd.DataFrame:
    """Impact in money by scenario, the largest first."""
    return _largest(tables, "impact")


def services(tables: Tables) -> pd.DataFrame:
    """Share of demand served by scenario, in the order of the impacts."""
    return _largest(tables, "service")


def _largest(tables: Tables, figure: str) -> pd.DataFrame:
    rows = rank_scenarios(tables).head(MOST_SCENARIOS)
    return rows.set_index("scenario")[[figure]]
