"""Tracing a plan: how concentrated the supply of each item is, and where the content of final goods comes from."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from planner_models.by_period import list_recipes
from planner_models.figures.mixing import Period, mixes, shares
from planner_models.figures.single_points import single_points
from planner_models.instance import Instance
from planner_models.schema import RESULTS, TIERS

Tables = Mapping[str, pd.DataFrame]

Amounts = tuple[pd.DataFrame, pd.DataFrame]
"""What is made and what is used: see `list_amounts`."""


def security(instance: Instance, tables: Tables, amounts: Amounts | None = None) -> pd.DataFrame:
    """How concentrated the supply of each item is, how much of its use is imported, and how much cover it has.

    Supply is what is made; `hhi_region` and `hhi_firm` are sums of squared shares of it (0 to 1), `largest_source` is
    the region that makes most, `controlled_share` what home firms make, or draw under an offer that controls. Where
    nothing is made they are missing.

    Use is what lines use, markets are sold, and is put up as enablers. `import_share` is the share of it that crossed
    the border of a bloc: a bloc's use counts in the proportion in which what it has comes from other blocs, arrivals /
    (arrivals + made + released from stock + collected after use). What only passes through a bloc counts as had there,
    in the same proportion, and again where it arrives.

    `cover` is the stock there throughout the period (in the first: at its end), in months of use. `capacity` is what
    all lines could make, outside ones too; `capacity_ratio` that over use; `utilisation` what lines under control make
    of what they could.
    `single_points` and `weakest` are those of `single_points`.

    Parameters
    ----------
    instance
        The instance of the plan.
    tables
        Result tables by sheet; scenarios other than the base do not count.
    amounts
        What `list_amounts` says of them, where that is known already.

    Returns
    -------
    pandas.DataFrame
        Columns of RESULTS["security"], one row per item and period in which it is made or used; capacity in item/year.
    """
    made, used = amounts or list_amounts(instance, tables)
    key = ["item", "period"]
    supply = made.groupby(key)["amount"].sum()
    use = used.groupby(key)["amount"].sum()
    index = supply.index.union(use.index)
    regions = made.groupby([*key, "region"])["amount"].sum()
    firms = made.groupby([*key, "firm"])["amount"].sum()
    largest = regions.sort_values(ascending=False, kind="stable").reset_index().drop_duplicates(key).set_index(key)
    home = made[made["controlled"]].groupby(key)["amount"].sum()
    stocks = _throughout(instance, select_base(tables, "stocks"))
    held = stocks.groupby(key)["held"].sum()
    lines = _able(instance, tables)
    points = single_points(instance, made, lines, select_base(tables, "flows"), stocks).reindex(index)
    table = pd.DataFrame(
        {
            "hhi_region": _concentration(regions, supply),
            "hhi_firm": _concentration(firms, supply),
            "largest_source": largest["region"],
            "largest_share": largest["amount"] / supply,
            "import_share": _import_share(instance, tables, made, used),
            "controlled_share": home.reindex(supply.index, fill_value=0.0) / supply,
            "cover": held.reindex(use.index, fill_value=0.0) / (use / 12.0),
            **_over_capacity(lines, use),
            "single_points": points["single_points"].fillna(0.0),
            "weakest": points["weakest"],
        },
        index=index,
    )
    for name in ("largest_source", "weakest"):
        table[name] = table[name].astype(object).where(table[name].notna(), None)
    return table.reset_index()[list(RESULTS["security"].columns)]


def origins(instance: Instance, tables: Tables, amounts: Amounts | None = None) -> pd.DataFrame:
    """Where the upstream content of what each market sells comes from.

    For each final item and market, every item of the upstream tier in it (the source item) is followed back through
    all tiers to the lines that made it: their region and the firm that controls them. Shares of one source item in one
    good add up to 1 per period.

    Mixing is proportional: what a region has of an item is one pool, of the mix of all that is made there and arrives
    in the period; whatever leaves the pool has its mix. What a process uses goes into its products in proportion to
    their value (to their quantity where they have none). A source item counts where it is made last: content of the
    same item in what it is made of, as in recycling, is not counted again. Flows may run in circles; the mixes solve
    linear equations. Stock is taken to have the mix of the period's supply; where there is none, that of the last
    period that had some; a source item in stock from the start is controlled by "initial stock".

    Parameters
    ----------
    instance
        The instance of the plan.
    tables
        Result tables by sheet; scenarios other than the base do not count.
    amounts
        What `list_amounts` says of them, where that is known already.

    Returns
    -------
    pandas.DataFrame
        Columns of RESULTS["origins"]; `share` is 0 to 1.
    """
    made, used = amounts or list_amounts(instance, tables)
    flows = select_base(tables, "flows")
    flows = flows[(flows["origin"] != flows["destination"]) & (flows["shipped"] > 0)]
    stocks = select_base(tables, "stocks")
    released = stocks[stocks["released"] > 0]
    sold = select_base(tables, "demand")
    items = instance["items"].set_index("item")
    sources = set(items.index[items["tier"] == TIERS[0]])
    again = _find_circular_items(instance)
    rows: list[pd.DataFrame] = []
    before: pd.DataFrame | None = None
    for period in instance["periods"]["period"]:
        now = Period(*(frame[frame["period"] == period] for frame in (made, used, flows, released)))
        before = mixes(now, items["value"], sources, again, before)
        final = sold[(sold["period"] == period) & (sold["sold"] > 0)]
        rows.append(shares(before, final).assign(period=period))
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()
    return table.reindex(columns=list(RESULTS["origins"].columns))


def _able(instance: Instance, tables: Tables) -> pd.DataFrame:
    """The rows of the sheet `capacity` by item: region and firm, capacity and made in item/year, and control."""
    lines = tables.get("capacity", pd.DataFrame(columns=list(RESULTS["capacity"].columns)))
    recipes = list_recipes(instance)
    made = lines.merge(recipes[recipes["quantity"] > 0], on=["process", "period"])
    for name in ("capacity", "made"):
        made[name] = (made[name] * made["quantity"]).astype(float)
    sites = instance["sites"].set_index("site")
    return made.assign(region=made["site"].map(sites["region"]), firm=made["site"].map(sites["firm"]))


def _over_capacity(made: pd.DataFrame, use: pd.Series) -> dict[str, pd.Series]:
    """Capacity of all lines by item and period, its ratio to use, and how far that under control is used."""
    key = ["item", "period"]
    total = made.groupby(key)["capacity"].sum()
    own = made[made["control"] == "home"].groupby(key)[["capacity", "made"]].sum()
    utilisation = own["made"] / own["capacity"].where(own["capacity"] > 0)
    return {"capacity": total, "capacity_ratio": total / use.where(use > 0), "utilisation": utilisation}


def select_base(tables: Tables, sheet: str) -> pd.DataFrame:
    """A result sheet without disturbed scenarios; empty where it is missing."""
    table = tables.get(sheet)
    if table is None:
        return pd.DataFrame(columns=list(RESULTS[sheet].columns))
    return table[table["scenario"] == "base"] if "scenario" in table else table


def list_amounts(instance: Instance, tables: Tables) -> Amounts:
    """What lines make, and what lines and markets use, in item/year: item, period, region, amount, and of lines more.

    Rows of lines also have site, process, firm, home and controlled (bool: own, or drawn under an offer that controls);
    those of markets, and of what is put up as an enabler there, have None there.

    Parameters
    ----------
    instance
        The instance of the plan.
    tables
        Result tables by sheet; scenarios other than the base do not count.

    Returns
    -------
    tuple of two pandas.DataFrame
        What is made and what is used, one row per line or market, item and period.
    """
    sites = instance["sites"][["site", "region", "firm"]].merge(instance["firms"][["firm", "home"]], on="firm")
    key = ["site", "process", "mode", "period"]
    production = select_base(tables, "production").groupby(key, as_index=False, dropna=False)["made"].sum()
    rows = production.merge(sites, on="site").merge(list_recipes(instance), on=["process", "period"])
    rows["amount"] = (rows["made"] * rows["quantity"]).astype(float)
    rows["controlled"] = (rows["home"] == "yes") | _find_controlled_draws(instance, rows)
    columns = ["site", "process", "item", "period", "region", "firm", "home", "controlled", "amount"]
    made, used = rows.loc[rows["amount"] > 0, columns], rows.loc[rows["amount"] < 0, columns]
    parts = [used.assign(amount=-used["amount"])]
    for sheet, amount in (("demand", "sold"), ("deployments", "deployed")):
        taken = select_base(tables, sheet).rename(columns={amount: "amount"})
        parts.append(taken.loc[taken["amount"] > 0, ["item", "period", "region", "amount"]].reindex(columns=columns))
    return made, pd.concat([parts[0], *(part for part in parts[1:] if len(part))], ignore_index=True)


def _find_controlled_draws(instance: Instance, rows: pd.DataFrame) -> pd.Series:
    """Which rows (firm, process, mode) are drawn through an offer that controls; a named process goes before `*`.

    None is while access is off.
    """
    if instance.settings["access"] == "off":
        return pd.Series(False, index=rows.index)
    controls = instance["access"].set_index(["firm", "process", "mode"])["controls"].to_dict()
    drawn = rows[["firm", "process", "mode"]].itertuples(index=False, name=None)
    words = [controls.get(key, controls.get((key[0], "*", key[2]))) for key in drawn]
    return pd.Series([word == "yes" for word in words], index=rows.index, dtype=bool)


def _throughout(instance: Instance, stocks: pd.DataFrame) -> pd.DataFrame:
    """item, period, region and `held`: what is in stock from the beginning of each period to its end.

    A disruption can draw on it whenever it comes. In the first period it is what is there at the end.
    """
    periods = list(instance["periods"]["period"])
    there = stocks.groupby(["region", "item", "period"])["held"].sum().astype(float).unstack("period")
    there = there.reindex(columns=periods).fillna(0.0)
    there = there.combine(there.shift(axis="columns").fillna(np.inf), np.minimum)
    found = pd.Series(there.rename_axis(columns="period").stack()).rename("held").reset_index()
    return found[found["held"] > 0].reset_index(drop=True)


def _concentration(parts: pd.Series, total: pd.Series) -> pd.Series:
    """Herfindahl-Hirschman index: the sum of squared shares of `parts` in the `total` of their item and period."""
    shares = parts / total.reindex(parts.reset_index().set_index(["item", "period"]).index).to_numpy()
    return (shares**2).groupby(level=["item", "period"]).sum()


def _import_share(instance: Instance, tables: Tables, made: pd.DataFrame, used: pd.DataFrame) -> pd.Series:
    """By item and period: use times the share of other blocs in what the user's bloc has, over all use."""
    regions = instance["regions"].set_index("region")
    bloc = regions["bloc"].fillna(regions.index.to_series())
    flows, stocks = select_base(tables, "flows"), select_base(tables, "stocks")
    key = ["item", "period", "bloc"]

    def sums(frame: pd.DataFrame, place: str, amount: str) -> pd.Series:
        return frame.assign(bloc=frame[place].map(bloc)).groupby(key)[amount].sum().astype(float)

    foreign = flows[flows["origin"].map(bloc) != flows["destination"].map(bloc)]
    arrived = sums(foreign, "destination", "shipped")
    own = sums(made, "region", "amount").add(sums(stocks, "region", "released"), fill_value=0.0)
    own = own.add(sums(select_base(tables, "returns"), "region", "collected"), fill_value=0.0)
    use = sums(used, "region", "amount")
    arrived, own = arrived.reindex(use.index, fill_value=0.0), own.reindex(use.index, fill_value=0.0)
    had = arrived + own
    abroad = use * (arrived / had.where(had > 0)).fillna(0.0)
    return abroad.groupby(level=["item", "period"]).sum() / use.groupby(level=["item", "period"]).sum()


def _find_circular_items(instance: Instance) -> set[str]:
    """The items that can be made of things they went into: those on a circle of recipes."""
    items = list(instance["items"]["item"])
    recipes = instance["recipes"]
    inputs, outputs = recipes[recipes["quantity"] < 0], recipes[recipes["quantity"] > 0]
    steps = inputs.merge(outputs, on="process")[["item_x", "item_y"]]
    place = {item: number for number, item in enumerate(items)}
    leads = np.zeros((len(items), len(items)), dtype=bool)
    leads[steps["item_x"].map(place).to_numpy(int), steps["item_y"].map(place).to_numpy(int)] = True
    for middle in range(len(items)):
        leads |= leads[:, [middle]] & leads[[middle], :]
    return {item for number, item in enumerate(items) if leads[number, number]}
