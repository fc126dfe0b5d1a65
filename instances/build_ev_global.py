"""Builds `ev_global.xlsx`, the reference instance, from the CSV tables beside this script.

    python instances/build_ev_global.py [FILE]      writes the workbook (default: instances/ev_global.xlsx)
    python instances/build_ev_global.py --check     prints counts, capacity against need, and full cost ratios

Same tables in, same cells out. Sources and licences: `SOURCES.md`.
"""

import argparse
import sys
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from ev_global_checks import print_checks
from ev_global_lanes import lane_sheet
from ev_global_plants import plant_sheets
from ev_global_sheets import plain_sheets
from ev_global_trade import duties_with_lanes

from planner.workbook.write import write_instance

ORDER = (
    *("settings", "periods", "regions", "items", "processes", "recipes", "firms", "sites", "lines", "line_capacity"),
    *("options", "lanes", "duties", "demand", "stocks", "evidence"),
)


def build_sheets() -> dict[str, pd.DataFrame]:
    """All sheets of the workbook, in the order in which they stand in it."""
    sheets = plain_sheets()
    sheets |= plant_sheets(sheets)
    sheets["lanes"] = lane_sheet(sheets)
    sheets["duties"] = duties_with_lanes(sheets)
    return {name: sheets[name].reset_index(drop=True) for name in ORDER}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path, default=Path(__file__).parent / "ev_global.xlsx")
    parser.add_argument("--check", action="store_true", help="print checks instead of writing")
    arguments = parser.parse_args()
    sheets = build_sheets()
    if arguments.check:
        print_checks(sheets)
    else:
        write_instance(sheets, arguments.file)


if __name__ == "__main__":
    main()
