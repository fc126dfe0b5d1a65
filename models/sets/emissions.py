"""Emissions: what a unit of activity of each line emits, of its process and of the grid that it draws on."""

import pandas as pd

from planner_models import frames
from planner_models.instance import Instance

KILOGRAMS = 1000.0
"""kg per t."""


def emissions_per_activity(instance: Instance, lines: pd.DataFrame) -> dict[tuple[str, str], float]:
    """What lines emit.

    Parameters
    ----------
    instance
        The instance.
    lines
        As `lines.line_table` gives them.

    Returns
    -------
    dict of tuple to float
        (site, process) -> t per activity: of the process itself, and kWh x kg/kWh of the region's grid. The kWh are
        those of the process, times what sheet productivity says of the line.
    """
    processes = instance["processes"].set_index("process")[["emissions", "energy"]].to_dict("index")
    grid = instance["regions"].set_index("region")["grid_co2"].to_dict()
    rows = zip(lines.index, lines["region"], frames.entries(lines["energy_factor"]).values(), strict=True)
    return {
        line: processes[line[1]]["emissions"] + processes[line[1]]["energy"] * factor * grid[region] / KILOGRAMS
        for line, region, factor in rows
    }
