"""One line of a plan of jobs, and the combinations of values that it varies, each with a name."""

import csv
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planner.issues import Issue
from planner.words import count_noun
from planner.workbook.addresses import ChangeError
from planner.workbook.changes import parse_change, split
from planner.workbook.names import quote
from planner.workbook.relative import StepError, expand_range

_VARYING = "write sheet[key].column=v1,v2, such as sites[Plant A].opening_cost=120,150 or demand[*].volume=60%..140%:5"
_MOST = 10_000
"""Variants of one run; more is taken for a slip."""


@dataclass(frozen=True)
class RunSpecification:
    """A line of a plan: patterns of files, from `folder`, and what to do with each. `place` is where it was written."""

    files: tuple[str, ...]
    changes: tuple[str, ...] = ()
    vary: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    folder: Path = Path()
    place: str = ""


def add_fault(run: RunSpecification, issues: list[Issue], message: str) -> None:
    """Note what is wrong with a run, where it was written."""
    issues.append(Issue("error", run.place, "", message))


def list_combinations(run: RunSpecification, issues: list[Issue]) -> list[tuple[str, tuple[str, ...]]]:
    """Every combination of one of each list of values that a run varies.

    Parameters
    ----------
    run
        The run.
    issues
        Faults of what it sets and varies are added here.

    Returns
    -------
    list of tuple
        Name and changes of each combination; one without a name where nothing is varied, none where there are faults.
    """
    lists = []
    before = len(issues)
    for written in run.changes:
        try:
            parse_change(written)
        except ChangeError as fault:
            add_fault(run, issues, f"--set `{quote(written)}`: {fault}")
    for written in run.vary:
        try:
            lists.append(_split_values(written))
        except ChangeError as fault:
            add_fault(run, issues, f"--vary `{quote(written)}`: {fault}")
    if len(issues) == before:
        _look_for_doubles(run, lists, issues)
    if len(issues) > before:
        return []
    count = 1
    for values in lists:
        count *= len(values)
    if count > _MOST:
        told = count_noun(count, "variant")
        add_fault(run, issues, f"--vary: {told}, {_MOST:,} at most: vary fewer figures or values")
        return []
    labels = _list_labels(run.vary, lists)
    found = []
    for chosen in itertools.product(*lists):
        parts = [split(change) for change in chosen]
        named = [f"{label} {_shown(*value)}" for label, value in zip(labels, parts, strict=True)]
        found.append((", ".join(named), chosen))
    return found


def _list_labels(varied: Sequence[str], lists: Sequence[list[str]]) -> list[str]:
    """What each variation is called in the names of jobs: its column or setting, with its sheet or key where needed."""
    forms = []
    for written, values in zip(varied, lists, strict=True):
        change, place = parse_change(values[0]), split(written)[0].rstrip(" x×*+-")
        column = change.column or place
        short = str(change.key[0]) if change.sheet == "settings" else column
        forms.append((short, f"{change.sheet} {short}", place))
    for level in range(3):
        labels = [form[level] for form in forms]
        if len(set(labels)) == len(labels):
            return labels
    return list(varied)


def _shown(place: str, value: str) -> str:
    """A value of a variation with the sign of what it does."""
    operator = place[-1] if place[-1:] in "x×*+-" and not place[-2:-1].isalnum() else ""
    return f"{operator.replace('*', 'x')}{value.strip()}" or "blank"


def _look_for_doubles(run: RunSpecification, lists: Sequence[list[str]], issues: list[Issue]) -> None:
    """Fault what varies a cell that is varied or set before: one of the two would do nothing."""
    known = {_about(written): f"--set `{quote(written)}`" for written in run.changes}
    for written, values in zip(run.vary, lists, strict=True):
        about = _about(values[0])
        if about in known:
            add_fault(
                run, issues, f"--vary `{quote(written)}`: {known[about]} changes the same cells; keep one of them"
            )
        known[about] = f"--vary `{quote(written)}`"


def _about(written: str) -> tuple[Any, ...]:
    """Sheet, key and column of a change."""
    change = parse_change(written)
    return change.sheet, change.key, change.column


def _split_values(written: str) -> list[str]:
    """`sheet[key].column=v1,v2` as one change for each value; a value with a comma is in double quotes."""
    place, values = split(written, _VARYING)
    (listed,) = csv.reader([values], skipinitialspace=True) if values.strip() else [[]]
    if not listed:
        raise ChangeError(f"names no values: {_VARYING}")
    try:
        found = [value for written_value in listed for value in expand_range(written_value)]
    except StepError as fault:
        raise ChangeError(str(fault)) from fault
    changes = [f"{place}={value.strip()}" for value in found]
    for change in changes:
        parse_change(change, _VARYING)
    if len(set(changes)) < len(changes):
        raise ChangeError("names a value twice")
    if len(changes) > 1 and "" in map(str.strip, found):
        raise ChangeError("has a blank value: delete the extra comma")
    return changes
