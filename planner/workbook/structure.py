"""What the schema asks of the values: ranges, required cells, unique keys, and names that exist."""

from collections.abc import Set
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pandera.errors
import pandera.pandas as pa

from planner.workbook.findings import Findings, cell_name
from planner.workbook.names import quote, suggest
from planner_models.instance import NUMERIC
from planner_models.schema import INPUTS, keys, meta
from planner_models.schema.columns import LARGEST, SIZE, SMALLEST

_MOST_SUGGESTIONS = 100
"""Different wrong names of one column for which a near name is looked up; further ones are reported without."""


def refers_to(sheet: str) -> set[str]:
    """The sheets whose names stand in columns of `sheet`."""
    columns = INPUTS[sheet].columns.values()
    return {ref.split(".")[0] for column in columns for ref in meta(column)["ref"]}


def check_structure(tables: dict[str, pd.DataFrame], findings: Findings, passed: Set[str] = frozenset()) -> None:
    """Check the typed `tables` against the schema, but for those `passed`; every fault goes to `findings`."""
    targets = {ref for schema in INPUTS.values() for column in schema.columns.values() for ref in meta(column)["ref"]}
    filled = {sheet: frame for sheet, frame in tables.items() if len(frame) and sheet not in passed}
    for sheet, frame in filled.items():
        _ranges(sheet, frame, findings)
        _report_reserved(sheet, frame, targets, findings)
        _duplicates(sheet, frame, findings)
    for sheet in filled:
        for name, column in INPUTS[sheet].columns.items():
            if meta(column)["ref"]:
                _references(sheet, name, tables, findings)


def failures(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> list[tuple[Any, str, str]]:
    """(row, column, fault) of every cell of a typed frame that the schema refuses, in plain words.

    Only columns with something wrong are put to pandera: it takes milliseconds for each, and most are sound.
    """
    doubtful = [name for name in schema.columns if name in frame and not _is_sound(frame[name], schema.columns[name])]
    if not doubtful:
        return []
    try:
        schema.select_columns(doubtful).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        return [
            (row, name, _complaint(check, value, meta(schema.columns[name])))
            for row, name, check, value in zip(
                cases["index"], cases["column"], cases["check"], cases["failure_case"], strict=True
            )
        ]
    return []


def _is_sound(values: pd.Series, column: pa.Column) -> bool:
    """Whether a typed column has every cell that it must have, and only numbers in its range, or words of its list."""
    cells, facts = values.to_numpy(), meta(column)
    blank = pd.isna(cells)
    if blank.any() and not column.nullable:
        return False
    stated = cells[~blank]
    if facts["choices"]:
        return set(stated) <= set(facts["choices"])
    if facts["kind"] not in NUMERIC:
        return not column.checks
    size = np.abs(stated)
    fine = (size <= LARGEST) & ((size >= SMALLEST) | (size == 0.0))
    for end, holds in (("low", np.greater_equal), ("above", np.greater), ("high", np.less_equal)):
        if facts[end] is not None:
            fine &= holds(stated, facts[end])
    return bool(fine.all())


def _complaint(check: str, value: Any, facts: dict[str, Any]) -> str:
    choices = " or ".join(facts["choices"])
    if check == "not_nullable":
        wanted = {"number": "a number", "integer": "a whole number"}.get(facts["kind"], "a name")
        unit = f" ({facts['unit']})" if facts["unit"] else ""
        return f"is blank: write {choices or wanted}{unit}"
    if choices:
        return f"is `{quote(value)}`: write {choices}"
    unit = f" {facts['unit']}" if facts["unit"] else ""
    if check == SIZE:
        return f"is {value:.15g}{unit}: write 0 or a number whose size is between {SMALLEST:g} and {LARGEST:g}"
    return f"is {value:.15g}{unit}: write a number {_range(facts)}"


def _range(facts: dict[str, Any]) -> str:
    """The numbers that are allowed, in words."""
    low, above, high = facts["low"], facts["above"], facts["high"]
    if low is not None and high is not None:
        return f"from {low:g} to {high:.10g}"
    parts = [f"of {low:g} or more"] if low is not None else []
    parts += [f"above {above:g}"] if above is not None else []
    parts += [f"of at most {high:.10g}"] if high is not None else []
    return " and ".join(parts)


@cache
def _select_judging(sheet: str) -> pa.DataFrameSchema:
    """The schema of a sheet without the columns in which anything goes, which would only take time."""
    schema = INPUTS[sheet]
    return schema.remove_columns(
        [name for name, column in schema.columns.items() if column.nullable and not column.checks]
    )


def _ranges(sheet: str, frame: pd.DataFrame, findings: Findings) -> None:
    for row, name, message in failures(_select_judging(sheet), frame):
        if not findings.lacks(sheet, [name]):
            findings.fault(sheet, int(row), name, message)


def _report_reserved(sheet: str, frame: pd.DataFrame, targets: set[str], findings: Findings) -> None:
    """`*` means every one, so nothing may be called that."""
    for name, column in INPUTS[sheet].columns.items():
        if meta(column)["kind"] == "text" and f"{sheet}.{name}" in targets:
            for row in frame.index[frame[name] == "*"]:
                findings.fault(sheet, int(row), name, "is `*`, which means every one: write another name")


def _duplicates(sheet: str, frame: pd.DataFrame, findings: Findings) -> None:
    key = keys(INPUTS[sheet])
    if not key or findings.lacks(sheet, key):
        return
    known = frame[key].dropna()
    repeated = known[known.duplicated(keep="first")]
    if repeated.empty:
        return
    firsts: dict[tuple[Any, ...], int] = {}
    for row, *parts in known.drop_duplicates().itertuples(name=None):
        firsts[tuple(parts)] = row
    for row, *parts in repeated.itertuples(name=None):
        first = firsts[tuple(parts)]
        name = " | ".join(f"{part:.15g}" if isinstance(part, float) else quote(part) for part in parts)
        message = f"the key `{name}` ({', '.join(key)}) is already in row {first}: change or delete one"
        findings.fault(sheet, int(row), _visible(sheet, key, findings), message)


def _visible(sheet: str, key: list[str], findings: Findings) -> str:
    """The first key column that the sheet really has; the others are at their defaults."""
    return next((name for name in key if name in findings.letters.get(sheet, {})), key[0])


def _references(sheet: str, name: str, tables: dict[str, pd.DataFrame], findings: Findings) -> None:
    facts = meta(INPUTS[sheet].columns[name])
    targets = [tuple(ref.split(".")) for ref in facts["ref"]]
    if any(findings.lacks(target, [column]) for target, column in targets):
        return
    known = set().union(*(tables[target][column].dropna() for target, column in targets))
    values = tables[sheet][name]
    wrong = values[values.notna() & ~values.isin(known | ({"*"} if facts["wildcard"] else set()))]
    places = " or ".join(facts["ref"])
    hints: dict[str, str] = {}
    for row, value in wrong.items():
        if value not in hints:
            renamed = _find_renamed(value, targets, tables, findings) if len(hints) < _MOST_SUGGESTIONS else ""
            hints[value] = (
                f"is not listed in {places}; {renamed}" if renamed else _hint(value, known, places, len(hints))
            )
        findings.fault(sheet, int(str(row)), name, f"`{quote(value)}` {hints[value]}")


def _find_renamed(
    value: str, targets: list[tuple[str, ...]], tables: dict[str, pd.DataFrame], findings: Findings
) -> str:
    """The question whether a name that many cells give was changed where it is listed; "" where that is unlikely.

    It was where just one listed name is given by no cell at all, while several give this one.
    """
    sheet, column = targets[0]
    ref, given = f"{sheet}.{column}", 0
    used: set[str] = set()
    for other, frame in tables.items():
        for name, declared in INPUTS[other].columns.items():
            if len(frame) and ref in meta(declared)["ref"]:
                used |= set(frame[name].dropna())
                given += int((frame[name] == value).sum())
    listed = tables[sheet][column].dropna()
    unused = listed[~listed.isin(used)]
    if len(unused) != 1 or given < 2:
        return ""
    row, name = int(str(unused.index[0])), str(unused.iloc[0])
    cell = cell_name(findings.letters.get(sheet, {}), row, column)
    return f"renamed in {sheet}!{cell}, whose `{quote(name)}` no cell names? Write one name in all of them"


def _hint(value: str, known: set[str], places: str, asked: int) -> str:
    if not known:
        return f"does not exist, because {places} is empty: fill it, or clear this cell"
    near = suggest(value, sorted(known)) if asked < _MOST_SUGGESTIONS else ""
    return f"is not listed in {places}{near or ': write a name from there, or add it there'}"
