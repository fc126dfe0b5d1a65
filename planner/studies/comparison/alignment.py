"""What has to be said, and done, before two files can be held against each other: periods, currencies, versions."""

from dataclasses import dataclass

import pandas as pd

from planner.issues import Issue, Severity
from planner.results.result_file import ResultFile
from planner_models.instance import Instance

_IN_PERIODS = ("period", "started", "ready")
"""Columns of results that hold names of periods."""


@dataclass(frozen=True)
class AlignedPlan:
    """A plan in the periods of the reference: result tables, and year of start and length in years by period."""

    label: str
    instance: Instance
    tables: dict[str, pd.DataFrame]
    starts: dict[str, float]
    years: dict[str, float]

    def table(self, sheet: str, *columns: str) -> pd.DataFrame:
        """The rows of a result sheet, undisturbed where it has others too; without rows where the plan lacks it."""
        frame = self.tables.get(sheet)
        if frame is None:
            return pd.DataFrame({column: pd.Series(dtype=object) for column in columns})
        kept = frame[frame["scenario"] == "base"] if "scenario" in frame and sheet != "scenarios" else frame
        return kept[list(columns)]


def plan_of(reference: ResultFile, other: ResultFile) -> AlignedPlan:
    """The plan of `other`, its periods named as those of `reference` that begin in the same year."""
    renamed = same_periods(reference, other)
    tables = {}
    for sheet, frame in other.tables.items():
        held = [column for column in _IN_PERIODS if column in frame]
        tables[sheet] = frame.assign(**{name: frame[name].replace(renamed) for name in held}) if renamed else frame
    starts = {renamed.get(name, name): start for name, start in _starts(other).items()}
    periods = other.periods
    years = {renamed.get(name, name): span for name, span in zip(periods["period"], periods["years"], strict=True)}
    return AlignedPlan(other.label, other.instance, tables, starts, years)


def same_periods(reference: ResultFile, other: ResultFile) -> dict[str, str]:
    """Periods of `other` that `reference` calls otherwise, and what it calls them: they begin in the same year."""
    ours, theirs = _starts(reference), _starts(other)
    free = {start: name for name, start in ours.items() if name not in theirs}
    return {name: free[start] for name, start in theirs.items() if name not in ours and start in free}


def _starts(found: ResultFile) -> dict[str, float]:
    """The year in which each period begins, in time order."""
    periods = found.periods
    years = periods["years"].astype(float)
    starts = found.instance.settings["base_year"] + years.cumsum() - years
    return dict(zip(periods["period"], starts, strict=True))


def remarks(reference: ResultFile, other: ResultFile) -> list[Issue]:
    """Everything about `other` beside `reference` that limits what can be compared."""
    said: list[tuple[Severity, str, str]] = [
        *_about_plans(reference, other),
        *_about_money(reference, other),
        *_about_periods(reference, other),
        *_about_versions(reference, other),
    ]
    return [Issue(severity, sheet, "", f"{other.label}: {words}") for severity, sheet, words in said]


def _about_plans(reference: ResultFile, other: ResultFile) -> list[tuple[Severity, str, str]]:
    without = [found.label for found in (reference, other) if not found.has_plan]
    said: list[tuple[Severity, str, str]] = []
    if without and {reference.kind, other.kind} != {"instance"}:
        names = " and ".join(without)
        said.append(("warning", "", f"only the input is compared with {reference.label}: {names} has no plan to show"))
    for one, two in ((reference, other), (other, reference)):
        same_name = one.facts.get("input") == two.path.name and two.kind == "instance"
        if same_name and one.facts.get("input SHA-256") != two.content_hash:
            said.append(("warning", "", f"{two.path.name} has changed since {one.label} was made from it"))
    return said


def _about_money(reference: ResultFile, other: ResultFile) -> list[tuple[Severity, str, str]]:
    said: list[tuple[Severity, str, str]] = []
    if other.currency != reference.currency:
        words = f"amounts are in {other.currency}, those of {reference.label} in {reference.currency}"
        said.append(("warning", "settings", f"{words}: no money is subtracted and no bridge is made"))
    if other.goal != reference.goal:
        words = f"optimised for {other.goal}, {reference.label} for {reference.goal}"
        said.append(("warning", "settings", f"{words}: costs are subtracted, objectives are not"))
    for key, name in (("discount_rate", "discount rate"), ("base_year", "base year")):
        one, two = reference.instance.settings[key], other.instance.settings[key]
        if one != two:
            words = f"the {name} is {two}, that of {reference.label} {one}"
            said.append(("warning", "settings", f"{words}: discounted amounts differ for this reason alone"))
    return said


def _about_periods(reference: ResultFile, other: ResultFile) -> list[tuple[Severity, str, str]]:
    ours, theirs = _starts(reference), _starts(other)
    renamed = same_periods(reference, other)
    said: list[tuple[Severity, str, str]] = [
        ("info", "periods", f"{name} is compared with {known} of {reference.label}: both begin in {theirs[name]:g}")
        for name, known in renamed.items()
    ]
    for names, owner, missing_in in (
        ([name for name in theirs if name not in ours and name not in renamed], other, reference),
        ([name for name in ours if name not in theirs and name not in renamed.values()], reference, other),
    ):
        if names and ours and theirs:
            words = f"{', '.join(names)} of {owner.label} is not among the periods of {missing_in.label}"
            said.append(("warning", "periods", f"{words}: all its figures count as added or dropped"))
    lengths = [dict(zip(found.periods["period"], found.periods["years"], strict=True)) for found in (reference, other)]
    for name in theirs:
        if name in ours and (theirs[name], lengths[1][name]) != (ours[name], lengths[0][name]):
            words = f"{name} begins in {theirs[name]:g} and lasts {lengths[1][name]:g} years"
            said.append(
                ("warning", "periods", f"{words}, in {reference.label} in {ours[name]:g} and {lengths[0][name]:g}")
            )
    return said


def _about_versions(reference: ResultFile, other: ResultFile) -> list[tuple[Severity, str, str]]:
    said: list[tuple[Severity, str, str]] = []
    for part in ("planner", "HiGHS"):
        one, two = (found.facts.get(f"{part} version", "") for found in (reference, other))
        if one and two and one != two:
            said.append(("info", "run", f"made with {part} {two}, {reference.label} with {one}"))
    return said
