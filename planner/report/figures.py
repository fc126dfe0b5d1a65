"""Figures that both the brief and the charts show, from the instance and the result tables."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from planner.report.wording import format_money, join_names, three_digits
from planner.results.tables import Tables, table
from planner_models.blocks.carbon import BORDER, PRICE
from planner_models.blocks.coordination import FRICTION, MARGIN
from planner_models.blocks.demand import SURPLUS
from planner_models.blocks.eligibility import PROGRAMMES
from planner_models.by_period import list_recipes
from planner_models.instance import Instance

Said = Callable[[float], str]
"""An amount in words."""

WEIGHT = "weight on risk"
"""The group of what the objective adds for risk, which nobody pays."""

ARMS_LENGTH = "arm's-length margins"
"""The group of what firms at home pay each other, which is no cost of them together."""

COST_GROUPS = {
    "labour": ("labour", "skilled labour"),
    "energy": ("energy",),
    "other production": ("other", "royalty", "unit cost"),
    "plants": ("line fixed cost", "module fixed cost", "site fixed cost", "opening", "closing"),
    "new capacity": ("capital", "capital spending", "salvage"),
    "transport": (
        *("transport", "in-transit stock", "lane opening"),
        *("handling", "hub fixed cost", "hub opening"),
    ),
    "disposal": ("disposal",),
    "duties": ("duties",),
    "carbon": (PRICE, BORDER),
    "access": ("margin", "transaction cost", "access entry", "access annual"),
    ARMS_LENGTH: (MARGIN,),
    FRICTION: (FRICTION,),
    "development": ("development", "development fee"),
    "savings": ("learning saving", "cluster saving", "experience after the plan"),
    "subsidies": ("subsidies", "subsidies once", *PROGRAMMES),
    "stock": ("stock holding",),
    "disruptions": ("expected loss",),
    WEIGHT: ("risk",),
    "shortage": ("shortage",),
    "rules broken": ("rule breach", "rule breach once"),
    "plan changes": ("plan changes",),
    "selling and development": ("overhead",),
    "revenue": ("revenue",),
    SURPLUS: (SURPLUS,),
}
"""Cost lines as a board sums them up; a line that stands nowhere here is a group of its own."""


def periods(instance: Instance) -> list[str]:
    """The periods in time order.

    Parameters
    ----------
    instance
        The input.

    Returns
    -------
    list of str
        Names of the periods.
    """
    return instance["periods"]["period"].tolist()


def costs_by_group(tables: Tables) -> pd.Series:
    """Discounted money by cost group, in the order of COST_GROUPS; revenue is negative."""
    group = {line: name for name, lines in COST_GROUPS.items() for line in lines}
    costs = table(tables, "costs", ("line", "discounted"))
    sums = costs["discounted"].astype(float).groupby(costs["line"].map(lambda line: group.get(line, line))).sum()
    order = [*COST_GROUPS, *sorted(set(sums.index) - set(COST_GROUPS))]
    return sums.reindex([name for name in order if name in sums.index])


def money_profit(tables: Tables) -> float | None:
    """What a plan earns in money, where its objective counts consumers' surplus as well.

    Parameters
    ----------
    tables
        The result sheets by name.

    Returns
    -------
    float or None
        Discounted money: the objective less the surplus that it counts, and with the margins that firms at home earn
        from each other; None where it counts no surplus.
    """
    groups = costs_by_group(tables)
    return float(-groups.drop([SURPLUS, ARMS_LENGTH], errors="ignore").sum()) if SURPLUS in groups else None


@dataclass(frozen=True)
class Goods:
    """How goods of different kinds are added up.

    each: what a unit of each item counts for, missing for those in `left_out`
    measure: value or quantity; `unit` what sums are in
    left_out: items without a value that cannot be added to the others, since their units differ
    """

    each: pd.Series
    measure: str
    unit: str
    left_out: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """What sums are without, for the end of a phrase; nothing where they are of everything."""
        verb = "has" if len(self.left_out) == 1 else "have"
        return f" (without {join_names(list(self.left_out))}, which {verb} no value)" if self.left_out else ""

    def said(self, amount: float) -> str:
        """An amount in words."""
        return (
            format_money(amount, self.unit)
            if self.measure == "value"
            else f"{three_digits(amount)} {self.unit}".strip()
        )


def goods(instance: Instance) -> Goods:
    """Goods count by their reference value; by quantity where one has none (blank or 0) and all have the same unit."""
    items = instance["items"].set_index("item")
    value = items["value"].astype(float)
    lacking = value.index[~(value > 0)]
    if lacking.empty:
        return Goods(value, "value", instance.settings["currency"])
    if items["unit"].nunique(dropna=False) == 1:
        return Goods(pd.Series(1.0, index=value.index), "quantity", items["unit"].iloc[0] or "")
    return Goods(value.where(value > 0), "value", instance.settings["currency"], tuple(lacking))


def output(instance: Instance, tables: Tables) -> pd.DataFrame:
    """What is made.

    Parameters
    ----------
    instance
        The input.
    tables
        The result sheets by name.

    Returns
    -------
    pandas.DataFrame
        Columns item, tier, process, region, firm, period, quantity (item units a year) and worth (a year, in the unit
        of `goods`; missing where an item has none).
    """
    made = table(tables, "production", ("site", "process", "period", "made"))[["site", "process", "period", "made"]]
    recipes = list_recipes(instance).query("quantity > 0")
    rows = made.merge(recipes, on=["process", "period"]).merge(instance["sites"][["site", "region", "firm"]], on="site")
    rows = rows.merge(instance["items"][["item", "tier"]], on="item")
    rows["quantity"] = rows["quantity"] * rows["made"].astype(float)
    rows["worth"] = rows["quantity"] * rows["item"].map(goods(instance).each)
    return rows[["item", "tier", "process", "region", "firm", "period", "quantity", "worth"]]


def capacity_and_use(instance: Instance, tables: Tables) -> pd.DataFrame:
    """Capacity and activity per line and period.

    Parameters
    ----------
    instance
        The input.
    tables
        The result sheets by name.

    Returns
    -------
    pandas.DataFrame
        Columns site, process, period, capacity and made (activity a year), tier, and weight: what the output of one
        unit of activity counts for (see `goods`), so that lines of different kinds can be added up; missing where they
        cannot. home: whether home firms decide on the line.
    """
    names = ["site", "process", "period", "capacity", "made", "control"]
    lines = table(tables, "capacity", names)[names].astype({"capacity": float, "made": float})
    lines = lines.assign(home=lines["control"] != "outside").drop(columns="control")
    recipes = list_recipes(instance).query("quantity > 0")
    recipes = recipes.assign(weight=recipes["quantity"] * recipes["item"].map(goods(instance).each))
    weight = recipes.groupby(["process", "period"])["weight"].sum(min_count=1).astype(float)
    tiers = instance["processes"].set_index("process")["tier"]
    return lines.assign(tier=lines["process"].map(tiers)).join(weight, on=["process", "period"])


def flows_between(instance: Instance, tables: Tables, period: str) -> pd.Series:
    """Worth of what moves between two regions in a period, a year as `goods` count, the largest first."""
    flows = table(tables, "flows", ("origin", "destination", "item", "period", "shipped"))
    flows = flows[(flows["period"] == period) & (flows["origin"] != flows["destination"])]
    worth = flows["shipped"].astype(float) * flows["item"].map(goods(instance).each).astype(float)
    return worth.groupby([flows["origin"], flows["destination"]]).sum().sort_values(ascending=False, kind="stable")


def shares_by_region(made: pd.DataFrame) -> pd.DataFrame:
    """Share of each region in the supply of each item.

    Parameters
    ----------
    made
        A part of what `output` gives.

    Returns
    -------
    pandas.DataFrame
        Items as rows, regions as columns, shares from 0 to 1.
    """
    quantities = made.pivot_table(index="item", columns="region", values="quantity", aggfunc="sum", fill_value=0.0)
    return quantities.div(quantities.sum(axis=1), axis=0)


def shares_by_process(made: pd.DataFrame) -> pd.DataFrame:
    """Share of each process in the supply of an item: item and process by period; 0 where there is no supply."""
    keys = ["item", "process"]
    quantities = made.pivot_table(index=keys, columns="period", values="quantity", aggfunc="sum", fill_value=0.0)
    return quantities.div(quantities.groupby("item").transform("sum")).fillna(0.0)


def key_items(instance: Instance, made: pd.DataFrame, most: int) -> list[str]:
    """The items to show where not all fit: critical ones first, then by worth made.

    Parameters
    ----------
    instance
        The input.
    made
        A part of what `output` gives.
    most
        How many items to show at most.

    Returns
    -------
    list of str
        Names of the items, in the order of the sheet.
    """
    items = instance["items"]
    worth = made.groupby("item")["worth"].sum()
    present = items[items["item"].isin(worth.index)]
    order = present.assign(critical=present["critical"] == "yes", worth=present["item"].map(worth))
    chosen = set(order.sort_values(["critical", "worth"], ascending=False, kind="stable")["item"].head(most))
    return [item for item in items["item"] if item in chosen]
