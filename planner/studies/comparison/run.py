"""A comparison from files on the disk to a workbook or a page."""

from collections.abc import Sequence
from pathlib import Path

from planner.issues import InputError, Issue
from planner.report.page import html, markdown
from planner.results.result_file import labels, read_result_file
from planner.seal import seal
from planner.studies.comparison.charts import comparison_charts
from planner.studies.comparison.folder import list_plans
from planner.studies.comparison.page import comparison_page
from planner.studies.comparison.report import comparison_summary, comparison_tiles, count_differences, whole
from planner.studies.comparison.study import Comparison, compare
from planner.workbook.board import Board
from planner.workbook.save import save_page
from planner.workbook.write import ensure_replaceable, write_tables

FORMATS = {"xlsx": ".xlsx", "md": ".md", "html": ".html"}
"""Forms of a comparison and the endings of their files."""


def choose_form(output: Path, asked: str | None) -> str:
    """The form that was asked for, else the one that the ending of `output` means.

    Parameters
    ----------
    output
        File to write.
    asked
        The form that was asked for; None where none was.

    Returns
    -------
    str
        xlsx, md or html.

    Raises
    ------
    InputError
        Where neither is a form that the planner knows.
    """
    known = {ending: form for form, ending in FORMATS.items()}
    form = asked or known.get(output.suffix.lower())
    if form not in FORMATS:
        what = f"--format {asked} is unknown" if asked else f"the ending of {output} is unknown"
        raise InputError([Issue("error", "", "", f"{what}: it is one of {', '.join(FORMATS)}")])
    return str(form)


def order_files(files: Sequence[Path], base: Path | None) -> list[Path]:
    """The files to compare, the reference first.

    Parameters
    ----------
    files
        The files that were named, in order; a folder means the plans in it, that of the base first.
    base
        The reference; None where the first of the files is.

    Returns
    -------
    list of pathlib.Path
        The reference, then the others; the reference is listed once.

    Raises
    ------
    InputError
        Where there are fewer than two, or a folder holds no plan.
    """
    files = [path for file in files for path in (list_plans(file) if file.is_dir() else [file])]
    others = [file for file in files if base is None or file.absolute() != base.absolute()]
    paths = others if base is None else [base, *others]
    if len(paths) < 2:
        raise InputError([Issue("error", "", "", "name at least two files to compare")])
    return paths


def run_comparison(paths: Sequence[Path], output: Path, form: str, force: bool = False) -> Comparison:
    """Compare files and write the comparison.

    Parameters
    ----------
    paths
        The files, the reference first.
    output
        File to write.
    form
        xlsx, md or html.
    force
        Replace a file at `output` that the planner did not write as well.

    Returns
    -------
    Comparison
        What was written.

    Raises
    ------
    InputError
        Where a file is neither a result nor an instance, or `output` is one of the files or is not to be replaced.
    WriteError
        Where `output` cannot be written.
    """
    for path in paths:
        if output.exists() and path.exists() and output.samefile(path):
            raise InputError([Issue("error", "", "", f"{output} is one of the files to compare: name another")])
    ensure_replaceable(output, force, _require_ending(output, form))
    found = compare([read_result_file(path, label) for path, label in zip(paths, labels(paths), strict=True)])
    _write(found, output, form)
    return found


def write_comparison(found: Comparison, output: Path, form: str, force: bool = False) -> None:
    """Write a comparison to a file.

    Parameters
    ----------
    found
        The comparison.
    output
        File to write; an earlier one of the planner is replaced.
    form
        xlsx, md or html.
    force
        Replace any other file as well.

    Raises
    ------
    InputError
        Where `output` is not to be replaced, or cannot be written.
    """
    ensure_replaceable(output, force, _require_ending(output, form))
    _write(found, output, form)


def _require_ending(output: Path, form: str) -> str:
    """The ending that the file must have: a page may have any, where its form was asked for."""
    return FORMATS[form] if form == "xlsx" else output.suffix.lower()


def _write(found: Comparison, output: Path, form: str) -> None:
    if form == "xlsx":
        _write_workbook(found, output)
    else:
        save_page(output, (markdown if form == "md" else html)(comparison_page(found)))


def _write_workbook(found: Comparison, output: Path) -> None:
    tables = {"summary": comparison_summary(found), **found.tables}
    facts: dict[str, str] = {}
    for number, file in enumerate(found.files[1:], 2):
        facts |= {f"input {number}": file.path.name, f"input {number} SHA-256": file.content_hash}
    tables["run"] = seal(
        "comparison", found.reference.path.name, found.reference.content_hash, {}, facts, found.tables, found.schemas
    )
    board = Board(comparison_tiles(found), comparison_charts(found))
    write_tables(output, found.schemas, tables, {}, board, by_row=("headline",))


def describe_comparison(found: Comparison) -> list[str]:
    """What to say about a comparison: totals, the check of each bridge, and how much differs.

    Parameters
    ----------
    found
        The comparison.

    Returns
    -------
    list of str
        The lines: those about each file after the reference, then one for each bridge.
    """
    lines = []
    reference = found.reference
    for other in found.files[1:]:
        if {reference.label, other.label} <= set(found.plans):
            lines.append(whole(reference, other))
            lines.append(f"{other.label}: {count_differences(len(found.of('decisions', other.label)), 'decision')}")
        lines.append(f"{other.label}: {count_differences(len(found.of('input_changes', other.label)), 'input')}")
    for row in found.tables["bridges"].to_dict("records"):
        check = "adds up" if row["exact"] == "yes" else f"leaves {row['unexplained']:.3g}"
        steps, difference = row["steps"], row["difference"]
        lines.append(
            f"bridge from {row['from']} to {row['to']} {check}: steps {steps:,.6f}, difference {difference:,.6f}"
        )
    return lines
