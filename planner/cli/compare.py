"""Commands that show results: compare them, and one as a page."""

from pathlib import Path
from typing import Annotated

import typer

from planner.cli.app import app, print_issues
from planner.cli.console import Force, errors, output
from planner.issues import InputError, Issue


@app.command()
def compare(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Results or instances (.xlsx), the reference first; a folder means the plans in it, base first.",
        ),
    ],
    result: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="OUT",
            help="File to write (.xlsx, .md, .html); default for a folder: comparison.xlsx.",
        ),
    ] = None,
    base: Annotated[Path | None, typer.Option(metavar="FILE", help="The reference, if not the first file.")] = None,
    form: Annotated[
        str | None, typer.Option("--format", metavar="FORM", help="xlsx, md or html; default: by the ending of OUT.")
    ] = None,
    force: Force = False,
) -> None:
    """Compare results: decisions, costs, flows, security, and the inputs behind them.

    Takes any number of files. Sheet variants has a row of key figures for each file and lists what it changed. Each
    file is compared with the reference, and a bridge of cost lines leads from each to the next. For instances, only
    the inputs are compared. Sheet issues lists what could not be compared.
    """
    from planner.studies.comparison.run import choose_form, describe_comparison, order_files, run_comparison

    if result is None:
        folders = [file for file in files if file.is_dir()]
        if not folders:
            raise InputError([Issue("error", "", "", "name the file to write with -o")])
        result = folders[0] / f"comparison.{form or 'xlsx'}"
    found = run_comparison(order_files(files, base), result, choose_form(result, form), force)
    print_issues(found.issues)
    for line in describe_comparison(found):
        output.print(line)
    output.print(f"{result} written")


@app.command()
def report(
    result: Annotated[Path, typer.Argument(metavar="RESULT", help="Result workbook (.xlsx).", show_default=False)],
    page: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="PAGE", help="Page to write (.html); default: next to RESULT."),
    ] = None,
    force: Force = False,
) -> None:
    """Write a plan as one web page: map, chain, capacity, access, costs and security, in a single file."""
    from planner.report.plan_page.run_report import run_report

    written, warnings = run_report(result, page, force)
    for words in warnings:
        errors.print(f"warning: {words}")
    output.print(f"{written} written: open it in a browser")
