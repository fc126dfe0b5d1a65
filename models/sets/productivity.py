"""Productivity: by how much hours, energy and output of a line differ from what its process says."""

import numpy as np
import pandas as pd

from planner_models import frames
from planner_models.instance import Instance
from planner_models.sets.policies import blocs

FACTORS = ["labour", "skilled", "energy", "output"]
EVERY = "*"


def tabulate_productivity(instance: Instance) -> pd.DataFrame:
    """The factors of every row of sheet lines.

    Parameters
    ----------
    instance
        The instance.

    Returns
    -------
    pandas.DataFrame
        Columns labour, skilled, energy and output, each the product over the rows of sheet productivity that match the
        line; 1 where none does and while the switch is off. Indexed by site and process.
    """
    lines = pd.MultiIndex.from_frame(instance["lines"][["site", "process"]])
    factors = pd.DataFrame(1.0, index=lines, columns=FACTORS)
    table = instance["productivity"]
    if table.empty or instance.settings["productivity"] == "off":
        return factors
    places = line_names(instance)
    for row in frames.rows(table):
        match = match_lines(places, row["where"], row["what"])
        factors.loc[match] *= np.array([row[name] for name in FACTORS])
    return factors


def line_names(instance: Instance) -> pd.DataFrame:
    """What each line may be called by: `where` it is and `what` it does.

    Parameters
    ----------
    instance
        The instance.

    Returns
    -------
    pandas.DataFrame
        Columns region, bloc, firm, and process, stage, tier, intensity; indexed by site and process.
    """
    lines = instance["lines"][["site", "process"]]
    sites = instance["sites"].set_index("site").reindex(lines["site"])
    processes = instance["processes"].set_index("process").reindex(lines["process"])
    names = {
        "region": sites["region"].to_numpy(),
        "bloc": blocs(instance).reindex(sites["region"]).to_numpy(),
        "firm": sites["firm"].to_numpy(),
        "process": lines["process"].to_numpy(),
        "stage": processes["stage"].to_numpy(),
        "tier": processes["tier"].to_numpy(),
        "intensity": processes["intensity"].to_numpy(),
    }
    return pd.DataFrame(names, index=pd.MultiIndex.from_frame(lines), dtype=object)


def match_lines(names: pd.DataFrame, where: str, what: str) -> np.ndarray:
    """Which lines a place and a kind of production mean.

    Parameters
    ----------
    names
        As `line_names` gives them.
    where
        A region, bloc or firm, or `*`.
    what
        A process, stage, tier or intensity, or `*`.

    Returns
    -------
    numpy.ndarray
        Bool, shape (lines,).
    """
    there = (names[["region", "bloc", "firm"]] == where).any(axis=1) | (where == EVERY)
    kind = (names[["process", "stage", "tier", "intensity"]] == what).any(axis=1) | (what == EVERY)
    return (there & kind).to_numpy()
