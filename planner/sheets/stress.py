"""The sheets of a stress test, in their order."""

from collections.abc import Sequence

import pandera.pandas as pa

from planner_models.schema import RESULTS
from planner_models.schema.columns import number, table, text

HEAT = "heat_map"
ENDURANCE = "endurance"

LOSSES = table(
    "losses",
    "Every loss that was tried, the worst first. The decisions of the plan stay; only flows and strategic stock adapt.",
    {
        "rank": number("1 is the worst: least served, then soonest felt, then highest cost", key=True),
        "loss": text("what is lost; both losses of a pair"),
        "together": number("number of losses at the same time"),
        "period": text("period in which it happens"),
        "months": number("how long it lasts", "month"),
        "service": number("share of demand served: by value, or by quantity (see issues)", "share"),
        "lost_value": number(
            "value of demand not served; a quantity where service is by quantity (see issues)", "money"
        ),
        "loss_amount": number("total cost compared with the same months without disruption, discounted", "money"),
        "survives": number("longest duration with all sales of the plan still served; at most the period", "month"),
        "short": text("markets with the largest shortfall, and their share of it"),
    },
)


def _by_period(name: str, description: str, unit: str, words: str, periods: Sequence[str]) -> pa.DataFrameSchema:
    about = f"{words} in {{}}; blank where there is nothing to lose"
    columns = {period_column(period): number(about.format(period), unit) for period in periods}
    return table(
        name, description, {"kind": text("kind of loss", key=True), "member": text("what is lost", key=True), **columns}
    )


def period_column(period: str) -> str:
    """The column of a period in the heat maps, unlike the columns that say what is lost.

    Parameters
    ----------
    period
        Name of the period.

    Returns
    -------
    str
        The same name, but "period kind" and "period member" for periods called kind and member.
    """
    return f"period {period}" if period in ("kind", "member") else period


def stress_schemas(periods: Sequence[str]) -> dict[str, pa.DataFrameSchema]:
    """The sheets of a stress test.

    Parameters
    ----------
    periods
        Names of the periods it covers.

    Returns
    -------
    dict of str to pandera.DataFrameSchema
        Sheets by name, in their order; both heat maps have a column for each period: service as a share, and months.
    """
    heat = "Service under every single loss, by period, for the longest duration tested."
    endurance = "How many months each single loss could last with all sales of the plan still served."
    sheets = (
        RESULTS["summary"],
        _by_period(HEAT, heat, "share", "service", periods),
        _by_period(ENDURANCE, endurance, "month", "months survived", periods),
        LOSSES,
        RESULTS["issues"],
        RESULTS["run"],
    )
    return {str(schema.name): schema for schema in sheets}


STRESS = stress_schemas(("first period", "second period"))
"""The sheets of a stress test over two periods."""
