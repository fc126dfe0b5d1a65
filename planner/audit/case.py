"""A plan under audit: its result sheets, and what the instance says about their keys."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np
import pandas as pd

from planner.audit.by_period import read_figures
from planner.audit.productivity import multiply_productivity
from planner.audit.sheets import Sheet, read_sheet
from planner_models.instance import Instance
from planner_models.schema import RESULTS, TIERS, keys

P = ParamSpec("P")
T = TypeVar("T")

HOURS_AND_ENERGY = 1e6
"""Wages, energy prices and freight are in currency, amounts in millions of it."""

LINE = ["site", "process"]


def cache_table(compute: Callable[Concatenate["AuditedPlan", P], T]) -> Callable[Concatenate["AuditedPlan", P], T]:
    """Reckons a table of a case, for the same further arguments, only once; callers leave it as it is."""

    @wraps(compute)
    def look_up(case: "AuditedPlan", *args: P.args, **options: P.kwargs) -> T:
        key = (compute, args, tuple(options.items()))
        if key not in case.memory:
            case.memory[key] = compute(case, *args, **options)
        return case.memory[key]

    return look_up


def levels(index: pd.Index, names: list[str]) -> pd.MultiIndex:
    """Some of the levels of an index of keys."""
    return pd.MultiIndex.from_arrays([index.get_level_values(name) for name in names], names=names)


def words(names: pd.Series) -> pd.Series:
    """Names of steps or levels as text, whole numbers without decimals."""
    texts = [f"{name:.15g}" if isinstance(name, float) else str(name) for name in names]
    return pd.Series(texts, index=names.index, dtype=object)


def sum_by_key(frame: pd.DataFrame, key: list[str], column: str) -> pd.Series:
    """The sum of a column by key."""
    return frame.groupby(key)[column].sum()


class _Lazy(dict[str, T]):
    """Sheets by name, each read when it is first asked for: an audit of one noun reads few of them."""

    def __init__(self, read: Callable[[str], T]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, sheet: str) -> T:
        self[sheet] = self._read(sheet)
        return self[sheet]


@dataclass(frozen=True)
class AuditedPlan:
    """An instance, the result tables that claim to be a plan of it, the objective claimed, and the error claimed of the
    best base (see `audit`), both in money.

    Sheets are read by name, with all declared columns: numbers as floats, blank ones 0; a missing sheet is empty, and
    rows that cannot be used are left out (see `sheets`). Of sheets with rows by scenario these are the rows of the
    base; `disturbed` has the others.
    """

    instance: Instance
    tables: Mapping[str, pd.DataFrame]
    objective: float = 0.0
    base_error: float | None = None
    memory: dict[Any, Any] = field(default_factory=dict)

    def __getitem__(self, sheet: str) -> pd.DataFrame:
        return self.sheets[sheet]

    @cached_property
    def sheets(self) -> "_Lazy[pd.DataFrame]":
        """The audited sheets, by name."""
        return _Lazy(lambda sheet: self._undisturbed(sheet, self.everything[sheet]))

    @cached_property
    def everything(self) -> "_Lazy[pd.DataFrame]":
        """The audited sheets with the rows of all scenarios, by name."""
        return _Lazy(lambda sheet: self.given[sheet].rows)

    @cached_property
    def given(self) -> "_Lazy[Sheet]":
        """The audited sheets as they are, with what is wrong with their rows, by name."""
        return _Lazy(lambda sheet: read_sheet(self.instance, self.tables, sheet))

    def disturbed(self, sheet: str) -> pd.DataFrame:
        """The rows of a sheet in scenarios other than the base."""
        rows = self.everything[sheet]
        return rows[rows["scenario"] != "base"]

    def _undisturbed(self, sheet: str, rows: pd.DataFrame) -> pd.DataFrame:
        return rows[rows["scenario"] == "base"] if "scenario" in rows and sheet != "scenarios" else rows

    def key(self, sheet: str) -> list[str]:
        """The key columns of a result sheet."""
        return keys(RESULTS[sheet])

    def claims(self, sheet: str, column: str) -> bool:
        """Whether a sheet says anything in a column: plans of earlier versions leave later columns blank."""
        table = self.tables.get(sheet)
        return table is not None and column in table and bool(table[column].notna().any())

    def speaks_of(self, *sheets: str) -> bool:
        """Whether any of the sheets, of the instance or of the result, has rows: else there is nothing to audit."""
        given = [self.instance.tables.get(sheet) for sheet in sheets] + [self.tables.get(sheet) for sheet in sheets]
        return any(table is not None and len(table) > 0 for table in given)

    @cached_property
    def periods(self) -> pd.DataFrame:
        """By period: place in order, years, start (years since the base year), annual and once (discount factors)."""
        periods = self.instance["periods"].set_index("period")[["years"]]
        periods["place"] = np.arange(len(periods))
        periods["start"] = periods["years"].cumsum() - periods["years"]
        growth = 1.0 + self.instance.settings["discount_rate"]
        periods["once"] = growth ** -periods["start"]
        periods["annual"] = [
            sum(growth ** -(start + year) for year in range(int(years)))
            for start, years in zip(periods["start"], periods["years"], strict=True)
        ]
        return periods

    @cached_property
    def views(self) -> "list[tuple[AuditedPlan, list[str]]]":
        """The plan beside the figures of each period (sheet by_period), with the periods in which they hold."""
        found: list[tuple[AuditedPlan, list[str]]] = []
        here: list[str] = []
        for place, period in enumerate(self.periods.index):
            figures = read_figures(self.instance, place)
            if figures is not self.instance:
                found.append((AuditedPlan(figures, self.tables, self.objective, self.base_error), [period]))
            else:
                here.append(period)
        return [(self, here), *found] if here or not found else found

    def in_each_period(self, tabulate: "Callable[[AuditedPlan], pd.DataFrame]") -> pd.DataFrame:
        """A table of the plan at the figures of each period, with its `period`; no rows where there are no periods."""
        tables = [(tabulate(view), periods) for view, periods in self.views]
        parts = [table.assign(period=period) for table, periods in tables for period in periods]
        return pd.concat(parts) if parts else tables[0][0].assign(period="").iloc[:0]

    @cached_property
    def recipes(self) -> pd.DataFrame:
        """What each process uses (below 0) and makes per activity in each period: process, item, quantity, period."""
        rows = self.in_each_period(lambda view: view.instance["recipes"])
        return rows[["process", "item", "quantity", "period"]].reset_index(drop=True)

    def at(self, period: str) -> "AuditedPlan":
        """The plan beside the figures of a period."""
        return next(view for view, periods in self.views if period in periods)

    def places(self, names: pd.Series, blank: int) -> pd.Series:
        """The place in order of each period named, `blank` where none is."""
        return pd.Series([self._place_of.get(name, blank) for name in names], index=names.index, dtype=int)

    @cached_property
    def _place_of(self) -> dict[str, int]:
        """By period: its place in order."""
        return {period: place for place, period in enumerate(self.periods.index)}

    @cached_property
    def sites(self) -> pd.DataFrame:
        """By site: its row, home (yes | no), tier of its first line, first and last place in its window."""
        sites = self.instance["sites"].set_index("site")
        sites["home"] = sites["firm"].map(self.instance["firms"].set_index("firm")["home"])
        tier = self.instance["processes"].set_index("process")["tier"]
        first_line = self.instance["lines"].groupby("site")["process"].first()
        sites["tier"] = sites.index.to_series().map(first_line).map(tier).fillna(TIERS[0])
        sites["first"] = self.places(sites["first_period"], 0)
        sites["last"] = self.places(sites["last_period"], len(self.periods) - 1)
        return sites

    @cached_property
    def lines(self) -> pd.DataFrame:
        """By site and process: the row of `lines`, the site's region, firm, home and status, the process's figures.

        Hours and energy are those of the line, with its productivity; `output` multiplies what its capacity makes.
        """
        lines = self.instance["lines"].set_index(LINE)
        site, process = (lines.index.get_level_values(name) for name in LINE)
        for column in ("region", "firm", "home", "status"):
            lines[column] = self.sites[column].reindex(site).to_numpy()
        facts = self.instance["processes"].set_index("process").reindex(process)
        for column in ("tier", "labour", "skilled", "energy", "other_cost", "royalty", "learnable_share", "requires"):
            lines[column] = facts[column].to_numpy()
        factors = multiply_productivity(self.instance, lines, self.blocs)
        for column in ("labour", "skilled", "energy"):
            lines[column] = lines[column] * factors[column]
        lines["output"] = factors["output"]
        return lines.drop(columns=["source", "confidence", "note"])

    @cached_property
    def grid(self) -> pd.DataFrame:
        """Every line in every period: site, process, period, place."""
        periods = self.periods.reset_index()[["period", "place"]]
        return self.lines.reset_index()[LINE].merge(periods, how="cross")

    @cached_property
    def open(self) -> pd.Series:
        """Whether each site is open in each period, as the sheet `sites` says."""
        moves = self["sites"].assign(place=self.places(self["sites"]["period"], -1))
        opened = moves[moves["opened"] == "yes"].groupby("site")["place"].min()
        closed = moves[moves["closed"] == "yes"].groupby("site")["place"].min()
        sites, periods = self.sites.reset_index(), self.periods.reset_index()[["period", "place"]]
        states = sites[["site", "status", "home", "first", "last"]].merge(periods, how="cross")
        standing = states["status"] == "existing"
        begin = states["site"].map(opened).fillna(len(periods)).where(~standing, 0)
        end = states["site"].map(closed).fillna(len(periods))
        place = states["place"]
        within = (place >= states["first"]) & (place <= states["last"]) & (standing | (states["home"] == "yes"))
        states["open"] = (place >= begin) & (place < end) & within
        return states.set_index(["site", "period"])["open"]

    @cached_property
    def declared(self) -> pd.Series:
        """Existing capacity by site, process and period if nothing is retired or closed, in activity/year."""
        grid = self.grid
        changes = self.instance["line_capacity"][[*LINE, "period", "capacity"]].rename(columns={"capacity": "changed"})
        grid = grid.merge(changes, on=[*LINE, "period"], how="left").sort_values([*LINE, "place"])
        changed = grid.groupby(LINE)["changed"].ffill()
        index = pd.MultiIndex.from_frame(grid[LINE])
        stated = self.in_each_period(lambda view: view.instance["lines"]).set_index([*LINE, "period"])["capacity"]
        every = pd.MultiIndex.from_frame(grid[[*LINE, "period"]])
        capacity = changed.fillna(pd.Series(stated.reindex(every).to_numpy(), index=grid.index))
        capacity = capacity * self.lines["output"].reindex(index).to_numpy()
        last = self.places(self.lines["last_period"], len(self.periods) - 1).reindex(index).to_numpy()
        first_open, last_open = (self.sites[end].reindex(grid["site"]).to_numpy() for end in ("first", "last"))
        place = grid["place"]
        grid["declared"] = capacity.where((place <= last) & (place >= first_open) & (place <= last_open), 0.0)
        outside = (self.lines["home"] == "no") & (self.lines["status"] == "candidate")
        grid.loc[outside.reindex(index).to_numpy(), "declared"] = 0.0
        return grid.set_index([*LINE, "period"])["declared"]

    @cached_property
    def blocs(self) -> pd.Series:
        """The bloc of each region; a region without one is a bloc of its own."""
        regions = self.instance["regions"].set_index("region")
        return regions["bloc"].fillna(regions.index.to_series())
