"""Changed figures that sheet by_period states anew: there the change does nothing in some periods, which is said."""

from collections.abc import Mapping

import pandas as pd

from planner.workbook.findings import Findings, cell_name
from planner_models.by_period import SHEET, find_rows, list_varying_columns


def warn_overridden(frames: Mapping[str, pd.DataFrame], findings: Findings) -> None:
    """Add a warning for each change of `--set` that values of by_period override.

    Parameters
    ----------
    frames
        Typed input sheets.
    findings
        The changed cells, and where the warnings go.
    """
    stated = frames[SHEET].dropna(subset=["sheet", "key", "column", "value"])
    if stated.empty or not findings.changed:
        return
    changed: dict[tuple[str, str, str], set[int]] = {}
    for (sheet, row, column), written in findings.changed.items():
        if sheet in frames and column in list_varying_columns(sheet):
            changed.setdefault((written, sheet, column), set()).add(row)
    for (written, sheet, column), rows in changed.items():
        about = stated[(stated["sheet"] == sheet) & (stated["column"] == column)]
        table = frames[sheet]
        cells = [
            f"{SHEET}!{cell_name(findings.letters.get(SHEET, {}), int(number), 'value')}"
            for number, key in zip(about.index, about["key"], strict=True)
            if rows & set(table.index[find_rows(sheet, table, key)])
        ]
        if cells:
            them = "that" if len(cells) == 1 else "those"
            message = (
                f"`{written}`: {', '.join(cells)} {'says' if len(cells) == 1 else 'say'} what {sheet}.{column} is in "
            )
            findings.at("warning", "--set", "", f"{message}some periods, whatever is set here: change {them} too")
