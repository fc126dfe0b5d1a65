"""Surplus: who gains by a plan. Groups and tiers at home, consumers and the state add up; outside firms are shown.

Items change hands at their mean cost of the period, all regions together: what making them has cost, with what was used
of other items at their mean cost, freight and duties. Whoever makes at less than the mean earns the difference. A group
that sells at arm's length earns its margin besides, which those who buy pay with the friction; the rest of what buyers
at the end of the chain pay is the profit of who sells to them: of an item whose makers sell it to others as well, in
proportion to what they neither use nor sell to others.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from planner_models import frames
from planner_models.blocks.carbon import BORDER, PRICE
from planner_models.blocks.coordination import FRICTION, MARGIN
from planner_models.blocks.demand import OVERHEAD, SURPLUS
from planner_models.blocks.eligibility import PROGRAMMES
from planner_models.blocks.production import COST_LINES
from planner_models.figures.sums import add_up
from planner_models.model import Model
from planner_models.sets.coordination import name_groups, share_out
from planner_models.sets.policies import blocs

INDUSTRY, CONSUMERS, STATE, OUTSIDE, OUTSIDE_STATES, PENALTIES, TOTAL = (
    "(industry)",
    "(consumers)",
    "(state)",
    "(outside firms)",
    "(outside states)",
    "(penalties)",
    "(total)",
)
"""Who is no group: what belongs to no group alone, those who are not at home, and what nobody is paid."""

BEYOND = (OUTSIDE, OUTSIDE_STATES, PENALTIES)
"""Whose gains are shown, but are no part of total surplus: that is what firms at home, buyers and the state gain."""

EVERY_TIER = "*"
COLUMNS = ["revenue", "margins", "transfers", "charges", "costs"]
NOT_PAID = ("risk", "rule breach", "rule breach once")
"""Cost lines that nobody is paid."""

OF_PLANTS = (
    *COST_LINES.values(),
    *("margin", "transaction cost", "line fixed cost", "module fixed cost", "capital"),
    *("site fixed cost", "opening", "closing"),
    PRICE,
)
"""Cost lines that are of one line or site; all others, but for freight, are of the industry as a whole."""

STATES = ("duties", "subsidies", "subsidies once", *PROGRAMMES)
SALES = ("revenue", OVERHEAD, SURPLUS, "shortage")

Key = tuple[str, str]
Owner = tuple[str, ...]
Sums = dict[Key, dict[str, float]]


@dataclass
class Accounts:
    """The money of one period, undiscounted or discounted.

    direct: by line, what making has cost; sites: by site, what it costs as a whole; freight: by item
    margins, charges: by group and tier, and by item; sales: by cost line and item; rest: by tier, of the industry
    """

    direct: dict[Key, float] = field(default_factory=lambda: defaultdict(float))
    sites: dict[Key, float] = field(default_factory=lambda: defaultdict(float))
    freight: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    margins: dict[Key, float] = field(default_factory=lambda: defaultdict(float))
    charges: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    sales: dict[Key, float] = field(default_factory=lambda: defaultdict(float))
    rest: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    duties: float = 0.0
    subsidies: float = 0.0
    carbon: float = 0.0
    carbon_abroad: float = 0.0
    outside: float = 0.0
    consumers: float = 0.0
    penalties: float = 0.0


@dataclass(frozen=True)
class Quantities:
    """What moved in one period, a year: lines by items, their shares of cost, and items in the end.

    owners: by line its group (the industry's where it is not at home) and tier
    sold, disposed, collected: by item, what is sold, thrown away and taken back after use
    traded: by group and item, what is sold at arm's length; groups: of sites at home
    """

    lines: list[Key]
    owners: list[Key]
    made: np.ndarray
    used: np.ndarray
    bears: np.ndarray
    sold: np.ndarray
    disposed: np.ndarray
    collected: np.ndarray
    traded: dict[Key, float]
    groups: dict[str, str]


def surplus(m: Model) -> pd.DataFrame:
    """Sheet `surplus` of a plan.

    Parameters
    ----------
    m
        A model whose variables hold the plan.

    Returns
    -------
    pandas.DataFrame
        Columns group, tier, period; revenue, margins, transfers, charges, costs and profit in money over the period;
        discounted, the profit in money of the base year.
    """
    items = list(m.sets.instance["items"]["item"])
    tiers = frames.entries(m.sets.instance["items"].set_index("item")["tier"])
    found, discounted = _collect(m, discount=False), _collect(m, discount=True)
    rows = []
    for period in m.sets.time.periods:
        moved = _measure(m, period, items)
        now, then = (_settle(accounts[period], moved, items, tiers) for accounts in (found, discounted))
        for group, tier in sorted(now.keys() | then.keys()):
            amounts = [now[group, tier][name] for name in COLUMNS]
            rows.append((group, tier, period, *amounts, _profit(now[group, tier]), _profit(then[group, tier])))
    return pd.DataFrame(rows, columns=["group", "tier", "period", *COLUMNS, "profit", "discounted"])


def _profit(amounts: dict[str, float]) -> float:
    gained = (amounts[name] for name in ("revenue", "margins", "transfers"))
    return add_up([*gained, -amounts["charges"], -amounts["costs"]])


def _collect(m: Model, *, discount: bool) -> dict[str, Accounts]:
    """The accounts of each period, of what the plan costs and earns."""
    time, accounts = m.sets.time, {period: Accounts() for period in m.sets.time.periods}
    owners, groups = _list_owners(m), name_groups(m.sets.instance)
    firms: dict[str, str] = frames.entries(m.sets.sites["firm"])
    here = {region for region, bloc in frames.pairs(blocs(m.sets.instance)) if bloc in m.sets.carbon.home}
    for line in m.cost_lines:
        undiscounted: Mapping[str, float] = {} if line.once else time.years
        factor = line.factors(time) if discount else undiscounted
        posted = zip(line.amounts, line.variables, line.labels, strict=True)
        entries = [(amount * variable.value, owners.get(id(variable)), label) for amount, variable, label in posted]
        entries += [(amount, ("site", site) if site else None, label) for amount, label, site in line.fixed]
        for value, owner, label in entries:
            amount = value * factor.get(label[2], 1.0)
            if amount:
                _post(accounts[label[2]], line.name, owner, label[0], amount)
                if line.name in (PRICE, BORDER) and label[1] in here:
                    accounts[label[2]].carbon += amount
                elif line.name in (PRICE, BORDER):
                    accounts[label[2]].carbon_abroad += amount
    if m.sets.instance.settings["objective"] == "profit":
        each = dict(zip(m.demand.volume, m.sets.demand["surplus"], strict=True))
        for key, variable in m.demand.sold.items():
            accounts[key[2]].consumers += each[key] * variable.value * (time.annual if discount else time.years)[key[2]]
    for account in accounts.values():
        account.margins = _sum_margins(account.margins, firms, groups)
    return accounts


def _sum_margins(margins: dict[Key, float], firms: dict[str, str], groups: dict[str, str]) -> dict[Key, float]:
    """By group and tier, from what is by site and tier."""
    found: dict[Key, float] = defaultdict(float)
    for (site, tier), amount in margins.items():
        found[groups[firms[site]], tier] += amount
    return found


def _list_owners(m: Model) -> dict[int, Owner]:
    """By identity of a variable: what its cost belongs to, a line, a site, a flow, or what is traded or sold."""
    found: dict[int, Owner] = {}
    for variables in (m.production.made, m.capacity.kept, m.capacity.built):
        found |= {id(variable): ("line", *key[:2]) for key, variable in variables.items()}
    for variables in (m.sites.opened, m.sites.opens, m.sites.closes):
        found |= {id(variable): ("site", key[0]) for key, variable in variables.items()}
    found |= {id(variable): ("item", key[2]) for key, variable in m.lanes.shipped.items()}
    found |= {id(variable): ("traded", key[0], key[2]) for key, variable in m.coordination.traded.items()}
    for sales in (m.demand.sold, m.demand.unserved):
        found |= {id(variable): ("sold", key[1]) for key, variable in sales.items()}
    return found


def _post(account: Accounts, line: str, owner: Owner | None, tier: str, amount: float) -> None:
    """Put an amount of a cost line where it belongs; what belongs nowhere else is of the industry as a whole."""
    kind = owner[0] if owner else ""
    if line in STATES:
        account.duties += amount if line == "duties" else 0.0
        account.subsidies -= 0.0 if line == "duties" else amount
    account.outside += amount if line == "margin" else 0.0
    if line in NOT_PAID:
        account.penalties += amount
    elif line in (MARGIN, FRICTION) and owner:
        account.charges[owner[2]] += amount
        if line == MARGIN:
            account.margins[owner[1], tier] += amount
    elif line in SALES and owner:
        account.sales[line, owner[1]] += amount
    elif kind == "line" and owner and line in OF_PLANTS:
        account.direct[owner[1], owner[2]] += amount
    elif kind == "site" and owner and line in OF_PLANTS:
        account.sites[owner[1], tier] += amount
    elif kind == "item" and owner:
        account.freight[owner[1]] += amount
    else:
        account.rest[tier] += amount


def _measure(m: Model, period: str, items: list[str]) -> Quantities:
    """What lines make and use, and what is sold and disposed of, in a period."""
    sets, place = m.sets, {item: number for number, item in enumerate(items)}
    groups, activity = name_groups(sets.instance), defaultdict[Key, float](float)
    firms: dict[str, str] = frames.entries(sets.sites["firm"])
    home: dict[str, bool] = frames.entries(sets.sites["home"])
    for (site, process, _, moment), variable in m.production.made.items():
        if moment == period:
            activity[site, process] += variable.value
    lines = sorted({line for line in sets.lines.index if line in activity or home[line[0]]})
    shares = share_out(sets.varied_recipes[period], frames.entries(sets.instance["items"].set_index("item")["value"]))
    made, used, bears = (np.zeros((len(lines), len(items))) for _ in range(3))
    for number, line in enumerate(lines):
        for item, quantity in sets.recipe(line[1], period):
            (made if quantity > 0 else used)[number, place[item]] += abs(quantity) * activity[line]
            bears[number, place[item]] = shares.get((line[1], item), 0.0)
    sold, disposed, collected = (np.zeros(len(items)) for _ in range(3))
    for key, variable in m.demand.sold.items():
        sold[place[key[1]]] += variable.value if key[2] == period else 0.0
    for key, variable in m.left.items():
        disposed[place[key[0]]] += variable.value if key[2] == period else 0.0
    for taken in (m.returns.collected, m.returns.taken_back):
        for key, variable in taken.items():
            collected[place[key[0]]] += variable.value if key[2] == period else 0.0
    traded: dict[Key, float] = defaultdict(float)
    for key, variable in m.coordination.traded.items():
        traded[sets.arms_length.groups[key[0]], key[2]] += variable.value if key[4] == period else 0.0
    owners = [(groups[firms[line[0]]] if home[line[0]] else INDUSTRY, sets.places[line][0]) for line in lines]
    sites = {site: groups[firm] for site, firm in firms.items() if home[site]}
    return Quantities(lines, owners, made, used, bears, sold, disposed, collected, traded, sites)


def _settle(account: Accounts, moved: Quantities, items: list[str], tiers: dict[str, str]) -> Sums:
    """Who earns and pays what in a period, by group and tier."""
    sums: Sums = defaultdict(lambda: dict.fromkeys(COLUMNS, 0.0))
    direct = _share_sites(account, moved, sums)
    making, price = _price(direct, account, moved, items)
    total = moved.made.sum(axis=0)
    received = moved.made @ np.divide(making, total, out=np.zeros_like(making), where=total > 0)
    for owner, got, paid, cost in zip(moved.owners, received, moved.used @ price, direct, strict=True):
        sums[owner]["transfers"] += got - paid
        sums[owner]["costs"] += cost
    for key, amount in account.margins.items():
        sums[key]["margins"] += amount
    beyond = _sum_by_group(moved, items)
    for number, item in enumerate(items):
        for key, share in _divide(beyond["sales"][number], (INDUSTRY, tiers[item])):
            sums[key[0], tiers[item]]["revenue"] -= share * account.sales.get(("revenue", item), 0.0)
            sums[key[0], tiers[item]]["costs"] += share * account.sales.get((OVERHEAD, item), 0.0)
            sums[key[0], tiers[item]]["transfers"] -= share * price[number] * moved.sold[number]
        for key, share in _divide(beyond["bought"][number], (INDUSTRY, tiers[item])):
            sums[key]["charges"] += share * account.charges.get(item, 0.0)
    for tier, amount in account.rest.items():
        sums[INDUSTRY, tier]["costs"] += amount
    sums[INDUSTRY, EVERY_TIER]["costs"] += sum(account.freight.values())
    sums[INDUSTRY, EVERY_TIER]["transfers"] -= sum(amounts["transfers"] for amounts in sums.values())
    _add_others(account, sums)
    return sums


def _share_sites(account: Accounts, moved: Quantities, sums: Sums) -> np.ndarray:
    """What each line costs, with its share of its site by its own cost; a site without any bears it itself."""
    direct = np.array([account.direct.get(line, 0.0) for line in moved.lines])
    for (site, tier), amount in account.sites.items():
        there = np.array([line[0] == site for line in moved.lines], dtype=bool)
        weight = np.where(there, np.maximum(direct, 0.0), 0.0)
        if weight.sum() == 0:
            weight = there.astype(float)
        if weight.sum():
            direct = direct + amount * weight / weight.sum()
        else:
            sums[moved.groups.get(site, INDUSTRY), tier]["costs"] += amount
    return direct


def _price(direct: np.ndarray, account: Accounts, moved: Quantities, items: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """What making each item has cost in all, and its mean cost with freight, per unit a year.

    P_i (made_i + collected_i - disposed_i) = sum over lines of bears_li (cost_l + sum_j used_lj P_j) + freight_i, where
    i is made: what comes back after use costs nothing, and lowers the mean
    """
    freight = np.array([account.freight.get(item, 0.0) for item in items])
    taken = moved.made.sum(axis=0) + moved.collected - moved.disposed
    priced = np.flatnonzero(taken > 1e-9 * max(1.0, taken.max(initial=0.0)))
    price = np.zeros(len(items))
    if len(priced):
        passed = moved.bears.T @ moved.used
        known = moved.bears.T @ direct + freight
        matrix = np.diag(taken)[np.ix_(priced, priced)] - passed[np.ix_(priced, priced)]
        price[priced] = np.linalg.lstsq(matrix, known[priced], rcond=None)[0]
    return moved.bears.T @ (direct + moved.used @ price), price


def _sum_by_group(moved: Quantities, items: list[str]) -> dict[str, list[dict[Key, float]]]:
    """By item: what each group has left to sell at the end of the chain, and what lines use of what others make."""
    groups = sorted({group for group, _ in moved.owners})
    member = np.array([[float(owner[0] == group) for owner in moved.owners] for group in groups])
    member = member.reshape(len(groups), len(moved.owners))
    made, used = member @ moved.made, member @ moved.used
    traded = np.array([[moved.traded.get((group, item), 0.0) for item in items] for group in groups])
    own = made - traded.reshape(made.shape)
    rest, bought = np.maximum(own - used, 0.0), np.maximum(used - own, 0.0)
    share = np.divide(bought, used, out=np.zeros_like(used), where=used > 0)
    sales: list[dict[Key, float]] = []
    purchases: list[dict[Key, float]] = []
    for number in range(len(items)):
        left = rest[:, number] if rest[:, number].sum() > 0 else made[:, number]
        sales.append({(group, EVERY_TIER): amount for group, amount in zip(groups, left, strict=True) if amount > 0})
        by_tier: dict[Key, float] = defaultdict(float)
        for place, owner in enumerate(moved.owners):
            by_tier[owner] += moved.used[place, number] * share[groups.index(owner[0]), number]
        purchases.append({owner: amount for owner, amount in by_tier.items() if amount > 0})
    return {"sales": sales, "bought": purchases}


def _divide(weights: dict[Key, float], otherwise: Key) -> Iterator[tuple[Key, float]]:
    """The share of each; all of it to `otherwise` where nothing has a weight."""
    total = sum(weights.values())
    yield from ((key, amount / total) for key, amount in weights.items()) if total else [(otherwise, 1.0)]


def _add_others(account: Accounts, sums: Sums) -> None:
    """Consumers and the state, and their total with the groups; then those outside, and what nobody is paid."""
    sums[CONSUMERS, EVERY_TIER]["revenue"] = account.consumers
    sums[CONSUMERS, EVERY_TIER]["costs"] = sum(
        amount for (line, _), amount in account.sales.items() if line == "shortage"
    )
    sums[STATE, EVERY_TIER]["revenue"] = account.duties + account.carbon
    sums[STATE, EVERY_TIER]["costs"] = account.subsidies
    sums[TOTAL, EVERY_TIER] = {name: sum(amounts[name] for amounts in sums.values()) for name in COLUMNS}
    sums[OUTSIDE_STATES, EVERY_TIER]["revenue"] = account.carbon_abroad
    sums[OUTSIDE, EVERY_TIER]["margins"] = account.outside
    sums[PENALTIES, EVERY_TIER]["costs"] = account.penalties
