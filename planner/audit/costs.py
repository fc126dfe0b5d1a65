"""Costs: every line of the sheet `costs` computed again, its discounting, and their sum against the objective."""

import pandas as pd

from planner.audit import Finding, at_most, relative, same, worst
from planner.audit.balance import tabulate_disposal
from planner.audit.carbon import cost_border, cost_carbon
from planner.audit.case import LINE, AuditedPlan, cache_table, levels, sum_by_key
from planner.audit.changes import NAME as CHANGES
from planner.audit.changes import cost_changes
from planner.audit.coordination import cost_sales
from planner.audit.demand import tabulate_service
from planner.audit.hubs import LINES as HUBS
from planner.audit.hubs import cost_hubs
from planner.audit.lanes import openings, price_base_flows
from planner.audit.levels import AFTER, savings, value_inheritance
from planner.audit.losses import RISK, cost_expected_losses, risk
from planner.audit.offers import states
from planner.audit.options import in_service
from planner.audit.production import price_base_production, site_costs, tabulate_fixed_costs, unit_costs
from planner.audit.programme_payments import LINES as PROGRAMMES
from planner.audit.projects import under_way
from planner.audit.rules import BREACHES
from planner.audit.rules import costs as breached
from planner.audit.subsidies import LINES as SUBSIDIES
from planner.audit.subsidies import claims

_LABEL = ["tier", "region", "period"]
_KEY = ["line", *_LABEL]
SAVINGS = ("learning saving", "cluster saving")
OPENING = "lane opening"
SPENT, SALVAGE = "capital spending", "salvage"
"""Cost lines of capex that is paid when a module is ordered, and of what the module is worth after its service."""

ONCE = (
    *("opening", "closing", OPENING, HUBS[2], "access entry", "development fee", "subsidies once", PROGRAMMES[1]),
    *(CHANGES, RISK, BREACHES[1], AFTER, SPENT, SALVAGE),
)
"""Cost lines paid once; all others are yearly."""


@cache_table
def cost_running(case: AuditedPlan) -> pd.DataFrame:
    """Cost of what is made: columns line, tier, region, period, yearly."""
    production = case["production"].merge(case.lines.reset_index()[[*LINE, "tier", "region"]], on=LINE)
    key = [*LINE, "period"]
    parts = unit_costs(case).reset_index().melt(key, var_name="line", value_name="each")
    rows = production.merge(parts, on=key)
    return rows.assign(yearly=rows["made"] * rows["each"])


def _cost_access(case: AuditedPlan) -> pd.DataFrame:
    """Cost of reaching outside firms: margins and transactions of what is drawn, offers signed and in force."""
    flows, now = price_base_production(case), states(case)
    return pd.concat(
        [
            flows.assign(line="margin", yearly=flows["made"] * flows["margin"]),
            flows.assign(line="transaction cost", yearly=flows["made"] * flows["transaction"]),
            now[now["signed"]].assign(line="access entry", yearly=lambda rows: rows["entry_cost"]),
            now[now["in_force"]].assign(line="access annual", yearly=lambda rows: rows["annual_cost"]),
        ]
    )


@cache_table
def cost_assets(case: AuditedPlan) -> pd.DataFrame:
    """Cost of what is there: lines kept, modules in service, sites open, sites opened and closed."""
    lines, sites = case.lines.reset_index(), case.sites.reset_index()
    capacity = case["capacity"].merge(lines[[*LINE, "tier", "region", "home"]], on=LINE)
    capacity = capacity.merge(tabulate_fixed_costs(case).reset_index(), on=[*LINE, "period"])
    kept = capacity[(capacity["existing"] > 0) & (capacity["home"] == "yes")]
    modules = in_service(case).drop(columns="region").merge(lines[[*LINE, "tier", "region"]], on=LINE)
    open_sites = case.open[case.open].reset_index()[["site", "period"]].merge(sites[sites["home"] == "yes"], on="site")
    open_sites = open_sites.drop(columns="fixed_cost").merge(site_costs(case), on=["site", "period"])
    moves = case["sites"].merge(sites, on="site")
    return pd.concat(
        [
            kept.assign(line="line fixed cost", yearly=kept["fixed_cost"]),
            modules.assign(line="module fixed cost", yearly=modules["modules"] * modules["fixed_cost"]),
            _cost_capital(case, modules),
            open_sites.assign(line="site fixed cost", yearly=open_sites["fixed_cost"]),
            moves[moves["opened"] == "yes"].assign(line="opening", yearly=lambda rows: rows["opening_cost"]),
            moves[moves["closed"] == "yes"].assign(line="closing", yearly=lambda rows: rows["closing_cost"]),
        ]
    )


def _cost_capital(case: AuditedPlan, modules: pd.DataFrame) -> pd.DataFrame:
    """Capex: annuities of modules in service; paid as cash, when ordered, less what is salvaged after service."""
    if case.instance.settings["capital"] == "annuity":
        return modules.assign(line="capital", yearly=modules["modules"] * modules["annuity"])
    last = modules.sort_values("place").drop_duplicates([*LINE, "option", "period_order"], keep="last")
    worth = last["modules"] * last["one_capex"]
    return pd.concat(
        [
            last.assign(line=SPENT, period=last["period_order"], yearly=worth),
            last.assign(line=SALVAGE, yearly=-worth * last["salvage"]),
        ]
    )


def _cost_transport(case: AuditedPlan) -> pd.DataFrame:
    """Cost of what is shipped."""
    tier = case.instance["items"].set_index("item")["tier"]
    flows = price_base_flows(case)
    flows = flows.assign(tier=flows["item"].map(tier), region=flows["destination"])
    return pd.concat(
        [
            flows.assign(line="transport", yearly=flows["shipped"] * flows["transport"]),
            flows.assign(line="in-transit stock", yearly=flows["shipped"] * flows["transit"]),
            flows.assign(line="duties", yearly=flows["shipped"] * flows["due"]),
        ]
    )


def _market(case: AuditedPlan) -> pd.DataFrame:
    """Cost of stocks; the penalty of what is unserved under cost, under profit the revenue, overhead and surplus."""
    tier = case.instance["items"].set_index("item")["tier"]
    held = case.in_each_period(lambda view: view.instance["stocks"])[["region", "item", "period", "holding_cost"]]
    stocks = case["stocks"].merge(held, on=["region", "item", "period"])
    demand = tabulate_service(case)
    if case.instance.settings["objective"] == "cost":
        sales = [demand.assign(line="shortage", yearly=demand["unserved"] * demand["fine"].fillna(0.0))]
    else:
        sales = [
            demand.assign(line="revenue", yearly=-demand["sold"] * demand["asked"]),
            demand.assign(line="overhead", yearly=demand["sold"] * demand["overhead"]),
            demand.assign(line="consumers' surplus counted", yearly=-demand["sold"] * demand["counted"]),
        ]
    stocks = stocks.assign(line="stock holding", yearly=stocks["held"] * stocks["holding_cost"])
    thrown = tabulate_disposal(case).merge(case.instance["items"][["item", "disposal_cost"]], on="item")
    thrown = thrown.assign(line="disposal", yearly=thrown["disposed"] * thrown["disposal_cost"])
    rows = pd.concat([*sales, stocks, thrown[thrown["disposal_cost"] > 0]])
    return rows.assign(tier=rows["item"].map(tier))


_SHEET_OF = {
    **{cost_sales: "arms_length", cost_hubs: "hubs", value_inheritance: "learning"},
    **dict.fromkeys((cost_carbon, cost_border), "carbon"),
}
"""By part of the costs: the sheet without which there are none."""


def audit(case: AuditedPlan) -> list[Finding]:
    """Every cost line by tier, region and period, the discounted amounts, and their sum."""
    parts = (
        cost_running,
        _cost_access,
        cost_sales,
        cost_assets,
        under_way,
        _cost_transport,
        cost_hubs,
        cost_carbon,
        cost_border,
        _market,
        cost_changes,
        value_inheritance,
        cost_expected_losses,
        risk,
    )
    spoken_of = (part for part in parts if part not in _SHEET_OF or case.speaks_of(_SHEET_OF[part]))
    rows = pd.concat([part(case)[[*_KEY, "yearly"]] for part in spoken_of])
    expected = sum_by_key(_over_years(case, rows[rows["yearly"] != 0]), _KEY, "amount")
    sheet = case["costs"]
    claimed = sum_by_key(sheet, _KEY, "amount")
    found = [
        Finding(f"costs: {line}", *worst(gaps))
        for line, gaps in relative(claimed, expected).groupby(level="line")
        if line not in (OPENING, *SAVINGS, *SUBSIDIES, *PROGRAMMES, *BREACHES)
    ]
    periods = case.periods.reindex(sheet["period"]).reset_index(drop=True)
    yearly = sheet.reset_index(drop=True)["amount"] / periods["years"] * periods["annual"]
    paid_once = sheet["line"].isin(ONCE).to_numpy()
    late = sheet["line"].eq(SALVAGE).to_numpy()
    growth = 1.0 + case.instance.settings["discount_rate"]
    factor = periods["once"].where(~late, growth ** -(periods["start"] + periods["years"]).astype(float))
    discounted = yearly.where(~paid_once, sheet.reset_index(drop=True)["amount"] * factor)
    total = sheet["discounted"].sum()
    sign = -1.0 if case.instance.settings["objective"] == "profit" else 1.0
    size = pd.Series([sheet["discounted"].abs().max() if len(sheet) else 0.0])
    return [
        *found,
        *_reliefs(case, claimed),
        _lane_opening(case),
        *_breaches(case, claimed),
        same("discounted amounts", sheet["discounted"].reset_index(drop=True), discounted),
        same("objective", pd.Series([case.objective]), pd.Series([sign * total]), size),
    ]


def _over_years(case: AuditedPlan, rows: pd.DataFrame) -> pd.DataFrame:
    """Adds amount: what is paid over the whole period, or once."""
    years = rows["period"].map(case.periods["years"]).where(~rows["line"].isin(ONCE), 1.0)
    return rows.assign(amount=(rows["yearly"] * years).astype(float))


def _reliefs(case: AuditedPlan, claimed: pd.Series) -> list[Finding]:
    """Savings and subsidies are negative lines: a plan may claim less than it has earned, but no more."""
    earned = pd.concat([_over_years(case, savings(case)), claims(case)])
    most = sum_by_key(earned, _KEY, "amount")
    found = []
    for name in (*SAVINGS, *SUBSIDIES):
        gain = -claimed[claimed.index.get_level_values("line") == name]
        if len(gain) or name in most.index.get_level_values("line"):
            over, below = at_most("", gain, most), at_most("", -gain, 0.0 * gain)
            found.append(Finding(f"costs: {name}", over.compared, max(over.worst, below.worst)))
    return found


def _breaches(case: AuditedPlan, claimed: pd.Series) -> list[Finding]:
    """What breaches of rules cost: no more than they come to, and no less, but for what is too close to be one."""
    rows = breached(case)
    most, least = sum_by_key(rows, _KEY, "amount"), sum_by_key(rows, _KEY, "least")
    found = []
    for name in BREACHES:
        paid_for = claimed[claimed.index.get_level_values("line") == name]
        due = least[least.index.get_level_values("line") == name]
        if len(paid_for) or due.any():
            short, over = at_most("", due, paid_for), at_most("", paid_for, most)
            found.append(Finding(f"costs: {name}", short.compared + over.compared, max(short.worst, over.worst)))
    return found


def _lane_opening(case: AuditedPlan) -> Finding:
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
        sums = sum_by_key(rows, [*place, "place"], amount).reindex(spots, fill_value=0.0)
        return sums.groupby(level=place).cumsum()

    due, done = so_far(lanes, "opening_cost"), so_far(paid, "amount")
    most = sum_by_key(lanes, place, "opening_cost").reindex(levels(spots, place), fill_value=0.0)
    short, over = at_most("", due, done), at_most("", done, most.set_axis(spots))
    return Finding(f"costs: {OPENING}", short.compared, max(short.worst, over.worst))
