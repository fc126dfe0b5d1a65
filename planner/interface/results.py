"""Results in Python: open, look into, save and compare."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from planner.issues import InputError, Issue
from planner.report.verdicts import list_missed
from planner.report.workbook import write_result
from planner.results.result_file import ResultFile, labels
from planner.studies.comparison.run import choose_form, write_comparison
from planner.studies.comparison.study import Comparison
from planner.studies.comparison.study import compare as run_comparison
from planner.studies.earlier_result import read_result
from planner.workbook.write import ensure_replaceable


@dataclass(frozen=True)
class Result:
    """A plan: what `solve` found, or what a result workbook holds.

    Attributes
    ----------
    file : Compared
        The result with its input, as files are compared.
    remarks : tuple of str
        What else there is to know, such as how much of an earlier plan remains.
    """

    file: ResultFile
    remarks: tuple[str, ...] = field(default=())

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The result sheets by name, such as ``tables["builds"]``; docs/WORKBOOK.md lists sheets, columns and units."""
        return self.file.tables

    @property
    def status(self) -> str:
        """How the search ended: optimal, within_gap, time_limit or interrupted."""
        return self.file.facts.get("status", "")

    @property
    def words(self) -> str:
        """The status as a sentence."""
        return self.file.facts.get("status_text", "")

    @property
    def objective(self) -> float:
        """Total cost, or total profit where that is the objective: money, discounted to the base year."""
        return self.file.objective

    @property
    def bound(self) -> float:
        """What no plan can do better than, in money; NaN where nothing was proved."""
        return self.file.figure("bound")

    @property
    def gap(self) -> float:
        """How far the plan may be from the best one, as a share of the objective; NaN where nothing was proved."""
        return self.file.figure("gap")

    @property
    def seconds(self) -> float:
        """How long the search took, in seconds."""
        return self.file.figure("seconds")

    @property
    def issues(self) -> list[Issue]:
        """What has to be said about the result: that it was edited by hand, or that parts are missing."""
        return self.file.issues

    @property
    def disputed(self) -> list[str]:
        """The checks of the audit that do not agree with the plan; none where everything agrees."""
        audit = self.file.tables.get("audit")
        return [] if audit is None else audit.loc[audit["ok"] != "yes", "check"].tolist()

    @property
    def missed(self) -> list[str]:
        """The targets that the plan misses, in words."""
        return list_missed(self.file.tables)

    def save(self, path: str | Path, *, force: bool = False) -> Path:
        """Write the result workbook.

        Parameters
        ----------
        path
            File to write (.xlsx). An earlier result of the planner there is replaced.
        force
            Replace any other file as well.

        Returns
        -------
        pathlib.Path
            Where it was written.

        Raises
        ------
        InputError
            Where `path` is the input itself, is not to be replaced, or cannot be written.
        """
        target = Path(path)
        if target.exists() and self.file.path.exists() and target.samefile(self.file.path) and not force:
            raise InputError([Issue("error", "", "", f"{target} was read for this result: name another file")])
        if not force:
            ensure_replaceable(target)
        write_result(target, self.file.tables, self.file.reading.raw, self.file.instance)
        return target


@dataclass(frozen=True)
class ComparedResults:
    """Results side by side, the first of them the reference.

    Attributes
    ----------
    study : Comparison
        Everything that was found.
    """

    study: Comparison

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The sheets of the comparison by name: headline, decisions, bridge, input_changes and others."""
        return self.study.tables

    @property
    def issues(self) -> list[Issue]:
        """What could not be compared, and what is doubtful."""
        return self.study.issues

    def save(self, path: str | Path, *, force: bool = False) -> Path:
        """Write the comparison as a workbook or a page, by the ending of `path` (.xlsx, .html or .md).

        A file there that the planner did not write is only replaced where `force` is set.

        Raises
        ------
        InputError
            Where the ending means none of these, or the file is not to be replaced.
        """
        target = Path(path)
        write_comparison(self.study, target, choose_form(target, None), force)
        return target


def open_result(path: str | Path) -> Result:
    """Read a result workbook.

    Parameters
    ----------
    path
        A workbook that `planner solve`, `planner run` or `Result.save` wrote.

    Returns
    -------
    Result
        Its tables and its input; `issues` says whether it was edited by hand.

    Raises
    ------
    InputError
        Where the file holds no plan.
    """
    return Result(read_result(Path(path)))


def compare(results: Sequence[Result]) -> ComparedResults:
    """Compare results with the first of them.

    Parameters
    ----------
    results
        Two or more, from `solve` or `open_result`.

    Returns
    -------
    ComparedResults
        Decisions that differ, a bridge from each total to the next that adds up, and the inputs behind it.

    Raises
    ------
    InputError
        Where there are fewer than two.
    """
    if len(results) < 2:
        raise InputError([Issue("error", "", "", "name at least two results to compare")])
    names = labels([result.file.path for result in results])
    files = [replace(result.file, label=name) for result, name in zip(results, names, strict=True)]
    return ComparedResults(run_comparison(files))
