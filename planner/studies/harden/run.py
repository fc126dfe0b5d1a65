"""Hardening from a checked input to the workbook of a plan."""

import math
from itertools import accumulate
from pathlib import Path
from typing import Any

import pandas as pd

from planner.checks.weights import refuse_unweighable
from planner.issues import InputError, Issue
from planner.planning import report_plan
from planner.progress import Live
from planner.report.charts import make_charts
from planner.report.findings import MOST_FINDINGS
from planner.report.tiles import make_tiles
from planner.report.wording import format_money, format_share, join_choices, join_names
from planner.report.workbook import write_result
from planner.sheets.frontier import CASES, DIFFERENCES, HARDENED
from planner.solver.solver import Options
from planner.studies.comparison.alignment import AlignedPlan as Aligned
from planner.studies.comparison.decisions import list_decisions
from planner.studies.comparison.differences import decision_changes
from planner.studies.harden.separation import RobustOptions
from planner.studies.harden.study import MOST_ROUNDS, Hardened, HardeningWatch, harden
from planner.studies.stress.losses import every_loss, warn_cut_short
from planner.studies.stress.run import unknown
from planner.words import count_noun
from planner.workbook.board import Board
from planner.workbook.names import suggest
from planner.workbook.read import Reading
from planner.workbook.write import write_tables
from planner.workers.pool import ALONE, Workforce
from planner_models.instance import Instance
from planner_models.schema import RESULTS

_PLAIN, _HARDENED = "the plain plan", "the hardened plan"
_MOST_SAID = 12
_MOST_NAMED = 3
"""Differences told one by one on the terminal, and in the findings."""

ROUNDING = 1e-6
"""Difference of two objectives, relative to them, up to which it is rounding."""


def run_harden(
    reading: Reading,
    siege: RobustOptions,
    options: Options,
    paths: tuple[Path, Path | None],
    issues: list[Issue],
    live: Live,
    crew: Workforce = ALONE,
) -> tuple[Hardened, list[str]]:
    """Harden a plan, and write it and, where asked for, the plain one.

    Parameters
    ----------
    reading
        The input.
    siege
        The losses to survive, and the least service (share).
    options
        The solver's options.
    paths
        Files to write: the hardened plan, and the plain one or None.
    issues
        What was found in the input.
    live
        Display of the search and the steps done.
    crew
        The workers that share the search for losses.

    Returns
    -------
    tuple of Hardened and list of str
        Both plans with the cases that were added, and what to say about them, line by line.

    Raises
    ------
    NoHardenedPlan
        Where no plan survives, or there is none at all.
    InputError
        Where what is not served cannot be added up, or a switch that hardening needs is off.
    WriteError
        Where a file cannot be written.
    """
    watch = HardeningWatch(live.show, lambda tried: live.say(f"{tried} sets of losses tried"), live.say, crew)
    told = [issue for issue in refuse_unweighable(reading) if issue not in issues]
    cut = [*told, *warn_cut_short(reading.instance, siege.months, siege.periods)]
    found = harden(reading, siege, options, watch, [*issues, *cut])
    plain, plan = (report_plan(*solved) for solved in (found.plain, found.plan))
    input_ = found.plan[0].reading
    changed = decision_changes(
        _align_plan(found, plain, _PLAIN), _align_plan(found, plan, _HARDENED), (_PLAIN, _HARDENED)
    )
    sentences = [*describe_hardening(found), _describe_changes(changed)]
    plan["summary"] = _with_brief(plan["summary"], sentences)
    plan["cases"] = _case_table(found)
    plan["differences"] = pd.DataFrame(changed, columns=list(DIFFERENCES.columns))
    board = Board(make_tiles(plan["summary"]), make_charts(input_.instance, plan))
    schemas = RESULTS | HARDENED
    write_tables(paths[0], schemas, plan, input_.raw, board)
    if paths[1] is not None:
        write_result(paths[1], plain, reading.raw, reading.instance)
    said = [row["words"] for row in changed[:_MOST_SAID]]
    sentences = sentences[:-1]  # the changes follow one by one
    more = [f"and {len(changed) - _MOST_SAID} more on sheet differences"] if len(changed) > _MOST_SAID else []
    return found, [*map(str, cut), *sentences, *(f"  {line}" for line in [*said, *more])]


def _align_plan(found: Hardened, tables: dict[str, pd.DataFrame], label: str) -> pd.DataFrame:
    """The decisions of a plan."""
    instance = found.plain[0].reading.instance
    periods, years = instance["periods"]["period"].tolist(), instance["periods"]["years"].tolist()
    starts = accumulate([float(instance.settings["base_year"]), *years[:-1]])
    plan = Aligned(
        label, instance, tables, dict(zip(periods, starts, strict=True)), dict(zip(periods, years, strict=True))
    )
    return list_decisions(plan)


def describe_hardening(found: Hardened) -> list[str]:
    """What was reached, what it costs, and how sure that is."""
    siege, currency = found.siege, found.plain[0].reading.instance.settings["currency"]
    what = _describe_losses(siege)
    least = f"at least {format_share(siege.service)}"
    what += f" in {join_names(list(siege.periods))}" if siege.periods else ""
    what += f" (without {join_names(list(siege.without))})" if siege.without else ""
    if found.last is None:
        known = f"The plan serves {least} of demand under {_count_cases(found)} that it was hardened against"
        told = f"{known}; {what} may be worse." if found.added else "The result is the plain plan."
        head = f"{_describe_stop(found)}. {told}"
    elif not found.added:
        head = f"The plain plan already serves {least} of demand under {what}."
    else:
        head = f"The hardened plan serves {least} of demand under {what}."
    sentences = [head, _price(found, currency) if found.added else "", _describe_exposure(found), _certainty(found)]
    return [sentence for sentence in sentences if sentence]


def _count_cases(found: Hardened) -> str:
    return count_noun(len(found.added), "loss", "losses")


def _describe_losses(siege: RobustOptions) -> str:
    """What is lost: any loss of up to 2 lanes or sites at the same time for 1 month."""
    counts = [f"{count:g}" for count in siege.months]
    months = f"{join_choices(counts)} {'month' if counts == ['1'] else 'months'}"
    if siege.together == 1:
        return f"the loss of any one {join_choices(list(siege.kinds))} for {months}"
    kinds = join_choices([f"{kind}s" for kind in siege.kinds])
    return f"any loss of up to {siege.together} {kinds} at the same time for {months}"


def _describe_exposure(found: Hardened) -> str:
    """What the plain plan is exposed to: the worst of the losses that were found first, against it."""
    first = [threat for round_, threat in found.added if round_ == 1]
    if not first:
        return ""
    worst = min(first, key=lambda threat: (threat.service, threat.case.place))
    case = worst.case
    cases = _count_cases(found)
    return (
        f"Without hardening, {case.words} lost for {case.months:g} months in {case.period} would leave "
        f"{format_share(worst.service)} of demand served; the plan was hardened against {cases} (sheet cases)."
    )


def _describe_changes(changed: list[dict[str, Any]]) -> str:
    """The decisions that differ most from those of the plain plan."""
    if not changed:
        return ""
    more = f", and {len(changed) - _MOST_NAMED} more (sheet differences)" if len(changed) > _MOST_NAMED else ""
    named = "; ".join(str(row["words"]) for row in changed[:_MOST_NAMED])
    return f"The hardened plan differs in its decisions: {named}{more}."


def _describe_stop(found: Hardened) -> str:
    """How far it came before the user stopped it, or it was given up."""
    if found.complete:
        return f"The search was given up after {MOST_ROUNDS} rounds"
    if found.search is None:
        return "Stopped by the user before any loss was tried"
    tried = f"Stopped by the user: {found.search.tried} of {found.search.total} losses tried"
    return f"{tried} against the last plan" if found.added else tried


def check_siege(siege: RobustOptions, instance: Instance) -> None:
    """Fault everything that is wrong with what was asked for.

    Parameters
    ----------
    siege
        Kinds of losses, periods, and names of what is not lost.
    instance
        The input, which has the names.

    Raises
    ------
    InputError
        Where a kind, a period or a name does not exist, with one issue for each.
    """
    faults = unknown(siege.kinds, siege.periods, instance["periods"]["period"].tolist())
    named = {name for loss in every_loss(instance) for name in loss.names}
    faults += [
        f"--without {name}: nothing that can be lost has this name{suggest(name, named)}"
        for name in siege.without
        if name not in named
    ]
    if faults:
        raise InputError([Issue("error", "", "", words) for words in faults])


def _price(found: Hardened, currency: str) -> str:
    """The price, and how far the gaps of the two plans leave it open."""
    price = found.price
    profit = found.plain[0].sign < 0
    base = abs(found.plain[1].objective or 0.0)
    verb = "earns" if profit else "costs"
    if price < -ROUNDING * base:
        word = "more" if profit else "less"
        return (
            f"It {verb} {format_money(-price, currency)} {word} than the plain plan, which was therefore not the best: "
            f"the cost of hardening is between nothing and {_most(found, currency)}."
        )
    word = "less" if profit else "more"
    text = f"It {verb} {format_money(abs(price), currency)} {word} than the plain plan"
    share = f" ({format_share(abs(price) / base)})" if base else ""
    least = format_money(found.least, currency) if found.least > 0 else "nothing"
    closed = found.most - found.least <= ROUNDING * base
    sure = "" if closed else f"; given the gaps of the two plans, between {least} and {_most(found, currency)}"
    return f"{text}{share}{sure}."


def _most(found: Hardened, currency: str) -> str:
    return format_money(found.most, currency) if math.isfinite(found.most) else "an unknown amount"


def _certainty(found: Hardened) -> str:
    """Whether worse sets of losses can be left."""
    if found.last is None:
        return ""
    if found.last.exact:
        tried = count_noun(found.last.tried, "set")
        return f"No set of losses is worse: the search was exact, with {tried} tried on the last plan."
    cut = f"The search stopped at {found.siege.most} sets in a period and followed only the worst losses"
    return f"{cut}: a worse set may exist."


def _case_table(found: Hardened) -> pd.DataFrame:
    rows = [
        (float(round_), threat.case.words, threat.case.period, threat.case.months, threat.service)
        for round_, threat in found.added
    ]
    return pd.DataFrame(rows, columns=list(CASES.columns))


def _with_brief(summary: pd.DataFrame, sentences: list[str]) -> pd.DataFrame:
    """The summary with these sentences before those of its brief."""
    is_brief = summary["metric"].str.startswith("brief ")
    first = int(is_brief.to_numpy().argmax()) if is_brief.any() else len(summary)
    old = summary.loc[is_brief, "value"].tolist()
    texts = ([text for text in sentences if text] + old)[:MOST_FINDINGS]
    rows = [(f"brief {number}", text, "") for number, text in enumerate(texts, 1)]
    brief = pd.DataFrame(rows, columns=list(summary.columns), dtype=object)
    return pd.concat([summary[:first], brief, summary[first:][~is_brief[first:]]], ignore_index=True)
