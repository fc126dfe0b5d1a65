"""`planner report`: from a result workbook to a page."""

from pathlib import Path

from planner.issues import InputError, Issue
from planner.report.plan_page.page import plan_page
from planner.report.summary import summary
from planner.results.result_file import ResultFile, read_result_file
from planner.results.tables import Tables
from planner.workbook.save import save_page
from planner.workbook.write import ensure_replaceable

ENDING = ".html"

SEALED = ("run", "costs")
"""Sheets of which a remark says that the file is not as it was written."""


def run_report(result: Path, page: Path | None, force: bool = False) -> tuple[Path, list[str]]:
    """Write the page of a plan.

    Parameters
    ----------
    result
        A result workbook.
    page
        File to write; None for one beside the result, with the ending .html.
    force
        Replace a file that the planner did not write as well.

    Returns
    -------
    tuple of pathlib.Path and list of str
        Where the page is, and what it warns of.

    Raises
    ------
    InputError
        Where there is no plan in `result`, or the page is not to be replaced or cannot be written there.
    WriteError
        Where writing the page fails.
    """
    target = result.with_suffix(ENDING) if page is None else page
    ensure_replaceable(target, force, ENDING)
    found = read_result_file(result, result.stem)
    tables, notes = prepare_tables(found)
    save_page(target, plan_page(found.instance, tables, notes))
    return target, notes


def prepare_tables(found: ResultFile) -> tuple[Tables, list[str]]:
    """What the page of a plan is made of.

    Parameters
    ----------
    found
        A result.

    Returns
    -------
    tuple of dict and list of str
        Its sheets with a new summary, and remarks on the file.

    Raises
    ------
    InputError
        Where there is no plan in it.
    """
    if not found.has_plan:
        words = f"{found.path} holds no plan to show: name a result of planner solve"
        raise InputError([Issue("error", "", "", words)])
    notes = [issue.message for issue in found.issues if issue.sheet in SEALED]
    return {**found.tables, "summary": summary(found.instance, found.tables, _facts(found))}, notes


def _facts(found: ResultFile) -> dict[str, object]:
    """How the plan came about, as its seal says."""
    figures = {name: found.figure(name) for name in ("bound", "gap", "seconds", "nodes")}
    words = {name: found.facts.get(name, "unknown") for name in ("status", "status_text")}
    return {**words, "objective": found.objective, **{name: value for name, value in figures.items() if value == value}}
