"""Drivers of a decision: inputs that make it expensive or cheap, and the instance with one of them at another value."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pandas as pd

from planner.workbook.addresses import write_key
from planner_models import frames
from planner_models.by_period import list_varying_columns, name_columns
from planner_models.instance import Instance
from planner_models.schema import INPUTS, meta
from planner_models.sets.locks import Lock
from planner_models.stating_rows import find_stating_cell


@dataclass(frozen=True)
class Driver:
    """One input of one row: its sheet, the number of the row, its column, and its value.

    A row that stands for many (`*` in options) is first given a row of its own for the place in question: `instance`
    is the input with that row.
    """

    instance: Instance
    sheet: str
    row: int
    column: str

    @property
    def value(self) -> float:
        """What it is now."""
        return float(frames.cell(self.instance[self.sheet], self.row, self.column))

    @property
    def least(self) -> float:
        """The least that it may be; minus infinity where nothing forbids it."""
        low = meta(INPUTS[self.sheet].columns[self.column])["low"]
        return float("-inf") if low is None else float(low)

    @property
    def unit(self) -> str:
        """Its unit."""
        return str(meta(INPUTS[self.sheet].columns[self.column])["unit"])

    @property
    def name(self) -> str:
        """As `--set` writes it, such as sites[S12].opening_cost."""
        row = self.instance[self.sheet].loc[self.row]
        key = [str(row[name]) for name in name_columns(self.sheet)]
        return f"{self.sheet}[{write_key(key)}].{self.column}"

    @property
    def overridden(self) -> list[str]:
        """The periods in which sheet by_period says what it is, whatever is varied here."""
        if self.column not in list_varying_columns(self.sheet):
            return []
        stated = [
            (period, find_stating_cell(self.instance, self.sheet, self.row, self.column, period))
            for period in self.instance["periods"]["period"]
        ]
        return [str(period) for period, cell in stated if cell is not None and cell[2] == "value"]

    def at(self, value: float) -> Instance:
        """The input with another value of it."""
        frame = self.instance.tables[self.sheet].copy()
        frame.loc[self.row, self.column] = value
        return replace(self.instance, tables={**self.instance.tables, self.sheet: frame})


def drivers(instance: Instance, lock: Lock) -> list[Driver]:
    """The inputs most connected with what a lock holds, in the order in which they come to mind."""
    find: dict[str, Callable[[Instance, Lock], list[Driver]]] = {
        "opened": _of_site,
        "built": _of_module,
        "accessed": _of_offer,
        "started": _of_project,
        "kept": _of_line,
        "priced": _of_step,
    }
    return [driver for driver in find[lock.kind](instance, lock) if driver.value == driver.value]


def _rows(instance: Instance, sheet: str, **cells: str) -> pd.DataFrame:
    frame = instance[sheet]
    chosen = pd.Series(True, index=frame.index)
    for name, value in cells.items():
        chosen &= frame[name] == value
    return frame[chosen]


def _each(instance: Instance, sheet: str, rows: pd.DataFrame, *columns: str) -> list[Driver]:
    return [Driver(instance, sheet, int(row), column) for row in rows.index for column in columns]


def _of_site(instance: Instance, lock: Lock) -> list[Driver]:
    site = lock.subject[0]
    found = _each(instance, "sites", _rows(instance, "sites", site=site), "opening_cost", "fixed_cost", "closing_cost")
    for process in _rows(instance, "lines", site=site)["process"]:
        options = instance["options"]
        names = options.loc[options["site"].isin([site, "*"]) & (options["process"] == process), "option"]
        for option in dict.fromkeys(names):
            found += _of_module(instance, lock._replace(subject=(site, process, option)))[:1]
    return found


def _of_module(instance: Instance, lock: Lock) -> list[Driver]:
    """Of a larger option that `scale_exponent` makes, the row that it is made of."""
    site, process, option = lock.subject
    rows = instance.tables["options"]
    names = set(rows.loc[rows["process"] == process, "option"])
    name = option if option in names else option.rpartition(" x ")[0]
    named = _rows(instance, "options", site=site, process=process, option=name)
    if named.empty:
        named = _rows(instance, "options", site="*", process=process, option=name).assign(site=site)
        named.index = pd.Index([int(max(rows.index)) + 1 + place for place in range(len(named))], name=rows.index.name)
        instance = replace(instance, tables={**instance.tables, "options": pd.concat([rows, named])})
    return _each(instance, "options", named, "capex", "fixed_cost")


def _of_offer(instance: Instance, lock: Lock) -> list[Driver]:
    firm, process, mode = lock.subject
    rows = _rows(instance, "access", firm=firm, process=process, mode=mode)
    return _each(instance, "access", rows, "entry_cost", "annual_cost", "markup", "transaction_cost")


def _of_project(instance: Instance, lock: Lock) -> list[Driver]:
    project, option = lock.subject
    return _each(instance, "projects", _rows(instance, "projects", project=project, option=option), "cost")


def _of_line(instance: Instance, lock: Lock) -> list[Driver]:
    site, process = lock.subject
    lines = _each(instance, "lines", _rows(instance, "lines", site=site, process=process), "fixed_cost", "unit_cost")
    return lines + _each(instance, "sites", _rows(instance, "sites", site=site), "fixed_cost")


def _of_step(instance: Instance, lock: Lock) -> list[Driver]:
    """Of the first period, where a lock speaks of all."""
    region, item, step = lock.subject
    rows = _rows(instance, "demand", region=region, item=item, step=step)
    if lock.period is not None:
        rows = rows[rows["period"] == lock.period]
    columns = ("price",) if instance.settings["objective"] == "profit" else ("penalty", "price")
    return _each(instance, "demand", rows[:1], *columns)
