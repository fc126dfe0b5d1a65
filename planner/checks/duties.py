"""Duties and bans: they match some lane, and their rates are shares that add up to 0 or more."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.checks import Row, needs, report_error, report_warning, rows
from planner.checks.places import find_reversed_spans, positions
from planner.checks.supply import lane_table, match_duties
from planner.issues import Issue
from planner.workbook.names import plain_form
from planner_models import frames
from planner_models.by_period import SHEET as BY_PERIOD
from planner_models.by_period import list_views, period_views
from planner_models.instance import Instance
from planner_models.sets.policies import DUTY, select_active
from planner_models.stating_rows import find_stating_cell

if TYPE_CHECKING:
    from planner.workbook.read import Reading

LIKELY_PERCENT = 3.0
"""A duty of more than 300 % of the value is taken for a percentage written without its sign."""


ROUNDING = 1e-9
"""A sum of rates this little below 0 is taken for 0."""


@needs("periods", "duties")
def duties_span_time(reading: "Reading") -> Iterator[Issue]:
    """A duty is in force from a period to the same or a later one."""
    yield from find_reversed_spans(reading, "duties", reading.instance["duties"])


@needs("settings", "periods", "regions", "items", "lanes", "duties", "policies", "by_period")
def duties_are_not_below_zero(reading: "Reading") -> Iterator[Issue]:
    """The rates on a lane, policies included, add up to 0 or more in every period."""
    instance = reading.instance
    charges = _charges(instance)
    if not (charges["rate"] < 0).any() and not (instance["by_period"]["sheet"] == "duties").any():
        return
    lanes = lane_table(instance)
    total, touched = _sum_rates(instance, charges, lanes)
    for at, (_, charge), least in zip(touched, rows(charges), _find_least(instance, charges), strict=True):
        below = np.argwhere(at & (total < -ROUNDING))
        if least < 0 and len(below):
            period, lane = below[0]
            way = lanes.iloc[lane]
            message = (
                f"all rates on `{way['item']}` from `{way['origin']}` to `{way['destination']}` in "
                f"{instance['periods']['period'].iloc[period]} add up to {total[period, lane]:.4g}: a duty cannot be "
                "negative; write a smaller reduction"
            )
            yield report_error(reading, *_find_cell(instance, charge, int(period)), message)


def _find_cell(instance: Instance, charge: Row, place: int) -> tuple[str, int, str]:
    """Sheet, row and column of a rate as it is in the period at a place in time."""
    if charge["sheet"] == "duties":
        period = instance["periods"]["period"].iloc[place]
        return find_stating_cell(instance, "duties", charge["row"], "rate", period) or ("duties", charge["row"], "rate")
    return charge["sheet"], charge["row"], "rate"


def _charges(instance: Instance) -> pd.DataFrame:
    """Every rate on lanes in the columns of `duties`: its own rows, then the policies of kind duty that are in force.

    A policy concerns what comes from other blocs. `sheet` and `row` tell where it stands.
    """
    duties, policies = instance["duties"], instance["policies"]
    in_force = select_active(instance, policies["kind"]) & (policies["active"] == "yes")
    policies = policies[(policies["kind"] == DUTY) & in_force]
    added = policies.rename(columns={"region": "destination"}).assign(origin="*", sheet="policies")
    both = [frame.reset_index(names="row") for frame in (duties.assign(sheet="duties"), added) if len(frame)]
    columns = ["sheet", "row", "origin", "destination", "item", "rate", "from", "to"]
    return pd.concat(both, ignore_index=True)[columns] if both else pd.DataFrame(columns=columns)


def _sum_rates(instance: Instance, charges: pd.DataFrame, lanes: pd.DataFrame) -> tuple[np.ndarray, list[np.ndarray]]:
    """The sum of all rates (periods x lanes), and for each charge where it counts (periods x lanes)."""
    order = positions(instance, "periods", "period")
    total = np.zeros((len(order), len(lanes)))
    rates = [_charges(view)["rate"].to_numpy(float) for view in period_views(instance).values()]
    touched = []
    for number, charge in rows(charges):
        first, last = order.get(charge["from"], 0), order.get(charge["to"], len(order) - 1)
        at = np.zeros(total.shape, dtype=bool)
        at[first : last + 1, match_duties(charge, lanes)] = True
        total += at * np.array([rate[number] for rate in rates])[:, None]
        touched.append(at)
    return total, touched


def _find_least(instance: Instance, charges: pd.DataFrame) -> pd.Series:
    """The lowest rate of each charge in any period."""
    rates = [_charges(view)["rate"].astype(float) for view in list_views(instance)]
    return pd.concat([charges["rate"].astype(float), *rates], axis=1).min(axis=1)


@needs("periods", "regions", "items", "lanes", "duties", "by_period")
def duties_match_lanes(reading: "Reading") -> Iterator[Issue]:
    """A duty concerns at least one lane, and does something to it."""
    instance = reading.instance
    lanes = lane_table(instance)
    value = instance["items"].set_index("item")["value"]
    tables = [view["duties"] for view in list_views(instance)]
    idle = set.intersection(*(set(table.index[table["rate"] == 0]) for table in tables))
    for row, duty in rows(instance["duties"]):
        if row in idle and duty["ban"] == "no":
            yield report_warning(
                reading, "duties", row, "rate", "neither a rate nor a ban: write one or remove the row"
            )
        elif not match_duties(duty, lanes).any():
            inside = "*" in (duty["origin"], duty["destination"])
            reason = " (trade inside a bloc is never matched by *)" if inside else ""
            message = (
                f"no lane goes from `{duty['origin']}` to `{duty['destination']}` with `{duty['item']}`{reason}; "
                "correct the names or remove the row"
            )
            yield report_warning(reading, "duties", row, "origin", message)
        elif duty["ban"] == "no" and duty["item"] != "*" and value[duty["item"]] == 0:
            message = f"`{duty['item']}` has no value, so its duty is 0; write its value in items"
            yield report_warning(reading, "duties", row, "rate", message)


@needs("duties", BY_PERIOD)
def rates_are_shares(reading: "Reading") -> Iterator[Issue]:
    """A rate is a share of the value, not a percentage, in by_period too."""
    stated, varied = reading.instance["duties"]["rate"], reading.instance[BY_PERIOD]
    values = varied.loc[(varied["sheet"] == "duties") & (varied["column"] == "rate"), "value"]
    for sheet, column, rates in (("duties", "rate", stated), (BY_PERIOD, "value", values)):
        for row, rate in frames.pairs(rates[rates.abs() > LIKELY_PERCENT]):
            message = f"{rate:g} means {100 * rate:g} % of the value; write {rate / 100:g} if {rate:g} % is meant"
            yield report_warning(reading, sheet, row, column, message)


@needs("regions")
def blocs_are_not_regions(reading: "Reading") -> Iterator[Issue]:
    """The name of a region is not the name of a bloc of other regions: duties could mean either."""
    regions = reading.instance["regions"]
    named = regions[regions["bloc"].notna()]
    forms = named["bloc"].map(plain_form)
    for row, region in rows(regions):
        name = region["region"]
        others = named[(forms == plain_form(name)) & (named["region"] != name)]
        if len(others):
            first = others.iloc[0]
            cell = reading.cell("regions", int(others.index[0]), "bloc")
            if first["bloc"] == name:
                meant = f"a duty, policy or rule on `{name}` applies to both"
            else:
                meant = f"`{name}` and `{first['bloc']}` differ only in spelling"
            message = f"`{name}` is also the bloc of `{first['region']}` (regions!{cell}): {meant}; rename one"
            yield report_warning(reading, "regions", row, "region", message)
