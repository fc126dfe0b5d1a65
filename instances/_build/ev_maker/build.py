"""Builds `ev_maker.xlsx`, one car maker's view of the chain, from the CSV tables in `instances/_build/tables`.

    python -m instances._build.ev_maker.build [FILE]      writes the workbook (default: instances/ev_maker.xlsx)

The home firm is a composite Chinese car maker without batteries of its own. The question: which links to own, which to
ally for, which to buy. Same tables in, same cells out. Sources: `instances/SOURCES.md`.
"""

import argparse
from pathlib import Path

import pandas as pd

from .. import INSTANCES
from .lanes import lane_sheet
from .plants import plant_sheets
from .sheets import evidence, hours, plain_sheets

from planner.workbook.write import write_instance

ORDER = (
    *("settings", "periods", "regions", "items", "processes", "recipes", "firms", "sites", "lines", "line_capacity"),
    *(
        "productivity",
        "options",
        "access",
        "projects",
        "lanes",
        "duties",
        "demand",
        "enablers",
        "learning",
        "clusters",
        "stocks",
    ),
    *("scenarios", "disruptions", "rules", "policies", "evidence"),
)


def build_sheets() -> dict[str, pd.DataFrame]:
    """All sheets of the workbook, in the order in which they stand in it."""
    sheets = plain_sheets()
    sheets |= plant_sheets(sheets)
    sheets["lanes"] = lane_sheet(sheets)
    sheets["productivity"] = hours(sheets)
    sheets["evidence"] = evidence(sheets)
    return {name: sheets[name].reset_index(drop=True) for name in ORDER}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path, default=INSTANCES / "ev_maker.xlsx")
    write_instance(build_sheets(), parser.parse_args().file)


if __name__ == "__main__":
    main()
