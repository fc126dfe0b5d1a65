"""Why there is no plan: the fewest cells of the workbook that would have to change, and to what."""

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from planner.diagnosis.elastic import Elastic, Loosened
from planner.diagnosis.limits import Limit, limits, with_limits_as_rows
from planner.solver.compiled import Compiled, compile_model
from planner.solver.solver import Options, solve_arrays, with_best_base
from planner.words import count_noun
from planner.workbook.read import Reading
from planner_models import frames
from planner_models.by_period import name_columns
from planner_models.instance import Instance
from planner_models.model import Model
from planner_models.network import build

PATIENCE = 20.0
"""Longest time in s of one search; a remedy found by then may not be the smallest."""

DIGITS = 5
"""Significant digits of what a cell must be at least, or at most; rounded to the side that will do."""

HALVINGS = 12
"""How often the range of a limit is halved in which the least change lies."""

KINDS = ("policy", "contract", "physical")

DISPOSABLE = "disposable"
"""The one limit that is no number: whether an item may be thrown away."""


@dataclass(frozen=True)
class Edit:
    """A cell to change: `needed` is the least value that will do where it must `rise`, else the greatest."""

    sheet: str
    row: int
    column: str
    kind: str
    key: str
    now: float
    needed: float
    rise: bool

    def words(self, cell: str | None = None, factor: float = 1.0, unit: str = "") -> str:
        """The edit as a line for people; `cell` is where it is, such as "H7".

        `factor` turns figures in the `unit` in which the cell is written into those of the plan.
        """
        place = f"{self.sheet}!{cell}" if cell else f"{self.sheet} row {self.row}"
        what = f"{place} ({self.column} of {self.key})"
        if self.column == DISPOSABLE:
            return f"{what}: no must be yes"
        now, needed, behind = self.now / factor, self.needed / factor, f" {unit}" if unit else ""
        return f"{what}: {now:g} must be at {'least' if self.rise else 'most'} {needed:.12g}{behind}"


@dataclass(frozen=True)
class Remedy:
    """A set of edits that would make a plan possible. `among`: the cells that were asked for."""

    among: str
    edits: tuple[Edit, ...]


def find_remedies(
    model: Model,
    compiled: Compiled,
    patience: float = PATIENCE,
    kept: Collection[tuple[str, int]] = (),
) -> list[Remedy]:
    """The smallest sets of edits found on the mixed-integer model: of rules alone, of each kind of limit alone, of all.

    Rules come first, since their limits are chosen: where they alone will do, hard data stay as they are. That of all
    limits is left out where another will do. Each was tried. Empty where none was found in time. The rows `kept`, by
    sheet and number, stay as they are.
    """
    elastic_rows = with_limits_as_rows(compiled)
    found = [limit for limit in limits(model, elastic_rows) if (limit.sheet, limit.row) not in kept]
    elastic = Elastic(elastic_rows, found, patience)
    groups = {"rules": [place for place, limit in enumerate(found) if limit.sheet == "rules"]}
    for kind in KINDS:
        groups[kind] = [place for place, limit in enumerate(found) if limit.kind == kind]
    groups["all"] = list(range(len(found)))
    instance = model.sets.instance
    answers: list[Remedy] = []
    for among, cells in groups.items():
        if among == "all" and answers:
            break
        edits = _smallest(elastic, cells, instance)
        if edits and not _contains_remedy(edits, answers) and _will_do(instance, edits, patience):
            spared = _drop_needless(instance, edits, patience)
            answers += [] if _contains_remedy(spared, answers) else [Remedy(among, spared)]
    return answers


def _contains_remedy(edits: tuple[Edit, ...], answers: list[Remedy]) -> bool:
    """Whether some of the edits are a remedy by themselves."""
    return any(set(answer.edits) <= set(edits) for answer in answers)


def apply_edits(instance: Instance, edits: Iterable[Edit]) -> Instance:
    """The instance with its cells changed as told."""
    tables = {sheet: table.copy() for sheet, table in instance.tables.items()}
    for edit in edits:
        tables[edit.sheet].at[edit.row, edit.column] = "yes" if edit.column == DISPOSABLE else edit.needed
    return replace(instance, tables=tables)


NEAR_BEST = 1e-3
"""Gap to which the best base is known where it is asked whether a limit on risk can be met."""


def _will_do(instance: Instance, edits: Iterable[Edit], patience: float) -> bool:
    """Whether a plan is found once the cells are changed: a cell can mean more than the rows it was loosened in."""
    model, options = build(apply_edits(instance, edits)), Options(gap=1.0, time_limit=patience)
    compiled = with_best_base(model, compile_model(model), replace(options, gap=NEAR_BEST))
    return solve_arrays(compiled, options).values is not None


def _drop_needless(instance: Instance, edits: tuple[Edit, ...], patience: float) -> tuple[Edit, ...]:
    """The edits without those that are not needed beside the others: a cell can let more go than its rows show.

    One that is not known to be needless in time stays.
    """
    needed = list(edits)
    for edit in sorted(edits, key=lambda edit: abs(edit.needed - edit.now) / (abs(edit.now) or 1.0)):
        others = [other for other in needed if other != edit]
        if others and _will_do(instance, others, patience):
            needed = others
    return tuple(needed)


def _smallest(elastic: Elastic, cells: list[int], instance: Instance) -> tuple[Edit, ...]:
    """The fewest of `cells` that will do, each changed as little as can be; empty where none will."""
    known = elastic.least(cells) if cells else None
    if known is None:
        return ()
    fewest = elastic.fewest(cells, known) if len(known.changes) > 1 else None
    best = fewest if fewest is not None and len(fewest.changes) <= len(known.changes) else known
    best = elastic.spared(best)
    chosen = elastic.least(list(best.changes)) or best
    changes = _tighten(elastic, chosen)
    edits = [_edit(instance, elastic.limits[cell], change) for cell, change in changes.items()]
    return tuple(sorted(edits, key=lambda edit: (edit.sheet, edit.row, edit.column)))


def _tighten(elastic: Elastic, found: Loosened) -> dict[int, float]:
    """The changes, each halved towards the least that will do while the others stay as they are."""
    changes = dict(found.changes)
    for cell in found.changes:
        if not elastic.varies(cell):
            continue
        low = 0.0
        for _ in range(HALVINGS):
            middle = (low + changes[cell]) / 2
            closer = elastic.least(list(changes), changes | {cell: middle})
            if closer is None:
                low = middle
            else:
                changes[cell] = min(middle, closer.changes.get(cell, 0.0))
    return {cell: change for cell, change in changes.items() if change > 0}


def _edit(instance: Instance, limit: Limit, change: float) -> Edit:
    table = instance[limit.sheet]
    parts = (frames.cell(table, limit.row, name) for name in name_columns(limit.sheet))
    key = "|".join(str(part) for part in parts if part == part and part is not None)
    now, needed = limit.now, limit.now + change if limit.rise else max(limit.least, limit.now - change)
    if limit.squared:
        now, needed = now**2, needed**2
    needed = _round_outwards(needed, limit.rise)
    return Edit(limit.sheet, limit.row, limit.column, limit.kind, key, now, needed, limit.rise)


def _round_outwards(value: float, up: bool) -> float:
    """Rounded to DIGITS significant digits, upwards or downwards, rounding errors apart."""
    if value == 0:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(abs(value))) - DIGITS + 1)
    steps = value / unit
    return (math.ceil(steps - 1e-4) if up else math.floor(steps + 1e-4)) * unit


AMONG = {
    "rules": "limits of rules only",
    "policy": "own choices only (policy)",
    "contract": "agreements with others only (contract)",
    "physical": "plants and nature only (physical)",
    "all": "all of these together",
}


def describe_remedies(answers: list[Remedy], reading: Reading | None = None) -> list[str]:
    """The remedies as lines for people, with cells where the workbook is known."""
    lines = []
    for answer in answers:
        count = len(answer.edits)
        lines.append(f"{AMONG[answer.among]}, {count_noun(count, 'cell')}:")
        for edit in answer.edits:
            cell = reading.cell(edit.sheet, edit.row, edit.column) if reading is not None else None
            said = reading.conversions.get((edit.sheet, edit.row, edit.column)) if reading is not None else None
            lines.append(f"  {edit.words(cell) if said is None else edit.words(cell, said.factor, said.unit)}")
    return lines
