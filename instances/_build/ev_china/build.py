"""Builds `ev_china.xlsx`, China's industry as the home group, from the CSV tables in `instances/_build/tables`.

    python -m instances._build.ev_china.build [FILE]      writes the workbook (default: instances/ev_china.xlsx)
    python -m instances._build.ev_china.build --check     prints counts

Same tables in, same cells out. Sources and licences: `instances/SOURCES.md`.
"""

import argparse
from pathlib import Path

import pandas as pd

from .. import INSTANCES
from .lanes import lane_sheet
from .plants import plant_sheets
from .sheets import evidence_sheet, plain_sheets, productivity_sheet
from ..ev_global.tables import read
from ..ev_global.trade import duties_with_lanes

from planner.workbook.write import write_instance

ORDER = (
    *("settings", "periods", "regions", "items", "processes", "recipes", "firms", "sites", "lines", "line_capacity"),
    *("options", "access", "projects", "lanes", "duties", "demand", "enablers", "learning", "clusters", "stocks"),
    *("scenarios", "disruptions", "rules", "policies", "productivity", "inertia", "evidence"),
)


def without_idle_rows(sheets: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Drops processes that no line runs, with their recipes, and items that no recipe or market names."""
    processes = sheets["processes"][sheets["processes"]["process"].isin(sheets["lines"]["process"])]
    recipes = sheets["recipes"][sheets["recipes"]["process"].isin(processes["process"])]
    items = sheets["items"][sheets["items"]["item"].isin({*recipes["item"], *sheets["demand"]["item"]})]
    return sheets | {"processes": processes, "recipes": recipes, "items": items}


def build_sheets() -> dict[str, pd.DataFrame]:
    """All sheets of the workbook, in the order in which they stand in it."""
    sheets = plain_sheets()
    sheets |= plant_sheets(sheets, read("china_plants"))
    sheets = without_idle_rows(sheets)
    sheets["productivity"] = productivity_sheet(sheets)
    sheets["lanes"] = lane_sheet(sheets)
    sheets["duties"] = duties_with_lanes(sheets)
    sheets["evidence"] = evidence_sheet(sheets)
    return {name: sheets[name].reset_index(drop=True) for name in ORDER}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path, default=INSTANCES / "ev_china.xlsx")
    parser.add_argument("--check", action="store_true", help="print counts instead of writing")
    arguments = parser.parse_args()
    sheets = build_sheets()
    if arguments.check:
        print({name: len(frame) for name, frame in sheets.items()})
    else:
        write_instance(sheets, arguments.file)


if __name__ == "__main__":
    main()
