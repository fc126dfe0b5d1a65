"""Weights: what a unit sold counts for where the service of several markets is added up."""

from dataclasses import dataclass

import pandas as pd

from planner_models.instance import Instance
from planner_models.sets.rules import EVERY

STEP = ["region", "item", "period", "step"]
Step = tuple[str, str, str, str]
"""Region, item, period and step."""


@dataclass(frozen=True)
class Weights:
    """What a unit of each price-volume step counts for.

    each: by step, in money per item, or 1 where quantities are added
    by_value: whether it is money
    unit: what served demand is then counted in: the currency, or the unit of the items; None where it has none
    lacking: the items without a value or price, because of which quantities are added
    addable: whether the sum means anything: no quantities of different units are added
    """

    each: dict[Step, float]
    by_value: bool
    unit: str | None
    lacking: tuple[str, ...]
    addable: bool

    @property
    def remark(self) -> str | None:
        """Why quantities are added; None where they are not."""
        verb = "has" if len(self.lacking) == 1 else "have"
        return f"by quantity: {', '.join(self.lacking)} {verb} neither value nor price" if self.lacking else None

    @property
    def words(self) -> str:
        """What service is a share of."""
        return "value" if self.by_value else "quantity"


def service_weights(instance: Instance, item: str = EVERY) -> Weights:
    """The weights of all markets together, or of those of one item.

    The price of the step, else the value of the item. Where a step of any volume has neither (a blank or a 0 is
    neither), all count by quantity: a unit never counts for nothing.

    Parameters
    ----------
    instance
        The instance.
    item
        An item; `*` for all.

    Returns
    -------
    Weights
        Weight of each step, in money/item or 1, and what is then counted in which unit.
    """
    demand = instance["demand"]
    if item != EVERY:
        demand = demand[demand["item"] == item]
    worth = step_worth(instance).loc[demand.index]
    lacking = demand.loc[worth.isna() & (demand["volume"] > 0), "item"].drop_duplicates()
    by_value = lacking.empty
    units = instance["items"].set_index("item")["unit"].reindex(demand["item"].unique())
    unit = instance.settings["currency"] if by_value else units.iloc[0]
    each = worth.fillna(0.0) if by_value else pd.Series(1.0, index=demand.index)
    keys = demand[STEP].itertuples(index=False, name=None)
    addable = by_value or len(units) <= 1 or units.nunique(dropna=False) == 1
    return Weights(dict(zip(keys, each, strict=True)), by_value, unit, tuple(lacking), addable)


def step_worth(instance: Instance) -> pd.Series:
    """What a unit of each price-volume step is worth: its price, else the value of its item.

    Parameters
    ----------
    instance
        The instance.

    Returns
    -------
    pandas.Series
        Indexed like sheet `demand`, in money/item; missing where both are blank or 0.
    """
    demand = instance["demand"]
    values = demand["item"].map(instance["items"].set_index("item")["value"]).astype(float)
    return demand["price"].where(demand["price"] > 0).fillna(values.where(values > 0))
