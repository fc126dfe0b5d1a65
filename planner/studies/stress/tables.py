"""The tables of a stress test."""

from collections.abc import Sequence

import pandas as pd

from planner.report.wording import format_share
from planner.sheets.stress import ENDURANCE, HEAT, LOSSES, period_column
from planner.studies.stress.study import Hit, Stressed

_MOST_MARKETS = 4
"""Markets named in the row of a loss; the rest are counted."""


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
        "losses": pd.DataFrame(rows, columns=list(LOSSES.columns)),
    }


def short_words(hit: Hit) -> str:
    """The markets that go without most, each with its share of the worth that is missing."""
    total = sum(hit.short.values())
    worst = sorted(hit.short.items(), key=lambda entry: -entry[1]) if total > 0 else []
    named = worst[:_MOST_MARKETS]
    parts = [f"{item} in {region} ({format_share(worth / total)})" for (region, item), worth in named]
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
    named = [period_column(period) for period in periods]
    return pd.DataFrame(rows, columns=["kind", "member", *named]).astype(dict.fromkeys(named, float))
