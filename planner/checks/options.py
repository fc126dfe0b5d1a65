"""Capacity options: each belongs to a line, can be ready in time, and its multiples can be read."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from planner.checks import join_names, needs, report_error, report_warning, rows
from planner.checks.bounds import CAPACITY_SHEETS, DEFAULT_MULTIPLES, multiples, options_of_lines
from planner.checks.offers import controllable
from planner.checks.places import lines_at_sites
from planner.issues import Issue
from planner_models.instance import Instance

if TYPE_CHECKING:
    from planner.workbook.read import Reading


@needs("periods", "firms", "sites", "lines", "options", "access")
def options_have_lines(reading: "Reading") -> Iterator[Issue]:
    """An option is for a line of a home firm, or on one that an offer lets home firms control."""
    lines = lines_at_sites(reading.instance)
    lines["control"] = controllable(reading.instance, switched=False)
    for row, option in rows(reading.instance["options"]):
        process, site = option["process"], option["site"]
        on = lines[(lines["process"] == process) & ((lines["site"] == site) | (site == "*"))]
        if on.empty and site == "*":
            message = (
                f"no site has a line of `{process}`, so `{option['option']}` cannot be built anywhere; add a line "
                "(lines)"
            )
            yield report_warning(reading, "options", row, "process", message)
        elif on.empty:
            message = f"there is no line `{process}` at `{site}`; add it to lines (capacity 0 if nothing is there yet)"
            yield report_error(reading, "options", row, "process", message)
        elif not on["control"].any():
            where = "every site with this line" if site == "*" else f"`{site}`"
            message = (
                f"{where} belongs to an outside firm and no offer with controls = yes covers this line, so that "
                f"`{option['option']}` is never built; add such an offer (access) or remove the row"
            )
            yield report_warning(reading, "options", row, "site", message)


@needs(*CAPACITY_SHEETS)
def options_can_be_ready(reading: "Reading") -> Iterator[Issue]:
    """An option that can be built somewhere can be in use before the horizon, or its site, ends."""
    options, periods = reading.instance["options"], reading.instance["periods"]["period"]
    on_lines = options_of_lines(reading.instance)
    in_time = on_lines["ready"] <= np.minimum(on_lines["last"], len(periods) - 1)
    for row in sorted(set(on_lines["row"]) - set(on_lines.loc[in_time, "row"])):
        option = options.loc[row]
        column = "lead_periods" if option["lead_periods"] > 0 else "first_period"
        message = (
            f"`{option['option']}` of `{option['process']}` cannot be in use before its site or the horizon "
            f"({periods.iloc[-1]}) ends; write fewer lead_periods or an earlier first_period"
        )
        yield report_warning(reading, "options", row, column, message)
    for row, option in rows(options[options["max_modules"] == 0]):
        message = f"`{option['option']}` of `{option['process']}` can never be built; write 1 or more, or remove it"
        yield report_warning(reading, "options", row, "max_modules", message)


@needs("options")
def multiples_make_sense(reading: "Reading") -> Iterator[Issue]:
    """Multiples are numbers above 1 with `;` between, and need a scale exponent below 1."""
    options = reading.instance["options"]
    taken = set(zip(options["site"], options["process"], options["option"], strict=True))
    for row, option in rows(options):
        text, scaled = option["multiples"], option["scale_exponent"]
        values = multiples(text)
        if values is None:
            message = f"`{text}`: write different numbers above 1 with ';' between, as {DEFAULT_MULTIPLES}"
            yield report_error(reading, "options", row, "multiples", message)
            continue
        if text is not None and not scaled > 0:
            message = "multiples have no effect without a scale_exponent; write one (0.6 to 0.9 is usual) or clear them"
            yield report_warning(reading, "options", row, "multiples", message)
        if scaled == 1:
            message = "at 1 larger modules are not cheaper per unit; write less than 1, or leave it blank"
            yield report_warning(reading, "options", row, "scale_exponent", message)
        if scaled > 0 and option["max_modules"] < min(values):
            message = (
                f"no larger size can be built: one of {min(values):g} modules is more than max_modules "
                f"({option['max_modules']:g}), which all sizes share; write at least {min(values):g}, or clear the "
                "scale_exponent"
            )
            yield report_warning(reading, "options", row, "max_modules", message)
        names = [f"{option['option']} x {value:g}" for value in values] if scaled > 0 else []
        double = [name for name in names if (option["site"], option["process"], name) in taken]
        if double:
            message = f"the scale exponent makes {join_names(double)}, which has a row of its own; rename or remove one"
            yield report_error(reading, "options", row, "option", message)


_DEAREST, _CHEAPEST = 300.0, 1e-6
"""Capex per yearly activity, in years of the value of what is made: beyond these it is in another unit than it says."""

_APART = 200.0
"""Times by which capex per size of an option may differ from the middle one of the same process."""


@needs("items", "recipes", "demand", "options")
def capex_is_in_its_unit(reading: "Reading") -> Iterator[Issue]:
    """Capex is in proportion to the value of what the option makes, and to other options of the same process."""
    instance = reading.instance
    options = instance["options"][["process", "option", "size", "capex"]]
    options = options[(options["capex"] > 0) & (options["size"] > 0)]
    options = options.assign(each=options["capex"] / options["size"])
    groups = options.groupby("process")["each"]
    options = options.assign(middle=groups.transform("median"), count=groups.transform("size"))
    worth, missed = _worth_of_activity(instance), _worth_of_activity(instance, "penalty")
    for row, option in rows(options):
        value, each = worth.get(option["process"], 0.0), option["each"]
        size = f"options!{reading.cell('options', row, 'size')}"
        if value > 0 and not _CHEAPEST < each / value < _DEAREST:
            message = (
                f"capex {option['capex']:g} for a size of {option['size']:g} ({size}) is {each / value:.2g} times the "
                f"value of a year's output of `{option['process']}`; capex is in millions of the currency: correct one"
            )
            yield report_warning(reading, "options", row, "capex", message)
        elif value == 0 < missed.get(option["process"], 0.0) * _DEAREST < each:
            message = (
                f"capex {option['capex']:g} for a size of {option['size']:g} ({size}) is "
                f"{each / missed[option['process']]:,.0f} times the penalty of a year without the output of "
                f"`{option['process']}`; capex is in millions of the currency: correct one"
            )
            yield report_warning(reading, "options", row, "capex", message)
        elif option["count"] > 2 and not 1 / _APART < each / option["middle"] < _APART:
            message = (
                f"capex {option['capex']:g} for a size of {option['size']:g} ({size}) is {each / option['middle']:.2g} "
                f"times the capex of other options of `{option['process']}`; capex is in millions of the currency: "
                "correct it"
            )
            yield report_warning(reading, "options", row, "capex", message)


def _worth_of_activity(instance: Instance, by: str = "price") -> dict[str, float]:
    """The value of what one unit of activity of each process makes: by the highest price, or the value of the item."""
    price = instance["demand"].groupby("item")[by].max()
    value = instance["items"].set_index("item")["value"]
    worth = value.combine(price.reindex(value.index), np.fmax).fillna(0.0)
    made = instance["recipes"][instance["recipes"]["quantity"] > 0]
    amounts = made["quantity"] * made["item"].map(worth)
    return {str(process): float(amount) for process, amount in amounts.groupby(made["process"]).sum().items()}
