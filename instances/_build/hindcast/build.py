"""Builds `ev_hindcast_2018.xlsx` and `ev_hindcast_2020.xlsx` from the tables `hindcast_*` in `instances/_build/tables`.

    python -m instances._build.hindcast.build            writes both workbooks into instances/

Of rows later than the start only the demand path is read, which is an input. What came is in `hindcast_outcomes.csv`,
which only `compare` reads. Docs: docs/hindcast.md.
"""

import argparse
from pathlib import Path

import pandas as pd

from planner.workbook.write import write_instance

from .. import INSTANCES
from ..ev_global.tables import REMARKS
from .dynamics import growth_rows, moves, seeds
from .flows import mined_per_lithium_used, start_flows
from .history import STARTS, read
from .plants import line_rows, option_rows
from .sheets import demand_rows, duties, inertia, lanes, path_rules, policies, recipes, regions, settings, years

TECHNOLOGY = ["process", "tier", "stage", "intensity", "labour", "skilled", "energy", "other_cost"]
ESTIMATE = {"source": "own estimate", "confidence": "low", "note": ""}


def build_sheets(start: int) -> dict[str, pd.DataFrame]:
    """All sheets of the workbook of one start, in the order in which they are in it."""
    flows, others = start_flows(start)
    place = regions(start)
    lines = line_rows(start, flows, place)
    ways = lanes(lines, place.set_index("region")["bloc"])
    sites = lines.drop_duplicates("site")
    firms = pd.DataFrame([{"firm": f, "home": "yes", **ESTIMATE} for f in dict.fromkeys(lines["firm"])])
    sheets = {
        "settings": settings(start),
        "periods": pd.DataFrame([{"period": str(y), "years": 1, **ESTIMATE} for y in years(start)]),
        "regions": place,
        "items": read("hindcast_items"),
        "processes": read("hindcast_processes")[[*TECHNOLOGY, *REMARKS]],
        "recipes": recipes(mined_per_lithium_used(start)),
        "firms": firms,
        "sites": sites[["site", "region", "firm", *REMARKS]],
        "lines": lines[["site", "process", "capacity", "unit_cost", *REMARKS]].assign(retirable="no"),
        "options": option_rows(start, lines),
        "lanes": ways,
        "duties": duties(start),
        "demand": demand_rows(start, others),
        "rules": path_rules(start),
        "policies": policies(start),
        "growth": growth_rows(start),
        "inertia": inertia(start, flows, seeds(start, flows, ways), moves(start, flows)),
    }
    return {name: _ordered(frame) for name, frame in sheets.items() if len(frame)}


def _ordered(frame: pd.DataFrame) -> pd.DataFrame:
    """Remarks last, rows numbered anew; a column `source` that is a key of the sheet stays where it is."""
    last = [c for c in REMARKS if c in frame and not ("destination" in frame and c == "source" and "seed" in frame)]
    return frame[[c for c in frame if c not in last] + last].reset_index(drop=True)


def workbook(start: int) -> Path:
    """Where the workbook of a start is."""
    return INSTANCES / f"ev_hindcast_{start}.xlsx"


def main() -> None:
    """Command line."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    for start in STARTS:
        write_instance(build_sheets(start), workbook(start))


if __name__ == "__main__":
    main()
