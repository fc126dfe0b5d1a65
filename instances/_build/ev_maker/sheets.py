"""The sheets of `ev_maker` that need no plants or distances, from its own tables and the shared ones they lean on."""

import pandas as pd
from ..ranges import input_ranges
from ..ev_global.dynamics import productivity
from ..ev_global.sheets import SKILLED_OVER_WAGE
from ..ev_global.tables import REMARKS, mean_of, read, significant
from ..security_sheets import security_sheets

HOURS = ["labour", "skilled", "energy", "other_cost"]
PLAIN = {
    "settings": ["key", "value"],
    "periods": ["period", "years"],
    "recipes": ["process", "item", "quantity"],
    "firms": ["firm", "home", "sector", "bloc"],
    "access": [
        *("firm", "process", "mode", "entry_cost", "annual_cost", "stake", "controls", "offtake_share", "min_take"),
        *("markup", "transaction_cost", "term", "exit", "priority", "qualification"),
    ],
    "projects": [
        *("project", "option", "kind", "partner", "min_stake", "tied", "cost", "duration", "needs", "first_period"),
    ],
    "duties": ["origin", "destination", "item", "rate", "ban", "from", "to"],
    "enablers": ["region", "enabler", "item", "threshold", "uplift"],
    "learning": ["process", "level", "threshold", "saving", "outside"],
    "clusters": ["region", "level", "stages", "saving", "tier", "activity"],
    "stocks": ["region", "item", "initial", "maximum", "holding_cost", "minimum"],
    "policies": ["policy", "kind", "region", "item", "rate", "budget", "from", "to", "active"],
}
"""Sheets whose table already has their columns."""

KEYS = {
    "demand": ["region", "item", "period", "step"],
    "lines": ["site", "process"],
    "options": ["site", "process", "option"],
    "access": ["firm", "process", "mode"],
    "projects": ["project", "option"],
    "processes": ["process"],
    "items": ["item"],
    "regions": ["region"],
    "productivity": ["where", "what"],
    "learning": ["process", "level"],
    "clusters": ["region", "level"],
    "enablers": ["region", "enabler", "item", "threshold"],
    "policies": ["policy"],
}
"""The columns that name a row of the sheets with ranges by factors."""


def regions() -> pd.DataFrame:
    """Factor endowments from anchor countries, with factors for places within China.

    wage = mean over the anchors x wage_factor, likewise energy; institution_factor = 2 - 2 x (WGI - 0.433), at
    least 0.8, as in ev_global.
    """
    raw = read("raw_endowments")

    def figure(row: pd.Series, item: str, override: str) -> float:
        if pd.notna(row[override]):
            return float(row[override])
        return mean_of(raw, item, row["anchors"].split(";"))

    rows = []
    for _, row in read("maker_regions").iterrows():
        wage = figure(row, "Hourly manufacturing labour cost (model set)", "wage_override") * row["wage_factor"]
        energy = figure(row, "Industrial electricity", "energy_override") * row["energy_factor"]
        scale = 1.0 if pd.notna(row["grid_override"]) else 1000.0
        rows.append(
            {
                **row[["region", "bloc", "latitude", "longitude"]],
                "wage": significant(wage),
                "skilled_wage": significant(wage * SKILLED_OVER_WAGE),
                "energy_price": significant(energy),
                "wacc": significant(figure(row, "WACC", "wacc_override") + row["wacc_add"]),
                "capex_index": row["capex_index"],
                "institution_factor": significant(
                    max(0.8, 2 - 2 * (figure(row, "WGI mean", "institution_override") - 0.433))
                ),
                "grid_co2": significant(figure(row, "Grid carbon", "grid_override") / scale),
                **row[REMARKS],
            }
        )
    return pd.DataFrame(rows)


def items() -> pd.DataFrame:
    """Items as in the table of ev_global that each is like, with the maker's own value or mass where given."""
    table = read("maker_items").merge(read("items"), left_on="like", right_on="item", suffixes=("", "_like"))
    for column in ("value", "mass", "unit"):
        table[column] = table[column].where(table[column].notna(), table[f"{column}_like"])
    return table[["item", "tier", "unit", "value", "mass", "critical", "requires", *REMARKS]]


def transport() -> pd.Series:
    """Item -> kind of goods in the freight table."""
    table = read("maker_items").merge(read("items"), left_on="like", right_on="item", suffixes=("", "_like"))
    return table.set_index("item")["transport"]


def technology() -> pd.DataFrame:
    """Processes as in the table of ev_global that each is like: hours, power and other cost x factor, plus what is
    bought beside the chain (`other_add`); capex x capex_factor."""
    table = read("maker_processes").merge(read("processes"), left_on="like", right_on="process", suffixes=("", "_like"))
    for column in HOURS:
        table[column] = table[column] * table["factor"]
    table["other_cost"] += table["other_add"]
    table["capex"] *= table["capex_factor"]
    table["stage"] = table["stage"].fillna(table["stage_like"])
    table["learnable_share"] = table["learnable_share"].fillna(table["learnable_share_like"])
    for column in [*HOURS, "capex"]:
        table[column] = table[column].map(significant)
    return table


def processes() -> pd.DataFrame:
    """Sheet processes."""
    columns = ["process", "tier", "stage", "intensity", *HOURS, "royalty", "learnable_share", "emissions", "requires"]
    return technology()[[*columns, *REMARKS]]


def steps_of(market: pd.Series, bloc: pd.Series) -> pd.DataFrame:
    """The price-volume steps of a market: those of its bloc where given, else the general ones."""
    steps = read("maker_steps")
    steps = steps[steps["item"] == market["item"]]
    own = steps[steps["bloc"] == bloc[market["region"]]]
    return own if len(own) else steps[steps["bloc"] == "*"]


def demand(periods: list[str], bloc: pd.Series) -> pd.DataFrame:
    """A row per market, period and step: list volume x growth x step, list price x its course x step."""
    rows = [
        {
            **market[["region", "item"]],
            "period": period,
            "step": step["step"],
            "price": significant(market["price"] * market[f"p{period[:4]}"] * step["price_factor"], 4),
            "volume": significant(market["volume"] * market[f"g{period[:4]}"] * step["volume_factor"]),
            **market[REMARKS],
        }
        for _, market in read("maker_demand").iterrows()
        for period in periods
        for _, step in steps_of(market, bloc).iterrows()
    ]
    return pd.DataFrame(rows)


def hours(sheets: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Sheet productivity: hours as in ev_global, of the place that each region is like; only where a line has hours.

    A line with a unit cost of its own has none.
    """
    places = read("maker_value_added")[["region", "like"]]
    known = read("value_added").rename(columns={"region": "like"})
    table = productivity(places.merge(known, on="like"))
    lines = sheets["lines"][sheets["lines"]["unit_cost"].isna()].merge(sheets["sites"][["site", "region"]], on="site")
    lines = lines.merge(sheets["processes"][["process", "stage", "intensity"]], on="process")
    met = {*zip(lines["region"], lines["stage"], strict=True), *zip(lines["region"], lines["intensity"], strict=True)}
    return table[[pair in met for pair in zip(table["where"], table["what"], strict=True)]]


def evidence(sheets: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Ranges: those given by hand, those of recipes, two factors on estimates of the columns listed, and patterns."""
    recipes = read("maker_recipes").dropna(subset=["low", "high"])
    by_hand = read("maker_evidence")
    ranges = pd.DataFrame(
        {
            "sheet": "recipes",
            "key": recipes["process"] + "|" + recipes["item"],
            "column": "quantity",
            **{name: recipes[name] for name in ("low", "high", *REMARKS)},
        }
    )
    derived = [range_of(rule, sheets[str(rule["sheet"])]) for _, rule in read("maker_ranges").iterrows()]
    patterns = [input_ranges(sheets["recipes"]), read("maker_patterns")]
    found = pd.concat([by_hand, ranges, *derived, *patterns], ignore_index=True)
    return found.drop_duplicates(["sheet", "key", "column"], ignore_index=True)


def range_of(rule: pd.Series, rows: pd.DataFrame) -> pd.DataFrame:
    """The ranges that two factors give to the estimated figures of a column."""
    rows = rows[(rows[rule["column"]].astype(float) > 0) & (rows["confidence"] != "high")]
    key = rows[list(KEYS[rule["sheet"]])].map(lambda part: f"{part:g}" if isinstance(part, float) else str(part))
    if pd.notna(rule["together"]):
        return range_together(rule, key)
    value = rows[rule["column"]].astype(float)
    return pd.DataFrame(
        {
            "sheet": rule["sheet"],
            "key": key.agg("|".join, axis=1),
            "column": rule["column"],
            **{end: (value * rule[end]).map(significant) for end in ("low", "high")},
            **{name: rule[name] for name in REMARKS},
        }
    )


def range_together(rule: pd.Series, key: pd.DataFrame) -> pd.DataFrame:
    """The same by pattern, so that levels that must keep their order move together."""
    keys = key.assign(**{rule["together"]: "*"}).agg("|".join, axis=1).drop_duplicates()
    ends = {end: rule[end] for end in ("low", "high", *REMARKS)}
    return pd.DataFrame({"sheet": rule["sheet"], "key": keys, "column": rule["column"], "range_as": "factor", **ends})


def plain_sheets() -> dict[str, pd.DataFrame]:
    """Every sheet that needs no derivation from plants or distances."""
    sheets = {name: read(f"maker_{name}")[[*columns, *REMARKS]].copy() for name, columns in PLAIN.items()}
    sheets["regions"] = regions()
    sheets["items"] = items()
    sheets["processes"] = processes()
    sheets["demand"] = demand(list(sheets["periods"]["period"]), sheets["regions"].set_index("region")["bloc"])
    return sheets | security_sheets("maker")
