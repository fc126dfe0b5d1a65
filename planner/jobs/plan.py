"""Which jobs there are to do: files and patterns, changes, variants, and plan files that list all of these."""

import glob
import hashlib
import json
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from planner.issues import InputError, Issue
from planner.jobs.vary import RunSpecification, add_fault, list_combinations
from planner.ledger.ledger import JobRequest
from planner.seal import planner_version
from planner.workbook.changes import VARIANTS
from planner.workbook.declared_sheets import read_rows
from planner.workbook.names import quote, suggest
from planner.workbook.package import LARGEST, open_package
from planner.workbook.read import open_instance
from planner.workbook.variants import BASE, judge_variants, list_variants
from planner.workers.crew import Crew
from planner.workers.pool import TaskFailed, done_apart

__all__ = ["OPTIONS", "RunSpecification", "list_requests"]

OPTIONS: dict[str, type] = {"gap": float, "time_limit": float, "threads": int, "seed": int}
"""Options of a solve, by the names they have in plan files."""

SHEET = "runs"
"""The sheet of a workbook that lists runs."""

_LISTS = ("files", "set", "vary")


def list_requests(runs: Sequence[RunSpecification], readers: Crew) -> list[JobRequest]:
    """Every job of the `runs`, each once, in order.

    Parameters
    ----------
    runs
        What to do with which files.
    readers
        Workers that open the workbooks, so that no workbook ends this process.

    Returns
    -------
    list of JobRequest
        One for each workbook and variant; the same job is listed once.

    Raises
    ------
    InputError
        With every fault of the runs and the files that they name.
    """
    found: dict[tuple[str, str], JobRequest] = {}
    issues: list[Issue] = []
    for run in runs:
        varied = list_combinations(run, issues)
        for path in _paths(run, issues):
            if _is_plan(path):
                found |= {
                    (request.instance, request.seal): request
                    for request in _expand_plan_file(path, run, readers, issues)
                }
                continue
            kept = _look_into(varied, path, (run, readers), issues)
            try:
                input_hash = open_package(path).content_hash
            except InputError:  # said of its job; the others are none the worse for it
                input_hash = _hash_of_any(path)
            for name, changes in _combine(run, kept, varied):
                request = _request(path, input_hash, changes, run.options, name)
                found[request.instance, request.seal] = request
    if issues:
        raise InputError(list(dict.fromkeys(issues)))
    return list(found.values())


def _combine(
    run: RunSpecification, kept: list[tuple[str, tuple[str, ...]]], varied: list[tuple[str, tuple[str, ...]]]
) -> list[tuple[str, tuple[str, ...]]]:
    """Name and changes of each job of a workbook: each variant that it keeps under each combination of values."""
    return [
        (", ".join(filter(None, (name, label))), (*run.changes, *changes, *chosen))
        for name, changes in kept
        for label, chosen in varied
    ]


def _list_written(run: RunSpecification) -> list[str]:
    """The changes and variations of a run as they were given."""
    return [f"--set `{quote(written)}`" for written in run.changes] + [
        f"--vary `{quote(written)}`" for written in run.vary
    ]


def _hash_of_any(path: Path) -> str:
    """The hash of a file that is no workbook; "" where it cannot be read at all."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.stat().st_size <= LARGEST else ""
    except OSError:
        return ""


def _look_into(
    varied: list[tuple[str, tuple[str, ...]]], path: Path, by: tuple[RunSpecification, Crew], issues: list[Issue]
) -> list[tuple[str, tuple[str, ...]]]:
    """The variants that a workbook keeps, the workbook itself first; changes that find nothing there are faulted.

    What else is wrong with the workbook is said when its jobs are done.
    """
    run, readers = by
    chosen = varied[0][1] if varied else ()
    meant = dict(zip((*run.changes, *chosen), _list_written(run), strict=True)) if varied else {}
    try:
        refused, faults, kept = done_apart(readers, _open_and_judge, (path, run.changes if varied else (), chosen))
    except TaskFailed:
        return [("", ())]
    for change, fault in refused.items():
        add_fault(run, issues, f"{meant[change]}: {fault} ({path.name})")
    issues += [replace(fault, sheet=f"{path.name}, {fault.sheet}") for fault in faults]
    return kept


def _open_and_judge(
    task: tuple[Path, tuple[str, ...], tuple[str, ...]],
) -> tuple[dict[str, str], list[Issue], list[tuple[str, tuple[str, ...]]]]:
    """Of a workbook: the changes that find nothing there and why, faults of its variants, and these, itself first.

    None of it where it cannot be read.
    """
    path, changes, chosen = task
    alone: list[tuple[str, tuple[str, ...]]] = [("", ())]
    try:
        draft = open_instance(path)
    except InputError:
        return {}, [], alone
    refused = draft.refused((*changes, *chosen))
    if draft.tables.get(VARIANTS) is None or draft.tables[VARIANTS].cells.empty:
        return refused, [], alone
    reading = draft.reading(() if refused else changes)
    faults = [issue for issue in reading.faults if issue.sheet == VARIANTS]
    faults += [issue for issue in judge_variants(draft, () if refused else changes) if issue.severity == "error"]
    variants = list_variants(reading.instance[VARIANTS])
    return refused, faults, [(BASE, ()), *((variant.name, variant.changes) for variant in variants)]


def _request(
    path: Path, input_hash: str, changes: tuple[str, ...], options: dict[str, Any], name: str = ""
) -> JobRequest:
    """A job with what tells it from others: input, changes, options, the version of the planner, and its name."""
    identity = [input_hash, changes, sorted(options.items()), planner_version(), *([name] if name else [])]
    seal = hashlib.sha256(json.dumps(identity).encode()).hexdigest()
    return JobRequest(str(path.resolve()), input_hash, changes, options, seal, name)


def _paths(run: RunSpecification, issues: list[Issue]) -> list[Path]:
    """The files that the patterns of a run mean."""
    found: list[Path] = []
    for pattern in run.files:
        given = run.folder / pattern
        if given.is_file():
            found.append(given)
        elif given.is_dir():
            add_fault(run, issues, f"{pattern} is a folder: write {pattern}/*.xlsx for all that is in it")
        elif glob.has_magic(pattern):
            matches = sorted(Path(match) for match in glob.glob(str(given), recursive=True))
            matches = [path for path in matches if path.is_file() and not path.name.startswith(("~$", "."))]
            if not matches:
                add_fault(run, issues, f"no file matches {pattern}")
            found += matches
        else:
            add_fault(run, issues, f"there is no file {pattern}")
    for path in found:
        if path.suffix.lower() not in (".xlsx", ".xlsm", ".toml"):
            add_fault(run, issues, f"{path} is neither a workbook (.xlsx) nor a plan file (.toml)")
    return [path for path in found if path.suffix.lower() in (".xlsx", ".xlsm", ".toml")]


def _is_plan(path: Path) -> bool:
    if path.suffix.lower() == ".toml":
        return True
    try:
        return any(name == SHEET for name, _ in open_package(path).sheets)
    except InputError:  # what is wrong with it is said when the job is done
        return False


def _expand_plan_file(path: Path, given: RunSpecification, readers: Crew, issues: list[Issue]) -> list[JobRequest]:
    """The jobs of a plan file; what was given with it on the command line holds for all of them."""
    lines = _from_toml(path, issues) if path.suffix.lower() == ".toml" else _from_workbook(path, readers, issues)
    found = []
    for line in lines:
        run = replace(
            line,
            changes=(*given.changes, *line.changes),
            vary=(*given.vary, *line.vary),
            options=line.options | given.options,
        )
        nested = [match for match in _paths(run, []) if _is_plan(match)]
        if nested:
            add_fault(run, issues, f"{nested[0]} is a plan file itself: name workbooks")
            continue
        try:
            found += list_requests([run], readers)
        except InputError as fault:
            issues += fault.issues
    return found


def _from_toml(path: Path, issues: list[Issue]) -> list[RunSpecification]:
    """`[[run]]` tables with files, set, vary, and options."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        issues.append(Issue("error", str(path), "", f"is not valid TOML: {error}"))
        return []
    except RecursionError:
        issues.append(Issue("error", str(path), "", "is nested too deeply: write one table [[run]] for each run"))
        return []
    except OSError as error:
        issues.append(Issue("error", str(path), "", f"cannot be read: {error.strerror or error}"))
        return []
    tables = content.get("run", [])
    others = [key for key in content if key != "run"]
    if others or not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        issues.append(Issue("error", str(path), "", "write one table [[run]] for each run, and nothing else"))
        return []
    return [_run(path, f"{path}, run {number}", table, issues) for number, table in enumerate(tables, 1)]


def _from_workbook(path: Path, readers: Crew, issues: list[Issue]) -> list[RunSpecification]:
    """Sheet `runs`: one row per run; several files, changes or variants in a cell stand on lines of their own."""
    try:
        rows, noticed = done_apart(readers, _rows_of, path)
    except TaskFailed as fault:
        last = str(fault).strip().splitlines()[-1]
        issues.append(Issue("error", str(path), "", f"sheet {SHEET} cannot be read ({last}): save it again in Excel"))
        return []
    faults = [issue for issue in noticed if issue.severity == "error"]
    if faults:
        issues += [replace(fault, sheet=f"{path}, {SHEET}") for fault in faults]
        return []
    runs = []
    for number, row in rows.items():
        table = {
            key: [line.strip() for line in str(value).splitlines() if line.strip()] if key in _LISTS else value
            for key, value in row.items()
        }
        runs.append(_run(path, f"{path}, {SHEET} row {number}", table, issues))
    if not runs:
        issues.append(Issue("error", str(path), "", f"sheet {SHEET} has no rows: write one for each run"))
    return runs


def _rows_of(path: Path) -> tuple[dict[int, dict[str, Any]], list[Issue]]:
    """The rows of sheet `runs` of a workbook by their number, and what was noticed."""
    return read_rows(open_package(path), SHEET)


def _run(path: Path, place: str, table: dict[str, Any], issues: list[Issue]) -> RunSpecification:
    """A run from what is written at `place` of the plan file `path`; the files are meant from its folder."""
    known = (*_LISTS, *OPTIONS)
    for key in table:
        if key not in known:
            hint = suggest(key, known) or f": write one of {', '.join(known)}"
            issues.append(Issue("error", place, "", f"`{quote(key)}` is not a known key{hint}"))
    lists = {key: _texts(table.get(key, []), key, place, issues) for key in _LISTS}
    if not lists["files"]:
        issues.append(Issue("error", place, "", "names no files"))
    options = {key: judge_option(key, table[key], place, issues) for key in OPTIONS if key in table}
    return RunSpecification(lists["files"], lists["set"], lists["vary"], options, path.parent, place)


LARGEST_NUMBER = 1e300
"""Above this, and for nan, a number in a plan file is none."""

MOST_INTEGER = 2**31 - 1
"""The largest whole number that the solver takes."""


def _texts(value: Any, key: str, place: str, issues: list[Issue]) -> tuple[str, ...]:
    values = [value] if isinstance(value, str) else value
    if isinstance(values, list) and all(isinstance(each, str) for each in values):
        return tuple(values)
    issues.append(Issue("error", place, "", f"`{key}` must be a text or a list of texts"))
    return ()


def judge_option(key: str, value: Any, place: str, issues: list[Issue]) -> Any:
    """An option as a number in its range.

    Parameters
    ----------
    key
        One of OPTIONS.
    value
        What was given for it.
    place
        Where it was written.
    issues
        A fault is added here.

    Returns
    -------
    float, int or None
        The number; None where there is a fault.
    """
    highest = {"gap": 1, "threads": MOST_INTEGER, "seed": MOST_INTEGER}.get(key)
    numeric = isinstance(value, int | float) and not isinstance(value, bool)
    finite = numeric and -LARGEST_NUMBER <= value <= LARGEST_NUMBER
    whole = OPTIONS[key] is float or (finite and float(value).is_integer())
    least = 0 if key in ("gap", "seed") else 1 if key == "threads" else 0.001
    if not finite or not whole or value < least or (highest is not None and value > highest):
        kind = "a whole number" if OPTIONS[key] is int else "a number"
        limits = f"between {least} and {highest}" if highest is not None else f"of at least {least}"
        issues.append(Issue("error", place, "", f"`{key}` must be {kind} {limits}"))
        return None
    return OPTIONS[key](value)
