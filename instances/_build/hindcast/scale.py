"""Economies of scale of cell makers: what tells apart makers whose plants are alike otherwise.

Exponents of BatPaC (raw_capex): hours grow with capacity to the power 0.78, capex 0.935, purchased hardware 0.85. Half
of the other cost of a cell is taken to be hardware (own estimate). Capacity is that of the maker in all countries at
the start, or of its public projects where these are more; makers that are many in one row count as small ones.
"""

import pandas as pd

from ..ev_global.tables import significant
from .history import public, read

HOURS, CAPEX, HARDWARE = 0.78, 0.935, 0.85
REFERENCE = 20.0  # own estimate: GWh a year, the size that the figures of a process stand for
MANY, SMALL = ("Other Chinese makers", "Other makers"), 5.0  # own estimate: GWh a year of a firm among many
HARDWARE_SHARE = 0.5


def maker_sizes(start: int) -> dict[str, float]:
    """Maker -> capacity (GWh a year) that its costs follow from."""
    plants = read("hindcast_cell_plants")
    plants = plants[plants["start"] == start]
    projects = public("projects", start)
    planned = projects[projects["process"] == "make_cell"].merge(plants[["region", "firm"]], on="region")
    sizes = pd.concat([plants.groupby("firm")["effective"].sum(), planned.groupby("firm")["size"].sum()], axis=1)
    largest = sizes.fillna(0.0).max(axis=1).clip(lower=SMALL)
    return {str(firm): SMALL if firm in MANY else float(size) for firm, size in largest.items()}


def capex_factor(firm: str, start: int) -> float:
    """Capex per GWh of a maker over that of the reference size."""
    return float((maker_sizes(start)[firm] / REFERENCE) ** (CAPEX - 1))


def unit_cost(firm: str, region: pd.Series, process: pd.Series, start: int) -> float:
    """Cost of a GWh of cells (money) of a maker in a region: hours and hardware by scale, the rest as given."""
    size = maker_sizes(start)[firm] / REFERENCE
    hours = process["labour"] * region["wage"] + process["skilled"] * region["skilled_wage"]
    hardware = HARDWARE_SHARE * process["other_cost"]
    cost = hours / 1e6 * size ** (HOURS - 1) + hardware * size ** (HARDWARE - 1)
    return significant(cost + process["energy"] * region["energy_price"] / 1e6 + process["other_cost"] - hardware)
