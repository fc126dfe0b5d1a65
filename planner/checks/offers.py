"""Which offer reaches which line of an outside firm, and from when on anything can be drawn through it."""

import numpy as np
import pandas as pd

from planner.checks.memory import cache_by_input
from planner.checks.places import lines_at_sites
from planner_models.instance import Instance
from planner_models.sets.access import SPOT, market_terms


@cache_by_input
def offers_of_lines(instance: Instance, *, switched: bool = True) -> pd.DataFrame:
    """Every line of an outside firm with every offer that covers it, one row each.

    Columns: those of `access`, where `process` is the line's and `named` the offer's; line (position), row (in
    `access`), site, region. A row that names a process replaces the `*` row of its firm and mode there. With `switched`
    the switch `access`, where it is off, leaves only offers on market terms, and nobody builds on outside lines.
    """
    lines = lines_at_sites(instance).reset_index(drop=True).reset_index(names="line")
    lines = lines[(lines["home"] == "no") & (lines["status"] != "candidate")]
    offers = instance["access"].reset_index(names="row").rename(columns={"process": "named"})
    pairs = lines[["line", "site", "process", "region", "firm"]].merge(offers, on="firm")
    pairs = pairs[(pairs["named"] == "*") | (pairs["named"] == pairs["process"])]
    pairs = pairs.sort_values("named", key=lambda names: names == "*", kind="stable")
    pairs = pairs.drop_duplicates(["line", "mode"]).sort_values(["line", "row"])
    if switched and instance.settings["access"] == "off":
        pairs = market_terms(instance, pairs.rename(columns={"named": "offer"})).rename(columns={"offer": "named"})
    return pairs


def free_lines(instance: Instance) -> np.ndarray:
    """Which lines need no offer: those of home firms, and those of outside firms that no row of `access` covers."""
    free = np.ones(len(instance["lines"]), dtype=bool)
    free[offers_of_lines(instance, switched=False)["line"].to_numpy(int)] = False
    return free


def controllable(instance: Instance, *, switched: bool = True) -> np.ndarray:
    """Which lines home firms control, or can come to control through an offer: there they can build and learn."""
    control = (lines_at_sites(instance)["home"] == "yes").to_numpy(copy=True)
    offers = offers_of_lines(instance, switched=switched)
    control[offers.loc[offers["controls"] == "yes", "line"].to_numpy(int)] = True
    return control


def stakes_offered(instance: Instance, *, switched: bool = False) -> pd.Series:
    """The largest stake that each firm offers; firms without an offer beyond spot lack.

    With `switched` the switch `access`, where it is off, leaves offers without their stakes.
    """
    offers = instance["access"]
    stakes = offers[offers["mode"] != SPOT].groupby("firm")["stake"].max()
    return 0.0 * stakes if switched and instance.settings["access"] == "off" else stakes
