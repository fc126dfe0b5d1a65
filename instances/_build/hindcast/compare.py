"""Holds a solved hindcast against what came, beside "no change" and beside the forecasts of the time.

    planner solve instances/ev_hindcast_2020.xlsx -o result.xlsx
    python -m instances._build.hindcast.compare 2020 result.xlsx -o hindcast_2020.xlsx

The file has four sheets: `shares` (of the plan, by measure, place and year, for every good, beside "no change" and what
came), `errors` (by measure and year: half the sum of absolute differences of shares, of the plan and of "no change"),
`forecasts` (single shares that were forecast then, beside the plan) and `amounts`.

Only this module reads `hindcast_outcomes.csv`. Where that table has no row, there is no error: nothing is filled in.
"""

import argparse
from pathlib import Path

import pandas as pd

from .flows import POOLED, start_flows
from .history import MINERALS, STARTS, latest, output, read
from .shares import MEASURES, Plan, plan_shares, read_plan
from .sheets import country_of

WHOLE = ("lithium mined", "nickel mined", "cobalt mined", "graphite mined")
"""Measures of which every place is known, so that what is left over is `Other`."""
SAME_PLACE = {"US": "United States", "LG Chem/LGES": "LG", "SK Innovation/SK On": "SK", "Envision AESC": "AESC"}
COUNTRIES = {"Germany": "Europe", "Sweden": "Europe", "Poland": "Europe", "Hungary": "Europe", "France": "Europe"}
COUNTRIES |= {"United Kingdom": "Europe"}
KNOWN_AS = {
    "LFP share of car batteries sold": "LFP share of BEV batteries",
    "EV production, by battery": "EV production share",
}
AREAS = {"North America": "United States"}


def outcomes() -> pd.DataFrame:
    """What came: columns measure, place, year, came."""
    table = read("hindcast_outcomes").rename(columns={"value": "came"})
    table["place"] = table["place"].replace(SAME_PLACE | AREAS)
    names = {there: here for here, there in KNOWN_AS.items()}
    table["measure"] = table["measure"].replace(names)
    return table[["measure", "place", "year", "came"]]


def start_shares(start: int) -> pd.DataFrame:
    """Columns measure, place, unchanged: the shares of the year of the start, which "no change" forecasts."""
    rows = [
        (f"{m} mined", p, v)
        for m in MINERALS
        for p, v in (output(m, start)[start] / output(m, start)[start].sum()).items()
    ]
    shares = read("hindcast_shares")
    shares = shares[shares["start"] == start]
    rows += [(MEASURES[POOLED[r.process]], r.place, r.share) for r in shares.itertuples()]
    for place in ("China", "Europe", "United States"):
        area = {"United States": "North America"}.get(place, place)
        rows.append(("LFP share of car batteries sold", place, latest("LFP share of BEV batteries", area, start)))
    rows += _at_start("cell", "cell", start) + _at_start("car", "EV production, by battery", start)
    makers = read("hindcast_known")
    makers = makers[
        (makers["measure"] == "cell maker share") & (makers["year"] == start) & (makers["confidence"] == "high")
    ]
    rows += [("cell maker share", SAME_PLACE.get(r.place, r.place), r.value) for r in makers.itertuples()]
    rows += _capacity_at_start(start)
    return pd.DataFrame(rows, columns=["measure", "place", "unchanged"])


def _at_start(item: str, measure: str, start: int) -> list[tuple[str, str, float]]:
    """Shares of countries in what the flows of the start say was made."""
    country = country_of(start)
    made: dict[str, float] = {}
    for (flow, source, _), amount in start_flows(start)[0].items():
        if flow == item:
            made[country[source]] = made.get(country[source], 0.0) + amount
    return [(measure if item == "car" else "cells made", p, v / sum(made.values())) for p, v in made.items()]


def _capacity_at_start(start: int) -> list[tuple[str, str, float]]:
    """Nameplate capacity by country: as published for 2020; for 2018 that of the table of plants."""
    if start >= 2020:
        rows = read("hindcast_known")
        rows = rows[(rows["measure"] == "cell capacity, nameplate") & (rows["year"] == start)].set_index("place")[
            "value"
        ]
        return [("cell capacity share", p, v / rows["world"]) for p, v in rows.drop("world").items()]
    plants = read("hindcast_cell_plants")
    plants = plants[plants["start"] == start]
    country = plants["region"].map(country_of(start))
    total = plants.groupby(country)["effective"].sum()
    return [("cell capacity share", str(p), v / total.sum()) for p, v in total.items()]


def side_by_side(plan: Plan) -> pd.DataFrame:
    """Columns measure, place, year, plan, unchanged, came, of every share of the plan or of what came."""
    table = plan_shares(plan)[["measure", "place", "year", "share"]].rename(columns={"share": "plan"})
    came = outcomes()
    came = came[came["year"] > plan.start]
    europe = table[
        table["place"].isin(COUNTRIES) & table["measure"].isin(["EV production, by battery", "cell capacity share"])
    ]
    europe = europe.groupby(["measure", "year"], as_index=False)["plan"].sum().assign(place="Europe")
    has = set(zip(table["measure"], table["place"], strict=True))
    table = pd.concat(
        [table, europe[[(m, p) not in has for m, p in zip(europe["measure"], europe["place"], strict=True)]]]
    )
    table = table.merge(came, on=["measure", "place", "year"], how="outer")
    table = table.merge(start_shares(plan.start), on=["measure", "place"], how="left")
    return table.sort_values(["measure", "year", "place"], ignore_index=True)


def errors(table: pd.DataFrame) -> pd.DataFrame:
    """Columns measure, year, places, error, no_change: half the sum of absolute differences over places of what came.

    Where only some places are known (cell makers, a single country), what they leave to the rest counts as one more
    place, so that every error is a part of the world. A share of LFP in a region is an absolute difference.
    """
    rows = []
    for (measure, year), group in table.dropna(subset=["came"]).groupby(["measure", "year"]):
        if measure == "LFP share of car batteries sold":
            for row in group.dropna(subset=["plan"]).itertuples():
                off = (abs(row.plan - row.came), abs(row.unchanged - row.came))
                rows.append((f"LFP share, {row.place}", year, 1, *off))
            continue
        filled = group[["plan", "unchanged", "came"]].fillna(0.0)
        rest = 1 - filled.sum()
        off = [(filled[c] - filled["came"]).abs().sum() + abs(rest[c] - rest["came"]) for c in ("plan", "unchanged")]
        rows.append((measure, year, len(group), off[0] / 2, off[1] / 2))
    return pd.DataFrame(rows, columns=["measure", "year", "places", "error", "no_change"])


def forecasts(plan: Plan, table: pd.DataFrame) -> pd.DataFrame:
    """Shares that were forecast by the start, beside the plan and what came."""
    names = {"cell capacity": "cell capacity share", "cell production": "cells made"}
    rows = read("hindcast_forecasts")
    rows = rows[rows["start"] <= plan.start].assign(measure=lambda t: t["measure"].map(names))
    whole = table.assign(place=table["place"].replace(COUNTRIES))
    whole = whole.groupby(["measure", "place", "year"], as_index=False)[["plan", "unchanged", "came"]].sum(min_count=1)
    found = rows.rename(columns={"share": "forecast"}).merge(whole, on=["measure", "place", "year"], how="left")
    return found[["measure", "place", "year", "forecast", "plan", "unchanged", "came", "source"]]


def compare(plan: Plan) -> dict[str, pd.DataFrame]:
    """The three sheets of the comparison."""
    table = side_by_side(plan)
    return {"shares": table, "errors": errors(table), "forecasts": forecasts(plan, table), "amounts": plan_shares(plan)}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("start", type=int, choices=STARTS, help="the year of the start")
    parser.add_argument("result", type=Path, help="result workbook of the instance of that start")
    parser.add_argument("-o", "--output", type=Path, help="workbook to write (default: beside the result)")
    given = parser.parse_args()
    sheets = compare(read_plan(given.result, given.start))
    target = given.output or given.result.with_name(f"hindcast_{given.start}.xlsx")
    with pd.ExcelWriter(target, engine="openpyxl") as writer:
        for name, sheet in sheets.items():
            sheet.to_excel(writer, sheet_name=name, index=False)
    print(sheets["errors"].round(3).to_string(index=False))
    print(sheets["forecasts"].round(3).to_string(index=False))
    print(f"{target} written")


if __name__ == "__main__":
    main()
