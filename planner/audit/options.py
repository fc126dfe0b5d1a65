"""Modules: what each ordered module is, when it serves, and what it costs."""

import numpy as np
import pandas as pd

from planner.audit import Finding, at_most, never, same
from planner.audit.case import LINE, AuditedPlan, cache_table
from planner.audit.inherited import resolve_inheritance
from planner.audit.offers import tabulate_coverage

OPTION = [*LINE, "option"]
DEFAULT_MULTIPLES = "2;4"


@cache_table
def tabulate_options(case: AuditedPlan) -> pd.DataFrame:
    """Every option by site, process and option: size, capex (with the region's index), annuity, fixed_cost, ramp, ...

    Those of home lines, and of outside lines that an offer with control covers: a named site replaces `*`, a scale
    exponent adds larger sizes, of which `of` names the option and `multiple` says how many of it they are. With scale
    off there are none of these, and every option costs per unit what the smallest of its line costs. The size is what a
    module makes, with the output of its line.
    """
    options = resolve_inheritance(case, "options").drop(columns="beside")
    lines = case.lines.reset_index()[[*LINE, "region", "home", "output"]]
    lines = lines[(lines["home"] == "yes") | pd.MultiIndex.from_frame(lines[LINE]).isin(_expandable(case))]
    everywhere = options[options["site"] == "*"].drop(columns="site").merge(lines, on="process")
    table = pd.concat([options[options["site"] != "*"].merge(lines, on=LINE), everywhere])
    table = table[~table.duplicated(OPTION)]
    table = table.assign(of=table["option"], multiple=1.0)
    if case.instance.settings["scale"] == "on":
        table = pd.concat([table, _larger(table[table["scale_exponent"] > 0])])
    table = table[table["max_modules"] >= 1]
    if case.instance.settings["scale"] == "off" and len(table):
        ordered = table.sort_values(["size", "option"]).groupby(LINE)
        for cost in ("capex", "fixed_cost"):
            rates = (ordered[cost].first() / ordered["size"].first()).reindex(pd.MultiIndex.from_frame(table[LINE]))
            table[cost] = rates.to_numpy(float) * table["size"].to_numpy(float)
    regions = case.instance["regions"].set_index("region").reindex(table["region"])
    rate = regions["wacc"].fillna(case.instance.settings["discount_rate"]).to_numpy()
    table["capex"] = table["capex"].to_numpy(float) * regions["capex_index"].to_numpy()
    life = table["life"].to_numpy(float)
    salvaged = table["salvage"].to_numpy(float) / (1.0 + rate) ** life
    table["annuity"] = table["capex"].to_numpy(float) * (1.0 - salvaged) * _recovery(rate, life)
    table["first"] = case.places(table["first_period"], 0)
    table["size"] = table["size"].to_numpy(float) * table["output"].to_numpy(float)
    return table.set_index(OPTION)


def _expandable(case: AuditedPlan) -> pd.MultiIndex:
    """The outside lines on which an offer may allow building."""
    pairs = tabulate_coverage(case)
    return pd.MultiIndex.from_frame(pairs.loc[pairs["controls"] == "yes", LINE])


def _larger(options: pd.DataFrame) -> pd.DataFrame:
    """The larger options that scale exponents make of some."""
    offered_in = [[float(word) for word in (text or DEFAULT_MULTIPLES).split(";")] for text in options["multiples"]]
    rows = options.iloc[[place for place, sizes in enumerate(offered_in) for _ in sizes]]
    multiple = np.array([size for sizes in offered_in for size in sizes], dtype=float)
    growth = multiple ** rows["scale_exponent"].to_numpy(float)
    return rows.assign(
        option=[f"{name} x {size:g}" for name, size in zip(rows["option"], multiple, strict=True)],
        size=rows["size"] * multiple,
        capex=rows["capex"] * growth,
        fixed_cost=rows["fixed_cost"] * growth,
        max_modules=np.floor(rows["max_modules"] / multiple),
        multiple=multiple,
    )


def _recovery(rate: np.ndarray, life: np.ndarray) -> np.ndarray:
    """Capital recovery factor: rate / (1 - (1 + rate)^-life), 1 / life at rate 0."""
    safe = np.where(rate > 0, rate, 1.0)
    return np.where(rate > 0, safe / (1.0 - (1.0 + safe) ** -life), 1.0 / life)


@cache_table
def tabulate_orders(case: AuditedPlan) -> pd.DataFrame:
    """Each row of `builds` with its option's figures (size and capex of one module as one_size, one_capex).

    `order`, `ready` and `end` are the places of the order, the first and the last period of service; `end` is before
    `ready` where a module never serves. Modules of options that are not offered are left out.
    """
    builds = case["builds"].rename(columns={"size": "all_size", "capex": "all_capex"})
    options = tabulate_options(case).rename(columns={"size": "one_size", "capex": "one_capex"}).reset_index()
    table = builds.merge(options, on=OPTION)
    table["order"] = case.places(table["period"], -1)
    start, horizon = case.periods["start"].to_numpy(), len(case.periods)
    table["ready"] = table["order"] + table["lead_periods"].astype(int)
    begun = start[np.minimum(table["ready"], horizon - 1)]
    served = np.searchsorted(start, begun + table["life"].to_numpy(float), side="left") - 1
    window = case.sites["last"].reindex(table["site"]).to_numpy()
    table["end"] = np.minimum(served, window)
    return table


@cache_table
def in_service(case: AuditedPlan) -> pd.DataFrame:
    """The modules of each order in each period of their service: usable is what they add to capacity."""
    modules = tabulate_orders(case).merge(
        case.periods.reset_index()[["period", "place"]], how="cross", suffixes=("_order", "")
    )
    modules = modules[(modules["place"] >= modules["ready"]) & (modules["place"] <= modules["end"])]
    share = modules["ramp"].where(modules["place"] == modules["ready"], 1.0)
    return modules.assign(
        total=modules["modules"] * modules["one_size"], usable=modules["modules"] * modules["one_size"] * share
    )


def audit(case: AuditedPlan) -> list[Finding]:
    """Whole modules of offered options, in time, all sizes within their number, at sites open while they serve."""
    builds = tabulate_orders(case)
    key = [*OPTION, "period"]
    indexed = builds.set_index(key)
    whole = indexed["modules"].round()
    of = [*LINE, "of"]
    together = (builds["modules"] * builds["multiple"]).groupby([builds[name] for name in of]).sum()
    options = tabulate_options(case).reset_index()
    most_together = options[options["multiple"] == 1].set_index(of)["max_modules"]
    most = tabulate_options(case)["max_modules"]
    may_open = case.sites["first"].reindex(builds["site"]).to_numpy()
    early = (builds["order"] < builds["first"]) | (builds["order"] < may_open)
    late = builds["end"] < builds["ready"]
    return [
        same("modules are whole numbers", indexed["modules"], whole.clip(lower=0.0)),
        at_most("modules within their number", builds.groupby(OPTION)["modules"].sum(), most),
        at_most("modules of all sizes within their number", together, most_together),
        never("modules ordered in time to serve", early | late),
        never("sites open while modules exist", _find_closed_sites(case, builds)),
        same("size of builds", indexed["all_size"], indexed["modules"] * indexed["one_size"]),
        same("capex of builds", indexed["all_capex"], indexed["modules"] * indexed["one_capex"]),
    ]


def _find_closed_sites(case: AuditedPlan, builds: pd.DataFrame) -> pd.Series:
    """Orders by period from order to end of service: is the site shut then."""
    standing = builds.merge(case.periods.reset_index()[["period", "place"]], how="cross", suffixes=("_order", ""))
    standing = standing[(standing["place"] >= standing["order"]) & (standing["place"] <= standing["end"])]
    return ~case.open.reindex(pd.MultiIndex.from_frame(standing[["site", "period"]]), fill_value=False)
