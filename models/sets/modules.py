"""Capacity modules: which can be ordered on which line when, and in which periods they then serve."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from planner_models.instance import Instance
from planner_models.sets.timeline import Timeline

DEFAULT_MULTIPLES = "2;4"


class Order(NamedTuple):
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
    """The rows themselves, then the larger options that `scale_exponent` makes of them."""
    yield options
    for row in options[options["scale_exponent"].notna()].to_dict("records"):
        for word in (row["multiples"] or DEFAULT_MULTIPLES).split(";"):
            multiple = float(word)
            growth = multiple ** row["scale_exponent"]
            scaled = {
                "option": f"{row['option']} x {multiple:g}",
                "size": row["size"] * multiple,
                "capex": row["capex"] * growth,
                "fixed_cost": row["fixed_cost"] * growth,
                "max_modules": max(1.0, row["max_modules"] // multiple),
            }
            yield pd.DataFrame([row | scaled])


def _smallest_only(options: pd.DataFrame) -> pd.DataFrame:
    """Per line the smallest option, in any amount up to what all its options would have given."""
    total = (options["size"] * options["max_modules"]).groupby([options["site"], options["process"]]).sum()
    smallest = options.sort_values(["size", "option"]).drop_duplicates(["site", "process"]).copy()
    keys = pd.MultiIndex.from_frame(smallest[["site", "process"]])
    smallest["max_modules"] = total.reindex(keys).to_numpy() / smallest["size"]
    return smallest


def option_table(instance: Instance, lines: pd.DataFrame) -> pd.DataFrame:
    """One row per (site, process, option) of the given lines; `capex` after the region's index, and its `annuity`.

    `lines` are those that home firms control, or can come to control. A row that names a site replaces the `*` row of
    the same process and option there. `annuity` is in money/year per module: CRF(wacc, life) x capex x capex index,
    with the discount rate where a region has no wacc.
    """
    places = lines.reset_index()[["site", "process", "region"]]
    options = instance["options"][instance["options"]["max_modules"] > 0]
    named = options[options["site"] != "*"].merge(places, on=["site", "process"])
    shared = options[options["site"] == "*"].drop(columns="site").merge(places, on="process")
    merged = pd.concat([named, shared]).drop_duplicates(["site", "process", "option"])
    table = pd.concat([frame for frame in _larger(merged) if len(frame)] or [merged], ignore_index=True)
    if instance.settings["scale"] == "off":
        table = _smallest_only(table)
    region = instance["regions"].set_index("region").reindex(table["region"])
    wacc = region["wacc"].fillna(instance.settings["discount_rate"])
    table["capex"] = table["capex"] * region["capex_index"].to_numpy()
    factors = [annuity_factor(rate, life) for rate, life in zip(wacc, table["life"], strict=True)]
    table["annuity"] = table["capex"] * pd.Series(factors, index=table.index, dtype=float)
    return table.set_index(["site", "process", "option"]).sort_index()


def orders(
    options: pd.DataFrame, windows: dict[str, tuple[str, ...]], time: Timeline
) -> dict[tuple[str, str, str, str], Order]:
    """What could be ordered: (site, process, option, period) where a module would serve at least one period."""
    found = {}
    for key, row in options.to_dict("index").items():
        window = windows[key[0]]
        for period in set(time.window(row["first_period"], None)) & set(window):
            commissioned = time.position[period] + int(row["lead_periods"])
            ahead = time.periods[commissioned:]
            end = time.start[ahead[0]] + row["life"] if ahead else 0
            service = tuple(u for u in ahead if u in window and time.start[u] < end)
            if service:
                standing = time.window(period, service[-1])
                found[(*key, period)] = Order(row["size"], row["ramp"], standing, service)
    return dict(sorted(found.items(), key=lambda entry: (entry[0][:3], time.position[entry[0][3]])))


def greatest_capacity(
    existing: dict[tuple[str, str, str], float], orders: dict[tuple[str, str, str, str], Order], options: pd.DataFrame
) -> dict[tuple[str, str, str], float]:
    """Capacity of each (site, process, period) if all that could be built were, in activity/year."""
    most = defaultdict(float, existing)
    modules = options["max_modules"].to_dict()
    for key, order in orders.items():
        for period in order.service:
            most[(*key[:2], period)] += order.usable(period) * modules[key[:3]]
    return dict(most)
