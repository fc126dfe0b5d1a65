"""A plan as a result workbook: its tables, with the page that shows them."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from planner.report.charts import make_charts
from planner.report.tiles import make_tiles
from planner.workbook.board import Board
from planner.workbook.write import write_tables
from planner_models.instance import Instance
from planner_models.schema import RESULTS


def write_result(
    path: str | Path,
    tables: Mapping[str, pd.DataFrame],
    inputs: Mapping[str, pd.DataFrame],
    instance: Instance,
) -> None:
    """Write a result workbook: the sheets of RESULTS that `tables` has, in that order, and `in_<sheet>` for `inputs`.

    Parameters
    ----------
    path
        File to write.
    tables
        Result sheets by name, with the declared columns; `summary`, where it is there, gets the charts that the other
        tables allow.
    inputs
        Input sheets by name, as they were read.
    instance
        The input, for the names, periods and coordinates of the charts.

    Raises
    ------
    WriteError
        As `write_tables` does: Rescued where all is in another file, Undrawn where only the charts are missing.
    """

    def board() -> Board:
        return Board(make_tiles(tables["summary"]), make_charts(instance, tables))

    write_tables(path, RESULTS, tables, inputs, board if "summary" in tables else None)
