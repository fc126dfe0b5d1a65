"""Sites, lines, their capacity over time and what can be built, of the maker and of its suppliers."""

import pandas as pd
from ..ev_global.costs import UTILISATION, recovery_factor
from ..ev_global.plants import capex_per_unit, site_sheet
from ..ev_global.tables import REMARKS, read, significant
from .sheets import technology


def plants(regions: pd.DataFrame, firms: pd.DataFrame) -> pd.DataFrame:
    """The plants table beside the technology of each line and the endowment of its region.

    Adds `home` (bool), `capex_line` (money per activity/year in the region), `index` (by which the model multiplies
    capex) and `conversion` (money/activity: what the model would work out from endowments).
    """
    table = read("maker_plants").merge(technology(), on="process", suffixes=("", "_process"))
    table = table.merge(regions.drop(columns=REMARKS), on="region")
    table["home"] = table["firm"].map(firms.set_index("firm")["home"]) == "yes"
    table["index"] = table["capex_index"]
    table["capex_line"] = capex_per_unit(table[["process", "region"]], technology(), regions)
    hours = table["labour"] * table["wage"] + table["skilled"] * table["skilled_wage"]
    table["conversion"] = (hours + table["energy"] * table["energy_price"]) / 1e6 + table["other_cost"]
    return table


def fixed_cost(table: pd.DataFrame) -> pd.Series:
    """Money/year of a line: upkeep, and for an outside line also its capital, since its owner must earn both.

    home: fixed share x capex x capacity; outside: (CRF(wacc, life) + fixed share) x capex x capacity / utilisation.
    """
    upkeep = table["fixed_share"] * table["capex_line"] * table["capacity"]
    owed = (recovery_factor(table["wacc"], table["life"]) + table["fixed_share"]) * table["capex_line"] / UTILISATION
    derived = upkeep.where(table["home"], owed * table["capacity"])
    return table["fixed_cost"].fillna(derived).map(significant)


def unit_cost(table: pd.DataFrame) -> pd.Series:
    """Money/activity where a plant differs from its endowment: as given, or cost_factor x conversion."""
    return table["unit_cost"].fillna((table["conversion"] * table["cost_factor"]).round(4))


def line_sheet(table: pd.DataFrame) -> pd.DataFrame:
    """Sheet lines."""
    return pd.DataFrame(
        {
            **{name: table[name] for name in ("site", "process", "capacity")},
            "fixed_cost": fixed_cost(table),
            "min_load": table["min_load"].fillna(0.0),
            "unit_cost": unit_cost(table),
            "retirable": table["retirable"],
            **{name: table[name] for name in REMARKS},
        }
    )


def line_capacity_sheet(table: pd.DataFrame, periods: list[str]) -> pd.DataFrame:
    """Plants that open later: nothing in the first period, their capacity from the period given on."""
    later = table[table["first_period"].notna()]
    start = later.assign(period=periods[0], capacity=0.0)
    run = later.assign(period=later["first_period"])
    columns = ["site", "process", "period", "capacity", *REMARKS]
    return pd.concat([start, run])[columns].sort_values(["site", "process", "period"])


def option_sheet(table: pd.DataFrame) -> pd.DataFrame:
    """Modules on the lines marked so. The model multiplies capex by the region's index: world figures are divided by
    it here; fixed cost carries the index already."""
    able = table[table["expand"] == "yes"].merge(read("maker_options"), on="process", suffixes=("", "_option"))
    scaled = able["multiples"].notna()
    return pd.DataFrame(
        {
            "site": able["site"],
            "process": able["process"],
            "option": "line",
            "size": able["size"],
            "capex": (able["capex_line"] / able["index"] * able["size"]).map(significant),
            "fixed_cost": (able["fixed_share"] * able["capex_line"] * able["size"]).map(significant),
            "lead_periods": able["lead_periods"],
            "life": able["life"],
            "max_modules": able["max_modules"],
            "ramp": able["ramp"],
            "scale_exponent": able["scale_exponent"].where(scaled),
            "multiples": able["multiples"].map(lambda m: "" if pd.isna(m) else f"{m:g}"),
            "source": able["source_process"],
            "confidence": "low",
            "note": able["note_option"],
        }
    )


def plant_sheets(plain: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Sheets sites, lines, line_capacity and options."""
    table = plants(plain["regions"], plain["firms"])
    return {
        "sites": site_sheet(read("maker_plants")),
        "lines": line_sheet(table),
        "line_capacity": line_capacity_sheet(table, list(plain["periods"]["period"])),
        "options": option_sheet(table),
    }
