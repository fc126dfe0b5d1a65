"""The sheets that follow one to one from a table: settings, periods, regions, items, processes, recipes and so on."""

import pandas as pd
from ..ranges import input_ranges
from .tables import REMARKS, mean_of, read, significant

SKILLED_OVER_WAGE = 1.6  # own estimate: engineers over operators, the same everywhere


def plain(name: str, columns: list[str]) -> pd.DataFrame:
    """A table that already has the columns of its sheet."""
    return read(name)[[*columns, *REMARKS]].copy()


def _endowment(row: pd.Series, raw: pd.DataFrame, raw_item: str, override: str) -> float:
    """The hand-set figure of a region where given, else the mean of its anchor countries."""
    if pd.notna(row[override]):
        return float(row[override])
    return mean_of(raw, raw_item, row["anchors"].split(";"))


def regions(table: pd.DataFrame) -> pd.DataFrame:
    """Factor endowments of the places of `table`, from anchor countries.

    Wage and skilled wage in USD/h, energy in USD/kWh, grid in kg/kWh.

    institution_factor = 2 - 2 x (WGI index - 0.433), floored at 0.8: 1.0 would be a perfect score of 0.933; China is 2.
    """
    raw = read("raw_endowments")
    rows = []
    for _, row in table.iterrows():
        wage = _endowment(row, raw, "Hourly manufacturing labour cost (model set)", "wage_override")
        index = _endowment(row, raw, "WGI mean", "institution_override")
        grid = row["grid_override"]
        if pd.isna(grid):
            grid = mean_of(raw, "Grid carbon", row["anchors"].split(";")) / 1000
        rows.append(
            {
                **row[["region", "bloc", "latitude", "longitude"]],
                "wage": significant(wage),
                "skilled_wage": significant(wage * SKILLED_OVER_WAGE),
                "energy_price": significant(_endowment(row, raw, "Industrial electricity", "energy_override")),
                "wacc": significant(_endowment(row, raw, "WACC", "wacc_override") + row["wacc_add"]),
                "capex_index": row["capex_index"],
                "institution_factor": significant(max(0.8, 2 - 2 * (index - 0.433))),
                "grid_co2": significant(grid),
                **row[REMARKS],
            }
        )
    return pd.DataFrame(rows)


def demand() -> pd.DataFrame:
    """Volume (item/year) = volume of 2024 x growth factor of the period's first year; price in money/item."""
    periods = read("periods")["period"]
    rows = [
        {
            **row[["region", "item"]],
            "period": period,
            "price": row["price"],
            "volume": significant(row["volume_2024"] * row[f"g{period[:4]}"]),
            "source": row["source"],
            "confidence": row["confidence"] if period == periods[0] else "low",
            "note": row["note"],
        }
        for _, row in read("demand").iterrows()
        for period in periods
    ]
    return pd.DataFrame(rows)


def evidence() -> pd.DataFrame:
    """Ranges: those given by hand, those of the recipes that carry one, and by pattern those of all other figures."""
    recipes = read("recipes").dropna(subset=["low", "high"])
    ranges = pd.DataFrame(
        {
            "sheet": "recipes",
            "key": recipes["process"] + "|" + recipes["item"],
            "column": "quantity",
            "low": recipes["low"],
            "high": recipes["high"],
            "source": recipes["source"],
            "confidence": recipes["confidence"],
            "note": recipes["note"],
        }
    )
    found = pd.concat([read("evidence"), ranges, input_ranges(read("recipes")), read("patterns")], ignore_index=True)
    return found.drop_duplicates(["sheet", "key", "column"], ignore_index=True)


def plain_sheets() -> dict[str, pd.DataFrame]:
    """Every sheet that needs no derivation from plants or distances."""
    technology = ["process", "tier", "stage", "intensity", "labour", "skilled", "energy", "other_cost"]
    return {
        "settings": plain("settings", ["key", "value"]),
        "periods": plain("periods", ["period", "years"]),
        "regions": regions(read("regions")),
        "items": plain("items", ["item", "tier", "unit", "value", "mass", "critical"]),
        "processes": plain("processes", [*technology, "learnable_share", "emissions"]),
        "recipes": plain("recipes", ["process", "item", "quantity"]),
        "firms": plain("firms", ["firm", "home", "sector", "bloc"]),
        "duties": plain("duties", ["origin", "destination", "item", "rate", "ban", "from", "to"]),
        "demand": demand(),
        "stocks": plain("stocks", ["region", "item", "initial", "maximum", "holding_cost", "minimum"]),
        "evidence": evidence(),
    }
