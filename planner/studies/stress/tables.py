"""The sheets of a stress test, in the order in which they stand, and the tables on them."""

from collections.abc import Sequence

import pandas as pd
import pandera.pandas as pa

from planner.report.figures import per_cent
from planner.studies.stress.study import Hit, Stressed
from planner_models.schema import RESULTS
from planner_models.schema.columns import number, table, text

HEAT = "heat_map"
ENDURANCE = "endurance"

_MOST_MARKETS = 4
"""Markets named in the row of a loss; the rest are counted."""

_LOSSES = table(
    "losses",
    "Every loss that was tried, the worst first. The plan stays; only flows and strategic stock answer.",
    {
        "rank": number("1 is the worst: least served, then soonest felt, then dearest", key=True),
        "loss": text("what is lost; of a pair both"),
        "together": number("how many are lost at once"),
        "period": text("period in which it happens"),
        "months": number("how long it lasts", "month"),
        "service": number("worth served of what is asked for, in all markets", "share"),
        "lost_value": number("worth that is not served", "money"),
        "loss_amount": number("cost of it all against the same months in calm, discounted", "money"),
        "survives": number(
            "longest it could last with everything served that the plan sells; at most the period", "month"
        ),
        "short": text("markets that go without most, with the share of the missing worth"),
    },
)


def _by_period(name: str, description: str, unit: str, words: str, periods: Sequence[str]) -> pa.DataFrameSchema:
    columns = {period: number(f"{words} in {period}; blank where there is nothing to lose", unit) for period in periods}
    return table(
        name, description, {"kind": text("kind of loss", key=True), "member": text("what is lost", key=True), **columns}
    )


def stress_schemas(periods: Sequence[str]) -> dict[str, pa.DataFrameSchema]:
    """The sheets of a stress test over these periods."""
    heat = "Service under every single loss, by period, where it lasts longest of the month counts asked for."
    endurance = "For how many months each single loss could last with everything served that the plan sells."
    sheets = (
        RESULTS["summary"],
        _by_period(HEAT, heat, "share", "service", periods),
        _by_period(ENDURANCE, endurance, "month", "months survived", periods),
        _LOSSES,
        RESULTS["issues"],
        RESULTS["run"],
    )
    return {str(schema.name): schema for schema in sheets}


STRESS = stress_schemas(("first period", "second period"))
"""The sheets of a stress test over two periods."""


def stress_tables(found: Stressed, periods: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Sheets `heat_map`, `endurance` and `losses`."""
    ranked = found.ranked
    rows = [
        (
            rank,
            hit.case.words,
            len(hit.case.losses),
            hit.case.period,
            hit.case.months,
            hit.service,
            hit.lost,
            hit.loss,
            hit.lasts,
            short_words(hit),
        )
        for rank, hit in enumerate(ranked, 1)
    ]
    return {
        HEAT: _spread(found, periods, "service"),
        ENDURANCE: _spread(found, periods, "lasts"),
        "losses": pd.DataFrame(rows, columns=list(_LOSSES.columns)),
    }


def short_words(hit: Hit) -> str:
    """The markets that go without most, each with its share of the worth that is missing."""
    total = sum(hit.short.values())
    worst = sorted(hit.short.items(), key=lambda entry: -entry[1]) if total > 0 else []
    named = worst[:_MOST_MARKETS]
    parts = [f"{item} in {region} ({per_cent(worth / total)})" for (region, item), worth in named]
    more = len(worst) - len(parts)
    return "; ".join(parts) + (f"; {more} more" if more > 0 else "")


def _spread(found: Stressed, periods: Sequence[str], figure: str) -> pd.DataFrame:
    """One row per single loss, the worst first, and the figure by period."""
    longest: dict[tuple[str, str], dict[str, Hit]] = {}
    for hit in found.singles:
        loss = hit.case.losses[0]
        row = longest.setdefault((loss.kind, loss.member), {})
        known = row.get(hit.case.period)
        if known is None or hit.case.months > known.case.months:
            row[hit.case.period] = hit
    rows = [
        (*member, *(getattr(row[period], figure) if period in row else None for period in periods))
        for member, row in longest.items()
    ]
    frame = pd.DataFrame(rows, columns=["kind", "member", *periods])
    return frame.astype(dict.fromkeys(periods, float))
