"""Tracing a plan: how concentrated the supply of each item is, and where the content of final goods comes from."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.instance import Instance
from models.schema import RESULTS, TIERS
from models.single_points import single_points

INITIAL_STOCK = "initial stock"
"""Controller of a source item that was there before the first period."""

NEGLIGIBLE = 1e-9
"""Shares below this are rounding and left out."""

Tables = Mapping[str, pd.DataFrame]


def security(instance: Instance, tables: Tables) -> pd.DataFrame:
    """Columns of RESULTS["security"], one row per item and period in which it is made or used.

    Supply is what is made; `hhi_region` and `hhi_firm` are sums of squared shares of it (0 to 1), `largest_source` is
    the region that makes most, `controlled_share` what home firms make, or draw under an offer that controls. Where
    nothing is made they are missing.

    Use is what lines use, markets are sold, and is put up as enablers. `import_share` is the share of it that crossed
    the border of a bloc: a bloc's use counts in the proportion in which what it has comes from other blocs, arrivals /
    (arrivals + made + released from stock). What only passes through a bloc counts as had there, in the same
    proportion, and again where it arrives.

    `cover` is the stock held at the end of the period in months of use. `capacity` is what all lines could make,
    outside ones too; `capacity_ratio` that over use; `utilisation` what lines under control make of what they could.
    `single_points` and `weakest` are those of `single_points`.
    """
    made, used = _amounts(instance, tables)
    key = ["item", "period"]
    supply = made.groupby(key)["amount"].sum()
    use = used.groupby(key)["amount"].sum()
    index = supply.index.union(use.index)
    regions = made.groupby([*key, "region"])["amount"].sum()
    firms = made.groupby([*key, "firm"])["amount"].sum()
    largest = regions.sort_values(ascending=False, kind="stable").reset_index().drop_duplicates(key).set_index(key)
    home = made[made["controlled"]].groupby(key)["amount"].sum()
    stocks = _base(tables, "stocks")
    held = stocks.groupby(key)["held"].sum()
    lines = _able(instance, tables)
    points = single_points(instance, made, lines, _base(tables, "flows"), stocks).reindex(index)
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


def origins(instance: Instance, tables: Tables) -> pd.DataFrame:
    """Columns of RESULTS["origins"]: where the upstream content of what each market sells comes from.

    For each final item and market, every item of the upstream tier in it (the source item) is followed back through
    all tiers to the lines that made it: their region and the firm that controls them. Shares of one source item in one
    good add up to 1 per period.

    Mixing is proportional: what a region has of an item is one pool, of the mix of all that is made there and arrives
    in the period; whatever leaves the pool has its mix. What a process uses goes into its products in proportion to
    their value (to their quantity where they have none). A source item counts where it is made last: content of the
    same item in what it is made of, as in recycling, is not counted again. Flows may run in circles; the mixes solve
    linear equations. Stock is taken to have the mix of the period's supply; where there is none, that of the last
    period that had some; a source item in stock from the start is controlled by "initial stock".
    """
    made, used = _amounts(instance, tables)
    flows = _base(tables, "flows")
    flows = flows[(flows["origin"] != flows["destination"]) & (flows["shipped"] > 0)]
    stocks = _base(tables, "stocks")
    released = stocks[stocks["released"] > 0]
    sold = _base(tables, "demand")
    items = instance["items"].set_index("item")
    sources = set(items.index[items["tier"] == TIERS[0]])
    again = _recirculating(instance)
    rows: list[pd.DataFrame] = []
    before: pd.DataFrame | None = None
    for period in instance["periods"]["period"]:
        now = _Period(*(frame[frame["period"] == period] for frame in (made, used, flows, released)))
        before = _mixes(now, items["value"], sources, again, before)
        final = sold[(sold["period"] == period) & (sold["sold"] > 0)]
        rows.append(_shares(before, final).assign(period=period))
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()
    return table.reindex(columns=list(RESULTS["origins"].columns))


def _able(instance: Instance, tables: Tables) -> pd.DataFrame:
    """The rows of the sheet `capacity` by item: region and firm, capacity and made in item/year, and control."""
    lines = tables.get("capacity", pd.DataFrame(columns=list(RESULTS["capacity"].columns)))
    recipes = instance["recipes"]
    made = lines.merge(recipes.loc[recipes["quantity"] > 0, ["process", "item", "quantity"]], on="process")
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


def _base(tables: Tables, sheet: str) -> pd.DataFrame:
    """A result sheet without disturbed scenarios; empty where it is missing."""
    table = tables.get(sheet)
    if table is None:
        return pd.DataFrame(columns=list(RESULTS[sheet].columns))
    return table[table["scenario"] == "base"] if "scenario" in table else table


def _amounts(instance: Instance, tables: Tables) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What lines make, and what lines and markets use, in item/year: item, period, region, amount, and of lines more.

    Rows of lines also have site, process, firm, home and controlled (bool: own, or drawn under an offer that controls);
    those of markets, and of what is put up as an enabler there, have None there.
    """
    sites = instance["sites"][["site", "region", "firm"]].merge(instance["firms"][["firm", "home"]], on="firm")
    recipes = instance["recipes"][["process", "item", "quantity"]]
    key = ["site", "process", "mode", "period"]
    production = _base(tables, "production").groupby(key, as_index=False, dropna=False)["made"].sum()
    rows = production.merge(sites, on="site").merge(recipes, on="process")
    rows["amount"] = (rows["made"] * rows["quantity"]).astype(float)
    rows["controlled"] = (rows["home"] == "yes") | _drawn_under_control(instance, rows)
    columns = ["site", "process", "item", "period", "region", "firm", "home", "controlled", "amount"]
    made, used = rows.loc[rows["amount"] > 0, columns], rows.loc[rows["amount"] < 0, columns]
    parts = [used.assign(amount=-used["amount"])]
    for sheet, amount in (("demand", "sold"), ("deployments", "deployed")):
        taken = _base(tables, sheet).rename(columns={amount: "amount"})
        parts.append(taken.loc[taken["amount"] > 0, ["item", "period", "region", "amount"]].reindex(columns=columns))
    return made, pd.concat([parts[0], *(part for part in parts[1:] if len(part))], ignore_index=True)


def _drawn_under_control(instance: Instance, rows: pd.DataFrame) -> pd.Series:
    """Which rows (firm, process, mode) are drawn through an offer that controls; a named process goes before `*`.

    None is while access is off.
    """
    if instance.settings["access"] == "off":
        return pd.Series(False, index=rows.index)
    controls = instance["access"].set_index(["firm", "process", "mode"])["controls"].to_dict()
    drawn = rows[["firm", "process", "mode"]].itertuples(index=False, name=None)
    words = [controls.get(key, controls.get((key[0], "*", key[2]))) for key in drawn]
    return pd.Series([word == "yes" for word in words], index=rows.index, dtype=bool)


def _concentration(parts: pd.Series, total: pd.Series) -> pd.Series:
    """Herfindahl-Hirschman index: the sum of squared shares of `parts` in the `total` of their item and period."""
    shares = parts / total.reindex(parts.reset_index().set_index(["item", "period"]).index).to_numpy()
    return (shares**2).groupby(level=["item", "period"]).sum()


def _import_share(instance: Instance, tables: Tables, made: pd.DataFrame, used: pd.DataFrame) -> pd.Series:
    """By item and period: use times the share of other blocs in what the user's bloc has, over all use."""
    regions = instance["regions"].set_index("region")
    bloc = regions["bloc"].fillna(regions.index.to_series())
    flows, stocks = _base(tables, "flows"), _base(tables, "stocks")
    key = ["item", "period", "bloc"]

    def sums(frame: pd.DataFrame, place: str, amount: str) -> pd.Series:
        return frame.assign(bloc=frame[place].map(bloc)).groupby(key)[amount].sum().astype(float)

    foreign = flows[flows["origin"].map(bloc) != flows["destination"].map(bloc)]
    arrived = sums(foreign, "destination", "shipped")
    own = sums(made, "region", "amount").add(sums(stocks, "region", "released"), fill_value=0.0)
    use = sums(used, "region", "amount")
    arrived, own = arrived.reindex(use.index, fill_value=0.0), own.reindex(use.index, fill_value=0.0)
    had = arrived + own
    abroad = use * (arrived / had.where(had > 0)).fillna(0.0)
    return abroad.groupby(level=["item", "period"]).sum() / use.groupby(level=["item", "period"]).sum()


def _recirculating(instance: Instance) -> set[str]:
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


@dataclass(frozen=True)
class _Period:
    """What happens in one period: rows of what is made, used, shipped between regions, and released from stock."""

    made: pd.DataFrame
    used: pd.DataFrame
    flows: pd.DataFrame
    released: pd.DataFrame


def _mixes(
    now: _Period, value: pd.Series, sources: set[str], again: set[str], before: pd.DataFrame | None
) -> pd.DataFrame:
    """The content of one unit of every pool: rows (region, item), columns (source item, source region, controller).

    With T what comes into pool n, its content c satisfies T c[n] = content of what is made there + sum of shipped x
    c[pool of origin]; see `origins` for what is made.
    """
    pools = _pools(now, before)
    made = now.made.assign(pool=_at(pools, now.made["region"], now.made["item"]))
    arrivals = _at(pools, now.flows["destination"], now.flows["item"])
    inflow = np.zeros(len(pools))
    np.add.at(inflow, made["pool"].to_numpy(int), made["amount"].to_numpy(float))
    np.add.at(inflow, arrivals, now.flows["shipped"].to_numpy(float))
    share = np.divide(1.0, inflow, out=np.zeros_like(inflow), where=inflow > 0)
    moved = np.zeros((len(pools), len(pools)))
    departures = _at(pools, now.flows["origin"], now.flows["item"])
    np.add.at(moved, (arrivals, departures), now.flows["shipped"].to_numpy(float) * share[arrivals])
    processed = np.zeros_like(moved)
    target, source, amount = _into_products(made, now.used, pools, value)
    np.add.at(processed, (target, source), amount * share[target])
    fresh = _fresh(made, pools, share, sources)
    lasting = pd.MultiIndex.from_tuples(pools[np.flatnonzero(inflow <= 0)], names=pools.names)
    fresh = _from_stock(fresh, now.released, lasting, sources, before)
    kind = fresh.columns.get_level_values("source_item")
    known, content = fresh.to_numpy(), np.zeros(fresh.shape)
    simple = ~kind.isin(list(again))
    content[:, simple] = _solved(moved + processed, known[:, simple])
    for item in sorted(set(kind[~simple])):
        last_made = (pools.get_level_values("item") == item)[:, None]
        content[:, kind == item] = _solved(moved + np.where(last_made, 0.0, processed), known[:, kind == item])
    return pd.DataFrame(content, index=pools, columns=fresh.columns)


def _pools(now: _Period, before: pd.DataFrame | None) -> pd.MultiIndex:
    """Every (region, item) that something comes into or leaves, in this or an earlier period."""
    ends = [now.flows.rename(columns={end: "region"})[["region", "item"]] for end in ("origin", "destination")]
    frames = [now.made[["region", "item"]], now.used[["region", "item"]], now.released[["region", "item"]], *ends]
    frames += [] if before is None else [before.index.to_frame(index=False)]
    places = pd.concat(frames).drop_duplicates().sort_values(["region", "item"])
    return pd.MultiIndex.from_frame(places.astype(object))


def _at(pools: pd.MultiIndex, regions: pd.Series, items: pd.Series) -> np.ndarray:
    return pools.get_indexer(pd.MultiIndex.from_arrays([regions, items]))


def _into_products(
    made: pd.DataFrame, used: pd.DataFrame, pools: pd.MultiIndex, value: pd.Series
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What of each input pool goes into each product pool: positions of both, and item/year of the input."""
    line = ["site", "process"]
    worth = made["amount"] * made["item"].map(value)
    total = worth.groupby([made[name] for name in line]).transform("sum")
    amounts = made["amount"].groupby([made[name] for name in line]).transform("sum")
    part = (worth / total.where(total > 0)).fillna(made["amount"] / amounts)
    inputs = used[used["site"].notna()]
    inputs = inputs.assign(source=_at(pools, inputs["region"], inputs["item"]))
    steps = made.assign(part=part)[[*line, "pool", "part"]].merge(inputs[[*line, "source", "amount"]], on=line)
    amount = steps["amount"] * steps["part"]
    return steps["pool"].to_numpy(int), steps["source"].to_numpy(int), amount.to_numpy(float)


def _fresh(made: pd.DataFrame, pools: pd.MultiIndex, share: np.ndarray, sources: set[str]) -> pd.DataFrame:
    """The share of each pool's inflow that is a source item made there, by region and controller."""
    rows = made[made["item"].isin(sources)]
    labels = pd.MultiIndex.from_frame(
        rows[["item", "region", "firm"]].astype(object), names=["source_item", "source_region", "controller"]
    )
    columns = labels.unique().sort_values()
    fresh = np.zeros((len(pools), len(columns)))
    pool = rows["pool"].to_numpy(int)
    np.add.at(fresh, (pool, columns.get_indexer(labels)), rows["amount"].to_numpy(float) * share[pool])
    return pd.DataFrame(fresh, index=pools, columns=columns)


def _from_stock(
    fresh: pd.DataFrame,
    released: pd.DataFrame,
    lasting: pd.MultiIndex,
    sources: set[str],
    before: pd.DataFrame | None,
) -> pd.DataFrame:
    """`fresh` with the content of `lasting` pools, which nothing comes into: their last mix, or the initial stock."""
    stocked = pd.MultiIndex.from_frame(released[["region", "item"]].astype(object))
    known = lasting[:0] if before is None else lasting[lasting.isin(before[before.gt(0).any(axis=1)].index)]
    unknown = lasting[lasting.isin(stocked) & ~lasting.isin(known)]
    labels = {(item, region, INITIAL_STOCK): (region, item) for region, item in unknown if item in sources}
    earlier = [] if before is None else list(before.columns)
    columns = sorted({*fresh.columns, *earlier, *labels})
    names = fresh.columns.names
    wide = fresh.reindex(columns=pd.MultiIndex.from_tuples(columns, names=names), fill_value=0.0)
    values = wide.to_numpy(copy=True)
    if before is not None:
        places = np.ix_(wide.index.get_indexer(known), wide.columns.get_indexer(before.columns))
        values[places] = before.reindex(known).to_numpy()
    for label, pool in labels.items():
        values[wide.index.get_loc(pool), wide.columns.get_loc(label)] = 1.0
    return pd.DataFrame(values, index=wide.index, columns=wide.columns)


def _solved(into: np.ndarray, fresh: np.ndarray) -> np.ndarray:
    """c with c = into @ c + fresh; of flows that run in a circle without any source c is 0."""
    equations = np.eye(len(into)) - into
    try:
        return np.linalg.solve(equations, fresh)
    except np.linalg.LinAlgError:
        return np.linalg.lstsq(equations, fresh, rcond=None)[0]


def _shares(content: pd.DataFrame, sold: pd.DataFrame) -> pd.DataFrame:
    """Content of what is sold in each market as shares by source item: region, item, source and controller, share."""
    market = pd.MultiIndex.from_frame(sold[["region", "item"]].astype(object)).unique()
    mix = content.reindex(market, fill_value=0.0).to_numpy()
    source = content.columns.get_level_values("source_item").factorize()[0]
    for _ in range(2):  # once to know which shares are rounding, once without those
        total = np.zeros((len(market), source.max(initial=-1) + 1))
        np.add.at(total.T, source, mix.T)
        mix = np.divide(mix, total[:, source], out=np.zeros_like(mix), where=total[:, source] > 0)
        mix[mix < NEGLIGIBLE] = 0.0
    row, column = np.nonzero(mix)
    frame = pd.concat([market[row].to_frame(index=False), content.columns[column].to_frame(index=False)], axis=1)
    return frame.assign(share=mix[row, column])
