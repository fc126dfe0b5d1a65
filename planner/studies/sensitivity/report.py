"""A sensitivity study for people: headline figures, sentences, and the tornado."""

from typing import Any

import pandas as pd

from planner.report.wording import format_money, format_share, join_names, three_digits
from planner.sheets.board import Chart, Tile
from planner.studies.sensitivity.ends import FigureEnd
from planner.studies.sensitivity.study import Sensitivity
from planner.studies.sensitivity.tables import CHANGES, BothEnds, judge_end, list_decisive, pair_ends
from planner.words import count_noun
from planner_models.schema import RESULTS

MOST_BARS, MOST_NAMED = 10, 3

TOP = 10
"""Figures of largest swing of which it is said how many have no range."""


def sensitivity_summary(found: Sensitivity) -> pd.DataFrame:
    """Rows of metric, value and unit, as on the summary of a plan."""
    currency = _currency(found)
    name = found.reading.instance.settings["name"]
    decisive = list_decisive(found)
    rows: list[tuple[str, Any, str]] = [
        ("name", f"{name}: which numbers could change the plan", ""),
        ("status", _status(found), ""),
        *[(f"brief {number}", words, "") for number, words in enumerate(sensitivity_brief(found), 1)],
        ("objective", found.sign * found.objective + 0.0, f"million {currency}"),
        ("left open by its gap", found.open, f"million {currency}"),
        ("figures screened", float(len(found.swings)), ""),
        ("of these with a range", float(sum(swing.figure.ranged for swing in found.swings)), ""),
        *([("rows of evidence without a figure", float(idle), "")] if (idle := count_idle_ranges(found)) else []),
        ("figures solved again", float(len(pair_ends(found))), ""),
        ("figures that change the plan", float(len(_certain(found, decisive))), ""),
    ]
    return pd.DataFrame(rows, columns=list(RESULTS["summary"].columns), dtype=object)


def _currency(found: Sensitivity) -> str:
    return str(found.reading.instance.settings["currency"])


def _status(found: Sensitivity) -> str:
    solved = f"{count_noun(len(found.swings), 'figure')} screened, {len(pair_ends(found))} of them solved again"
    return solved if found.complete else f"stopped by the user: {solved}"


def _certain(found: Sensitivity, ends: list[FigureEnd]) -> list[str]:
    """The figures that change the plan for certain, each once."""
    return list(dict.fromkeys(end.figure.name for end in ends if judge_end(found, end) == CHANGES))


def sensitivity_brief(found: Sensitivity) -> list[str]:
    """The sentences: what changes the plan, what moves the result most, what has no range, how far prices predict."""
    pairs = pair_ends(found)
    return [
        sentence
        for sentence in (
            "" if found.complete else "Stopped by the user: figures that were not solved again are only screened.",
            _describe_decisive(found),
            _describe_worst(found),
            _describe_largest(found, pairs),
            _describe_unranged(found),
            _describe_idle(found),
            _describe_error(found, pairs),
        )
        if sentence
    ]


def _describe_decisive(found: Sensitivity) -> str:
    ends = list_decisive(found)
    certain = _certain(found, ends)
    if certain:
        noun = "figure changes" if len(certain) == 1 else "figures change"
        return f"{len(certain)} {noun} the plan within the range: {join_names(certain, MOST_NAMED)}."
    if not found.ends:
        return ""
    solved = len(pair_ends(found))
    if ends:
        return (
            f"Whether any of the {solved} figures solved again changes the plan is not decided at this gap "
            f"(up to {format_money(found.open, _currency(found))} for the plan itself): solve with a smaller --gap."
        )
    return f"None of the {solved} figures solved again changes the plan within its range."


def _describe_worst(found: Sensitivity) -> str:
    """The costliest figure to have wrong."""
    ends = [end for end in list_decisive(found) if judge_end(found, end) == CHANGES]
    if not ends:
        return ""
    end = ends[0]
    where = f"at the {'low' if end.way < 0 else 'high'} end of {end.figure.name}"
    if end.held is None:
        return f"The plan cannot be held {where}."
    turn = "" if end.turn is None else f"; another plan is better {_describe_turn(end)}"
    return f"Holding the plan {where} costs {format_money(end.regret, _currency(found))} against the best{turn}."


def _describe_turn(end: FigureEnd) -> str:
    assert end.turn is not None
    value = end.figure.shown(end.figure.value_at(end.turn * end.way))
    if value is None:
        return f"from {format_share(end.turn)} of the way there"
    return f"from {three_digits(value)} {end.figure.unit}".rstrip()


def _describe_largest(found: Sensitivity, pairs: list[BothEnds]) -> str:
    if not pairs:
        return ""
    parts = []
    for pair in pairs[:MOST_NAMED]:
        reach = pair.reach(found)
        parts.append(f"{pair.swing.figure.name} by up to {format_money(reach, _currency(found))}")
    return f"The {_objective(found)} moves most with {join_names(parts, MOST_NAMED)}."


def _objective(found: Sensitivity) -> str:
    return "cost" if found.sign > 0 else "profit"


def _describe_unranged(found: Sensitivity) -> str:
    top = found.swings[:TOP]
    bare = [swing.figure.name for swing in top if not swing.figure.ranged]
    if not bare:
        return f"All figures of largest swing ({len(top)}) have a range in sheet evidence."
    verb = "has" if len(bare) == 1 else "have"
    return (
        f"Of the figures of largest swing ({len(top)}) {len(bare)} {verb} no range in sheet evidence and "
        f"{'was' if len(bare) == 1 else 'were'} moved by a tenth: {join_names(bare, MOST_NAMED)}."
    )


def count_idle_ranges(found: Sensitivity) -> int:
    """Rows of sheet evidence that took no part: their key matches nothing, or what it matches is blank or no figure."""
    return len(found.reading.instance["evidence"]) - sum(swing.figure.ranged for swing in found.swings)


def _describe_idle(found: Sensitivity) -> str:
    idle = count_idle_ranges(found)
    if not idle:
        return ""
    verb = "takes" if idle == 1 else "take"
    return f"{count_noun(idle, 'row')} of sheet evidence {verb} no part, because no figure is there."


def _describe_error(found: Sensitivity, pairs: list[BothEnds]) -> str:
    """How far the screen was off what solving again gave."""
    errors = []
    for pair in pairs:
        for end, said in ((pair.low, pair.swing.low), (pair.high, pair.swing.high)):
            if end is None or end.refused:
                continue
            errors.append((abs(end.objective - found.objective - said), abs(end.objective - found.objective)))
    total = sum(real for _, real in errors)
    if not errors or not total:
        return ""
    share = sum(error for error, _ in errors) / total
    return f"The screen was off by {format_share(share)} of what solving again gave, over all ends."


def sensitivity_tiles(found: Sensitivity) -> list[Tile]:
    """The result, how many figures change the plan, and the largest swing."""
    currency, pairs = _currency(found), pair_ends(found)
    amount = format_money(found.sign * found.objective, currency)
    open_ = f"at most {format_money(found.open, currency)} left open" if found.open else "no plan is better"
    shown = [Tile(_objective(found).capitalize(), amount, open_)]
    if pairs:
        certain = _certain(found, list_decisive(found))
        shown.append(Tile("Figures that change the plan", f"{len(certain)}", f"of {len(pairs)} solved again"))
        first = pairs[0]
        shown.append(Tile("Largest swing", format_money(first.reach(found), currency), first.swing.figure.name))
    bare = sum(not swing.figure.ranged for swing in found.swings[:TOP])
    shown.append(Tile("Without a range", f"{bare} of {len(found.swings[:TOP])}", "of the figures of largest swing"))
    return shown


def sensitivity_charts(found: Sensitivity) -> list[Chart]:
    """The change of the objective at both ends of the figures that move it most, and what holding the plan costs."""
    pairs = pair_ends(found)[:MOST_BARS]
    if not pairs:
        return []
    unit = f"million {_currency(found)}"
    changes = pd.DataFrame(
        {
            "low end": [_change(found, pair.low) for pair in pairs],
            "high end": [_change(found, pair.high) for pair in pairs],
        },
        index=[pair.swing.figure.name for pair in pairs],
    )
    first = pairs[0]
    message = f"{first.swing.figure.name} moves the {_objective(found)} most"
    charts = [
        Chart(f"Change of {_objective(found)} at the ends of each figure", "clustered", unit, changes, None, message)
    ]
    held = [end for end in list_decisive(found) if end.held is not None and judge_end(found, end) == CHANGES][
        :MOST_BARS
    ]
    if held:
        index = [f"{end.figure.name} {'low' if end.way < 0 else 'high'}" for end in held]
        regret = pd.DataFrame({"cost of holding the plan": [end.regret for end in held]}, index=index)
        told = f"Wrong about {held[0].figure.name}, the plan loses most"
        charts.append(Chart("What holding the plan costs where it should change", "bars", unit, regret, 0.0, told))
    return charts


def _change(found: Sensitivity, end: FigureEnd | None) -> float:
    return found.sign * (end.objective - found.objective) if end is not None and not end.refused else 0.0
