"""Development projects: each can begin and be ready in time, with a partner that offers what is asked for."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from planner.checks import join_names, needs, report_error, report_warning, rows
from planner.checks.offers import stakes_offered
from planner.checks.places import positions
from planner.checks.readiness import NEVER, earliest_ready
from planner.issues import Issue
from planner_models.instance import Instance

if TYPE_CHECKING:
    from planner.workbook.read import Reading

_SHEETS = ("settings", "periods", "firms", "access", "projects")


@needs("projects")
def projects_need_no_circle(reading: "Reading") -> Iterator[Issue]:
    """No option needs a project that itself has to wait for the option's own project."""
    projects = reading.instance["projects"]
    for row, option in rows(projects[projects["needs"].notna()]):
        own, needed = option["project"], option["needs"]
        circle = _way(projects, needed, own)
        if circle and needed not in _possible(projects, without=own):
            places = ", ".join(f"`{name}` needs `{other}` (row {at})" for name, other, at in circle)
            message = (
                f"`{own}` needs itself: {places}; `{option['option']}` can never begin; clear or change one of these"
                if own == needed
                else f"`{own}` needs `{needed}`, and {places}: neither can ever begin; clear or change one of these"
            )
            yield report_error(reading, "projects", row, "needs", message)


def _possible(projects: pd.DataFrame, without: str = "") -> set[str]:
    """The projects that could be ready with time enough, if `without` never is."""
    able: set[str] = set()
    rest = projects[projects["project"] != without]
    while True:
        more = set(rest.loc[rest["needs"].isna() | rest["needs"].isin(able), "project"])
        if more == able:
            return able
        able = more


def _way(projects: pd.DataFrame, first: str, last: str) -> list[tuple[str, str, int]]:
    """The needs that lead from project `first` to `last`, each with its row; empty where none do."""
    asked = projects[projects["needs"].notna()]
    ways: dict[str, list[tuple[str, str, int]]] = {first: []}
    queue = [first]
    for name in queue:
        for row, option in rows(asked[asked["project"] == name]):
            step = (name, option["needs"], row)
            if option["needs"] == last:
                return [*ways[name], step]
            if option["needs"] not in ways:
                ways[option["needs"]] = [*ways[name], step]
                queue.append(option["needs"])
    return []


@needs(*_SHEETS)
def projects_end_in_time(reading: "Reading") -> Iterator[Issue]:
    """Each option can be finished within the horizon; options kept off by a switch or a circle are left aside."""
    instance = _with_partners(reading.instance)
    ready = earliest_ready(instance)
    order = positions(instance, "periods", "period")
    last = instance["periods"]["period"].iloc[-1] if order else ""
    for row, option in rows(instance["projects"]):
        begin = 0 if option["first_period"] is None else order[option["first_period"]]
        needed = 0.0 if option["needs"] is None else ready[option["needs"]]
        if needed < NEVER and max(begin, needed) + option["duration"] >= len(order):
            message = (
                f"`{option['option']}` of `{option['project']}` takes {option['duration']:g} periods and would be "
                f"ready only after {last}: it never begins; write a shorter duration or an earlier first_period"
            )
            yield report_warning(reading, "projects", row, "duration", message)


def _with_partners(instance: Instance) -> Instance:
    """The instance with every partner willing: what switches keep off is no fault of a project."""
    return instance.with_settings(access="on", joint_development="on", alliances="on")


@needs(*_SHEETS, "items", "processes")
def required_projects_can_be_ready(reading: "Reading") -> Iterator[Issue]:
    """What requires or needs a project can have it in some period; projects in a circle are told about elsewhere."""
    instance = _with_partners(reading.instance)
    ready = earliest_ready(instance)
    never = {name for name in _possible(instance["projects"]) if ready[name] == NEVER}
    cases = (
        ("processes", "process", "requires", "can never run"),
        ("items", "item", "requires", "can never be sold"),
        ("projects", "project", "needs", "can never begin by this option"),
    )
    for sheet, key, column, effect in cases:
        table = instance[sheet]
        for row, entry in rows(table[table[column].isin(never)]):
            message = (
                f"no option of project `{entry[column]}` can be ready within the horizon, so that `{entry[key]}` "
                f"{effect}; shorten one (projects), or clear this cell"
            )
            yield report_warning(reading, sheet, row, column, message)


@needs("items", "processes", "projects")
def projects_are_for_something(reading: "Reading") -> Iterator[Issue]:
    """A project is required by an item or a process, or needed by another project."""
    instance = reading.instance
    projects = instance["projects"]
    asked = set(instance["items"]["requires"]) | set(instance["processes"]["requires"]) | set(projects["needs"])
    for row, option in rows(projects[~projects["project"].isin(asked)].drop_duplicates("project")):
        message = (
            f"nothing requires `{option['project']}`, so it would never begin; name it in column requires of the "
            "processes or items that depend on it, or remove it"
        )
        yield report_warning(reading, "projects", row, "project", message)


@needs("projects")
def options_differ(reading: "Reading") -> Iterator[Issue]:
    """Two options of one project differ in something but their names."""
    projects = reading.instance["projects"]
    terms = ["project", "kind", "partner", "min_stake", "cost", "duration", "needs", "first_period", "tied"]
    for _, alike in projects.groupby(terms, dropna=False, sort=False):
        for row, option in rows(alike[1:]):
            message = (
                f"`{option['option']}` of `{option['project']}` is identical to `{alike['option'].iloc[0]}`; change "
                "one or remove it"
            )
            yield report_warning(reading, "projects", row, "option", message)


@needs("items", "processes", "recipes", "firms", "sites", "lines", "projects")
def ties_bind_something(reading: "Reading") -> Iterator[Issue]:
    """A tie is to a partner, who makes something that the project opens the use or the sale of."""
    instance = reading.instance
    recipes, lines = instance["recipes"], instance["lines"]
    firm = lines["site"].map(instance["sites"].set_index("site")["firm"])
    for row, option in rows(instance["projects"].query("tied == 'yes'")):
        if option["partner"] is None:
            message = "a project is tied to the supply of a partner: write the firm as partner, or no here"
            yield report_error(reading, "projects", row, "tied", message)
            continue
        own = recipes["process"].isin(lines.loc[firm == option["partner"], "process"])
        made = set(recipes.loc[own & (recipes["quantity"] > 0), "item"])
        processes, items = (
            instance[sheet][instance[sheet]["requires"] == option["project"]] for sheet in ("processes", "items")
        )
        used = recipes[recipes["process"].isin(processes["process"]) & (recipes["quantity"] < 0)]
        opened = {*used["item"], *items["item"]}
        if not made & opened:
            what = join_names([f"`{name}`" for name in sorted(opened)])
            message = (
                f"no line of `{option['partner']}` makes anything that `{option['project']}` opens the use or the sale "
                f"of ({what}): the tie has no effect; write no, or the partner's line (lines)"
            )
            yield report_warning(reading, "projects", row, "tied", message)


@needs("firms", "access", "projects")
def partners_offer_the_stake(reading: "Reading") -> Iterator[Issue]:
    """A partner is an outside firm that offers the stake that the project needs; joint options have a partner."""
    instance = reading.instance
    home = set(instance["firms"].loc[instance["firms"]["home"] == "yes", "firm"])
    offered = stakes_offered(instance)
    for row, option in rows(instance["projects"]):
        partner, stake = option["partner"], option["min_stake"]
        if partner is None and option["kind"] in ("joint", "alliance"):
            message = f"an option of kind {option['kind']} needs a partner: write the firm, or another kind"
            yield report_warning(reading, "projects", row, "partner", message)
        if stake == 0:
            continue
        if partner is None or partner in home:
            who = "without a partner" if partner is None else f"with the home firm `{partner}`"
            message = f"a min_stake {who} has no effect; write an outside firm as partner, or clear it"
            yield report_warning(reading, "projects", row, "min_stake", message)
        elif stake > offered.get(partner, 0.0):
            best = f"offers at most {offered[partner]:g}" if partner in offered else "offers none beyond spot"
            message = (
                f"the project needs a stake of {stake:g} in `{partner}`, which {best} (access); lower it or add an "
                "offer"
            )
            yield report_error(reading, "projects", row, "min_stake", message)
