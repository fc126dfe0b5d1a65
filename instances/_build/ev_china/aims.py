"""Holds a plan of `ev_china` against what is known, and says where supply jumps from one period to the next.

    planner solve instances/ev_china.xlsx -o plan.xlsx
    python -m instances._build.ev_china.aims plan.xlsx

Margins are held against those known of the markets, exports of cars against those of 2024. A source jumps where its
share of what a bloc gets of a final good moves by more than 15 points; a flow between blocs vanishes where it was more
than 1 % of all that is made of an item, and nothing is left of it in the next period; Chinese regions count as one.
"""

import argparse
from itertools import pairwise
from pathlib import Path

import pandas as pd

from .sheets import CARS, SMART
from .tables import EXPORTED
from planner.results.result_file import read_result_file

NEAR = 0.03
"""Distance of margins that is called near."""
STEADY = 0.15
"""Share of a source up to which it may move."""
LARGE = 0.01
"""Share of all that is made of an item from which on a flow counts."""


def compare_margins(margins: pd.DataFrame) -> pd.DataFrame:
    """Margin and known margin by period, and whether they are near."""
    found = margins.set_index("period")[["margin", "known_margin"]]
    return found.assign(near=(found["margin"] - found["known_margin"]).abs() <= NEAR)


def sum_exports(trade: pd.DataFrame) -> pd.DataFrame:
    """Cars that leave China by period (thousand a year), and over those of 2024."""
    abroad = (trade["origin_bloc"] == "China") & (trade["destination_bloc"] != "China")
    cars = trade[abroad & trade["item"].isin([*CARS, SMART])]
    exports = cars.groupby("period")["quantity"].sum()
    return pd.DataFrame({"exports": exports, "over_2024": exports / EXPORTED})


def list_jumps(trade: pd.DataFrame, final: set[str], periods: list[str]) -> pd.DataFrame:
    """Final goods by source and destination bloc whose share moves by more than is steady, and where."""
    goods = trade[trade["item"].isin(final)]
    key = ["item", "destination_bloc", "origin_bloc"]
    flows = goods.pivot_table(index=key, columns="period", values="quantity", aggfunc="sum").reindex(columns=periods)
    shares = flows.fillna(0.0) / flows.groupby(level=key[:2]).transform("sum")
    traded = goods[goods["origin_bloc"] != goods["destination_bloc"]]["item"].unique()
    shares = shares[shares.index.get_level_values("item").isin(traded)]
    rows = [
        (*names, before, after, row[before], row[after])
        for names, row in shares.iterrows()
        for before, after in pairwise(periods)
        if abs(row[after] - row[before]) > STEADY
    ]
    return pd.DataFrame(rows, columns=[*key, "before", "after", "was", "is"])


def list_vanished(trade: pd.DataFrame, periods: list[str]) -> pd.DataFrame:
    """Flows between regions of two blocs, large in one period and gone in the next."""
    made = trade.groupby(["item", "period"])["quantity"].sum()
    between = trade[trade["origin_bloc"] != trade["destination_bloc"]].copy()
    for end in ("origin", "destination"):
        between[end] = between[end].where(between[f"{end}_bloc"] != "China", "China")
    key = ["item", "origin", "destination"]
    flows = between.pivot_table(index=key, columns="period", values="quantity", aggfunc="sum").reindex(columns=periods)
    rows = []
    for names, row in flows.fillna(0.0).iterrows():
        for before, after in pairwise(periods):
            share = row[before] / made.get((names[0], before), float("inf"))
            if share > LARGE and row[after] <= 1e-6 * row[before]:
                rows.append((*names, before, share))
    return pd.DataFrame(rows, columns=[*key, "last", "share"])


def measure_cars(demand: pd.DataFrame, margins: pd.DataFrame, years: pd.Series) -> pd.Series:
    """Cars sold in all years (million), and for each of them its price and its cost (thousand, undiscounted).

    The cost is revenue less profit of the industry, and so holds overhead and existing plants at replacement cost, but
    no margin that one group pays another; the industry's other goods, 8 % of revenue, are spread over the cars.
    """
    cars = demand[(demand["scenario"] == "base") & demand["item"].isin([*CARS, SMART])]
    sold = cars["sold"] * cars["period"].map(years)
    cost = (margins["revenue"] - margins["profit"]).sum()
    return pd.Series(
        {
            "cars": sold.sum() / 1000,
            "price": (sold * cars["mean_price"]).sum() / sold.sum(),
            "cost": cost / sold.sum(),
        }
    )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("plan", type=Path, help="result workbook of ev_china")
    plan = read_result_file(parser.parse_args().plan, "plan")
    periods, items = list(plan.instance["periods"]["period"]), plan.instance["items"]
    trade = plan.tables["trade"]
    jumps = list_jumps(trade, set(items.loc[items["tier"] == "downstream", "item"]), periods)
    vanished = list_vanished(trade, periods)
    years = plan.instance["periods"].set_index("period")["years"]
    print(measure_cars(plan.tables["demand"], plan.tables["margins"], years).round(2).to_string())
    service = plan.tables["scenarios"]["service"]
    print(f"service in disruptions: mean {service.mean():.3f}, least {service.min():.3f}")
    print(compare_margins(plan.tables["margins"]).round(3).to_string())
    print(sum_exports(trade).round(2).to_string())
    print(f"sources whose share of a final good moves by more than {STEADY:.0%}: {len(jumps)}")
    print(jumps.round(2).to_string(index=False))
    print(f"flows above {LARGE:.0%} of what is made that vanish: {len(vanished)}")
    print(vanished.round(3).to_string(index=False))


if __name__ == "__main__":
    main()
