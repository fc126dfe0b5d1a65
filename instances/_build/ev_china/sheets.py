"""The sheets of the Chinese instance that follow from a table without plants or distances."""

import numpy as np
import pandas as pd
from .markets import demand_sheet
from .tables import EXPORTED, abroad, both, periods
from ..ranges import input_ranges
from ..ev_global.dynamics import productivity
from ..ev_global.sheets import plain, regions
from ..ev_global.tables import REMARKS, read, significant
from ..security_sheets import security_sheets

MOVED = ("raw_policy: EU countervailing", "raw_policy: Section 301 from 27 Sep 2024")
"""Duties on Chinese cars that stand in the sheet policies here, to be switched with the others."""
CARS = ("vehicle_mass", "vehicle_premium")
SMART = "vehicle_smart"
FALL = 0.1  # own estimate: a year, the upper end of what minerals' shares turn over by
SHUT = ("USA",)
"""Markets that duties of 100 % keep shut."""
LIST_STEP = "5"
"""The step of the markets for cars at list price."""
KEYS = {
    "access": ("firm", "process", "mode"),
    "projects": ("project", "option"),
    "clusters": ("region", "level"),
    "enablers": ("region", "enabler", "item", "threshold"),
    "learning": ("process", "level"),
    "policies": ("policy",),
    "line_capacity": ("site", "process", "period"),
}
SHARES = ("offtake_share", "saving")


def with_projects(table: str) -> pd.DataFrame:
    """Items or processes with the project that each waits for."""
    rows, waits = both(table), read("china_requires")
    key = table.rstrip("s") if table == "items" else "process"
    waits = waits[waits["sheet"] == table].set_index("name")["project"]
    unknown = set(waits.index) - set(rows[key])
    if unknown:
        raise ValueError(f"china_requires: not in {table}: {sorted(unknown)}")
    return rows.assign(requires=rows[key].map(waits))


def region_sheet() -> pd.DataFrame:
    """Chinese clusters first, then the foreign regions as in ev_global."""
    foreign = read("regions").set_index("region", drop=False).loc[abroad()]
    return regions(pd.concat([read("china_regions"), foreign], ignore_index=True))


def duty_sheet() -> pd.DataFrame:
    """Duties of ev_global between places of the instance, without those in policies; smart cars pay as premium."""
    duties = read("duties")
    moved = duties["source"].str.startswith(MOVED) & duties["item"].isin(CARS)
    duties = duties[~moved]
    smart = duties[duties["item"] == CARS[1]].assign(item=SMART)
    known = set(abroad()) | set(region_sheet()["bloc"]) | {"*"}
    duties = pd.concat([duties, smart], ignore_index=True)
    duties = duties[duties["origin"].isin(known) & duties["destination"].isin(known)]
    duties = duties[duties["from"].isin(periods())]
    return duties.assign(to=duties["to"].where(duties["to"].isin(periods())))


def learning_sheet() -> pd.DataFrame:
    """Levels of experience: at m times the prior output the saving is 1 - m ^ log2(1 - rate), counted from 2024 on."""
    rows = []
    for row in read("china_learning").itertuples():
        for level, multiple in enumerate((float(m) for m in str(row.multiples).split(";")), start=1):
            rows.append(
                {
                    "process": row.process,
                    "level": level,
                    "threshold": significant(row.prior * (multiple - 1)),
                    "saving": significant(1 - multiple ** np.log2(1 - row.rate)),
                    "outside": row.outside,
                    "source": row.source,
                    "confidence": row.confidence,
                    "note": row.note,
                }
            )
    return pd.DataFrame(rows)


def policy_sheet() -> pd.DataFrame:
    """Policies whose dates lie in the horizon."""
    policies = read("china_policies").drop(columns=REMARKS)
    remarks = read("china_policies")[REMARKS]
    last = policies["to"].where(policies["to"].isin(periods()))
    return pd.concat([policies.assign(to=last), remarks], axis=1)


def evidence_sheet(sheets: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Ranges given by hand, those that china_ranges gives to estimates of a column as two factors, and patterns."""
    frames = [read("china_evidence")]
    for rule in read("china_ranges").itertuples():
        rows = sheets[rule.sheet]
        rows = rows[(rows[rule.column] > 0) & (rows["confidence"] != "high")]
        key = rows[list(KEYS[rule.sheet])].map(lambda part: f"{part:g}" if isinstance(part, float) else str(part))
        if pd.notna(rule.together):  # levels that must keep their order move together
            keys = key.assign(**{rule.together: "*"}).agg("|".join, axis=1).drop_duplicates()
            ends = {"low": rule.low, "high": rule.high, "range_as": "factor"}
            remarks = {"source": rule.source, "confidence": rule.confidence, "note": rule.note}
            frames.append(pd.DataFrame({"sheet": rule.sheet, "key": keys, "column": rule.column, **ends, **remarks}))
            continue
        value = rows[rule.column].astype(float)
        most = 1.0 if rule.column in SHARES else np.inf
        frame = {
            "sheet": rule.sheet,
            "key": key.agg("|".join, axis=1),
            "column": rule.column,
            "low": (value * rule.low).map(significant),
            "high": (value * rule.high).clip(upper=most).map(significant),
            "source": rule.source,
            "confidence": rule.confidence,
            "note": "",
        }
        frames.append(pd.DataFrame(frame))
    found = pd.concat([*frames, input_ranges(sheets["recipes"]), read("china_patterns")], ignore_index=True)
    return found.drop_duplicates(["sheet", "key", "column"], ignore_index=True)


def productivity_sheet(sheets: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Hours abroad as in ev_global; the Chinese regions are what its figures are about.

    Without the rows that change nothing: where no line is, or where every line states its cost as a whole.
    """
    processes = sheets["processes"].set_index("process")
    lines = sheets["lines"][sheets["lines"]["unit_cost"].isna()]
    places = lines["site"].map(sheets["sites"].set_index("site")["region"])
    changed = set()
    for what in ("stage", "intensity"):
        changed |= set(zip(places, lines["process"].map(processes[what]), strict=True))
    rows = productivity(read("value_added"))
    pairs = pd.Series(zip(rows["where"], rows["what"], strict=True), index=rows.index)
    return rows[rows["where"].isin(abroad()) & pairs.isin(changed)]


def inertia_sheet(demand: pd.DataFrame) -> pd.DataFrame:
    """Markets abroad once won are kept for a while: what China ships of a car there falls by at most a share a year.

    Of its cars alone: with all items and places in it the search takes too long. The cars that were exported before are
    split over the markets like their volumes at list price; none went where duties shut the market, and of smart cars
    nothing is asked before they are launched.
    """
    markets = demand[demand["item"].isin([*CARS, SMART]) & demand["region"].isin(abroad())]
    listed = markets[(markets["step"] == LIST_STEP) & (markets["period"] == periods()[0])]
    before = listed["volume"].where(~listed["region"].isin(SHUT), 0.0)
    initial = before * EXPORTED / before.sum()
    rows = listed[["item", "region"]].rename(columns={"region": "destination"}).assign(source="China", max_fall=FALL)
    rows["initial"] = [significant(amount) for amount in initial]
    rows.loc[rows["item"].eq(SMART) | rows["destination"].isin(SHUT), "initial"] = None
    note = (
        "raw_demand: 1.25 M electric cars exported in 2024 (IEA GEVO 2025), split like list volumes; fall own estimate"
    )
    return rows.assign(confidence="low", note=note)


def check_offers(firms: set[str]) -> None:
    """Raises ValueError where an offer comes from a firm that is not there."""
    odd = set(read("china_access")["firm"]) - firms
    if odd:
        raise ValueError(f"china_access: not a firm: {sorted(odd)}")


def plain_sheets() -> dict[str, pd.DataFrame]:
    """Every sheet that needs no derivation from plants or distances."""
    technology = ["process", "tier", "stage", "intensity", "labour", "skilled", "energy", "other_cost"]
    goods = ["item", "tier", "unit", "value", "mass", "critical"]
    firms = read("china_firms")
    check_offers(set(firms["firm"]))
    access = [c for c in read("china_access").columns if c not in REMARKS]
    demand = demand_sheet()
    projects = [c for c in read("china_projects").columns if c not in REMARKS]
    return {
        "settings": plain("china_settings", ["key", "value"]),
        "periods": plain("periods", ["period", "years"]).iloc[: len(periods())],
        "regions": region_sheet(),
        "items": with_projects("items")[[*goods, "requires", *REMARKS]],
        "processes": with_projects("processes")[[*technology, "learnable_share", "emissions", "requires", *REMARKS]],
        "recipes": both("recipes")[["process", "item", "quantity", *REMARKS]],
        "firms": plain("china_firms", ["firm", "home", "sector", "bloc"]),
        "access": plain("china_access", access),
        "projects": plain("china_projects", projects),
        "duties": duty_sheet()[["origin", "destination", "item", "rate", "ban", "from", "to", *REMARKS]],
        "demand": demand,
        "enablers": plain("china_enablers", ["region", "enabler", "item", "threshold", "uplift"]),
        "learning": learning_sheet(),
        "clusters": plain("china_clusters", ["region", "level", "stages", "saving", "tier", "activity"]),
        "stocks": plain("china_stocks", ["region", "item", "initial", "maximum", "holding_cost", "minimum"]),
        "policies": policy_sheet(),
        "inertia": inertia_sheet(demand),
        **security_sheets("china"),
    }
