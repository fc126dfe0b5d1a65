"""A file that is compared: what it is, what it holds, and whether its seal still fits."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from planner.issues import InputError, Issue, Severity
from planner.ledger.ledger import instance_of
from planner.results.edited import note_edited
from planner.seal import COLUMNS, KIND, columns_hash, find_broken_seals, planner_version
from planner.sheets.comparison import CHANGES
from planner.words import count_noun
from planner.workbook.declared_sheets import read_sheets
from planner.workbook.names import plain
from planner.workbook.package import Package, open_package, refuse
from planner.workbook.read import COPIED, NEEDED, Reading, draft_of, read_copies
from planner_models.blocks.demand import SURPLUS
from planner_models.collector import collector_paused
from planner_models.instance import Instance
from planner_models.schema import INPUTS, RESULTS

_READ = {name: schema for name, schema in RESULTS.items() if name != "summary"}
"""The summary is a page; all its figures come from the other sheets."""

_PLANNED = tuple(name for name in _READ if name not in ("changes", "conversions", "audit", "issues", "run"))
_FOR_FIGURES = ("periods", "items", "processes", "recipes", "sites")
"""Inputs without whose rows no figure of a plan can be worked out."""


@dataclass(frozen=True)
class ResultFile:
    """A result or an instance workbook, and what is to be said of it.

    `tables` are the result sheets (none of an instance), `facts` the sheet `run` as a dictionary; `seal` is "fits",
    "does not fit" or "none".
    """

    path: Path
    label: str
    kind: str
    reading: Reading
    tables: dict[str, pd.DataFrame]
    facts: dict[str, str]
    seal: str
    content_hash: str
    issues: list[Issue]

    @property
    def instance(self) -> Instance:
        """The input."""
        return self.reading.instance

    @property
    def has_plan(self) -> bool:
        """Whether there are figures of a plan, and the input that they need, without a fault."""
        filled = all(len(self.instance[sheet]) for sheet in _FOR_FIGURES)
        return (
            "costs" in self.tables and filled and not any(fault.sheet in _FOR_FIGURES for fault in self.reading.faults)
        )

    @property
    def periods(self) -> pd.DataFrame:
        """The periods in time order, each once; an edited file may lack names."""
        return self.instance["periods"].dropna(subset="period").drop_duplicates("period")

    @property
    def currency(self) -> str:
        """The currency of all amounts."""
        return str(self.instance.settings["currency"])

    @property
    def goal(self) -> str:
        """cost or profit."""
        return str(self.instance.settings["objective"])

    @property
    def objective(self) -> float:
        """The objective as the seal says it; without a seal, the sum of the costs, which it equals."""
        return self.figure("objective", self.cost if self.goal == "cost" else -self.cost)

    @property
    def counts_surplus(self) -> bool:
        """Whether the objective counts consumers' surplus beside the profit (conduct below 1)."""
        return bool((self.tables["costs"]["line"] == SURPLUS).any())

    @property
    def cost(self) -> float:
        """The sum of all cost lines, discounted; revenue is negative."""
        return math.fsum(self.tables["costs"]["discounted"].dropna())

    def figure(self, fact: str, otherwise: float = math.nan) -> float:
        """A number of the seal."""
        try:
            return float(self.facts[fact])
        except (KeyError, ValueError):
            return otherwise

    def place(self, sheet: str, row: int, column: str) -> str:
        """Where an input stands, such as in_lanes!C7; of an instance lanes!C7."""
        cell = self.reading.cell(sheet, row, column)
        return f"{COPIED if self.kind == 'result' else ''}{sheet}!{cell}"


@collector_paused()
def read_result_file(path: Path, label: str) -> ResultFile:
    """Read a result or an instance workbook.

    Parameters
    ----------
    path
        The workbook.
    label
        A short name for it in tables and messages.

    Returns
    -------
    ResultFile
        What the workbook holds, whether its seal fits, and its issues.

    Raises
    ------
    InputError
        Where the file is neither a result of planner solve nor an instance, or cannot be read.
    """
    package = open_package(path)
    kind = _find_kind(package, path)
    if kind == "instance":
        reading = draft_of(package, path).reading()
        found = ResultFile(path, label, kind, reading, {}, {}, "none", package.content_hash, [])
        return replace(found, issues=_faults(found))
    tables, issues = read_sheets(package, _READ)
    reading = read_copies(package, path)
    facts = list_facts(tables["run"])
    changed = find_broken_seals(facts, tables, reading.instance)
    seal = "none" if changed is None else "does not fit" if changed else "fits"
    if seal != "fits":
        note_edited(path)
    found = ResultFile(path, label, kind, reading, tables, facts, seal, package.content_hash, [])
    noticed = [replace(issue, message=f"{label}: {issue.message}") for issue in issues]
    noticed = [replace(issue, severity="warning") for issue in noticed]
    return replace(
        found,
        issues=[
            *_seal_issues(found),
            *_find_changed_input(found),
            *_find_missing_sheets(package, found),
            *noticed,
            *_faults(found),
        ],
    )


def labels(paths: Sequence[Path]) -> list[str]:
    """A short name for each file, unlike all others and unlike the other columns of sheet headline.

    Parameters
    ----------
    paths
        The files.

    Returns
    -------
    list of str
        One name for each file, in the same order.
    """
    taken = {"metric", "unit"}
    names = []
    for path in paths:
        same = [other for other in paths if other.stem.casefold() == path.stem.casefold() and other != path]
        short = f"{path.resolve().parent.name}/{path.stem}" if same else path.stem
        name, number = short, 1
        while {name.casefold(), CHANGES + name.casefold()} & taken:
            number += 1
            name = f"{short} ({number})"
        taken |= {name.casefold(), CHANGES + name.casefold()}
        names.append(name)
    return names


def list_facts(run: pd.DataFrame) -> dict[str, str]:
    """Sheet `run` as a dictionary.

    Parameters
    ----------
    run
        The sheet: columns key and seal.

    Returns
    -------
    dict of str to str
        What the seal says by key; blank cells as empty text.
    """
    return {str(key): "" if value is None else str(value) for key, value in zip(run["key"], run["seal"], strict=True)}


def _find_kind(package: Package, path: Path) -> str:
    """Whether a workbook says that it is a result or is an instance. Raises InputError for anything else.

    Plans written before version 0.2 have a sheet `run` that does not say so.
    """
    present = {name for name, _ in package.sheets}
    if "run" not in present:
        if NEEDED[0] in {plain(name) for name in present}:
            return "instance"
        raise refuse(
            f"{path} is neither a result of planner solve (no sheet run) nor an instance (no sheet {NEEDED[0]})"
        )
    tables, faults = read_sheets(package, {"run": RESULTS["run"]})
    if "run" not in tables:
        raise InputError(faults)
    kind = list_facts(tables["run"]).get(KIND) or "plan"
    if kind != "plan":
        article = "an" if kind[0] in "aeiou" else "a"
        raise refuse(f"{path} holds {article} {kind}, not a plan: name what planner solve has written")
    return "result"


def _seal_issues(found: ResultFile) -> list[Issue]:
    """What the seal tells: whether the file is as it was written."""
    said: list[tuple[Severity, str, str]] = []
    if found.seal == "none":
        said.append(("warning", "run", "has no seal, so it is unknown whether it was edited by hand"))
    elif found.seal == "does not fit":
        said.append(("warning", "run", _describe_broken_seal(found)))
    if "costs" in found.tables and "objective" in found.facts:
        total = found.cost if found.goal == "cost" else -found.cost
        if abs(total - found.objective) > 1e-6 * max(1.0, abs(total)):
            words = f"costs add up to {total:,.6g}, but the objective is stated as {found.objective:,.6g}"
            said.append(("warning", "costs", words))
    return [Issue(severity, sheet, "", f"{found.label}: {words}") for severity, sheet, words in said]


def _describe_broken_seal(found: ResultFile) -> str:
    """That the file was edited; or which planner wrote it, where the seal may not fit for that reason alone."""
    parts = find_broken_seals(found.facts, found.tables, found.instance) or []
    if "sheet run" in parts or found.facts.get(COLUMNS) == columns_hash():
        return f"was edited by hand: the seal does not fit its {' and '.join(parts)}"
    made_by, own = found.facts.get("planner version", ""), planner_version()
    writer = f"planner {made_by or 'of an unknown version'}" if made_by != own else f"another build of planner {own}"
    return f"was written by {writer}, with other columns than {own} has: whether it was edited since cannot be told"


def _find_changed_input(found: ResultFile) -> list[Issue]:
    """A remark where the workbook that a result was made of can be found and is not what it was."""
    name, sealed = found.facts.get("input", ""), found.facts.get("input SHA-256", "")
    if not name or not sealed:
        return []
    likely = [instance_of(found.path), found.path.parent / name, Path(name)]
    there = [path for path in likely if path is not None and path.is_file()]
    if not there or any(hashlib.sha256(path.read_bytes()).hexdigest() == sealed for path in there):
        return []
    words = f"{there[0]} was changed after this result was made from it: solve it again, or compare with care"
    return [Issue("warning", "run", "", f"{found.label}: {words}")]


def _find_missing_sheets(package: Package, found: ResultFile) -> list[Issue]:
    """Sheets that a result of ours has and this one lacks; those of the name of an input, only where that is filled."""
    present = {name for name, _ in package.sheets}
    copies = [COPIED + sheet for sheet in dict.fromkeys((*NEEDED, *_FOR_FIGURES))]
    answers = [sheet for sheet in _PLANNED if sheet not in INPUTS or len(found.instance[sheet])]
    lacking = [sheet for sheet in (*answers, *copies) if sheet not in present]
    if not lacking:
        return []
    words = (
        f"{'sheets' if len(lacking) > 1 else 'sheet'} {', '.join(lacking)} missing, so their figures are not compared"
    )
    return [Issue("warning", "", "", f"{found.label}: {words}")]


def _faults(found: ResultFile) -> list[Issue]:
    """One remark where the input has faults: the cells at fault count as blank."""
    faults = found.reading.faults
    if not faults:
        return []
    words = f"{found.label}: the input has {count_noun(len(faults), 'error')}, the first: {faults[0]}"
    return [Issue("warning", "", "", words)]
