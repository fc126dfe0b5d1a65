"""What a plan says of who makes what: shares of the world by measure, country (or maker) and year."""

from dataclasses import dataclass

import pandas as pd

from .flows import other_cells
from .history import MARKETS, MINERALS, market_regions
from .plants import nameplate_excess, sustained_use
from .sheets import country_of, years

MEASURES = {f"{m}_refined": f"{m} refined" for m in ("lithium", "nickel", "cobalt")}
MEASURES |= {m: f"{m} mined" for m in MINERALS}
MEASURES |= {"cathode_lfp": "LFP cathode made", "cathode_ncm": "ternary cathode made", "anode": "anode made"}
MEASURES |= {"car": "EV production, by battery", "cell": "cells made"}
COLUMNS = ["measure", "place", "year", "share", "amount", "unit"]


@dataclass(frozen=True)
class Plan:
    """The sheets of a result workbook that shares are computed from, and the start it was made for."""

    start: int
    production: pd.DataFrame
    capacity: pd.DataFrame
    flows: pd.DataFrame
    sites: pd.DataFrame
    recipes: pd.DataFrame


def read_plan(path: str, start: int) -> Plan:
    """A result workbook of one of the two instances."""
    names = {"production": "production", "capacity": "capacity", "flows": "flows", "sites": "in_sites"}
    found = pd.read_excel(path, sheet_name=[*names.values(), "in_recipes"], engine="calamine")
    sheets = {name: found[sheet] for name, sheet in names.items()}
    return Plan(start, recipes=found["in_recipes"], **sheets)


def plan_shares(plan: Plan) -> pd.DataFrame:
    """Columns measure, place, year, share, amount, unit: every good, place and year of the plan."""
    output = _output(plan)
    tables = [
        _world_shares(output, "country", MEASURES),
        _makers(output, plan.start),
        _capacity(plan),
        _lfp(plan, output),
    ]
    table = pd.concat([t for t in tables if len(t)], ignore_index=True)[COLUMNS]
    return table.sort_values(["measure", "year", "place"], ignore_index=True)


def _output(plan: Plan) -> pd.DataFrame:
    """What every site makes: site, region, country, firm, process, item, year, amount."""
    made = plan.production.merge(plan.recipes[["process", "item", "quantity"]], on="process")
    made = made[made["quantity"] > 0].merge(plan.sites[["site", "region", "firm"]], on="site")
    country = country_of(plan.start)
    return made.assign(
        country=made["region"].map(country), year=made["period"].astype(int), amount=made["made"] * made["quantity"]
    )


def _share(table: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Amounts with their share of the sum of the same measure and year."""
    whole = table.groupby(["measure", "year"])["amount"].transform("sum")
    return table.assign(share=table["amount"] / whole, unit=unit)


def _world_shares(output: pd.DataFrame, by: str, measures: dict[str, str]) -> pd.DataFrame:
    table = output[output["item"].isin(measures)].assign(measure=lambda t: t["item"].map(measures))
    table = table.groupby(["measure", by, "year"], as_index=False)["amount"].sum().rename(columns={by: "place"})
    unit = table["measure"].map(lambda m: "kt" if "mined" in m or "refined" in m else "GWh")
    return _share(table, "").assign(unit=unit)


def _makers(output: pd.DataFrame, start: int) -> pd.DataFrame:
    """Cells by maker, wherever its plants are; cells for other uses, which come from other Chinese makers, left out."""
    table = output[output["item"] == "cell"].groupby(["firm", "year"], as_index=False)["amount"].sum()
    others = table["year"].map(lambda year: other_cells(start, int(year)))
    table["amount"] = (table["amount"] - others.where(table["firm"] == "Other Chinese makers", 0.0)).clip(lower=0.0)
    return _share(table.rename(columns={"firm": "place"}).assign(measure="cell maker share"), "GWh")


def _capacity(plan: Plan) -> pd.DataFrame:
    """Nameplate capacity of cells by country: effective capacity of the plan, and what was idle at the start."""
    table = plan.capacity[plan.capacity["process"] == "make_cell"].merge(plan.sites[["site", "region"]], on="site")
    table = table.assign(place=table["region"].map(country_of(plan.start)))
    table = table.assign(year=table["period"].astype(int), amount=table["capacity"] / sustained_use(plan.start))
    table = table.groupby(["place", "year"], as_index=False)["amount"].sum()
    table["amount"] += nameplate_excess(plan.start) * (table["place"] == "China")
    return _share(table.assign(measure="cell capacity share"), "GWh/year")


def _lfp(plan: Plan, output: pd.DataFrame) -> pd.DataFrame:
    """Share of LFP in the batteries of the cars sold in each market: that of the places the cars come from."""
    packs = output[output["item"] == "battery"]
    packs = packs.pivot_table(
        index=["region", "year"], columns="process", values="amount", aggfunc="sum", fill_value=0.0
    )
    part = packs.get("pack_lfp", 0.0) / packs.sum(axis=1)
    cars = output[output["item"] == "car"].groupby(["region", "year"])["amount"].sum()
    shipped = plan.flows[plan.flows["item"].isin([*MARKETS.values()]) & (plan.flows["item"] == "car")]
    shipped = shipped.assign(year=shipped["period"].astype(int))
    rows = []
    for year in years(plan.start):
        now = shipped[shipped["year"] == year]
        for market in market_regions():
            sent = now[now["destination"] == market].groupby("origin")["shipped"].sum()
            if (market, year) in cars.index:
                own = cars[(market, year)] - now[now["origin"] == market]["shipped"].sum()
                sent = pd.concat([sent, pd.Series({market: own})])
            if sent.sum() > 0:
                lfp = sum(amount * float(part.get((origin, year), 0.0)) for origin, amount in sent.items())
                rows.append(("LFP share of car batteries sold", market, year, lfp / sent.sum(), lfp, "GWh"))
    return pd.DataFrame(rows, columns=COLUMNS)
