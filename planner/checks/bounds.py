"""What lines can have and give at most: generous bounds, by which the checks tell what can never happen.

Arrays are indexed by position: periods in the order of their sheet, lines in the order of theirs.
"""

import numpy as np
import pandas as pd

from planner.checks import rows
from planner.checks.memory import cache_by_input
from planner.checks.offers import controllable, free_lines, offers_of_lines
from planner.checks.places import lines_at_sites, place_of, positions
from planner.checks.readiness import find_ready_positions
from planner_models.by_period import period_views
from planner_models.instance import Instance
from planner_models.sets.productivity import tabulate_productivity

CAPACITY_SHEETS = (
    "settings", "periods", "regions", "processes", "firms", "sites", "lines", "line_capacity", "options", "access",
    "projects", "productivity", "by_period",
)  # fmt: skip
"""What the bounds below are computed from."""

DEFAULT_MULTIPLES = "2;4"


def multiples(text: str | None) -> list[float] | None:
    """The multiples an option is offered in besides its own size; None where the text is malformed.

    A multiple is a finite number above 1, and none is given twice.
    """
    try:
        values = [float(part) for part in (text or DEFAULT_MULTIPLES).split(";")]
    except ValueError:
        return None
    sound = all(np.isfinite(value) and value > 1 for value in values) and len(set(values)) == len(values)
    return values if sound else None


@cache_by_input
def find_output(instance: Instance) -> np.ndarray:
    """What a unit of capacity of each line makes (lines,), in units of activity: its output of sheet productivity."""
    return tabulate_productivity(instance)["output"].to_numpy(float)


@cache_by_input
def tabulate_existing_capacity(instance: Instance) -> np.ndarray:
    """What the declared capacity of each line can be in each period (lines x periods), in activity/year."""
    order = positions(instance, "periods", "period")
    lines = lines_at_sites(instance)
    periods = np.arange(len(order))
    stated = [view["lines"]["capacity"].to_numpy(float) for view in period_views(instance).values()]
    capacity = np.column_stack(stated) if stated else np.zeros((len(lines), 0))
    row_of = {pair: row for row, pair in enumerate(zip(lines["site"], lines["process"], strict=True))}
    changes = instance["line_capacity"]
    changes = changes.assign(place=place_of(changes["period"], order, 0)).sort_values("place")
    for _, change in rows(changes):
        row = row_of.get((change["site"], change["process"]))
        if row is not None:
            capacity[row, change["place"] :] = change["capacity"]
    capacity *= find_output(instance)[:, None]
    last = np.minimum(lines["last"], place_of(lines["last_period"], order, len(order) - 1))
    capacity[(periods < lines["first"].to_numpy()[:, None]) | (periods > np.asarray(last)[:, None])] = 0
    capacity[((lines["home"] == "no") & (lines["status"] == "candidate")).to_numpy()] = 0
    return capacity


@cache_by_input
def options_of_lines(instance: Instance) -> pd.DataFrame:
    """Every option on every line it can be built on, one row each: those that home firms control or can come to.

    Columns: line (position), row (in `options`), option, size, max_modules, ramp, ready (position of the first period
    of use; beyond the horizon if never), last (position of the last period of use). A row that names a site replaces
    the `*` row of the same process and option there; rows with a scale exponent are repeated for each multiple of
    which max_modules allows one: all of them together give no more than the row itself (`multiple` 1).
    """
    order = positions(instance, "periods", "period")
    options = instance["options"].reset_index(names="row")
    lines = lines_at_sites(instance).reset_index(drop=True).reset_index(names="line")
    lines = lines[controllable(instance)]
    on_lines = lines[["line", "site", "process", "first", "last"]].merge(options, on="process", suffixes=("_line", ""))
    on_lines = on_lines[(on_lines["site"] == "*") | (on_lines["site"] == on_lines["site_line"])]
    on_lines = on_lines.assign(general=on_lines["site"] == "*").sort_values(["line", "row", "general"])
    named = on_lines[~on_lines["general"]].set_index(["line", "option"]).index
    replaced = on_lines["general"] & pd.MultiIndex.from_frame(on_lines[["line", "option"]]).isin(named)
    on_lines = on_lines[~replaced]
    start = np.maximum(place_of(on_lines["first_period"], order, 0), on_lines["first"].to_numpy(int))
    on_lines = on_lines.assign(ready=start + on_lines["lead_periods"].to_numpy(int))
    larger = [
        on_lines[fits].assign(
            size=on_lines["size"] * multiple,
            max_modules=on_lines["max_modules"] // multiple,
            multiple=multiple,
            option=on_lines["option"] + f" x {multiple:g}",
        )
        for multiple, scaled in (_scale_options(on_lines) if instance.settings["scale"] == "on" else [])
        for fits in [scaled & (on_lines["max_modules"] >= multiple).to_numpy()]
        if fits.any()
    ]
    columns = ["line", "row", "option", "size", "max_modules", "multiple", "ramp", "ready", "last"]
    return pd.concat([on_lines.assign(multiple=1.0), *larger], ignore_index=True)[columns]


def _scale_options(options: pd.DataFrame) -> list[tuple[float, np.ndarray]]:
    """Each multiple with the mask of the option rows that are offered in it."""
    offered = [
        (multiples(text) or []) if exponent > 0 else []
        for text, exponent in zip(options["multiples"], options["scale_exponent"], strict=True)
    ]
    every = sorted({multiple for row in offered for multiple in row})
    return [(multiple, np.array([multiple in row for row in offered])) for multiple in every]


def greatest_capacity(instance: Instance) -> np.ndarray:
    """Existing capacity plus every module that can be in service (lines x periods), in activity/year."""
    return tabulate_existing_capacity(instance) + _modules(instance)


@cache_by_input
def _modules(instance: Instance) -> np.ndarray:
    """The capacity of every module that can be in service (lines x periods), in activity/year."""
    capacity = np.zeros((len(instance["lines"]), len(instance["periods"])))
    periods = np.arange(capacity.shape[1])
    options = options_of_lines(instance)
    output = find_output(instance)
    for _, option in rows(options[options["multiple"] == 1]):
        usable = (periods >= option["ready"]) & (periods <= option["last"])
        share = np.where(periods == option["ready"], option["ramp"], 1.0)
        capacity[option["line"]] += output[option["line"]] * option["size"] * option["max_modules"] * share * usable
    return capacity


@cache_by_input
def greatest_use(instance: Instance) -> np.ndarray:
    """What can be made on each line for the plan at most (lines x periods), in activity/year.

    That is its greatest capacity where the firms are home or no offer is needed, else the share of it that the best
    offer lets draw in a period; and nothing before the project that the process requires can be ready.
    """
    existing, modules = tabulate_existing_capacity(instance), _modules(instance)
    periods = np.arange(existing.shape[1])
    use = np.where(free_lines(instance)[:, None], existing + modules, 0.0)
    for _, offer in rows(offers_of_lines(instance)):
        line = offer["line"]
        capacity = existing[line] + (modules[line] if offer["controls"] == "yes" else 0.0)
        drawn = np.where(periods >= offer["qualification"], offer["offtake_share"] * capacity, 0.0)
        use[line] = np.maximum(use[line], drawn)
    ready = dict(zip(instance["processes"]["process"], find_ready_positions(instance, "processes"), strict=True))
    begin = np.array([ready[process] for process in instance["lines"]["process"]])
    return np.where(periods >= begin[:, None], use, 0.0)
