"""Instance workbooks in Python: read, change and check."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from planner.checks.check import check as run_checks
from planner.issues import InputError, Issue
from planner.workbook.read import Draft, Reading, open_instance
from planner.workbook.variants import judge_variants


@dataclass(frozen=True)
class InstanceFile:
    """An instance workbook as it was read, with the changes made to it since; the file itself is never touched.

    Attributes
    ----------
    draft : Draft
        The workbook as it is on the disk.
    changes : tuple of str
        What was changed, each as `--set` takes it.
    """

    draft: Draft
    changes: tuple[str, ...] = ()

    @cached_property
    def reading(self) -> Reading:
        """The workbook as it was understood."""
        return self.draft.reading(self.changes)

    @property
    def path(self) -> Path:
        """Where the workbook is."""
        return self.draft.path

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The input sheets by name: declared columns, blanks at what they mean, indexed by row of the sheet."""
        instance = self.reading.instance
        return {sheet: instance[sheet] for sheet in instance.tables}

    @property
    def settings(self) -> Mapping[str, Any]:
        """The settings by key, with their defaults."""
        return self.reading.instance.settings

    def with_changes(self, *changes: str) -> "InstanceFile":
        """The same instance with single inputs changed.

        Parameters
        ----------
        *changes
            Each as `--set` takes it: ``"lanes[Eastland|Northland|*|sea].cost=0.4"``, ``"settings[discount_rate]=0.1"``.
            They add to those made before, in order.

        Returns
        -------
        InstanceFile
            A new instance; this one remains as it is.

        Raises
        ------
        InputError
            Where a change finds nothing to change, or cannot be read.
        """
        every = (*self.changes, *changes)
        refused = self.draft.refused(every)
        if refused:
            raise InputError([Issue("error", "--set", "", f"`{change}` {why}") for change, why in refused.items()])
        return replace(self, changes=every)


def read(path: str | Path) -> InstanceFile:
    """Read an instance workbook.

    Parameters
    ----------
    path
        The workbook (.xlsx).

    Returns
    -------
    InstanceFile
        What is in it, whether or not it has faults; `check` lists them.

    Raises
    ------
    InputError
        Where the file is no workbook that can be read, or is a result.
    """
    return InstanceFile(open_instance(path))


def check(instance: InstanceFile) -> list[Issue]:
    """Everything that is wrong with an instance or worth a look, each with its sheet and cell.

    Parameters
    ----------
    instance
        What `read` returned.

    Returns
    -------
    list of Issue
        Errors forbid a plan; warnings do not.
    """
    return run_checks(instance.reading) + judge_variants(instance.draft, instance.changes, instance.reading)
