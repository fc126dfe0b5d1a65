"""Near-optimal alternatives from a checked input to words and a workbook."""

import math
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planner.issues import Issue
from planner.report.names import display_name
from planner.report.wording import format_money, four_digits, join_names, sentence
from planner.seal import seal
from planner.sheets.board import Chart, Tile
from planner.sheets.issues import tabulate_issues
from planner.sheets.plans import alternative_schemas
from planner.studies.alternatives.study import ALWAYS, NEVER, OPTIONAL, UNDECIDED, Alternatives
from planner.studies.why.question import format_decision
from planner.words import count_noun, format_percent
from planner.workbook.board import Board
from planner.workbook.write import write_tables
from planner_models.schema import RESULTS
from planner_models.schema.decisions import KEYS, Decision

WORDS = {ALWAYS: "always taken", NEVER: "never taken", OPTIONAL: "optional", UNDECIDED: "undecided"}


def lines(
    found: Alternatives, within: float, number: int, name: Callable[[Decision], str] = format_decision
) -> list[str]:
    """What to say about the alternatives.

    Parameters
    ----------
    found
        The plans and the verdicts.
    within
        Share by which a plan may be worse than the best.
    number
        How many plans were asked for.
    name
        How a choice is named: as `planner why` takes it, or in words.

    Returns
    -------
    list of str
        The choices by verdict, one line for each plan, how the search ended, and what the gap leaves undecided.
    """
    currency = found.job.reading.instance.settings["currency"]
    plans = [_plan(found, place, currency) for place in range(len(found.plans))]
    return [*_verdicts(found, name), *plans, *_end(found, within, number), *_open(found, within, currency)]


_CHOICES = {
    "opened": "{} open",
    "built": "{2} for {1} at {0}",
    "accessed": "{2} with {0} for {1}",
    "started": "project {} by {}",
    "kept": "{1} kept at {0}",
}
"""Choices in words, by kind; the places are those of the key. What comes after these, the period, follows."""


def describe_choice(choice: Decision) -> str:
    """A choice in words, with display names; one of another kind as `planner why` takes it.

    Parameters
    ----------
    choice
        Its kind, then its key; with the period where each period is a choice of its own.

    Returns
    -------
    str
        Such as "large hall for make cells at Northland gigafactory".
    """
    kind, *key = choice
    if kind not in _CHOICES:
        return format_decision(choice)
    names = ["everything" if name == "*" else display_name(name) for name in key]
    count = _CHOICES[kind].count("{")
    return ", ".join([_CHOICES[kind].format(*names[:count]), *names[count:]])


def _end(found: Alternatives, within: float, number: int) -> list[str]:
    """How the search ended, where that matters."""
    text = []
    if found.exhausted:
        text.append(f"no further plan within {100 * within:.3g} % of the best differs in any choice")
    elif found.interrupted:
        text.append("stopped by the user (Ctrl-C): there may be further plans")
    elif len(found.plans) < number:
        text.append("no further plan was found within the time limit")
    if UNDECIDED in found.verdicts:
        limit = "Ctrl-C" if found.interrupted else "the time limit"
        text.append(f"{limit} left some undecided: no plan found decides differently, but none was ruled out")
    return text


def _verdicts(found: Alternatives, name: Callable[[Decision], str]) -> list[str]:
    """The choices that all plans this good take, some of them, and none."""
    text = []
    for verdict in (ALWAYS, OPTIONAL, NEVER, UNDECIDED):
        names = [
            name(choice) for choice, word in zip(found.choices.names, found.verdicts, strict=True) if word == verdict
        ]
        if names and verdict != NEVER:
            text.append(f"{WORDS[verdict]} ({len(names)}): {join_names(names, 6)}")
        elif names:
            text.append(f"{WORDS[verdict]} ({len(names)})")
    return text


def _open(found: Alternatives, within: float, currency: str) -> list[str]:
    """What the gap of the best plan leaves open of how near to the best the others are."""
    if found.left_open <= 1e-6 * abs(found.plans[0].solution.objective or 0.0):
        return []
    if math.isinf(found.left_open):
        return ["the distance of plan 1 from the best plan is not known, nor is that of the others"]
    share = found.left_open / max(abs(found.bound or 0.0), 1e-9)
    better = f"{format_money(found.left_open, currency)} ({format_percent(share, 2)})"
    optional = f"optional means within {format_percent(within, 2)} of plan 1, not of the best possible plan"
    return [f"some plan may be better than plan 1 by up to {better}: {optional}"]


def _plan(found: Alternatives, place: int, currency: str) -> str:
    plan, best = found.plans[place], found.plans[0]
    objective = found.job.sign * (plan.solution.objective or 0.0)
    verb = "costs" if found.job.sign > 0 else "earns"
    differs = int(np.abs(plan.taken - best.taken).sum())
    choices = "1 choice differs" if differs == 1 else f"{differs} choices differ"
    tail = f", {format_percent(_extra(found, place), 2)} worse; {choices} from plan 1" if place else ", the best found"
    return f"plan {place + 1} {verb} {format_money(objective, currency)}{tail}"


def _extra(found: Alternatives, place: int) -> float:
    """How much worse than the best, relative to it."""
    best, plan = (found.plans[number].solution.objective or 0.0 for number in (0, place))
    return (plan - best) / max(abs(best), 1e-9)


def tables(
    found: Alternatives, within: float, number: int, issues: list[Issue], changes: list[str]
) -> dict[str, pd.DataFrame]:
    """The sheets of the workbook.

    Parameters
    ----------
    found
        The plans and the verdicts.
    within
        Share by which a plan may be worse than the best.
    number
        How many plans were asked for.
    issues
        What was found in the input.
    changes
        Changes to the input as they were written, for the seal.

    Returns
    -------
    dict of str to pandas.DataFrame
        Sheets summary, plans (one row per plan, money discounted), choices (one row per choice, with its verdict and
        1 for each plan that takes it), issues and run.
    """
    plans = pd.DataFrame(
        [_row(found, place) for place in range(len(found.plans))],
        columns=list(alternative_schemas(1)["plans"].columns),
    )
    made = {"plans": plans, "choices": _choices(found), "issues": tabulate_issues(issues)}
    facts: dict[str, Any] = {"within": within, "cap": found.job.sign * found.cap, "plans": len(found.plans)}
    facts |= {"started": found.job.began.isoformat(timespec="seconds")}
    options = asdict(found.job.options) | {"changes": changes}
    run = seal(
        "alternatives",
        found.job.reading.path.name,
        found.job.reading.content_hash,
        options,
        facts,
        made,
        alternative_schemas(len(found.plans)),
    )
    return {"summary": _summary(found, within, number), **made, "run": run}


def _row(found: Alternatives, place: int) -> tuple:
    plan = found.plans[place]
    objective, best = (found.job.sign * (found.plans[number].solution.objective or 0.0) for number in (place, 0))
    distance = [float(np.abs(plan.taken - other.taken).sum()) for other in found.plans]
    others = [away for number, away in enumerate(distance) if number != place]
    extra = abs(objective - best)
    seconds = plan.solution.seconds
    return f"plan {place + 1}", objective, extra, _extra(found, place), distance[0], min(others, default=0.0), seconds


def _choices(found: Alternatives) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for place, name in enumerate(found.choices.names):
        key: dict[str, Any] = dict(zip(KEYS[name[0]], name[1:], strict=False))
        taken: dict[str, Any] = {
            f"plan_{number}": float(plan.taken[place]) for number, plan in enumerate(found.plans, 1)
        }
        rows.append({"decision": name[0], "verdict": found.verdicts[place]} | key | taken)
    frame = pd.DataFrame(rows, columns=list(alternative_schemas(len(found.plans))["choices"].columns))
    order = {verdict: place for place, verdict in enumerate((ALWAYS, OPTIONAL, UNDECIDED, NEVER))}
    return frame.sort_values("verdict", key=lambda words: words.map(order), kind="stable", ignore_index=True)


def _summary(found: Alternatives, within: float, number: int) -> pd.DataFrame:
    settings = found.job.reading.instance.settings
    name = f"Plans within {100 * within:.3g} % of the best: {settings['name']}"
    said = lines(found, within, number, describe_choice)
    rows: list[tuple[str, Any, str]] = [
        ("name", name, ""),
        ("status", f"{count_noun(len(found.plans), 'plan')}, as different as possible", ""),
    ]
    rows += [(f"brief {number}", sentence(line), "") for number, line in enumerate(said, 1)]
    rows += [(f"choices {WORDS[word]}", float(found.verdicts.count(word)), "") for word in WORDS]
    return pd.DataFrame(rows, columns=list(RESULTS["summary"].columns), dtype=object)


def write_alternatives(found: Alternatives, made: dict[str, pd.DataFrame], path: Path) -> None:
    """Write the workbook of the alternatives, with its headline figures and charts.

    Parameters
    ----------
    found
        The plans and the verdicts.
    made
        The sheets, as `tables` gives them.
    path
        File to write.

    Raises
    ------
    WriteError
        Where the workbook, or its page, cannot be written.
    """
    counts = [Tile(f"Choices {WORDS[word]}", f"{found.verdicts.count(word)}", "") for word in WORDS]
    currency = found.job.reading.instance.settings["currency"]
    worst = max(range(len(found.plans)), key=lambda place: _extra(found, place))
    room = Tile("Worst plan shown", format_percent(_extra(found, worst), 2), "worse than the best")
    kinds = pd.DataFrame({"kind": [name[0] for name in found.choices.names], "verdict": found.verdicts})
    frame = kinds.groupby(["kind", "verdict"]).size().unstack(fill_value=0).astype(float)
    extra = pd.DataFrame(
        {"extra": made["plans"]["extra"].tolist()},
        index=[f"{row['plan']}\n{four_digits(row['objective'])}" for row in made["plans"].to_dict("records")],
    )
    verb = "cost" if found.job.sign > 0 else "profit forgone"
    told = f"{count_noun(len(found.plans), 'plan')} within {format_percent(_extra(found, worst), 2)} of the best"
    charts = [Chart(f"Additional {verb} of each plan", "clustered", f"million {currency}", extra, message=told)]
    if len(frame):
        fixed, count = found.verdicts.count(ALWAYS) + found.verdicts.count(NEVER), len(found.verdicts)
        told = f"{fixed} of {count} choices are the same in every plan this good"
        charts.append(Chart("Choices by kind", "stacked", "choices", frame, message=told))
    board = Board([*counts, room], charts)
    write_tables(path, alternative_schemas(len(found.plans)), made, found.job.reading.raw, board)
