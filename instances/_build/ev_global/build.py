"""Builds `ev_global.xlsx`, the reference instance, from the CSV tables in `instances/_build/tables`.

    python -m instances._build.ev_global.build [FILE]      writes the workbook (default: instances/ev_global.xlsx)
    python -m instances._build.ev_global.build --check     prints counts, capacity against need, and full cost ratios

Same tables in, same cells out. Sources and licences: `instances/SOURCES.md`.
"""

import argparse
from pathlib import Path

import pandas as pd

from .. import INSTANCES
from .checks import print_checks
from .dynamics import inertia, productivity
from .lanes import lane_sheet
from .plants import plant_sheets
from .sheets import plain_sheets
from .tables import read
from .trade import duties_with_lanes

from planner.workbook.write import write_instance

ORDER = (
    *("settings", "periods", "regions", "items", "processes", "recipes", "firms", "sites", "lines", "line_capacity"),
    *("options", "lanes", "duties", "demand", "stocks", "productivity", "inertia", "evidence"),
)


def build_sheets() -> dict[str, pd.DataFrame]:
    """All sheets of the workbook, in the order in which they stand in it."""
    sheets = plain_sheets()
    sheets |= plant_sheets(sheets)
    sheets["lanes"] = lane_sheet(sheets)
    sheets["duties"] = duties_with_lanes(sheets)
    sheets |= {"productivity": productivity(read("value_added")), "inertia": inertia()}
    return {name: sheets[name].reset_index(drop=True) for name in ORDER}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path, default=INSTANCES / "ev_global.xlsx")
    parser.add_argument("--check", action="store_true", help="print checks instead of writing")
    arguments = parser.parse_args()
    sheets = build_sheets()
    if arguments.check:
        print_checks(sheets)
    else:
        write_instance(sheets, arguments.file)


if __name__ == "__main__":
    main()
