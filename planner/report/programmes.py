"""Programmes that look inside goods: what they pay, and which cliff is nearest."""

import pandas as pd

from planner.report.figures import periods
from planner.report.names import display_name
from planner.report.wording import format_money, format_share, join_names, three_digits
from planner.results.tables import Tables, table
from planner.words import count_noun
from planner_models.instance import Instance

_COLUMNS = ("programme", "condition", "group", "period", "qualified", "share", "threshold", "distance", "amount")


def describe_programmes(instance: Instance, tables: Tables) -> str:
    """What programmes on content pay, and the threshold that is missed by least in the last period.

    Parameters
    ----------
    instance
        The input.
    tables
        The result sheets by name.

    Returns
    -------
    str
        One sentence or two; nothing where there is no programme.
    """
    rows = table(tables, "eligibility", _COLUMNS)
    if rows.empty:
        return ""
    paid = rows["amount"].astype(float).groupby(rows["programme"]).sum().sort_values(ascending=False, kind="stable")
    had = rows[rows["qualified"] == "yes"]["programme"].unique()
    names = [
        f"{display_name(str(name))} ({format_money(paid[name], instance.settings['currency'])})" if paid[name] > 0
        else display_name(str(name))
        for name in paid.index
        if name in had
    ]  # fmt: skip
    about = f"{count_noun(len(paid), 'programme')} on content or ownership"
    said = f"Of {about} the plan qualifies for {join_names(names)}."
    if not names:
        said = f"The plan qualifies for none of {about}."
    return " ".join(part for part in (said, describe_nearest_cliff(instance, rows)) if part)


def describe_nearest_cliff(instance: Instance, rows: pd.DataFrame) -> str:
    """The threshold that is missed by least, in the last period in which one is missed.

    Parameters
    ----------
    instance
        The input.
    rows
        Rows of sheet eligibility.

    Returns
    -------
    str
        One sentence; nothing where none is missed.
    """
    missed = rows[(rows["qualified"] == "no") & (rows["distance"].astype(float) < 0)]
    order = {period: place for place, period in enumerate(periods(instance))}
    if missed.empty:
        return ""
    missed = missed[missed["period"].map(order) == missed["period"].map(order).max()]
    row = missed.astype({"distance": float}).sort_values("distance", kind="stable").iloc[-1]
    group = "" if row["group"] == "all" else f" of {display_name(str(row['group']))}"
    points = three_digits(-100.0 * float(row["distance"]))
    threshold = format_share(float(row["threshold"]))
    name = f"{display_name(str(row['programme']))}{group}"
    return f"Nearest to the next, {name} misses its threshold of {threshold} by {points} points in {row['period']}."


def describe_cliffs(before: Tables, after: Tables) -> list[str]:
    """The programmes that only one of two plans qualifies for, and by how much the other misses each.

    Parameters
    ----------
    before, after
        Result sheets of the two plans, by name.

    Returns
    -------
    list of str
        One sentence for each programme, group and period.
    """
    key = ["programme", "condition", "group", "period"]
    both = [table(tables, "eligibility", _COLUMNS).set_index(key) for tables in (before, after)]
    found = []
    for place in both[0].index.union(both[1].index, sort=False):
        states = [rows.loc[place, "qualified"] == "yes" if place in rows.index else False for rows in both]
        if states[0] == states[1]:
            continue
        name, _, group, period = place
        subject = f"{display_name(str(name))}{'' if group == 'all' else f' of {display_name(str(group))}'} in {period}"
        had = "is had as it is and lost when forced" if states[0] else "is not had as it is, and is when forced"
        found.append(f"{subject} {had}{_describe_miss(both[int(states[0])], place)}")
    return found


def _describe_miss(rows: pd.DataFrame, place: tuple[str, str, str, str]) -> str:
    """By how much a plan misses a threshold; nothing where it has no known content."""
    distance = rows["distance"].get(place)
    if distance is None or not distance < 0:
        return ""
    threshold = format_share(float(rows["threshold"][place]))
    return f": its threshold of {threshold} is missed by {three_digits(-100.0 * float(distance))} points"
