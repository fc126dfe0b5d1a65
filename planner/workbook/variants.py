"""Sheet `variants`: named what-ifs of a workbook, as changes of `--set`, and what is wrong with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.issues import Issue
from planner.workbook.addresses import ChangeError
from planner.workbook.changes import VARIANTS
from planner.workbook.names import quote
from planner.workbook.relative import as_factor
from planner_models import frames
from planner_models.instance import NUMERIC
from planner_models.schema import INPUTS, SETTINGS, meta

if TYPE_CHECKING:
    from planner.workbook.read import Draft, Reading

BASE = "base"
"""What the job of the workbook as it is is called, beside its variants."""

_OPERATORS = {"=": "=", "+": " += ", "x": " x= ", "%": " += "}


@dataclass(frozen=True)
class Variant:
    """A variant of a workbook: its name, its changes as `--set` takes them, and the row of each."""

    name: str
    changes: tuple[str, ...]
    rows: tuple[int, ...]


def list_variants(table: pd.DataFrame) -> list[Variant]:
    """The variants of a workbook, in the order of their first rows.

    Parameters
    ----------
    table
        Typed rows of sheet `variants`. Rows in which a cell that must be filled is blank are left out.

    Returns
    -------
    list of Variant
        Each name once.
    """
    found: dict[str, list[tuple[int, str]]] = {}
    filled = table.dropna(subset=["variant", "sheet", "key", "column"])
    for row, cells in zip(filled.index, frames.rows(filled), strict=True):
        found.setdefault(str(cells["variant"]), []).append((int(row), write_change(cells)))
    return [
        Variant(name, tuple(change for _, change in rows), tuple(row for row, _ in rows))
        for name, rows in found.items()
    ]


def write_change(cells: dict[str, Any]) -> str:
    """A row of sheet `variants` as `--set` takes it.

    Parameters
    ----------
    cells
        sheet, key, column, change and value, as text.

    Returns
    -------
    str
        Such as `demand[*].volume x= 1.2`.
    """
    sheet, key, column, change = (str(cells[name]) for name in ("sheet", "key", "column", "change"))
    value = "" if pd.isna(cells["value"]) else str(cells["value"]).strip()
    place = f"{sheet}[{key}].{column}"
    if change == "%":
        number = value.removesuffix("%").strip()
        if _is_share(sheet, key, column):  # of which 20 % may be read in two ways; here it is said which is meant
            return f"{place} x= {_add_per_cent(number)}"
        return f"{place} += {number}%"
    return f"{place}{_OPERATORS[change]}{value}"


def _is_share(sheet: str, key: str, column: str) -> bool:
    if sheet == "settings":
        known = SETTINGS.get(key.strip().casefold())
    else:
        known = INPUTS[sheet].columns.get(column) if sheet in INPUTS else None
    return known is not None and meta(known)["kind"] in NUMERIC and str(meta(known)["unit"]).startswith("share")


def _add_per_cent(per_cent: str) -> str:
    """What to multiply by to add so many per cent; what is not a number stays as it is, to be refused there."""
    try:
        return f"{as_factor(100.0 + float(per_cent)):.12g}"
    except ValueError:
        return per_cent


def judge_variants(draft: "Draft", changes: Sequence[str] = (), base: "Reading | None" = None) -> list[Issue]:
    """What is wrong with the variants of a workbook, each fault with its cell on sheet `variants`.

    Parameters
    ----------
    draft
        The opened workbook.
    changes
        Changes that are made before those of each variant.
    base
        The workbook under these changes, where it has been read.

    Returns
    -------
    list of Issue
        Names that cannot be told apart, rows that find nothing to change or ask for what cannot be, and what is wrong
        with the inputs of a variant that is not wrong with those of the workbook.
    """
    reading = draft.reading(changes) if base is None else base
    variants = list_variants(reading.instance[VARIANTS])
    issues = list(_judge_names(reading, variants))
    known = set(reading.issues)
    for variant in variants:
        refused = _find_refused(draft, changes, variant)
        for row, fault in refused.items():
            column = fault.part if fault.part in reading.columns.get(VARIANTS, {}) else "variant"
            issues.append(Issue("error", VARIANTS, reading.cell(VARIANTS, row, column), _explain(variant, str(fault))))
        if not refused:
            issues += _judge_inputs(reading, draft.reading((*changes, *variant.changes)), variant, known)
    return issues + list(_judge_per_cent(reading))


def _explain(variant: Variant, words: str) -> str:
    return f"variant `{quote(variant.name)}`: {words}"


def _judge_names(reading: "Reading", variants: list[Variant]) -> list[Issue]:
    """Results are files with these names, and some systems do not tell `High` from `high`."""
    found, seen = [], {BASE: ""}
    for variant in variants:
        plain = variant.name.casefold()
        if plain in seen:
            other = (
                f"differs from `{seen[plain]}` in letter case alone"
                if seen[plain]
                else "is the name of the unchanged workbook"
            )
            cell = reading.cell(VARIANTS, variant.rows[0], "variant")
            found.append(Issue("error", VARIANTS, cell, f"`{quote(variant.name)}` {other}: write another name"))
        seen.setdefault(plain, variant.name)
    return found


def _find_refused(draft: "Draft", changes: Sequence[str], variant: Variant) -> dict[int, ChangeError]:
    """The rows of a variant that find nothing to change, and why."""
    faults = draft.find_faults((*changes, *variant.changes))[len(changes) :]
    return {row: fault for row, fault in zip(variant.rows, faults, strict=True) if fault is not None}


def _judge_inputs(base: "Reading", reading: "Reading", variant: Variant, known: set[Issue]) -> list[Issue]:
    """What the inputs of a variant have wrong that those of the workbook have not, at the row that brings it."""
    found: list[Issue] = []
    told: set[int] = set()
    for issue in reading.issues:
        if issue in known or issue.severity == "info":
            continue
        row = next(
            (
                row
                for row, change in zip(variant.rows, variant.changes, strict=True)
                if issue.sheet == "--set" and issue.message.startswith(f"`{quote(change)}`")
            ),
            None,
        )
        if row in told:  # one cell is to be mended, however many rows its change is about
            continue
        if row is not None:
            told.add(row)
        place = base.cell(VARIANTS, variant.rows[0] if row is None else row, "variant" if row is None else "value")
        words = issue.message if row is not None else f"{issue.sheet}!{issue.cell}: {issue.message}"
        found.append(Issue(issue.severity, VARIANTS, place, _explain(variant, words)))
    return found


def _judge_per_cent(reading: "Reading") -> list[Issue]:
    """A cell that shows 20 % holds 0.2: as a number of per cent that is hardly meant."""
    found = []
    table = reading.instance[VARIANTS]
    for row, cells in zip(table.index, table.to_dict("records"), strict=True):
        try:
            small = cells["change"] == "%" and 0 < abs(float(cells["value"])) < 1
        except (TypeError, ValueError):
            continue
        if small:
            meant = f"{100 * float(cells['value']):g}"
            words = (
                f"changes by {cells['value']} %: where {meant} % is meant, write {meant}, as a cell holds 0.2 for 20 %"
            )
            found.append(Issue("warning", VARIANTS, reading.cell(VARIANTS, int(row), "value"), words))
    return found
