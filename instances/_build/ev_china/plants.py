"""Plants by firm and cluster: every plant group of ev_global split over named firms and Chinese regions."""

import pandas as pd
from .tables import both, controlled_firms, home_firms
from ..ev_global.plants import plants_of_2024, sheets_of
from ..ev_global.sheets import plain_sheets
from ..ev_global.tables import read, significant

INHERITED = ["utilisation", "min_load", "retirable", "unit_cost", "grow_2026", "grow_2028", "grow_2030"]
NEW = {"utilisation": 0.88, "min_load": 0.0, "retirable": "no", "grow_2026": 1.0, "grow_2028": 1.0, "grow_2030": 1.0}
"""What a plant has that no plant group of ev_global stands behind."""


def split_plants(splits: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """One row per plant: capacity (activity/year) = its group's of 2024 x split, or as stated; the rest inherited.

    Raises ValueError where a row names a group that is not there, or the splits of a group make up more than all of it.
    """
    whole = splits.groupby(["base", "process"])["split"].sum()
    if (whole > 1 + 1e-9).any():
        raise ValueError(f"china_plants: more than the whole of {list(whole.index[whole > 1 + 1e-9])}")
    group = groups.set_index(["site", "process"])[[*INHERITED, "capacity"]]
    named = splits[splits["split"].notna()]
    lost = [key for key in zip(named["base"], named["process"], strict=True) if key not in group.index]
    if lost:
        raise ValueError(f"china_plants: no such plants in ev_global: {lost}")
    plants = splits.merge(group.reset_index(), left_on=["base", "process"], right_on=["site", "process"], how="left")
    plants["capacity"] = (plants["split"] * plants["capacity_y"]).fillna(plants["capacity_x"]).map(significant)
    for column, value in NEW.items():
        plants[column] = plants[column].fillna(value)
    return plants.drop(columns=["capacity_x", "capacity_y"])


def china_plants(splits: pd.DataFrame) -> pd.DataFrame:
    """Plants with one site per firm and region, and a least load only where China's industry decides.

    The least loads of ev_global stand for what foreign makers run for themselves: nobody here has to draw that. A
    process that waits for a project has none either.
    """
    plants = split_plants(splits, plants_of_2024(plain_sheets()))
    fresh = plants["status"] == "candidate"
    plants["site"] = plants["firm"] + " " + plants["region"] + fresh.map({True: " new", False: ""})
    waits = read("china_requires").query("sheet == 'processes'")["name"]
    plants.loc[~plants["firm"].isin(home_firms()) | plants["process"].isin(waits), "min_load"] = 0.0
    able = plants["max_modules"].notna() & plants["firm"].isin(home_firms() | controlled_firms())
    plants["expand"] = able.map({True: "yes", False: ""})
    return plants


def plant_sheets(plain: dict[str, pd.DataFrame], splits: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Sheets sites, lines, line_capacity and options; china_scale adds larger modules to some processes.

    An exponent there, from a source about plants of that kind, replaces that of the process.
    """
    options, processes = both("options").set_index("process"), both("processes").set_index("process")
    scale = read("china_scale").set_index("process")
    options["multiples"] = options["multiples"].fillna(scale["multiples"])
    processes["scale_exponent"] = scale["exponent"].reindex(processes.index).fillna(processes["scale_exponent"])
    return sheets_of(china_plants(splits), processes.reset_index(), options.reset_index(), plain)
