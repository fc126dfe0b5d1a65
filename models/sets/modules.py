"""Capacity modules: which can be ordered on which line when, and in which periods they then serve."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from planner_models import frames
from planner_models.instance import Instance
from planner_models.sets.timeline import Timeline

DEFAULT_MULTIPLES = "2;4"


class ModuleOrder(NamedTuple):
    """A module that could be ordered in a period: `standing` are the periods from order to end of service."""

    size: float
    ramp: float
    standing: tuple[str, ...]
    service: tuple[str, ...]

    def usable(self, period: str) -> float:
        """Capacity of one module in a period of its service, in activity/year."""
        return self.size * (self.ramp if period == self.service[0] else 1.0)


def annuity_factor(rate: float, years: float) -> float:
    """Capital recovery factor: the yearly payment that repays 1 over `years` at `rate`; 1/years at rate 0."""
    return rate / (1 - (1 + rate) ** -years) if rate > 0 else 1 / years


def _larger(options: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The rows themselves, then the larger sizes that `scale_exponent` makes of them, as many as make up no more."""
    yield options.assign(family=options["option"], multiple=1.0)
    for row in frames.rows(options[options["scale_exponent"].notna()]):
        for word in (row["multiples"] or DEFAULT_MULTIPLES).split(";"):
            multiple = float(word)
            growth = multiple ** row["scale_exponent"]
            scaled = {
                "option": f"{row['option']} x {multiple:g}",
                "size": row["size"] * multiple,
                "capex": row["capex"] * growth,
                "fixed_cost": row["fixed_cost"] * growth,
                "max_modules": row["max_modules"] // multiple,
                "family": row["option"],
                "multiple": multiple,
            }
            if scaled["max_modules"] >= 1:
                yield pd.DataFrame([row | scaled])


def smallest_options(options: pd.DataFrame) -> pd.DataFrame:
    """The option of each line with the smallest module, of equal ones the first by name.

    Parameters
    ----------
    options
        Rows with columns site, process, option and size (activity/year).

    Returns
    -------
    pandas.DataFrame
        One row per line, indexed by site and process.
    """
    line = ["site", "process"]
    return options.sort_values(["size", "option"]).drop_duplicates(line).set_index(line)


def _without_scale(options: pd.DataFrame) -> pd.DataFrame:
    """The options as written, each at the cost per unit of capacity of its line's smallest; modules stay whole."""
    line = ["site", "process"]
    places = pd.MultiIndex.from_frame(options[line])
    each = smallest_options(options)[["capex", "fixed_cost", "size"]].reindex(places)
    costs = {name: (each[name] / each["size"]).to_numpy() * options["size"] for name in ("capex", "fixed_cost")}
    return options.assign(family=options["option"], multiple=1.0, **costs)


def option_table(instance: Instance, lines: pd.DataFrame) -> pd.DataFrame:
    """One row per (site, process, option) of the given lines; `capex` after the region's index, and its `annuity`.

    `lines` are those that home firms control, or can come to control. A row that names a site replaces the `*` row of
    the same process and option there. `annuity` is in money/year per module: CRF(wacc, life) x capex x capex index,
    less what is salvaged at the end of its life, with the discount rate where a region has no wacc. `family` names the
    option that a size is made of, `multiple` its size in modules of that option: all sizes together are at most the
    `max_modules` of their option. `size` is what a module can make, with the line's output of sheet productivity.
    """
    places = lines.reset_index()[["site", "process", "region"]]
    options = instance["options"][instance["options"]["max_modules"] > 0]
    general = options["site"] == "*"
    named = options[~general].merge(places, on=["site", "process"])
    shared = options[general].drop(columns="site").merge(places, on="process") if general.any() else named[:0]
    merged = pd.concat([named, shared]).drop_duplicates(["site", "process", "option"]) if len(shared) else named
    if instance.settings["scale"] == "off":
        table = _without_scale(merged)
    else:
        sizes = list(_larger(merged))
        table = pd.concat([frame for frame in sizes if len(frame)] or sizes[:1], ignore_index=True)
    region = instance["regions"].set_index("region").reindex(table["region"])
    wacc = region["wacc"].fillna(instance.settings["discount_rate"])
    table["capex"] = table["capex"] * region["capex_index"].to_numpy()
    factors = [annuity_factor(rate, life) for rate, life in zip(wacc, table["life"], strict=True)]
    worth = [
        share * (1.0 + rate) ** -life for share, rate, life in zip(table["salvage"], wacc, table["life"], strict=True)
    ]
    lost = 1.0 - pd.Series(worth, index=table.index, dtype=float)
    table["annuity"] = table["capex"] * lost * pd.Series(factors, index=table.index, dtype=float)
    output = lines["output"].reindex(pd.MultiIndex.from_frame(table[["site", "process"]]))
    table["size"] = table["size"] * output.to_numpy(float)
    return table.set_index(["site", "process", "option"]).sort_index()


def orders(
    options: pd.DataFrame, windows: dict[str, tuple[str, ...]], time: Timeline
) -> dict[tuple[str, str, str, str], ModuleOrder]:
    """What could be ordered: (site, process, option, period) where a module would serve at least one period."""
    found = {}
    for key, row in frames.records(options).items():
        window = windows[key[0]]
        for period in set(time.window(row["first_period"], None)) & set(window):
            commissioned = time.position[period] + int(row["lead_periods"])
            ahead = time.periods[commissioned:]
            end = time.start[ahead[0]] + row["life"] if ahead else 0
            service = tuple(u for u in ahead if u in window and time.start[u] < end)
            if service:
                standing = time.window(period, service[-1])
                found[(*key, period)] = ModuleOrder(row["size"], row["ramp"], standing, service)
    return dict(sorted(found.items(), key=lambda entry: (entry[0][:3], time.position[entry[0][3]])))


def greatest_capacity(
    existing: dict[tuple[str, str, str], float],
    orders: dict[tuple[str, str, str, str], ModuleOrder],
    options: pd.DataFrame,
) -> dict[tuple[str, str, str], float]:
    """Capacity of each (site, process, period) if all that could be built were, in activity/year.

    All sizes of an option together give no more than its `max_modules` of its own size.
    """
    modules = options["max_modules"].to_dict()
    families = dict(
        zip(options.index, zip(options["family"], options["size"] / options["multiple"], strict=True), strict=True)
    )
    all_sizes: dict[tuple[str, str, str, str], float] = defaultdict(float)
    bounds: dict[tuple[str, str, str, str], float] = {}
    for key, order in orders.items():
        family, size = families[key[:3]]
        for period in order.service:
            all_sizes[(*key[:2], family, period)] += order.usable(period) * modules[key[:3]]
            bounds[(*key[:2], family, period)] = size * modules[(*key[:2], family)]
    most = defaultdict(float, existing)
    for (site, process, family, period), capacity in all_sizes.items():
        most[site, process, period] += min(capacity, bounds[site, process, family, period])
    return dict(most)
