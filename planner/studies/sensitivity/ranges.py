"""The figures of an input that may be otherwise, and the least and the most that each may be."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from planner.workbook.addresses import write_key
from planner_models.by_period import name_columns, write_cell
from planner_models.evidence import EvidenceRange, list_ranges
from planner_models.instance import Instance
from planner_models.schema import INPUTS, SETTINGS, meta

SHARE = 0.1
"""How far a figure without a range is moved to either side, as a share of it."""

_TECHNICAL = ("mip_gap", "time_limit", "threads", "seed", "base_year")
"""Settings about the search, or the names of years: no figures of the world."""

_LEFT_OUT = {"evidence", "locks", "links", "settings", "by_period"}
"""Sheets without figures of their own; overrides by period are moved by a range that names them."""


@dataclass(frozen=True)
class Figure:
    """One figure of the input, or several that move together.

    `key` and `column` are as `--set` writes them. `rows` are the rows of the sheet, empty for a setting; `values`,
    `low` and `high` hold one number per row, or one for a setting, in the unit of the column. `ranged` says whether
    sheet evidence gives the range; else it is `SHARE` to either side.
    """

    sheet: str
    key: str
    column: str
    unit: str
    rows: tuple[int, ...]
    values: np.ndarray
    low: np.ndarray
    high: np.ndarray
    ranged: bool
    source: str = ""
    confidence: str = ""

    @property
    def name(self) -> str:
        """The figure as `--set` writes it."""
        return f"{self.sheet}[{self.key}]" + ("" if self.sheet == "settings" else f".{self.column}")

    def value_at(self, way: float) -> np.ndarray:
        """The figure on its way from as it is (0) to its low end (-1) or its high end (1)."""
        end = self.high if way >= 0 else self.low
        return self.values + abs(way) * (end - self.values)

    def place(self, instance: Instance, way: float) -> Instance:
        """The instance with the figure on its way to one of its ends; see `value_at`."""
        moved = self.value_at(way)
        if self.sheet == "settings":
            return instance.with_settings(**{self.key: float(moved[0])})
        table = instance.tables[self.sheet].copy()
        table.loc[list(self.rows), self.column] = moved
        return replace(instance, tables={**instance.tables, self.sheet: table})

    @property
    def facts(self) -> dict[str, float | str | None]:
        """What the sheets of studies say of it: columns `MOVED` and `SUPPORT` of `planner.sheets.sensitivity`."""
        return {
            "figure": self.name,
            "rows": float(len(self.values)),
            "value": self.shown(self.values),
            "low": self.shown(self.low),
            "high": self.shown(self.high),
            "unit": self.unit,
            "source": self.source,
            "confidence": self.confidence,
        }

    def shown(self, values: np.ndarray) -> float | None:
        """One number for all rows where they agree; None where they do not."""
        return float(values[0]) if np.ptp(values) <= 1e-12 * max(1.0, abs(float(values[0]))) else None


def list_ranged(instance: Instance) -> list[Figure]:
    """The figures to which sheet evidence gives a range, in the order of its rows; what matches nothing is left out."""
    found = []
    for entry in list_ranges(instance):
        if entry.sheet == "settings":
            found.append(_make_setting(instance, entry))
        elif len(entry.rows):
            found.append(_make_ranged(instance, entry))
    return [figure for figure in found if figure is not None]


def _make_setting(instance: Instance, entry: EvidenceRange) -> Figure | None:
    value = instance.settings.get(entry.key)
    if not isinstance(value, int | float) or entry.key in _TECHNICAL:
        return None
    low, high = entry.ends(np.array([float(value)]))
    unit = str(meta(SETTINGS[entry.key])["unit"])
    return Figure(
        "settings", entry.key, "value", unit, (), np.array([float(value)]), low, high, True, entry.source, entry.trust
    )


def _make_ranged(instance: Instance, entry: EvidenceRange) -> Figure | None:
    """The figure of a row of evidence; its ends are within what the column allows, such as shares of 1 at most."""
    values = instance[entry.sheet].loc[list(entry.rows), entry.column].to_numpy(float)
    there = ~np.isnan(values)
    if not there.any():
        return None
    rows = tuple(np.array(entry.rows)[there].tolist())
    low, high = (_limit(INPUTS[entry.sheet].columns[entry.column], end) for end in entry.ends_together(values[there]))
    unit = str(meta(INPUTS[entry.sheet].columns[entry.column])["unit"])
    where = (entry.sheet, entry.key, entry.column, unit)
    return Figure(*where, rows, values[there], low, high, True, entry.source, entry.trust)


def list_unranged(instance: Instance, ranged: list[Figure]) -> list[Figure]:
    """Every column of figures without a range, all its rows together, at `SHARE` to either side."""
    taken = {(figure.sheet, row, figure.column) for figure in ranged for row in figure.rows}
    found = []
    for sheet, column in _numeric_columns():
        table = instance.tables[sheet]
        values = table[column]
        rows = [row for row in table.index[values.notna() & (values != 0.0)] if (sheet, row, column) not in taken]
        if rows:
            found.append(_make_unranged(instance, sheet, column, rows, "*"))
    set_already = {figure.key for figure in ranged if figure.sheet == "settings"}
    return [*found, *_list_settings(instance, set_already)]


def _numeric_columns() -> Iterator[tuple[str, str]]:
    """Sheets and columns whose numbers are figures of the world, none of them a key or a whole number."""
    for sheet, schema in INPUTS.items():
        if sheet in _LEFT_OUT:
            continue
        for column, field in schema.columns.items():
            facts = meta(field)
            if facts["kind"] == "number" and not facts["key"]:
                yield sheet, column


def _list_settings(instance: Instance, taken: set[str]) -> list[Figure]:
    found = []
    for name, field in SETTINGS.items():
        value = instance.settings[name]
        if meta(field)["kind"] != "number" or name in taken or name in _TECHNICAL or not value:
            continue
        values = np.array([float(value)])
        low, high = _limit(field, values * (1 - SHARE)), _limit(field, values * (1 + SHARE))
        found.append(Figure("settings", name, "value", str(meta(field)["unit"]), (), values, low, high, False))
    return found


def _make_unranged(instance: Instance, sheet: str, column: str, rows: list[int], key: str) -> Figure:
    field = INPUTS[sheet].columns[column]
    values = instance.tables[sheet].loc[rows, column].to_numpy(float)
    ends = np.sort(np.stack([values * (1 - SHARE), values * (1 + SHARE)]), axis=0)
    where = (sheet, key, column, str(meta(field)["unit"]))
    return Figure(*where, tuple(rows), values, _limit(field, ends[0]), _limit(field, ends[1]), False)


def _limit(field: object, values: np.ndarray) -> np.ndarray:
    """Values within the limits that the column declares."""
    facts = meta(field)
    return (
        np.clip(values, facts["low"], facts["high"])
        if facts["low"] is not None or facts["high"] is not None
        else values
    )


def split_figure(instance: Instance, figure: Figure) -> list[Figure]:
    """The rows of a figure that has several, each by itself; a figure of one row, or with a range, is not split.

    On a sheet without a key, rows about the same thing stay together.
    """
    if figure.ranged or len(figure.rows) < 2:
        return []
    named = instance[figure.sheet][name_columns(figure.sheet)]
    together: dict[str, list[int]] = {}
    for row in figure.rows:
        together.setdefault(write_key(map(write_cell, named.loc[row])), []).append(row)
    return [_make_unranged(instance, figure.sheet, figure.column, rows, key) for key, rows in together.items()]
