"""A question about a decision from a result on the disk to an answer in words and a workbook."""

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from planner.planning import report_plan
from planner.progress import Live
from planner.report.programmes import describe_cliffs
from planner.report.wording import format_money, four_digits, sentence, three_digits
from planner.results.result_file import ResultFile
from planner.seal import seal
from planner.sheets.board import Chart, Tile
from planner.sheets.issues import tabulate_issues
from planner.sheets.plans import BREAK_EVEN, why_schemas
from planner.solver.solver import Options
from planner.studies.comparison.charts import comparison_charts
from planner.studies.comparison.report import comparison_summary, comparison_tiles
from planner.studies.comparison.study import Comparison, compare
from planner.studies.earlier_result import extract_input, list_doubts, take_in_hand
from planner.studies.why.break_even import NEAR
from planner.studies.why.points import SURE, Flip
from planner.studies.why.question import words
from planner.studies.why.study import ForcedAnswer, why
from planner.words import count_noun, format_percent
from planner.workbook.board import Board
from planner.workbook.write import write_tables

MOST_DECISIONS = 8
MOST_STEPS = 6
"""Decisions and steps of the bridge that are said; more are counted."""


@dataclass(frozen=True)
class Explained:
    """The answer, the comparison of both plans, and what to say, line by line."""

    answer: ForcedAnswer
    found: Comparison
    lines: list[str]


def run_why(given: ResultFile, options: Options, written: str, live: Live) -> Explained:
    """Answer a question about a decision of a result.

    Parameters
    ----------
    given
        The result with the plan.
    options
        The solver's options.
    written
        The question, such as opened[Plant A, 2027]=0.
    live
        Display of what is being done.

    Returns
    -------
    Explained
        The answer, the comparison of both plans, and what to say.

    Raises
    ------
    InputError
        Where the input in the result has faults, or the question names something that does not exist.
    Unanswered
        Where no plan has the decision forced the other way, or the plan as it is cannot be found again.
    KeyboardInterrupt
        Where the user stops it.
    """
    reading = extract_input(given)
    answer = why(reading, options, written, take_in_hand(given), live.say)
    tables = report_plan(answer.job, answer.solution)
    facts = {row["key"]: str(row["seal"]) for row in tables["run"].to_dict("records")}
    label = "forced" if given.label.casefold() != "forced" else "forced otherwise"
    forced = replace(given, label=label, reading=answer.job.reading, tables=tables, facts=facts, issues=[])
    found = compare([given, replace(forced, seal="fits")])
    return Explained(answer, found, _lines(answer, found))


def write_why(explained: Explained, given: ResultFile, written: str, path: Path) -> None:
    """Write the workbook of an explanation.

    Parameters
    ----------
    explained
        The answer and the comparison of both plans.
    given
        The result that the question is about.
    written
        The question as it was written.
    path
        File to write.

    Raises
    ------
    WriteError
        Where the workbook, or its page, cannot be written.
    """
    found, answer = explained.found, explained.answer
    schemas = why_schemas([file.label for file in found.files])
    tables = {"summary": _summary(explained, written), "break_even": _points(answer), **found.tables}
    issues = pd.concat(
        [found.tables["issues"], tabulate_issues(list_doubts(given))], ignore_index=True
    ).drop_duplicates()
    tables["issues"] = issues
    facts = {"question": written, "forced": words(answer.sides.forced)}
    tables["run"] = seal("explanation", given.path.name, given.content_hash, {}, facts, tables, schemas)
    charts = [*_charts(answer, given.currency), *comparison_charts(found)]
    board = Board([*_tiles(answer, given), *comparison_tiles(found)][:6], charts)
    write_tables(path, schemas, tables, given.reading.raw, board, by_row=("headline",))


def _summary(explained: Explained, written: str) -> pd.DataFrame:
    """The summary of the comparison, its brief being the answer."""
    frame = comparison_summary(explained.found)
    rest = frame[~frame["metric"].str.startswith(("brief ", "name", "status"))]
    rows = [("name", f"Why {written}?", ""), ("status", explained.lines[0], "")]
    said = _join_details(explained.lines)
    rows += [(f"brief {number}", sentence(line), "") for number, line in enumerate(said, 1)]
    return pd.concat([pd.DataFrame(rows, columns=list(frame.columns), dtype=object), rest], ignore_index=True)


def _join_details(lines: list[str]) -> list[str]:
    """The lines, those that are indented in one with the line above them."""
    said: list[str] = []
    for line in lines:
        if line.startswith("  ") and said:
            said[-1] += f"{' ' if said[-1].endswith(':') else '; '}{line.strip()}"
        else:
            said.append(line)
    return said


def _points(answer: ForcedAnswer) -> pd.DataFrame:
    rows: list[tuple[Any, ...]] = []
    flip = answer.flip
    for point in flip.points if flip else []:
        remark = "as it is" if flip and point.value == flip.driver.value else ""
        sides = (answer.job.sign * point.held + 0.0, answer.job.sign * point.forced + 0.0)
        name = flip.driver.name if flip else ""
        rows.append((name, point.value, *sides, point.difference, _known(point.slack), remark))
    if flip and flip.at is not None:
        rows.append((flip.driver.name, flip.at, None, None, 0.0, None, "break-even"))
    frame = pd.DataFrame(rows, columns=list(BREAK_EVEN.columns))
    numbers = ["value", "as_planned", "forced", "cost_of_forcing", "open"]
    return frame.astype(dict.fromkeys(numbers, float)).sort_values("value", ignore_index=True)


def _known(amount: float) -> float | None:
    return amount if math.isfinite(amount) else None


def _tiles(answer: ForcedAnswer, given: ResultFile) -> list[Tile]:
    amount = format_money(answer.cost, given.currency) if answer.decided else "not decided at this gap"
    left = _interval(answer, given.currency) if answer.decided else ""
    tiles = [Tile("Forcing it costs", amount, words(answer.sides.forced) + left)]
    if answer.flip and answer.flip.at is not None:
        tiles.append(Tile("The decision changes at", _break_even(answer.flip), answer.flip.driver.name))
    return tiles


def _charts(answer: ForcedAnswer, currency: str) -> list[Chart]:
    """What forcing costs at each value of the driver."""
    if answer.flip is None:
        return []
    frame = pd.DataFrame(
        {"cost of forcing it": [point.difference for point in answer.flip.points]},
        index=[four_digits(point.value) for point in answer.flip.points],
    )
    title = f"Cost of forcing it, by {answer.flip.driver.name}"
    message = f"The decision changes at {_break_even(answer.flip)}" if answer.flip.at is not None else ""
    return [Chart(title, "clustered", f"million {currency}", frame, message=message)]


def _lines(answer: ForcedAnswer, found: Comparison) -> list[str]:
    """What it costs, what moves, and where it flips."""
    currency = found.reference.currency
    return [
        _cost(answer, currency),
        *_describe_moves(found),
        *_steps(answer, found, currency),
        *describe_cliffs(*(file.tables for file in found.files[:2])),
        *_describe_flip(answer, currency),
    ]


def _cost(answer: ForcedAnswer, currency: str) -> str:
    held, forced = words(answer.sides.held), words(answer.sides.forced)
    verb = "costs" if answer.job.sign > 0 else "takes from the profit"
    if not answer.decided:
        return (
            f"{forced} instead of {held}: not decided at this gap, since the difference is smaller than the gaps "
            f"({format_money(abs(answer.cost), currency)} against {_amount(answer.open, currency)}); solve with a "
            "smaller --gap"
        )
    share = answer.cost / max(abs(answer.held.objective or 0.0), 1e-9)
    amount = f"{format_money(answer.cost, currency)} ({format_percent(share, 2)})"
    return f"{forced} instead of {held} {verb} {amount}{_interval(answer, currency)}"


def _amount(open_: float, currency: str) -> str:
    return format_money(open_, currency) if math.isfinite(open_) else "an amount that is not known"


def _interval(answer: ForcedAnswer, currency: str) -> str:
    """Between what the gaps of both sides leave the cost; nothing to say where they are closed."""
    if answer.open <= SURE * abs(answer.held.objective or 0.0):
        return ""
    if math.isinf(answer.most):
        return f"; the gaps leave at least {format_money(answer.least, currency)} of that, how much more is not known"
    return (
        f"; the gaps leave it between {format_money(answer.least, currency)} and {format_money(answer.most, currency)}"
    )


def _describe_moves(found: Comparison) -> list[str]:
    rows = found.tables["decisions"]["words"].tolist()
    if not rows:
        return ["no other decision moves"]
    more = [f"  and {len(rows) - MOST_DECISIONS} more"] if len(rows) > MOST_DECISIONS else []
    differ = f"{count_noun(len(rows), 'decision')} {'differs' if len(rows) == 1 else 'differ'}"
    return [f"{differ}:", *[f"  {row}" for row in rows[:MOST_DECISIONS]], *more]


def _steps(answer: ForcedAnswer, found: Comparison, currency: str) -> list[str]:
    """The bridge by cost line, the largest steps first."""
    bridge = found.tables["bridge"]
    if bridge.empty:
        return []
    sums = bridge.groupby("line")["change"].sum()
    sums = sums[sums.abs() > 1e-6 * max(1.0, abs(answer.cost))].sort_values(key=abs, ascending=False, kind="stable")
    parts = [f"{line} {change:+,.4g}" for line, change in sums.head(MOST_STEPS).items()]
    rest = float(sums.iloc[MOST_STEPS:].sum())
    if len(sums) > MOST_STEPS:
        parts.append(f"{count_noun(len(sums) - MOST_STEPS, 'other line')} {rest:+,.4g}")
    return [f"by cost line (million {currency}): {', '.join(parts)}"] if parts else []


def _describe_flip(answer: ForcedAnswer, currency: str) -> list[str]:
    flip = answer.flip
    if flip is None:
        return ["no single input of the workbook drives this decision"]
    return [*_describe_driver(answer, flip, currency), *_describe_override(flip)]


def _describe_override(flip: Flip) -> list[str]:
    """That by_period states the driver anew in some periods, in which varying it changes nothing."""
    periods = flip.driver.overridden
    if not periods:
        return []
    return [f"sheet by_period states {flip.driver.name} in {', '.join(periods)}: there it was not varied"]


def _describe_driver(answer: ForcedAnswer, flip: Flip, currency: str) -> list[str]:
    """The driver, and where it flips the decision."""
    unit = flip.driver.unit.replace("money", f"million {currency}")
    driver = f"{flip.driver.name} ({flip.driver.value:g} {unit} now)"
    if flip.at is None:
        return [f"main driver {driver}: {flip.words}"]
    sides = [point for point in flip.points if _beside(point.value, flip)]
    checked = ", ".join(f"at {point.value:,.6g} forcing costs {point.difference:,.4g}" for point in sides)
    slack = max((point.slack for point in sides), default=0.0)
    sure = (
        f"; the gaps leave {three_digits(slack) if math.isfinite(slack) else 'an unknown amount'} open"
        if slack > 1e-6 * abs(answer.held.objective or 1.0)
        else ""
    )
    certain = f"between {flip.between[0]:,.6g} and {flip.between[1]:,.6g}" if flip.between else ""
    solved = f"solved: {checked}{sure}" if sides else ""
    return [f"main driver {driver}: it flips at {_break_even(flip)} ({'; '.join(filter(None, (certain, solved)))})"]


def _break_even(flip: Flip) -> str:
    """The break-even with as many digits as the values bear out between which it is certain to lie."""
    assert flip.at is not None
    low, high = flip.between or (flip.at, flip.at)
    width = max(high - low, 1e-6 * abs(flip.at))
    digits = min(6, max(1, 1 + math.ceil(math.log10(abs(flip.at) / width)))) if flip.at else 1
    return f"{float(f'{flip.at:.{digits}g}'):,.6g}"


def _beside(value: float, flip: Flip) -> bool:
    assert flip.at is not None
    return 0.5 * NEAR * abs(flip.at) < abs(value - flip.at) < 2 * NEAR * max(abs(flip.at), 1e-9)
