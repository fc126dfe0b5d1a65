"""Costs: every line of the sheet `costs` reckoned again, its discounting, and their sum against the objective."""

import pandas as pd

from planner.audits import Finding, at_most, relative, same, worst
from planner.audits.case import HOURS_AND_ENERGY, LINE, Case, keyed, levels
from planner.audits.demand import served
from planner.audits.lanes import charged, openings
from planner.audits.options import in_service

_LABEL = ["tier", "region", "period"]
OPENING = "lane opening"
ONCE = ("opening", "closing", OPENING)
"""Cost lines paid once; all others are yearly."""


def unit_costs(case: Case) -> pd.DataFrame:
    """By line: the cost of one unit of activity in money, split by cost line.

    The owner of an outside line recovers its fixed cost: it is spread over the capacity of the line.
    """
    lines = case.lines
    regions = case.instance["regions"].set_index("region").reindex(lines["region"]).set_axis(lines.index)
    own = lines["unit_cost"].isna()
    parts = pd.DataFrame(
        {
            "labour": lines["labour"] * regions["wage"] / HOURS_AND_ENERGY,
            "skilled labour": lines["skilled"] * regions["skilled_wage"] / HOURS_AND_ENERGY,
            "energy": lines["energy"] * regions["energy_price"] / HOURS_AND_ENERGY,
            "other": lines["other_cost"],
            "royalty": lines["royalty"],
        }
    ).where(own, 0.0)
    parts["unit cost"] = lines["unit_cost"].fillna(0.0)
    spread = (lines["fixed_cost"] / lines["capacity"]).where(lines["capacity"] > 0, 0.0)
    parts["line fixed cost"] = spread.where(lines["home"] == "no", 0.0)
    return parts


def _running(case: Case) -> pd.DataFrame:
    """Cost of what is made: columns line, tier, region, period, yearly."""
    production = case["production"].merge(case.lines.reset_index()[[*LINE, "tier", "region"]], on=LINE)
    parts = unit_costs(case).reset_index().melt(LINE, var_name="line", value_name="each")
    rows = production.merge(parts, on=LINE)
    return rows.assign(yearly=rows["made"] * rows["each"])


def _standing(case: Case) -> pd.DataFrame:
    """Cost of what is there: lines kept, modules in service, sites open, sites opened and closed."""
    lines, sites = case.lines.reset_index(), case.sites.reset_index()
    capacity = case["capacity"].merge(lines[[*LINE, "tier", "region", "home", "fixed_cost"]], on=LINE)
    kept = capacity[(capacity["existing"] > 0) & (capacity["home"] == "yes")]
    modules = in_service(case).drop(columns="region").merge(lines[[*LINE, "tier", "region"]], on=LINE)
    open_sites = case.open[case.open].reset_index()[["site", "period"]].merge(sites[sites["home"] == "yes"], on="site")
    moves = case["sites"].merge(sites, on="site")
    return pd.concat(
        [
            kept.assign(line="line fixed cost", yearly=kept["fixed_cost"]),
            modules.assign(line="module fixed cost", yearly=modules["modules"] * modules["fixed_cost"]),
            modules.assign(line="capital", yearly=modules["modules"] * modules["annuity"]),
            open_sites.assign(line="site fixed cost", yearly=open_sites["fixed_cost"]),
            moves[moves["opened"] == "yes"].assign(line="opening", yearly=lambda rows: rows["opening_cost"]),
            moves[moves["closed"] == "yes"].assign(line="closing", yearly=lambda rows: rows["closing_cost"]),
        ]
    )


def _moving(case: Case) -> pd.DataFrame:
    """Cost of what is shipped."""
    tier = case.instance["items"].set_index("item")["tier"]
    flows = charged(case)
    flows = flows.assign(tier=flows["item"].map(tier), region=flows["destination"])
    return pd.concat(
        [
            flows.assign(line="transport", yearly=flows["shipped"] * flows["transport"]),
            flows.assign(line="in-transit stock", yearly=flows["shipped"] * flows["transit"]),
            flows.assign(line="duties", yearly=flows["shipped"] * flows["due"]),
        ]
    )


def _market(case: Case) -> pd.DataFrame:
    """Cost of stocks; the penalty of what is unserved under cost, the revenue of what is sold under profit."""
    tier = case.instance["items"].set_index("item")["tier"]
    stocks = case["stocks"].merge(case.instance["stocks"][["region", "item", "holding_cost"]], on=["region", "item"])
    demand = served(case)
    if case.instance.settings["objective"] == "cost":
        demand = demand.assign(line="shortage", yearly=demand["unserved"] * demand["fine"].fillna(0.0))
    else:
        demand = demand.assign(line="revenue", yearly=-demand["sold"] * demand["asked"])
    stocks = stocks.assign(line="stock holding", yearly=stocks["held"] * stocks["holding_cost"])
    rows = pd.concat([demand, stocks])
    return rows.assign(tier=rows["item"].map(tier))


def audit(case: Case, objective: float) -> list[Finding]:
    """Every cost line by tier, region and period, the discounted amounts, and their sum."""
    rows = pd.concat([part(case)[["line", *_LABEL, "yearly"]] for part in (_running, _standing, _moving, _market)])
    once = rows["line"].isin(ONCE)
    rows["amount"] = rows["yearly"] * rows["period"].map(case.periods["years"]).where(~once, 1.0)
    expected = keyed(rows, ["line", *_LABEL], "amount")
    sheet = case["costs"]
    claimed = keyed(sheet, ["line", *_LABEL], "amount")
    found = [
        Finding(f"costs: {line}", *worst(gaps))
        for line, gaps in relative(claimed, expected).groupby(level="line")
        if line != OPENING
    ]
    production = case["production"].set_index([*LINE, "period"])
    each = unit_costs(case).sum(axis=1).reindex(levels(production.index, LINE)).fillna(0.0).to_numpy()
    periods = case.periods.reindex(sheet["period"]).reset_index(drop=True)
    yearly = sheet.reset_index(drop=True)["amount"] / periods["years"] * periods["annual"]
    paid_once = sheet["line"].isin(ONCE).to_numpy()
    discounted = yearly.where(~paid_once, sheet.reset_index(drop=True)["amount"] * periods["once"])
    total = sheet["discounted"].sum()
    sign = -1.0 if case.instance.settings["objective"] == "profit" else 1.0
    size = pd.Series([sheet["discounted"].abs().max() if len(sheet) else 0.0])
    return [
        *found,
        _lane_opening(case),
        same("unit cost of production", production["unit_cost"], pd.Series(each, index=production.index)),
        same("discounted amounts", sheet["discounted"].reset_index(drop=True), discounted),
        same("objective", pd.Series([objective]), pd.Series([sign * total]), size),
    ]


def _lane_opening(case: Case) -> Finding:
    """By tier, region and period: what has been paid for lanes so far.

    At least what was used must have been paid for, at most all there is: a plan may open a lane before it uses it.
    """
    lanes = openings(case)
    place = ["tier", "region"]
    sheet = case["costs"][case["costs"]["line"] == OPENING]
    paid = sheet.assign(place=case.places(sheet["period"], -1))
    labels = pd.concat([lanes[place], sheet[place]]).drop_duplicates()
    spots = pd.MultiIndex.from_frame(labels.merge(case.periods[["place"]], how="cross"))

    def so_far(rows: pd.DataFrame, amount: str) -> pd.Series:
        sums = keyed(rows, [*place, "place"], amount).reindex(spots, fill_value=0.0)
        return sums.groupby(level=place).cumsum()

    due, done = so_far(lanes, "opening_cost"), so_far(paid, "amount")
    most = keyed(lanes, place, "opening_cost").reindex(levels(spots, place), fill_value=0.0)
    short, over = at_most("", due, done), at_most("", done, most.set_axis(spots))
    return Finding(f"costs: {OPENING}", short.compared, max(short.worst, over.worst))
