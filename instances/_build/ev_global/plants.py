"""Sites, lines, their capacity over time, and what can be built: from shares, utilisation and the demand of 2024."""

import pandas as pd
from .tables import REMARKS, read, significant

GROWTH_YEARS = ("2026", "2028", "2030")


def recipe_inputs(recipes: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Process -> item -> amount used per unit of activity."""
    used = recipes[recipes["quantity"] < 0]
    return {p: dict(zip(g["item"], -g["quantity"], strict=True)) for p, g in used.groupby("process")}


def recipe_outputs(recipes: pd.DataFrame) -> dict[str, str]:
    """Process -> the item it makes (one unit per unit of activity)."""
    made = recipes[recipes["quantity"] > 0]
    return dict(zip(made["process"], made["item"], strict=True))


def path_shares(recipes: pd.DataFrame, mix: pd.DataFrame) -> dict[str, float]:
    """Process -> share of its item that it makes in 2024: 1 for the only way, 0 for a way without a market yet."""
    made = recipe_outputs(recipes)
    given = dict(zip(mix["process"], mix["share"], strict=True))
    ways = pd.Series(made).value_counts()
    return {p: given.get(p, 1.0 if ways[item] == 1 else 0.0) for p, item in made.items()}


def world_activity(demand: pd.Series, recipes: pd.DataFrame, mix: pd.DataFrame) -> dict[str, float]:
    """Activity per year of every process that serves `demand` (item -> item/year) through all tiers.

    need = demand + sum over processes of (inputs x activity), repeated until the longest chain has been walked.
    """
    inputs, made, shares = recipe_inputs(recipes), recipe_outputs(recipes), path_shares(recipes, mix)
    activity: dict[str, float] = {}
    for _ in range(20):
        need = demand.to_dict()
        for process, level in activity.items():
            for item, amount in inputs.get(process, {}).items():
                need[item] = need.get(item, 0.0) + amount * level
        activity = {p: shares[p] * need.get(item, 0.0) for p, item in made.items()}
    return activity


def existing_capacity(plants: pd.DataFrame, activity: dict[str, float], fixed: pd.DataFrame) -> pd.Series:
    """Capacity (activity/year) = share of the world x activity of 2024 / utilisation, or share x a stated capacity.

    Shares of a process are scaled to 1, so that places which no source names do not leave the world short.
    """
    stated = dict(zip(fixed["process"], fixed["capacity"], strict=True))
    total = plants.groupby("process")["share"].transform("sum")
    world = plants["process"].map(lambda p: stated.get(p, activity[p]))
    use = plants["utilisation"].where(~plants["process"].isin(stated), 1.0)
    return (plants["share"] / total * world / use).map(significant)


def capex_per_unit(plants: pd.DataFrame, processes: pd.DataFrame, regions: pd.DataFrame) -> pd.Series:
    """Capex (money per activity/year) at the plant: Chinese figures x capex_index, world figures as they are."""
    by_process = processes.set_index("process")
    index = plants["region"].map(regions.set_index("region")["capex_index"])
    china = plants["process"].map(by_process["capex_basis"]) == "China"
    return plants["process"].map(by_process["capex"]) * index.where(china, 1.0)


def site_sheet(plants: pd.DataFrame) -> pd.DataFrame:
    """One row per site; a candidate costs 2 % of its opening cost a year."""
    rows = []
    for site, group in plants.groupby("site", sort=False):
        if group[["region", "firm", "status"]].drop_duplicates().shape[0] != 1:
            raise ValueError(f"site {site!r}: region, firm and status differ between its lines")
        first, opening = group.iloc[0], group["opening_cost"].max()
        opening = 0.0 if pd.isna(opening) else float(opening)
        rows.append(
            {
                "site": site,
                **first[["region", "firm", "status"]],
                "opening_cost": opening,
                "fixed_cost": significant(0.02 * opening),
                **first[REMARKS],
            }
        )
    return pd.DataFrame(rows)


def line_sheet(plants: pd.DataFrame, processes: pd.DataFrame) -> pd.DataFrame:
    """Lines; fixed cost (money/year) = fixed share x capex in the region x capacity of 2024."""
    share = plants["process"].map(processes.set_index("process")["fixed_share"])
    return pd.DataFrame(
        {
            "site": plants["site"],
            "process": plants["process"],
            "capacity": plants["capacity"],
            "fixed_cost": (share * plants["capex"] * plants["capacity"]).map(significant),
            "min_load": plants["min_load"].fillna(0.0),
            "unit_cost": plants["unit_cost"],
            "retirable": plants["retirable"],
            **{name: plants[name] for name in REMARKS},
        }
    )


def line_capacity_sheet(plants: pd.DataFrame, periods: list[str]) -> pd.DataFrame:
    """Announced additions: capacity of 2024 x growth factor, from the period that starts in that year on."""
    rows = []
    for _, plant in plants[plants["capacity"] > 0].iterrows():
        last = 1.0
        for year in GROWTH_YEARS:
            factor = plant[f"grow_{year}"]
            if factor == last:
                continue
            rows.append(
                {
                    "site": plant["site"],
                    "process": plant["process"],
                    "period": next(p for p in periods if p.startswith(year)),
                    "capacity": significant(plant["capacity"] * factor),
                    "source": f"own estimate: growth factor {factor:g} on 2024 (announced or under construction)",
                    "confidence": "low",
                    "note": plant["note"],
                }
            )
            last = factor
    return pd.DataFrame(rows)


def option_sheet(plants: pd.DataFrame, processes: pd.DataFrame, options: pd.DataFrame) -> pd.DataFrame:
    """Modules that can be built at the plants marked so. The model multiplies capex by the region's capex_index,
    therefore world figures are divided by it here; fixed cost is not multiplied and carries the index already."""
    able = plants[plants["expand"] == "yes"].merge(options, on="process", suffixes=("", "_option"))
    able = able.merge(processes, on="process", suffixes=("", "_process"))
    before_index = able["capex"] / able["capex_index"] * able["size"]
    return pd.DataFrame(
        {
            "site": able["site"],
            "process": able["process"],
            "option": able["option"],
            "size": able["size"],
            "capex": before_index.map(significant),
            "fixed_cost": (able["fixed_share"] * able["capex"] * able["size"]).map(significant),
            "lead_periods": able["lead_periods"],
            "life": able["life"],
            "max_modules": able["max_modules"].fillna(able["max_modules_option"]).astype(int),
            "ramp": able["ramp"],
            "scale_exponent": able["scale_exponent"].where(able["multiples"].notna()),
            "multiples": able["multiples"].map(lambda m: "" if pd.isna(m) else f"{m:g}"),
            "source": able["source_process"],
            "confidence": "low",
            "note": able["note_option"],
        }
    )


def plants_of_2024(plain: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The table of plants with the capacity of 2024 (activity/year) that serves the demand of the first period."""
    plants = read("plants")
    first = plain["demand"][plain["demand"]["period"] == plain["periods"]["period"].iloc[0]]
    activity = world_activity(first.groupby("item")["volume"].sum(), plain["recipes"], read("path_mix"))
    plants["capacity"] = existing_capacity(plants, activity, read("fixed_capacity"))
    return plants


def sheets_of(
    plants: pd.DataFrame, processes: pd.DataFrame, options: pd.DataFrame, plain: dict[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """Sheets sites, lines, line_capacity and options of plants with a capacity, at the capex of their region."""
    plants = plants.assign(
        capex=capex_per_unit(plants, processes, plain["regions"]),
        capex_index=plants["region"].map(plain["regions"].set_index("region")["capex_index"]),
    )
    return {
        "sites": site_sheet(plants),
        "lines": line_sheet(plants, processes),
        "line_capacity": line_capacity_sheet(plants, list(plain["periods"]["period"])),
        "options": option_sheet(plants, processes.drop(columns="capex"), options),
    }


def plant_sheets(plain: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Sheets sites, lines, line_capacity and options from the plants table and the demand of the first period."""
    return sheets_of(plants_of_2024(plain), read("processes"), read("options"), plain)
