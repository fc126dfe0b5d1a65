"""Productivity of lines, from the sheets alone."""

import pandas as pd

from planner_models.instance import Instance

FACTORS = ["labour", "skilled", "energy", "output"]


def multiply_productivity(instance: Instance, lines: pd.DataFrame, blocs: pd.Series) -> pd.DataFrame:
    """The product of the rows of sheet productivity that name each line, by factor; 1 while the switch is off.

    Parameters
    ----------
    instance
        What was to be planned.
    lines
        Indexed by site and process, with columns region and firm.
    blocs
        Bloc by region.

    Returns
    -------
    pandas.DataFrame
        Columns labour, skilled, energy and output, indexed like `lines`.
    """
    table = instance["productivity"]
    if instance.settings["productivity"] == "off" or table.empty:
        return pd.DataFrame(1.0, index=lines.index, columns=FACTORS)
    processes = instance["processes"].set_index("process")
    rows = []
    for (_, process), region, firm in zip(lines.index, lines["region"], lines["firm"], strict=True):
        facts = processes.loc[process]
        where = {"*", region, firm, blocs[region]}
        what = {"*", process, facts["stage"], facts["tier"], facts["intensity"]}
        rows.append(table.loc[table["where"].isin(where) & table["what"].isin(what), FACTORS].prod())
    return pd.DataFrame(rows, columns=FACTORS).set_axis(lines.index).astype(float)
