"""Who may ship what to whom: makers, users, duties, and ways left out because goods would change flag on them.

The model mixes goods of one item in a region, so a duty on Chinese cars could be dodged by sending them through
countries that pay none. Rules of origin forbid that. Here it is prevented by leaving out lanes: while an item can go
from o to y by a detour at a summed duty of at most 20 % and at least 5 points below the duty from o to y, the first
country x on the cheapest such detour

- loses its lane from o if it exports at least 30 % of its capacity of 2024 beyond its own need, and
- loses its lane to the next country on the detour otherwise (it lives by imports).
"""

import numpy as np
import pandas as pd

CHEAP, WORTH_IT = 0.20, 0.05  # own estimate: beyond this a detour does not pay
USE, SURPLUS = 0.7, 0.3  # own estimates, see exporters
CLOSED = 9.0  # stands for a ban in comparisons of duties
Lanes = set[tuple[str, str, str]]


def makers_and_users(sheets: dict[str, pd.DataFrame]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Item -> regions that can make it, and item -> regions that can use it or demand it."""
    place = sheets["lines"].merge(sheets["sites"][["site", "region"]], on="site")
    flows = place.merge(sheets["recipes"][["process", "item", "quantity"]], on="process")
    made = flows[flows["quantity"] > 0].groupby("item")["region"].agg(set).to_dict()
    used = flows[flows["quantity"] < 0].groupby("item")["region"].agg(set).to_dict()
    for item, group in sheets["demand"].groupby("item"):
        used[item] = used.get(item, set()) | set(group["region"])
    return made, used


def duty_rates(item: str, period: str, sheets: dict[str, pd.DataFrame]) -> np.ndarray:
    """Matrix of the rates in force on an item in a period, region to region in sheet order; infinite where banned."""
    order = list(sheets["periods"]["period"])
    at = order.index(period)
    names, groups = (sheets["regions"][c].to_numpy() for c in ("region", "bloc"))
    abroad = groups[:, None] != groups[None, :]
    rows = sheets["duties"]
    total = np.zeros(abroad.shape)
    for row in rows[rows["item"].isin([item, "*"])].to_dict("records"):
        last = row["to"] if isinstance(row["to"], str) else order[-1]
        if not order.index(row["from"]) <= at <= order.index(last):
            continue
        ends = [(names == row[e]) | (groups == row[e]) | (row[e] == "*") for e in ("origin", "destination")]
        hit = np.outer(*ends)
        if "*" in (row["origin"], row["destination"]):
            hit &= abroad
        total[hit] += np.inf if row["ban"] == "yes" else row["rate"]
    return total


def exporters(sheets: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Items by regions: does capacity exceed the need there by 30 % of itself in the first period?

    need = demand + inputs of the region's lines at 70 % of their capacity.
    """
    place = sheets["lines"].merge(sheets["sites"][["site", "region"]], on="site")
    flows = place.merge(sheets["recipes"][["process", "item", "quantity"]], on="process")
    flows["amount"] = flows["capacity"] * flows["quantity"] * np.where(flows["quantity"] < 0, USE, 1 - SURPLUS)
    net = flows.pivot_table(index="item", columns="region", values="amount", aggfunc="sum", fill_value=0.0)
    first = sheets["demand"][sheets["demand"]["period"] == sheets["periods"]["period"].iloc[0]]
    sold = first.pivot_table(index="item", columns="region", values="volume", aggfunc="sum", fill_value=0.0)
    whole = net.sub(sold, fill_value=0.0)
    return whole.reindex(index=sheets["items"]["item"], columns=sheets["regions"]["region"], fill_value=0.0) > 0


def cheapest_detours(rates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Least summed duty between places over any number of stops, and the first stop on the way (Floyd-Warshall)."""
    least = rates.copy()
    first = np.tile(np.arange(len(rates)), (len(rates), 1))
    for stop in range(len(rates)):
        through = least[:, [stop]] + least[[stop], :]
        better = through < least - 1e-9
        least = np.where(better, through, least)
        first = np.where(better, first[:, [stop]], first)
    return least, first


def dodged(rates: np.ndarray, duties: np.ndarray, makers: list[int]) -> tuple[int, int, int] | None:
    """A maker o, the first stop x and the next stop of a detour that dodges a duty; None where there is none left."""
    least, first = cheapest_detours(rates)
    gain = (least <= CHEAP + 1e-9) & (duties - least >= WORTH_IT - 1e-9)
    for o, y in np.argwhere(gain):
        if o in makers and o != y:
            x = first[o, y]
            return int(o), int(x), int(first[x, y])
    return None


def flag_changes(sheets: dict[str, pd.DataFrame]) -> Lanes:
    """The (item, origin, destination) that are left out, over all periods."""
    places = list(sheets["regions"]["region"])
    made, used = makers_and_users(sheets)
    exporting = exporters(sheets)
    out: Lanes = set()
    for item in made:
        makers = [places.index(p) for p in places if p in made[item]]
        users = [places.index(p) for p in places if p in used.get(item, ())]
        lane = np.zeros((len(places), len(places)), dtype=bool)
        lane[np.ix_(makers, users)] = True
        for period in sheets["periods"]["period"]:
            duties = np.minimum(duty_rates(item, period, sheets), CLOSED)
            while (way := dodged(np.where(lane, duties, np.inf), duties, makers)) is not None:
                o, x, y = way
                cut = (o, x) if exporting.loc[item, places[x]] else (x, y)
                lane[cut] = False
                out.add((item, places[cut[0]], places[cut[1]]))
    return out


def ways(sheets: dict[str, pd.DataFrame], shipped: set[str]) -> Lanes:
    """All (item, origin, destination) on which an item of those that are shipped at all can really flow."""
    made, used = makers_and_users(sheets)
    every = {(i, a, b) for i in shipped & set(made) for a in made[i] for b in used.get(i, ()) if a != b}
    return every - flag_changes(sheets)


def duties_with_lanes(sheets: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The duties that some lane meets; the others would say something about trade that is not in the instance."""
    bloc = sheets["regions"].set_index("region")["bloc"]
    lanes = sheets["lanes"][["origin", "destination", "item"]].drop_duplicates()
    ends = {end: (lanes[end].to_numpy(), lanes[end].map(bloc).to_numpy()) for end in ("origin", "destination")}
    abroad = ends["origin"][1] != ends["destination"][1]

    def met(duty: pd.Series) -> bool:
        hit = lanes["item"].to_numpy() == duty["item"]
        for end, (places, blocs) in ends.items():
            hit &= abroad if duty[end] == "*" else (places == duty[end]) | (blocs == duty[end])
        return bool(hit.any())

    return sheets["duties"][sheets["duties"].apply(met, axis=1)]
