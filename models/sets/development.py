"""Development: which options can start when, which periods they run, and from when on their project is ready."""

from typing import NamedTuple

import pandas as pd

from planner_models import frames
from planner_models.instance import Instance
from planner_models.sets.access import SPOT
from planner_models.sets.timeline import Timeline

Offer = tuple[str, str, str]
Recipes = dict[str, tuple[tuple[str, float], ...]]


class Start(NamedTuple):
    """An option that begins in a period: the periods it runs in, and the place in time from which its project is ready.

    Of a duration of 0 nothing runs: it costs one payment and is ready at once.
    """

    running: tuple[str, ...]
    ready: int


def project_table(instance: Instance, offers: pd.DataFrame) -> pd.DataFrame:
    """The development options that the switches leave, indexed by project and option.

    Adds `partners`: the offers of which one must be in force while the option runs; None where none must. An option
    whose partner has offers beyond spot, but none of them with the stake asked for, cannot be taken. While `access` is
    off nothing gives a stake; an option that asks for none is left, with its own time and cost.
    """
    table = instance["projects"]
    for kind, switch in (("joint", "joint_development"), ("alliance", "alliances")):
        if instance.settings[switch] == "off":
            table = table[(table["kind"] != kind) | table["partner"].isna()]
    firms = instance["firms"].set_index("firm")["home"]
    access = instance["access"]
    reserved = set(access.loc[access["mode"] != SPOT, "firm"])
    partners: list[list[Offer] | None] = []
    for partner, stake in zip(table["partner"], table["min_stake"], strict=True):
        if firms.get(partner) != "no" or partner not in reserved:
            partners.append(None)
        else:
            fit = offers[(offers.index.get_level_values("firm") == partner) & (offers["stake"] >= stake)]
            partners.append([offer for offer in fit.index if offer[2] != SPOT])
    table = table.assign(partners=pd.Series(partners, index=table.index, dtype=object))
    able = pd.Series([names is None or len(names) > 0 for names in partners], index=table.index, dtype=bool)
    return table[able].set_index(["project", "option"]).sort_index()


def tie_table(
    projects: pd.DataFrame, lines: pd.DataFrame, required: dict[str, str], sold: dict[str, str], recipes: Recipes
) -> dict[tuple[str, str, str], str]:
    """What options tie: (project, option, item) -> the partner to whose supply the item is tied.

    Parameters
    ----------
    projects
        As `project_table` gives them.
    lines
        Lines with their firm, indexed by site and process.
    required
        Process -> the project that it requires.
    sold
        Item -> the project that it requires to be sold.
    recipes
        Process -> ((item, quantity), ...).

    Returns
    -------
    dict
        Of options that tie, the items that lines of the partner make and that what the project opens uses or sells.
    """
    made: dict[str, set[str]] = {}
    for (_, process), firm in frames.pairs(lines["firm"]):
        made.setdefault(firm, set()).update(item for item, amount in recipes.get(process, ()) if amount > 0)
    opened: dict[str, set[str]] = {}
    for process, project in required.items():
        opened.setdefault(project, set()).update(item for item, amount in recipes.get(process, ()) if amount < 0)
    for item, project in sold.items():
        opened.setdefault(project, set()).add(item)
    tying = projects[(projects["tied"] == "yes") & projects["partner"].notna()]
    return {
        (project, option, item): partner
        for (project, option), partner in frames.pairs(tying["partner"])
        for item in sorted(opened.get(project, set()) & made.get(partner, set()))
    }


def start_table(projects: pd.DataFrame, time: Timeline) -> dict[tuple[str, str, str], Start]:
    """What could begin: (project, option, period), where the project would be ready within the horizon."""
    starts = {}
    for key, row in frames.lines(projects):
        for period in time.window(row["first_period"], None):
            begin = time.position[period]
            ready = begin + int(row["duration"])
            if ready < len(time.periods):
                starts[(*key, period)] = Start(time.periods[begin:ready], ready)
    return starts


def ready_table(
    starts: dict[tuple[str, str, str], Start], time: Timeline
) -> dict[tuple[str, str], list[tuple[str, str, str]]]:
    """By project and period: the starts after which the project is ready by then."""
    found: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for key, start in starts.items():
        for period in time.periods[start.ready :]:
            found.setdefault((key[0], period), []).append(key)
    return found
