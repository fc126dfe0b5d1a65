"""Rules of every type on the instance `ev_china.xlsx`, for tests and measurements of a whole industry."""

from pathlib import Path
from typing import Any

import pandas as pd

from planner.workbook.read import read_instance
from planner_models.instance import Instance, apply_schema

EV_CHINA = Path(__file__).parents[1] / "instances" / "ev_china.xlsx"

WISH = {"hard": "no", "penalty": 5.0}
LATER = {"from": "2028-29"}
RULES: list[dict[str, Any]] = [
    {"type": "max_share", "item": "co_hydroxide", "by": "region", "limit": 0.6, **LATER},
    {"type": "max_share", "item": "magnets", "by": "bloc", "scope": "EU", "limit": 0.65, **WISH, **LATER},
    {"type": "max_share", "item": "graphite_battery", "by": "firm", "limit": 0.4, **LATER},
    {"type": "min_share", "item": "li_chemical", "by": "bloc", "who": "EU", "scope": "EU", "limit": 0.1, **WISH},
    {"type": "min_share", "item": "cell_lfp", "by": "control", "who": "home", "limit": 0.5, **LATER},
    {"type": "max_import_share", "item": "ni_refined", "scope": "China", "limit": 0.5, **LATER},
    {"type": "min_sources", "item": "li_chemical", "by": "region", "count": 3, "limit": 0.15, **LATER},
    {"type": "min_sources", "item": "cell_ncm", "by": "site", "count": 3, "limit": 0.1, **LATER},
    {"type": "max_hhi", "item": "li_chemical", "by": "region", "limit": 0.25, **LATER},
    {"type": "max_hhi", "item": "cell_lfp", "by": "firm", "limit": 0.2, **LATER},
    {"type": "max_hhi", "item": "vehicle_mass", "by": "firm", "limit": 0.15, **LATER},
    {"type": "min_cover", "item": "li_chemical", "scope": "China", "limit": 0.5, **LATER},
    {"type": "min_utilisation", "item": "cell_lfp", "limit": 0.7, **WISH},
    {"type": "max_capacity_ratio", "item": "cell_lfp", "limit": 1.5, **WISH},
    {"type": "max_emissions", "item": "*", "scope": "China", "limit": 1e8, "hard": "no", "penalty": 1e-4},
    {"type": "min_local_content", "item": "vehicle_mass", "scope": "China", "limit": 0.6, **LATER},
    {"type": "budget", "item": "*", "limit": 1e5, "hard": "no", "penalty": 1.0},
]


def ruled_industry(**settings: Any) -> Instance:
    """The instance under RULES, under other settings where given."""
    given = read_instance(EV_CHINA, ()).instance
    rows = pd.DataFrame([{"rule": f"{number} {row['type']}"} | row for number, row in enumerate(RULES)])
    tables = {**given.tables, "rules": apply_schema("rules", rows)}
    return Instance(tables, {**given.settings, **settings})
