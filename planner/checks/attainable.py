"""Security rules that no plan can meet, as far as the tables alone can tell: too few sources, no stock, no maker."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pandas as pd

from planner.checks import Row, active, join_names, needs, report_error, report_warning, rows
from planner.checks.places import blocs, positions, regions_of
from planner.checks.reach import must_be_served, with_all_in_reach
from planner.checks.rules import ABOVE_ZERO, KINDS, PLACES, STAKE, list_sources
from planner.checks.sources import Supplied, list_suppliers, users
from planner.checks.supply import SUPPLY_SHEETS
from planner.issues import Issue
from planner.words import count_noun
from planner_models.instance import Instance

if TYPE_CHECKING:
    from planner.workbook.read import Reading

_SHEETS = (*SUPPLY_SHEETS, "demand", "enablers", "rules")
_ROUNDING = 1e-9

Faults = dict[str, dict[str, str]]
"""Item -> period -> why the rule cannot be met then."""


@needs(*_SHEETS)
def rules_can_be_met(reading: "Reading") -> Iterator[Issue]:
    """What a rule asks of the sources of an item can be had while there is any supply of it.

    An error where it never can while the rule is in force; a warning where it cannot for a while, where the rule may
    be broken at a price, or where it is one of all items, which a plan may do without.
    """
    instance = with_all_in_reach(reading.instance)
    for row, rule in rows(_in_force(instance)):
        if rule["type"] not in _JUDGES or not _sound(instance, rule):
            continue
        never, at_times, supply = _faults(instance, rule)
        if not supply:
            yield report_warning(reading, "rules", row, "item", _report_nothing(rule))
        if never:
            yield _sort(rule)(reading, "rules", row, "limit", _words(rule, never))
        if at_times:
            yield report_warning(reading, "rules", row, "limit", _words(rule, at_times))


def _in_force(instance: Instance) -> pd.DataFrame:
    """The rules that a plan has to meet: none where they are switched off."""
    rules = active(instance["rules"])
    return rules[:0] if instance.settings["rules"] == "off" else rules


def _sort(rule: Row) -> Callable[..., Issue]:
    """Whether what never can be met is an error."""
    return report_error if rule["hard"] == "yes" and rule["item"] != "*" else report_warning


def _faults(instance: Instance, rule: Row) -> tuple[Faults, Faults, bool]:
    """The items that never can meet a rule, those that cannot at times, and whether there is any supply."""
    never: Faults = {}
    at_times: Faults = {}
    supply = False
    for item in _items(instance, rule):
        found = list_suppliers(instance, item, rule["scope"])
        said = {period: _JUDGES[rule["type"]](rule, found[period]) for period in _span(instance, rule) if found[period]}
        faults = {period: words for period, words in said.items() if words}
        supply = supply or bool(said)
        if faults:
            (never if len(faults) == len(said) else at_times)[item] = faults
    return never, at_times, supply


def _sound(instance: Instance, rule: Row) -> bool:
    """Whether other checks leave something to judge."""
    kind, who = KINDS[rule["type"]], rule["who"]
    limit = rule["limit"]
    if (
        not 0 <= limit <= 1
        or (limit == 0 and rule["type"] in ABOVE_ZERO)
        or (kind.needs_by and rule["by"] not in kind.by)
    ):
        return False
    if rule["by"] == "control":
        return who in ("home", "outside") or STAKE.fullmatch(who) is not None
    return not (rule["type"] == "min_share" and who == "*") and bool(_span(instance, rule))


def _span(instance: Instance, rule: Row) -> list[str]:
    """The periods in which a rule is in force."""
    order = positions(instance, "periods", "period")
    first, last = order.get(rule["from"], 0), order.get(rule["to"], len(order) - 1)
    return list(order)[first : last + 1]


def _items(instance: Instance, rule: Row) -> list[str]:
    return list(instance["items"]["item"]) if rule["item"] == "*" else [rule["item"]]


def _report_nothing(rule: Row) -> str:
    where = f" in `{rule['scope']}`" if rule["scope"] else ""
    what = "nothing" if rule["item"] == "*" else f"no `{rule['item']}`"
    return f"{what} can be supplied{where} while the rule is in force, so it has no effect; correct or remove it"


def _words(rule: Row, faults: Faults) -> str:
    """What is said of the items that cannot meet a rule, the first of them in full."""
    (item, said), *others = faults.items()
    periods = list(said)
    when = periods[0] if len(periods) == 1 else f"{periods[0]} to {periods[-1]}"
    also = f"; the same applies to {join_names([f'`{name}`' for name, _ in others])}" if others else ""
    return (
        f"no plan that supplies `{item}` in {when} can meet {rule['type']} {rule['limit']:g}: {said[periods[0]]}{also}"
    )


def _max_share(rule: Row, found: Supplied) -> str:
    """The sources that are held down, if there are no others, cannot make up the whole."""
    by, who, limit = rule["by"], rule["who"], rule["limit"]
    if limit >= 1:
        return ""
    if by == "control":
        can, otherwise = found.of_control(who)
        return "" if otherwise or not can else f"all its possible sources are {who}; write 1, or add another source"
    names = found.named(by)
    if who != "*":
        alone = names == {who} and not (by not in PLACES and found.arriving)
        return f"its only possible source is `{who}`; write 1, or add another source" if alone else ""
    free = found.arriving if by not in PLACES else names & found.within
    if free or len(names) * limit >= 1 - _ROUNDING:
        return ""
    return f"{_possible(names, by)}; write at least {_up(1 / len(names))}, or give it more sources"


def _min_share(rule: Row, found: Supplied) -> str:
    by, who = rule["by"], rule["who"]
    if rule["limit"] == 0:
        return ""
    if by == "control":
        return "" if found.of_control(who)[0] else f"none of it can be {who}; add an offer (access) or a line"
    where = f" in `{rule['scope']}`" if rule["scope"] and by not in PLACES else ""
    return "" if who in found.named(by) else f"`{who}` cannot supply it{where}; correct who, or add a line or a lane"


def _min_sources(rule: Row, found: Supplied) -> str:
    names = found.named(rule["by"])
    if pd.isna(rule["count"]) or len(names) >= rule["count"]:
        return ""
    return f"{_possible(names, rule['by'])}; write a count of at most {len(names)}, or give it more sources"


def _max_hhi(rule: Row, found: Supplied) -> str:
    names = found.named(rule["by"])
    others = rule["by"] not in PLACES and found.arriving
    if others or rule["limit"] * len(names) >= 1 - _ROUNDING or not names:
        return ""
    return f"{_possible(names, rule['by'])}; write at least {_up(1 / len(names))}, or give it more sources"


def _possible(names: set[str], by: str) -> str:
    few = f": {join_names([f'`{name}`' for name in sorted(names)])}" if names else ""
    return f"it has {count_noun(len(names), 'possible source')} by {by}{few}"


def _up(least: float) -> str:
    """A number in four digits that is not below `least`."""
    rounded = round(least, 4)
    return f"{rounded if rounded >= least else rounded + 1e-4:.4g}"


_JUDGES: dict[str, Callable[[Row, Supplied], str]] = {
    "max_share": _max_share,
    "min_share": _min_share,
    "min_sources": _min_sources,
    "max_hhi": _max_hhi,
}


@needs(*_SHEETS)
def imports_leave_a_source(reading: "Reading") -> Iterator[Issue]:
    """Where imports are limited, the item can be made. An error where a market there must be served."""
    instance = with_all_in_reach(reading.instance)
    rules = _in_force(instance)
    must = instance["demand"][must_be_served(instance)]
    for row, rule in rows(rules[(rules["type"] == "max_import_share") & (rules["limit"] < 1)]):
        scopes = [rule["scope"]] if rule["scope"] else sorted(set(blocs(instance)))
        lacking, served = [], False
        for item in _items(instance, rule):
            for scope in scopes:
                periods = _only_imported(instance, item, scope, _span(instance, rule))
                lacking += [f"`{item}` in `{scope}` ({periods[0]})"] if periods else []
                there = must["region"].isin(regions_of(instance, scope)) & must["period"].isin(periods)
                served = served or bool((there & (must["item"] == item)).any())
        if lacking:
            message = (
                f"nothing makes {join_names(lacking)}, so that neither import nor use is allowed there; write 1, name "
                "another item or scope, or add a line"
            )
            sort = report_error if served and rule["hard"] == "yes" else report_warning
            yield sort(reading, "rules", row, "limit", message)


def _only_imported(instance: Instance, item: str, scope: str, span: list[str]) -> list[str]:
    """The periods in which an item is used in a scope, can be brought there, and cannot be made there."""
    used = users(instance)
    used = used[(used["item"] == item) & used["region"].isin(regions_of(instance, scope))]
    if used.empty:
        return []
    found = list_suppliers(instance, item, scope)
    return [
        period
        for period in span
        if found[period].arriving and found[period].made.empty and (used["period"] == period).any()
    ]


@needs(*_SHEETS)
def cover_has_a_stock(reading: "Reading") -> Iterator[Issue]:
    """Where a stock must cover the use of an item, it can be kept."""
    instance = with_all_in_reach(reading.instance)
    rules, stocks, used = _in_force(instance), instance["stocks"], users(instance)
    kept = stocks[~(stocks["maximum"] == 0)]
    for row, rule in rows(rules[(rules["type"] == "min_cover") & (rules["limit"] > 0)]):
        there = regions_of(instance, rule["scope"] or "*")
        stocked = set(kept.loc[kept["region"].isin(there), "item"])
        needed = used[used["region"].isin(there) & used["period"].isin(_span(instance, rule))]
        lacking = [item for item in _items(instance, rule) if item in set(needed["item"]) and item not in stocked]
        if lacking:
            names, where = (
                join_names([f"`{item}`" for item in lacking]),
                f" in `{rule['scope']}`" if rule["scope"] else "",
            )
            message = f"no stock of {names} can be kept{where}; add a row to sheet stocks, or name another item"
            yield _sort(rule)(reading, "rules", row, "item", message)


@needs(*_SHEETS)
def limited_sources_supply(reading: "Reading") -> Iterator[Issue]:
    """A source whose share is limited by name can supply the item at some time."""
    instance = with_all_in_reach(reading.instance)
    rules, known = _in_force(instance), list_sources(instance)
    for row, rule in rows(rules[rules["type"] == "max_share"]):
        if rule["who"] not in known.get(rule["by"], []):
            continue
        ever = any(
            rule["who"] in found.named(rule["by"])
            for item in _items(instance, rule)
            for found in list_suppliers(instance, item, rule["scope"]).values()
        )
        if not ever:
            what = "anything" if rule["item"] == "*" else f"`{rule['item']}`"
            message = f"`{rule['who']}` can never supply {what} here, so the rule has no effect; correct or remove it"
            yield report_warning(reading, "rules", row, "who", message)
