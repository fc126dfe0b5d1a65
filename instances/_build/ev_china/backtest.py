"""Carries two plans of `ev_china`, one without and one with security, through three events of the past.

    planner solve instances/ev_china.xlsx -o secure.xlsx
    planner solve instances/ev_china.xlsx -o plain.xlsx --set 'settings[rules]=off' --set 'settings[scenarios]=off'
    python -m instances._build.ev_china.backtest plain.xlsx secure.xlsx

Both plans stay as they are; only their flows answer. What an event takes is measured against the same plan, its flows
as free, in the same months without the event: so nothing is counted that a plan would have gained anyhow.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from planner.recourse.reaction import Reaction, Recourse
from planner.results.load_plan import load_plan
from planner.results.result_file import ResultFile, read_result_file
from planner_models.sets.derive import derive
from planner_models.sets.scenarios import Snapshot, Snapshots

EVENTS = ("chip_shortage_2021", "graphite_licences_2023", "cobalt_ban_2025")
CARS = ("vehicle_mass", "vehicle_premium", "vehicle_smart")
COLUMNS = ["event", "plan", "vehicles", "sales", "cost"]


@dataclass(frozen=True)
class Toll:
    """What an event takes from a plan: vehicles not sold (thousand), sales and profit missed (money)."""

    vehicles: float
    sales: float
    cost: float


def toll(recourse: Recourse, period: str, event: Snapshot, cars: tuple[str, ...] = CARS) -> Toll:
    """What an event takes, against the same months without it; sales at their prices, profit discounted."""
    calm = recourse.react(period, Snapshot(event.months, arc_cost=dict.fromkeys(_arcs(recourse, period), 1.0)))
    hit = recourse.react(period, event)
    return Toll(
        _sold(calm, cars) - _sold(hit, cars),
        (sum(calm.served.values()) - sum(hit.served.values())) * event.months / 12,
        hit.loss - calm.loss,
    )


def _arcs(recourse: Recourse, period: str) -> list[tuple[str, ...]]:
    return [key[:-1] for name, key in recourse.programmes[period].columns if name == "shipped"]


def _sold(reaction: Reaction, items: tuple[str, ...]) -> float:
    """How much of some items is sold while the disturbance lasts."""
    columns, worth = reaction.programme.columns, reaction.programme.worth
    sold = (value / worth[number] for number, value in reaction.served.items() if columns[number][1][1] in items)
    return sum(sold) * reaction.months / 12


def backtest(plans: dict[str, ResultFile], snapshots: Snapshots) -> pd.DataFrame:
    """A row per event and plan."""
    rows = []
    for name, plan in plans.items():
        recourse = Recourse(load_plan(plan))
        for (event, period), snapshot in snapshots.items():
            if event in EVENTS:
                taken = toll(recourse, period, snapshot)
                rows.append((event, name, taken.vehicles, taken.sales, taken.cost))
    return pd.DataFrame(rows, columns=COLUMNS).sort_values(["event", "plan"], key=_place, ignore_index=True)


def _place(column: pd.Series) -> pd.Series:
    """Events in the order in which they came, plans in that of their names."""
    order = {event: number for number, event in enumerate(EVENTS)}
    return column.map(lambda name: order.get(name, name))


def page(table: pd.DataFrame) -> str:
    """The table in Markdown, a row per event, without and with security side by side."""
    wide = table.pivot(index="event", columns="plan").loc[list(EVENTS)]
    lines = ["| event | vehicles lost, thousand | sales lost, million USD | cost, million USD |", "|---|---|---|---|"]
    for event, row in wide.iterrows():
        cells = (f"{row[name, 'without']:,.0f} / {row[name, 'with']:,.0f}" for name in COLUMNS[2:])
        lines.append(f"| {event} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("without", type=Path, help="result without rules and scenarios")
    parser.add_argument("secure", type=Path, help="result with them")
    given = parser.parse_args()
    plans = {"without": read_result_file(given.without, "without"), "with": read_result_file(given.secure, "with")}
    print(page(backtest(plans, derive(plans["with"].instance).snapshots)))


if __name__ == "__main__":
    main()
