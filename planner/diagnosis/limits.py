"""Which cells of the workbook say what cannot be met: for each, the rows of the model that it sets a limit in."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import sqrt
from typing import Any

import numpy as np
import pyomo.environ as pyo

from planner.solver.compiled import Compiled
from planner_models import frames
from planner_models.blocks.demand import MARKET
from planner_models.by_period import SHEET as BY_PERIOD
from planner_models.keys import Activity
from planner_models.linear import LinearExpression
from planner_models.model import Model
from planner_models.sets import Sets
from planner_models.sets.access import OFFER
from planner_models.sets.arcs import ARC
from planner_models.stating_rows import find_stating_row

KINDS = {
    ("demand", "volume"): "contract",
    ("access", "min_take"): "contract",
    ("stocks", "minimum"): "policy",
    ("stocks", "maximum"): "physical",
    ("lines", "capacity"): "physical",
    ("line_capacity", "capacity"): "physical",
    ("lines", "min_load"): "physical",
    ("lanes", "capacity"): "physical",
    ("lanes", "min_flow"): "contract",
    ("hubs", "capacity"): "physical",
    ("items", "disposable"): "physical",
    ("locks", "at_least"): "policy",
    ("locks", "at_most"): "policy",
}
"""What kind of fact the limits of a column are: nature and plant, an agreement with somebody, or a choice."""

UNSAID = 1.0
"""What a lock without limits asks for."""

LIMITED = ("held", "shipped", "transited")
"""Variables whose own limits are cells of the workbook."""


@dataclass(frozen=True)
class Place:
    """A row in which a cell sets a limit, or several that say one thing.

    `rows`: their positions; `sign`: that of a slack that loosens them; `unit`: by how much one unit of the cell's value
    does; `gate`: a variable without which the cell says nothing there; `most`: as far as they can need loosening;
    `cone`: the number of the cone whose tangents they are.
    """

    rows: tuple[int, ...]
    sign: float
    unit: float | LinearExpression = 1.0
    gate: Any = None
    most: float = np.inf
    cone: int | None = None


@dataclass
class Limit:
    """A cell that could give way: its value `now`, and whether it would have to `rise` or fall.

    Where it is `squared`, its root is what stands in the rows: `now` and changes are of the root. It cannot fall below
    `least`.
    """

    sheet: str
    row: int
    column: str
    kind: str
    now: float
    rise: bool
    squared: bool = False
    places: list[Place] = field(default_factory=list)
    least: float = 0.0


class Limits:
    """The limits found so far, one for each cell and direction."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.found: dict[tuple[str, int, str], Limit] = {}

    def add(self, sheet: str, row: int, column: str, rise: bool, place: Place, period: str | None = None) -> None:
        """Note that a cell sets a limit in a row: of a figure that is another in a `period`, the cell of by_period."""
        kind, instance = KINDS[sheet, column], self.model.sets.instance
        key = (sheet, row, column)
        stating = None if period is None else find_stating_row(instance, sheet, row, column, period)
        if stating is not None:
            factor = float(frames.cell(instance[BY_PERIOD], stating, "factor"))
            key = (BY_PERIOD, stating, "value" if np.isnan(factor) else "factor")
            figure = 1.0 if np.isnan(factor) else float(frames.cell(instance[sheet], row, column))
            place = replace(place, unit=place.unit * figure if isinstance(place.unit, float) else place.unit)
        if key not in self.found:
            value = frames.cell(instance[key[0]], *key[1:])
            now = 0.0 if isinstance(value, str) else UNSAID if value != value else float(value)
            self.found[key] = Limit(*key, kind, now, rise)
        self.found[key].places.append(place)


def limits(model: Model, elastic: Compiled) -> list[Limit]:
    """The cells that could give way, with the rows of `elastic` (see `with_limits_as_rows`) in which they stand."""
    found = Limits(model)
    for position, row in enumerate(elastic.rows):
        reader = READERS.get(row.parent_component().local_name)
        if reader is not None:
            reader(found, position, *row.index())
    return [*found.found.values(), *_rules(model, elastic)]


def _rules(model: Model, elastic: Compiled) -> list[Limit]:
    """The limits of hard rules, each with all rows that its rule holds."""
    rules = model.sets.instance["rules"].reset_index().set_index("rule")
    position = {id(row): place for place, row in enumerate(elastic.rows)}
    cones = {cone.row.key: number for number, cone in enumerate(model.concentration.cones)}
    found: dict[str, Limit] = {}
    for key, row in model.rules.rows.items():
        if row.rule.penalty is not None or row.idle:
            continue
        facts = rules.loc[[row.rule.name]].iloc[0]
        squared = key in cones
        now = sqrt(row.rule.limit) if squared else row.rule.limit
        limit = found.setdefault(
            row.rule.name,
            Limit(
                "rules",
                int(facts["row"]),
                "limit",
                facts["kind"],
                now,
                row.upper,
                squared,
                least=-np.inf if row.rule.type == "min_cash" else 0.0,
            ),
        )
        if squared:
            rows = tuple(position[id(data)] for data, _ in row.constraints)
            limit.places.append(Place(rows, -1.0, row.base, cone=cones[key]))
        else:
            limit.places += [
                Place((position[id(data)],), -1.0, unit if unit.variables else unit.constant)
                for data, unit in row.constraints
                if id(data) in position
            ]
    return list(found.values())


def with_limits_as_rows(compiled: Compiled) -> Compiled:
    """The same model with the limits of LIMITED variables as rows, so that they can be loosened like any other."""
    chosen = [
        position
        for position, variable in enumerate(compiled.variables)
        if variable.parent_component().local_name in LIMITED
        and (compiled.lower[position] > 0 or np.isfinite(compiled.upper[position]))
    ]
    lower, upper = compiled.lower.copy(), compiled.upper.copy()
    lower[chosen], upper[chosen] = 0.0, np.inf
    return replace(
        compiled,
        lower=lower,
        upper=upper,
        starts=np.concatenate([compiled.starts, compiled.starts[-1] + 1 + np.arange(len(chosen))]).astype(np.int32),
        columns=np.concatenate([compiled.columns, chosen]).astype(np.int32),
        values=np.concatenate([compiled.values, np.ones(len(chosen))]),
        row_lower=np.concatenate([compiled.row_lower, compiled.lower[chosen]]),
        row_upper=np.concatenate([compiled.row_upper, compiled.upper[chosen]]),
        rows=[*compiled.rows, *(compiled.variables[position] for position in chosen)],
    )


def _member(variables: pyo.Var, key: tuple[str, ...]) -> Any:
    """The variable of a key; None where there is none."""
    return variables[key] if key in variables else None  # noqa: SIM401  # no mapping: it has no `get`


def _service(found: Limits, row: int, *key: str) -> None:
    """sold + unserved = volume: less may be wanted."""
    demand = found.model.sets.demand
    cells = demand.index[(demand[MARKET] == list(key)).all(axis=1)]
    volume = frames.cell(demand, cells[0], "volume")
    given = frames.cell(found.model.sets.instance["demand"], cells[0], "volume")
    gate = _member(found.model.demand.priced, key)
    found.add("demand", int(cells[0]), "volume", False, Place((row,), 1.0, volume / given, gate, volume))


def _capacity(found: Limits, row: int, site: str, process: str, mode: str, period: str) -> None:
    """made <= usable: what exists may be more, where something can stand at all."""
    sets = found.model.sets
    sheet, cell = _capacity_cell(sets, site, process, period)
    if cell is None:
        return
    offer = found.model.capacity.offer_of[site, process, mode]
    accessed = found.model.access.accessed
    gate = _state(found.model, site, process, period) if offer is None else accessed[(*offer, period)]
    unit = sets.shares[site, process, mode]
    found.add(sheet, cell, "capacity", True, Place((row,), -1.0, unit, gate, sets.most_useful(process, period)), period)


def _state(model: Model, site: str, process: str, period: str) -> Any:
    """The variable that says whether what exists of an own line is there; None where it always is."""
    kept = _member(model.capacity.kept, (site, process, period))
    return _member(model.sites.opened, (site, period)) if kept is None else kept


def _capacity_cell(sets: Sets, site: str, process: str, period: str) -> tuple[str, int | None]:
    """The sheet and row that say what exists of a line in a period; no row where nothing may run."""
    lines, changes = sets.instance["lines"], sets.instance["line_capacity"]
    cell = _line_cell(sets, site, process)
    running = set(sets.time.window(None, frames.cell(lines, cell, "last_period"))) & set(sets.windows[site])
    if period not in running:
        return "lines", None
    own = changes[(changes["site"] == site) & (changes["process"] == process)]
    places = own["period"].map(sets.time.position)
    past = places[places <= sets.time.position[period]]
    return ("line_capacity", int(str(past.idxmax()))) if len(past) else ("lines", cell)


def _line_cell(sets: Sets, site: str, process: str) -> int:
    """The row of a line in sheet `lines`."""
    lines = sets.instance["lines"]
    (cell,) = lines.index[(lines["site"] == site) & (lines["process"] == process)]
    return int(cell)


def _least_load(found: Limits, row: int, site: str, process: str, mode: str, period: str) -> None:
    """made >= min_load x usable: it may run at less."""
    cell = _line_cell(found.model.sets, site, process)
    lines = found.model.sets.instance["lines"]
    usable = found.model.capacity.usable[site, process, mode, period]
    most = frames.cell(lines, cell, "min_load") * found.model.sets.most[site, process, period]
    found.add("lines", cell, "min_load", False, Place((row,), 1.0, usable, None, most))


def _least_take(found: Limits, row: int, *key: *Activity) -> None:
    """made >= min_take x share x existing: less may have to be taken."""
    access = found.model.sets.instance["access"]
    (cell,) = access.index[(access[OFFER] == list(found.model.capacity.offer_of[key[:3]] or ())).all(axis=1)]
    amount, _ = found.model.capacity.least_taken[key]
    unit = amount / frames.cell(access, cell, "min_take")
    found.add("access", int(cell), "min_take", False, Place((row,), 1.0, unit, None, amount))


def _stock(found: Limits, row: int, region: str, item: str, period: str) -> None:
    """minimum <= held <= maximum: less may have to be kept, or more be able to."""
    stocks = found.model.sets.instance["stocks"]
    (cell,) = stocks.index[(stocks["region"] == region) & (stocks["item"] == item)]
    if frames.cell(stocks, cell, "minimum") > 0:
        place = Place((row,), 1.0, 1.0, None, frames.cell(stocks, cell, "minimum"))
        found.add("stocks", int(cell), "minimum", False, place)
    if np.isfinite(frames.cell(stocks, cell, "maximum")):
        found.add("stocks", int(cell), "maximum", True, Place((row,), -1.0))


def _balance(found: Limits, row: int, item: str, *_: str) -> None:
    """What comes in = what goes out: some of it may be thrown away."""
    items = found.model.sets.instance["items"]
    (cell,) = items.index[items["item"] == item]
    if items.at[cell, "disposable"] == "no":
        found.add("items", int(cell), "disposable", True, Place((row,), -1.0))


def _loosen_shared_lane(found: Limits, row: int, origin: str, destination: str, mode: str, period: str) -> None:
    """The sum shipped <= the capacity of the `*` row: that may be more."""
    gate = _member(found.model.lanes.lane_opened, (origin, destination, "*", mode, period))
    cell = _lane_cell(found, origin, destination, "*", mode)
    found.add("lanes", cell, "capacity", True, Place((row,), -1.0, 1.0, gate), period)


def _arc(found: Limits, row: int, origin: str, destination: str, item: str, mode: str, period: str) -> None:
    """shipped <= the capacity of the row with the item's name: that may be more."""
    cell = _lane_cell(found, origin, destination, item, mode)
    found.add("lanes", cell, "capacity", True, Place((row,), -1.0), period)


def _lane_cell(found: Limits, *lane: str) -> int:
    lanes = found.model.sets.instance["lanes"]
    return int(lanes.index[(lanes[ARC] == list(lane)).all(axis=1)][0])


def _least_flow(found: Limits, row: int, origin: str, destination: str, item: str, mode: str, _: str) -> None:
    """The sum shipped >= min_flow lane_used: less may have to move."""
    cell = _lane_cell(found, origin, destination, item, mode)
    most = float(frames.cell(found.model.sets.instance["lanes"], cell, "min_flow"))
    found.add("lanes", cell, "min_flow", False, Place((row,), 1.0, most=most))


def _pass_more(found: Limits, row: int, item: str, region: str, period: str) -> None:
    """transited <= the capacity of a hub (x hub_opened): that may be more, where it has one."""
    hub = found.model.sets.hubs.hub_of[item, region]
    if hub[1] == item:
        _share_more(found, row, *hub, period)


def _share_more(found: Limits, row: int, region: str, item: str, period: str) -> None:
    """The sum transited <= the capacity of the `*` row of hubs: that may be more."""
    hubs = found.model.sets.views[period]["hubs"]
    (cell,) = hubs.index[(hubs["region"] == region) & (hubs["item"] == item)]
    if np.isfinite(frames.cell(hubs, cell, "capacity")):
        gate = _member(found.model.hubs.hub_opened, (region, item, period))
        found.add("hubs", int(cell), "capacity", True, Place((row,), -1.0, 1.0, gate), period)


def _lock_least(found: Limits, row: int, cell: int, _: str) -> None:
    """the decision >= at_least: less may do."""
    found.add("locks", cell, "at_least", False, Place((row,), 1.0, most=found.model.locks.held_between[cell].at_least))


def _lock_most(found: Limits, row: int, cell: int, _: str) -> None:
    """the decision <= at_most: more may be allowed."""
    found.add("locks", cell, "at_most", True, Place((row,), -1.0))


READERS: dict[str, Callable[..., None]] = {
    "service": _service,
    "within_capacity": _capacity,
    "least_load": _least_load,
    "least_take": _least_take,
    "held": _stock,
    "balance": _balance,
    "delivery": _balance,
    "lane_sharing": _loosen_shared_lane,
    "shipped": _arc,
    "lane_least_flow": _least_flow,
    "transited": _pass_more,
    "hub_opening": _pass_more,
    "hub_sharing": _share_more,
    "lock_at_least": _lock_least,
    "lock_at_most": _lock_most,
}
"""The rows and variables in which cells set limits, and who finds the cell.

All else is the logic of the plan: what must be open, kept, signed or ready first.
"""
