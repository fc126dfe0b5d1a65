"""Demand: what is not sold is unserved, and of the price steps of a market one is chosen."""

from planner_models.instance import Instance
from tests.proofs import proves, wanted, workshop, years

STEPS = [*wanted("1", step="dear", price=10, volume=8), *wanted("1", step="cheap", price=6, volume=12)]


@proves("service", optimum=16, without=0)
def test_demand_is_served_or_paid_for() -> Instance:
    """8 goods at 2 each: 16, less than 8 x 10 of penalties. Without the constraint nobody needs to serve anyone: 0."""
    return workshop()


@proves("service", optimum=96, without=0)
def test_demand_without_price_and_penalty_must_be_met() -> Instance:
    """Making a good costs 12, more than any penalty here would, but none is given: 8 x 12 = 96. Without: 0."""
    return workshop(
        lines=[{"site": "shop", "process": "make", "capacity": 10, "unit_cost": 12}], demand=wanted("1", penalty=None)
    )


@proves("one_step", optimum=16, without=0)
def test_under_cost_one_step_is_chosen() -> Instance:
    """8 goods at the high price cost 16, 12 at the low one 10 x 2 + 2 x 10 = 40: the high price. Without: none, 0."""
    return workshop(demand=STEPS)


@proves("one_step", optimum=64, without=72)
def test_under_profit_at_most_one_step_is_chosen() -> Instance:
    """8 goods at the high price earn 8 x (10 - 2) = 64; the cheap one earns 10 x (6 - 2) = 40, for 10 is all there is.

    Without the constraint the shop would choose both and sell the last 2 at the cheap price: 64 + 2 x 4 = 72.
    """
    return workshop({"objective": "profit"}, demand=STEPS)


@proves("step_volume", optimum=64, without=72)
def test_nothing_is_sold_at_a_step_that_is_not_chosen() -> Instance:
    """As above: 64. Without the constraint goods would sell at both steps though one is chosen: 64 + 2 x 4 = 72."""
    return workshop({"objective": "profit"}, demand=STEPS)


@proves("no_price_rise", optimum=64, without=72)
def test_a_price_once_cut_does_not_rise_again() -> Instance:
    """In period 1 there are 10 goods: at 6 all sell and earn 40, at 10 only 4 sell and earn 32. In period 2 there are
    4: at 10 they earn 32, at 6 only 16. Cheap first, then at 10 again: 40 + 32 = 72, where prices may rise.

    Where they may not: 10 in both, 32 + 32 = 64, or 6 in both, 40 + 16 = 56.
    """
    steps = [{"step": "dear", "price": 10, "volume": 4}, {"step": "cheap", "price": 6, "volume": 10}]
    return workshop(
        {"objective": "profit", "price_rises": "no"},
        periods=years(2),
        demand=[row for step in steps for row in wanted("1", "2", **step)],
        line_capacity=[{"site": "shop", "process": "make", "period": "2", "capacity": 4}],
    )


@proves("no_price_rise", optimum=59.52, without=67.2)
def test_to_leave_out_some_buyers_frees_no_price() -> Instance:
    """Steps may be mixed, and half of consumers' surplus counts: 4 x 4 = 16 on the 10 goods of the low price, 0.8 each.

    In period 1 the low price earns 10 x (4 + 0.8) = 48, the high one 4 x 8 = 32. In period 2 there are 2.4 goods: they
    earn 2.4 x 4.8 = 11.52 at the low price and 2.4 x 8 = 19.2 at the high one, which is then offered to 0.6 of the
    buyers. To allow that, 0.6 of period 1 would have to be at the high price as well: 0.6 x (48 - 32) = 9.6 lost for
    7.68. So the low price in both, 48 + 11.52 = 59.52. Without the constraint 48 + 19.2 = 67.2.
    """
    steps = [{"step": "dear", "price": 10, "volume": 4}, {"step": "cheap", "price": 6, "volume": 10}]
    return workshop(
        {"objective": "profit", "price_rises": "no", "conduct": 0.5},
        periods=years(2),
        demand=[row for step in steps for row in wanted("1", "2", **step)],
        line_capacity=[{"site": "shop", "process": "make", "period": "2", "capacity": 2.4}],
    )
