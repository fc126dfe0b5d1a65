"""Policies: each changes something, in the direction its kind means, and by a share and not a percentage."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from planner.checks import Row, active, needs, report_error, report_warning, rows
from planner.checks.bounds import options_of_lines
from planner.checks.duties import LIKELY_PERCENT
from planner.checks.offers import controllable, offers_of_lines
from planner.checks.places import find_reversed_spans, lines_at_sites, regions_of
from planner.checks.supply import lane_table, match_duties
from planner.issues import Issue
from planner_models.instance import Instance

if TYPE_CHECKING:
    from planner.workbook.read import Reading

SUBSIDIES = ("capex", "output", "access", "development")
_OF_COST = ("capex", "access", "development")
_RELATIVE = ("transaction_cost", "market_access")
_ABOUT_GOODS = ("duty", "market_access")


@needs("policies")
def rates_fit_kinds(reading: "Reading") -> Iterator[Issue]:
    """A subsidy pays, and at most what a thing costs; a relative change leaves nothing at the least."""
    for row, policy in rows(active(reading.instance["policies"])):
        kind, rate = policy["kind"], policy["rate"]
        if rate == 0:
            yield report_warning(
                reading, "policies", row, "rate", "a rate of 0 has no effect; write a rate or remove the row"
            )
        elif kind in SUBSIDIES and rate < 0:
            ending = "" if policy["budget"] > 0 else ", without a budget at that"
            message = (
                f"a subsidy of kind {kind} at {rate:g} would be a charge, not a payment{ending}; write a rate above 0"
            )
            yield report_error(reading, "policies", row, "rate", message)
        elif kind in _OF_COST and rate > 1:
            message = f"{rate:g} of the cost is more than the cost: write a share up to 1{_as_percent(rate)}"
            yield report_error(reading, "policies", row, "rate", message)
        elif kind in _RELATIVE and rate < -1:
            message = f"a change by {rate:g} makes it negative; write -1 or more{_as_percent(rate)}"
            yield report_error(reading, "policies", row, "rate", message)
        elif kind not in SUBSIDIES and abs(rate) > LIKELY_PERCENT:
            message = f"{rate:g} means {100 * rate:g} %; write {rate / 100:g} if {rate:g} % is meant"
            yield report_warning(reading, "policies", row, "rate", message)


def _as_percent(rate: float) -> str:
    return f", such as {rate / 100:g} for {rate:g} %" if abs(rate) > LIKELY_PERCENT else ""


@needs("policies")
def budgets_are_for_subsidies(reading: "Reading") -> Iterator[Issue]:
    """A budget limits a subsidy, and leaves something to pay."""
    policies = active(reading.instance["policies"])
    for row, policy in rows(policies[policies["budget"].notna()]):
        if policy["kind"] not in SUBSIDIES:
            message = f"a policy of kind {policy['kind']} pays nothing, so that its budget has no effect; clear it"
            yield report_warning(reading, "policies", row, "budget", message)
        elif policy["budget"] == 0:
            message = "a budget of 0 pays nothing; write the amount, or leave it blank for no limit"
            yield report_warning(reading, "policies", row, "budget", message)


@needs("periods", "policies")
def policies_span_time(reading: "Reading") -> Iterator[Issue]:
    """A policy is in force from a period to the same or a later one."""
    yield from find_reversed_spans(reading, "policies", active(reading.instance["policies"]))


@needs("items", "policies")
def targets_fit_kinds(reading: "Reading") -> Iterator[Issue]:
    """A kind is paid or counted on what it can be: output on one item or process, duties and markets on items."""
    items = set(reading.instance["items"]["item"])
    for row, policy in rows(active(reading.instance["policies"])):
        kind, item = policy["kind"], policy["item"]
        if kind == "output" and item == "*":
            message = "an output subsidy is paid per unit of one item or process: write which, instead of *"
            yield report_error(reading, "policies", row, "item", message)
        if kind == "development" and policy["region"] != "*":
            message = "development has no region: write * (or leave it blank)"
            yield report_error(reading, "policies", row, "region", message)
        if kind in _ABOUT_GOODS and item != "*" and item not in items:
            message = f"`{item}` is a process, but kind {kind} is about goods: write an item, or *"
            yield report_error(reading, "policies", row, "item", message)


@needs(
    "settings", "periods", "regions", "items", "processes", "recipes", "firms", "sites", "lines", "options", "access",
    "projects", "lanes", "demand", "policies", "by_period",
)  # fmt: skip
def policies_match_something(reading: "Reading") -> Iterator[Issue]:
    """A policy has something to pay for or to change."""
    instance = reading.instance
    policies = active(instance["policies"])
    about_goods = policies["kind"].isin(_ABOUT_GOODS) & (policies["item"] != "*")
    for row, policy in rows(policies[~about_goods | policies["item"].isin(set(instance["items"]["item"]))]):
        lacking, found = _MATCHES[policy["kind"]]
        if not found(instance, policy):
            reason = lacking.format(region=policy["region"], item=policy["item"])
            message = f"{reason}, so this policy has no effect; correct region or item, or remove the row"
            yield report_warning(reading, "policies", row, "region", message)


def _processes(instance: Instance, item: str) -> set[str]:
    """The processes that an item (those that make it), a process or `*` means; a name that is both is the item."""
    if item == "*":
        return set(instance["processes"]["process"])
    if item not in set(instance["items"]["item"]):
        return {item}
    makers = instance["recipes"].query("quantity > 0")
    return set(makers.loc[makers["item"] == item, "process"])


def _option(instance: Instance, policy: Row) -> bool:
    lines, options = lines_at_sites(instance).reset_index(drop=True), instance["options"]
    there = lines.index[lines["region"].isin(regions_of(instance, policy["region"]))]
    on_lines = options_of_lines(instance)
    on_lines = on_lines[on_lines["line"].isin(there) & (on_lines["row"].map(options["capex"]) > 0)]
    return bool(on_lines["row"].map(options["process"]).isin(_processes(instance, policy["item"])).any())


def _has_controlled_line(instance: Instance, policy: Row) -> bool:
    lines = lines_at_sites(instance)[controllable(instance)]
    there = lines["region"].isin(regions_of(instance, policy["region"]))
    return bool((there & lines["process"].isin(_processes(instance, policy["item"]))).any())


def _entry(instance: Instance, policy: Row) -> bool:
    """Is there an offer to pay entry for: by the region of a line it covers, or the bloc of its firm."""
    offers = offers_of_lines(instance)
    offers = offers[(offers["entry_cost"] > 0) & offers["process"].isin(_processes(instance, policy["item"]))]
    firms = instance["firms"].set_index("firm")["bloc"]
    there = offers["region"].isin(regions_of(instance, policy["region"]))
    return bool((there | (offers["firm"].map(firms) == policy["region"])).any())


def _project(instance: Instance, policy: Row) -> bool:
    projects = instance["projects"]
    paid = set(projects.loc[projects["cost"] > 0, "project"])
    if policy["item"] == "*":
        return bool(paid)
    items, processes = instance["items"], instance["processes"]
    asking = set(items.loc[items["item"] == policy["item"], "requires"])
    return bool((asking | set(processes.loc[processes["process"] == policy["item"], "requires"])) & paid)


def _lane(instance: Instance, policy: Row) -> bool:
    duty = {"origin": "*", "destination": policy["region"], "item": policy["item"]}
    return bool(match_duties(duty, lane_table(instance)).any())


def _transaction(instance: Instance, policy: Row) -> bool:
    offers = offers_of_lines(instance)
    offers = offers[(offers["transaction_cost"] > 0) & offers["process"].isin(_processes(instance, policy["item"]))]
    return bool(offers["region"].isin(regions_of(instance, policy["region"])).any())


def _market(instance: Instance, policy: Row) -> bool:
    demand = instance["demand"]
    there = demand["region"].isin(regions_of(instance, policy["region"]))
    return bool((there & ((demand["item"] == policy["item"]) | (policy["item"] == "*"))).any())


_MATCHES: dict[str, tuple[str, Callable[[Instance, Row], bool]]] = {
    "capex": ("`{region}` has no option with a capex for `{item}`", _option),
    "output": (
        "home firms have no line for `{item}` in `{region}` and control none through an offer",
        _has_controlled_line,
    ),
    "access": ("there is no offer with an entry cost for `{item}` in `{region}`", _entry),
    "development": ("column requires of `{item}` names no project with a cost", _project),
    "duty": ("no lane brings `{item}` to `{region}` from another bloc", _lane),
    "transaction_cost": ("there is no offer with a transaction cost for `{item}` in `{region}`", _transaction),
    "market_access": ("there is no demand for `{item}` in `{region}`", _market),
}
"""What a policy of each kind lacks that matches nothing, in words, and whether it matches something."""
