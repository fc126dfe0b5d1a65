"""Sheet `issues`, which every workbook that is written has."""

from collections.abc import Sequence

import pandas as pd

from planner.issues import Issue
from planner.surfaces import visible
from planner_models.schema import RESULTS

COLUMNS = tuple(RESULTS["issues"].columns)


def tabulate_issues(issues: Sequence[Issue]) -> pd.DataFrame:
    """Sheet `issues`: one row for each; characters that no cell can hold, as a header may have them, are written out.

    Parameters
    ----------
    issues
        What was found, in the order of the rows.

    Returns
    -------
    pandas.DataFrame
        Columns severity, sheet, cell and message.
    """
    rows = [(issue.severity, issue.sheet, issue.cell, visible(issue.message)) for issue in issues]
    return pd.DataFrame(rows, columns=list(COLUMNS))
