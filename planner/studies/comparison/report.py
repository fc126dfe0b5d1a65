"""A comparison for people: headline figures and sentences."""

import math
from typing import Any

import pandas as pd

from planner.report.gains import gains_by_group
from planner.report.unit_costs import list_unit_costs
from planner.report.wording import format_money, format_share, format_signed, join_names, three_digits
from planner.results.result_file import ResultFile
from planner.sheets.board import Tile
from planner.sheets.comparison import DECISIONS, POINTS
from planner.studies.comparison.bridge import steps
from planner.studies.comparison.study import Comparison
from planner.studies.comparison.variants import find_demand_change
from planner.words import count_noun, format_percent
from planner_models import frames
from planner_models.schema import RESULTS

MOST_NAMED = 3
"""Groups of costs, decisions, inputs named in one sentence; more are counted."""

_MOST_TILES = 6

_SAME = 1e-9
"""Totals this near, relative to the larger, are the same."""


def comparison_summary(found: Comparison) -> pd.DataFrame:
    """Rows of metric, value and unit, as on the summary of a plan."""
    reference, others = found.reference, found.files[1:]
    rows: list[tuple[str, Any, str]] = [
        ("name", f"{join_names([other.label for other in others])} beside {reference.label}", ""),
        ("status", subtitle(found), ""),
        *[(f"brief {number}", text, "") for number, text in enumerate(brief(found), 1)],
    ]
    rows += [
        (f"objective of {plan.label}", plan.objective, f"million {plan.currency}") for plan in _describe_plans(found)
    ]
    for other in others:
        for sheet, words in (("decisions", "decisions"), ("input_changes", "inputs")):
            rows.append((f"{words} of {other.label} that differ", float(len(found.of(sheet, other.label))), ""))
    rows.append(("notes on what was compared", float(len(found.issues)), ""))
    return pd.DataFrame(rows, columns=list(RESULTS["summary"].columns), dtype=object)


def subtitle(found: Comparison) -> str:
    """What is compared, in a line."""
    plans, files = len(found.plans), len(found.files)
    kinds = f"{plans} plans" if plans == files else f"{files} files, {plans} of them plans" if plans else "inputs only"
    return f"{kinds}; the reference is {found.reference.label} ({found.reference.path.name})"


def brief(found: Comparison) -> list[str]:
    """The sentences: what is doubtful, then for each file its cost, what drives that, decisions and inputs."""
    doubts = [issue.message for issue in found.issues if "edited by hand" in issue.message]
    sentences = [f"{text}." for text in doubts]
    for other in found.files[1:]:
        if other.label in found.plans and found.reference.label in found.plans:
            sentences += [whole(found.reference, other), _describe_demand(found, other)]
            sentences += [_describe_surplus(found.reference, other)]
            sentences += [_drivers(found.reference, other), _describe_unit_costs(found.reference, other)]
            sentences += [_decisions(found, other), _service(found, other)]
            sentences += [_describe_scenarios(found, other), _broken(found, other)]
        sentences.append(_inputs(found, other))
    remarks = len(found.issues) - len(doubts)
    if remarks:
        sentences.append(f"{count_noun(remarks, 'note')} on what could be compared: see sheet issues.")
    return [sentence for sentence in sentences if sentence]


def whole(reference: ResultFile, other: ResultFile) -> str:
    """Both objectives and their difference, with a warning where the search alone may be behind it."""
    ours, theirs = reference.objective, other.objective
    text = f"{other.label} {_does(other)}; {reference.label} {_does(reference)}"
    if reference.goal != other.goal or reference.currency != other.currency:
        return f"{text}: these measures differ."
    change = theirs - ours
    if abs(change) <= _SAME * max(abs(ours), abs(theirs)):
        return f"{text}: the same."
    word = "more" if change > 0 else "less"
    part = f" ({_relative(change, ours)})" if ours else ""
    text = f"{text}: {format_money(abs(change), other.currency)} {word}{part}"
    slack = sum(abs(plan.objective) * plan.figure("gap", 0.0) for plan in (reference, other))
    if math.isfinite(slack) and abs(change) <= slack:
        return f"{text}. This is within the gaps of the two plans: solve with a smaller gap to tell them apart."
    return f"{text}."


def _describe_demand(found: Comparison, other: ResultFile) -> str:
    """That demand differs, where it does: two totals are then not for the same thing."""
    change = find_demand_change(found.plans[found.reference.label], found.plans[other.label])
    if not change:
        return ""
    what = "sold" if other.goal == "profit" else "demanded"
    word = "more" if change > 0 else "less"
    text = f"{three_digits(100 * abs(change))} % {word} is {what} in {other.label} than in {found.reference.label}"
    alike = other.goal == found.reference.goal == "cost" and other.currency == found.reference.currency
    if not alike or change <= -1:  # where nothing is demanded there is no cost for each unit
        return f"{text}."
    rise = (other.objective / found.reference.objective) / (1 + change) - 1 if found.reference.objective else 0.0
    each = f"{three_digits(100 * abs(rise))} % {'more' if rise > 0 else 'less'}" if abs(rise) > 5e-4 else "as much"
    return f"{text}: for each unit demanded the plan costs {each}{' as before' if abs(rise) <= 5e-4 else ''}."


def _describe_surplus(reference: ResultFile, other: ResultFile) -> str:
    """Who gains and who loses, where the two differ in how groups at home deal with each other.

    What these pay each other is a cost of some and a gain of others: the costs of the plans alone would mislead.
    """
    modes = {plan.instance.settings["coordination"] for plan in (reference, other)}
    if len(modes) == 1 or reference.currency != other.currency:
        return ""
    ours, theirs = (gains_by_group(plan.instance, plan.tables) for plan in (reference, other))
    total, currency = sum(theirs.values()) - sum(ours.values()), other.currency
    if not ours or not theirs:
        return ""
    changes = {name: theirs.get(name, 0.0) - ours.get(name, 0.0) for name in dict.fromkeys((*ours, *theirs))}
    least = 1e-6 * max(abs(sum(ours.values())), abs(sum(theirs.values())))
    largest = sorted(changes.items(), key=lambda change: -abs(change[1]))
    named = [f"{name} {format_signed(by, currency)}" for name, by in largest if abs(by) > least]
    word = "higher" if total >= 0 else "lower"
    text = f"Total surplus is {format_money(abs(total), currency)} {word} in {other.label}"
    return f"{text}: {join_names(named, MOST_NAMED)}." if named else ""


def _does(plan: ResultFile) -> str:
    amount = plan.objective
    if plan.counts_surplus:
        return f"reaches {format_money(amount, plan.currency)} of profit and counted consumers' surplus"
    verb = "costs" if plan.goal == "cost" else "earns" if amount >= 0 else "loses"
    return f"{verb} {format_money(abs(amount) if plan.goal == 'profit' else amount, plan.currency)}"


def _drivers(reference: ResultFile, other: ResultFile) -> str:
    """The groups of costs that changed most."""
    if reference.currency != other.currency:
        return ""
    found = steps(reference.tables["costs"], other.tables["costs"])
    profit = reference.goal == other.goal == "profit"
    groups = found.groupby("group", sort=False)["change"].sum() * (-1 if profit else 1)
    total = max(abs(reference.cost), abs(other.cost))
    groups = groups[groups.abs() > 1e-6 * total].sort_values(key=abs, ascending=False, kind="stable")
    if groups.empty:
        return ""
    named = [f"{group} ({format_signed(float(amount), other.currency)})" for group, amount in groups.items()]
    either = reference.counts_surplus or other.counts_surplus
    word = "objective" if profit and either else "profit" if profit else "cost"
    return f"The {word} of {other.label} differs most in {join_names(named, MOST_NAMED)}."


def _describe_unit_costs(reference: ResultFile, other: ResultFile) -> str:
    """What the main goods cost to make in the last period, all regions together, where that differs."""
    last = f", all regions, {reference.periods['period'].iloc[-1]}"
    before, after = (
        {
            (name, unit): value
            for name, value, unit in list_unit_costs(plan.instance, plan.tables)
            if name.endswith(last)
        }
        for plan in (reference, other)
    )
    parts = [
        f"{name.removeprefix('full cost of ').removesuffix(last)} {three_digits(after[name, unit])} instead of "
        f"{three_digits(value)} {unit}"
        for (name, unit), value in before.items()
        if name.startswith("full cost of ") and (name, unit) in after
        if three_digits(after[name, unit]) != three_digits(value)
    ]
    if not parts:
        return ""
    return f"Full cost of a unit in {last.rpartition(', ')[2]}: {join_names(parts, MOST_NAMED)}."


def _relative(change: float, base: float) -> str:
    return f"{'+' if change > 0 else '−'}{three_digits(100 * abs(change / base))} %"


def _total(plan: ResultFile) -> str:
    return f"{'−' if plan.objective < 0 else ''}{format_money(abs(plan.objective), plan.currency)}"


def _decisions(found: Comparison, other: ResultFile) -> str:
    """How many decisions differ, and the weightiest: sites first, then modules, offers and so on."""
    rows = found.of("decisions", other.label)
    if rows.empty:
        return f"No decision differs in {other.label}."
    order = rows["decision"].map({name: number for number, name in enumerate(DECISIONS)}).argsort(kind="stable")
    words = rows["words"].iloc[order].tolist()
    words = [word[:1].lower() + word[1:] for word in words[:MOST_NAMED]]
    return f"{count_differences(len(rows), 'decision')} in {other.label}: {_semicolons(words, len(rows))}."


def count_differences(count: int, noun: str) -> str:
    """How many differ, such as "1 input differs"."""
    return f"{count:,} {noun} differs" if count == 1 else f"{count:,} {noun}s differ"


def _semicolons(words: list[str], count: int) -> str:
    """The first of `count` things in words."""
    more = count - MOST_NAMED
    return "; ".join(words[:MOST_NAMED]) + (f"; and {more:,} more" if more > 0 else "")


def _service(found: Comparison, other: ResultFile) -> str:
    rows = found.tables["headline"]
    rows = rows[rows["metric"] == "demand served"]
    parts = []
    for row in rows.to_dict("records"):
        before, after = row[found.reference.label], row[other.label]
        if abs(after - before) > 1e-6:
            unit = str(row["unit"]).removeprefix("share of ").removesuffix(POINTS)
            shares = _tell_apart(after, before)
            parts.append(f"{shares[0]} of demand is served instead of {shares[1]} (by {unit})")
    return f"In {other.label} {' and '.join(parts)}." if parts else ""


def _tell_apart(first: float, second: float) -> tuple[str, str]:
    """Two shares in per cent, with as many decimals as tell them apart: 94.3 % and 94.1 %, not 94 % twice."""
    shares = format_share(first), format_share(second)
    for digits in range(1, 5):
        if shares[0] != shares[1]:
            break
        shares = format_percent(first, digits), format_percent(second, digits)
    return shares


def _describe_scenarios(found: Comparison, other: ResultFile) -> str:
    """Scenarios in which service or loss differ by more than what is rounded, those of the largest loss first."""
    rows = found.of("scenario_changes", other.label)
    rows = rows[rows["figure"].isin(["service", "loss"])]
    names = list(dict.fromkeys(rows["scenario"]))
    words = []
    for name in names:
        figures = rows[rows["scenario"] == name].set_index("figure")[["before", "after"]]
        shown = [_scenario_figure(figure, before, after, other) for figure, before, after in figures.itertuples()]
        alone = bool(figures.isna().any(axis=None))
        if alone or any(shown):
            words.append(f"{name}: {', '.join(filter(None, shown)) or 'in one of the two only'}")
    return f"Disruptions differ in {other.label} – {_semicolons(words, len(words))}." if words else ""


def _scenario_figure(figure: str, before: float, after: float, plan: ResultFile) -> str:
    if math.isnan(before) or math.isnan(after):
        return ""
    if figure == "service":
        if format_share(after) == format_share(before):
            return ""
        return f"{format_share(after)} served instead of {format_share(before)}"
    words = ["saved" if amount < 0 else "lost" for amount in (after, before)]
    amounts = [format_money(abs(amount), plan.currency) for amount in (after, before)]
    if amounts[0] == amounts[1] and words[0] == words[1]:
        return ""
    return f"{amounts[0]} {words[0]} instead of {amounts[1]}{f' {words[1]}' * (words[0] != words[1])}"


def _broken(found: Comparison, other: ResultFile) -> str:
    """Rules that only one of the plans breaks."""
    rows = found.of("rule_changes", other.label).drop_duplicates(["rule", "item", "who", "period"])
    parts = []
    for label, side, counterpart in ((other.label, "after", "before"), (found.reference.label, "before", "after")):
        broken = (rows[f"met_{side}"] == "no") & (rows[f"met_{counterpart}"] != "no")
        names = list(dict.fromkeys(rows.loc[broken, "rule"]))
        parts += [f"{label} breaks {join_names(names, MOST_NAMED)}"] if names else []
    return f"{'; '.join(parts)}, which the other does not." if parts else ""


def _inputs(found: Comparison, other: ResultFile) -> str:
    rows = found.of("input_changes", other.label)
    rows = rows[rows["difference"] != "remark"]
    if rows.empty:
        return f"The inputs of {other.label} are those of {found.reference.label}."
    words = [input_words(row) for row in frames.rows(rows.head(MOST_NAMED))]
    return f"{count_differences(len(rows), 'input')} in {other.label}: {_semicolons(words, len(rows))}."


def input_words(row: dict[str, Any]) -> str:
    """A row of sheet input_changes in words, such as lanes[a|b].cost 1 → 2."""
    name = f"{row['sheet']}[{row['key']}]"
    if row["difference"] in ("row added", "row dropped"):
        return f"{name} {row['difference'].removeprefix('row ')}"
    before, after = (_format_figure(row[side]) for side in ("before", "after"))
    return f"{name}.{row['column']} {before} → {after}"


def _format_figure(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value) or "blank"


def comparison_tiles(found: Comparison) -> list[Tile]:
    """The reference, how far the others are from it, and how much differs."""
    reference = found.reference
    shown = []
    if reference.label in found.plans:
        label = "Cost" if reference.goal == "cost" else "Objective" if reference.counts_surplus else "Profit"
        shown.append(Tile(f"{label} of {reference.label}", _total(reference), "reference"))
    for other in _describe_plans(found):
        comparable = (other.goal, other.currency) == (reference.goal, reference.currency)
        if other is reference or not comparable or reference.label not in found.plans:
            continue
        change = other.objective - reference.objective
        part = f" ({_relative(change, reference.objective)})" if change and reference.objective else ""
        amount = format_signed(change, other.currency) if change else "no change"
        shown.append(Tile(f"Change from {reference.label} to {other.label}", amount, f"to {_total(other)}{part}"))
    counts = {
        "Decisions that differ": found.tables["decisions"],
        "Inputs that differ": found.tables["input_changes"],
    }
    last = []
    for label, frame in counts.items():
        each = frame.groupby("file", sort=False).size()
        detail = ", ".join(f"{count:,} in {name}" for name, count in each.items()) if len(each) > 1 else ""
        last.append(Tile(label, f"{len(frame):,}", detail))
    return [*shown[: _MOST_TILES - len(last)], *last]


def _describe_plans(found: Comparison) -> list[ResultFile]:
    return [plan for plan in found.files if plan.label in found.plans]
