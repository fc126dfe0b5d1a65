"""The heat map: how secure the supply of each item is in each period, by one figure at a time."""

import pandas as pd

from planner.report.accounts import GROUPS, cost_over_best
from planner.report.figures import periods
from planner.report.wording import three_digits
from planner.results.tables import Tables
from planner.surfaces import in_html
from planner.words import format_percent
from planner_models import frames
from planner_models.instance import Instance

FIGURES = {
    "hhi_region": ("concentration by region (HHI)", 0.0, 1.0),
    "hhi_firm": ("concentration by firm (HHI)", 0.0, 1.0),
    "largest_share": ("share of the largest source", 0.0, 1.0),
    "import_share": ("share that crosses a bloc's border", 0.0, 1.0),
    "controlled_share": ("share under own control", 1.0, 0.0),
    "cover": ("stock in months of use", 6.0, 0.0),
    "capacity_ratio": ("capacity over use", 1.0, 2.5),
    "utilisation": ("use of controlled capacity", 1.0, 0.4),
}
"""Column of sheet `security`, its words, the value that is harmless and the one that is worst."""

_CALM, _MIDDLE, _HOT = (233, 242, 236), (250, 225, 160), (214, 96, 77)


def heat_maps(instance: Instance, tables: Tables) -> dict[str, str]:
    """By figure, a table of items by periods as HTML; figures that no item has are left out."""
    security = tables.get("security", pd.DataFrame())
    if not len(security):
        return {}
    items = instance["items"].set_index("item")
    order = sorted(items.index, key=lambda item: items.at[item, "critical"] != "yes")
    found = {}
    for column, (words, calm, worst) in FIGURES.items():
        if column not in security or not security[column].notna().any():
            continue
        values = security.pivot_table(index="item", columns="period", values=column, aggfunc="first")
        values = values.reindex([item for item in order if item in values.index])
        values = values.reindex(columns=periods(instance)).astype(float)
        if values.to_numpy(na_value=0.0).any():
            found[words] = _table(values, _remarks(security, column), calm, worst)
    return found


def advantage_maps(instance: Instance, tables: Tables) -> dict[str, str]:
    """Cost over the best region, a table of regions by tier and one by intensity, as HTML; "" where there is none."""
    shown = {f"by {by}": cost_over_best(instance, tables, by) for by in GROUPS}
    return {words: _table(values, {}, BEST, TWICE) for words, values in shown.items() if not values.empty}


BEST, TWICE = 1.0, 2.0
"""Cost over that of the best region: the best, and what is shown as worst."""


def _remarks(security: pd.DataFrame, column: str) -> dict[tuple[str, str], str]:
    """What the pointer shows on a cell: who the largest source is."""
    if column not in ("hhi_region", "largest_share") or "largest_source" not in security:
        return {}
    rows = security.dropna(subset=["largest_source", "largest_share"])
    keys = zip(rows["item"], rows["period"], strict=True)
    words = [
        f"largest source {source}, {format_percent(share)}"
        for source, share in zip(rows["largest_source"], rows["largest_share"], strict=True)
    ]
    return dict(zip(keys, words, strict=True))


def _table(values: pd.DataFrame, remarks: dict[tuple[str, str], str], calm: float, worst: float) -> str:
    head = "".join(f"<th>{in_html(period)}</th>" for period in values)
    rows = []
    for item, figures in frames.lines(values):
        cells = "".join(
            _cell(value, remarks.get((item, period), ""), (value - calm) / (worst - calm))
            for period, value in frames.pairs(figures)
        )
        rows.append(f"<tr><th>{in_html(item)}</th>{cells}</tr>")
    return f'<table class="heat"><tr><th></th>{head}</tr>{"".join(rows)}</table>'


def _cell(value: float, remark: str, heat: float) -> str:
    if value != value:
        return "<td></td>"
    note = f' title="{in_html(remark)}"' if remark else ""
    return f'<td style="background:{shade(heat)}"{note}>{three_digits(value)}</td>'


def shade(heat: float) -> str:
    """From a calm colour at 0 over a middle one to a hot one at 1."""
    heat = min(max(heat, 0.0), 1.0)
    low, high = (_CALM, _MIDDLE) if heat < 0.5 else (_MIDDLE, _HOT)
    part = heat * 2 if heat < 0.5 else heat * 2 - 1
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(low, high, strict=True))
    return f"#{red:02X}{green:02X}{blue:02X}"
