"""The sheets that say what the chain is: time, places, items and the ways of making them."""

from planner_models.schema.columns import choice, flag, number, reference, share, table, text
from planner_models.schema.inputs.common import INTENSITIES, TIERS, item
from planner_models.schema.settings import SETTINGS

TABLES = [
    table(
        "settings",
        "One row per setting; a missing row means its default.",
        {
            "key": choice("name of the setting", tuple(SETTINGS), key=True),
            "value": text("its value"),
        },
    ),
    table(
        "periods",
        "The time axis; row order is time order. All flows are yearly rates within a period.",
        {
            "period": text("name of the period", key=True),
            "years": number("length", "year", low=1, high=200, default=1, whole=True),
        },
    ),
    table(
        "regions",
        "Where things are made and used: a country, a province or a cluster, with its wages, energy price and other "
        "factors.",
        {
            "region": text("name of the region", key=True),
            "bloc": text("bloc it belongs to; blank = a bloc of its own"),
            "latitude": number("latitude", "degree", low=-90, high=90),
            "longitude": number("longitude", "degree", low=-180, high=180),
            "wage": number("wage of production labour", "currency/h", low=0, default=0, varies=True),
            "skilled_wage": number("wage of skilled labour", "currency/h", low=0, default=0, varies=True),
            "energy_price": number("price of industrial energy", "currency/kWh", low=0, default=0, varies=True),
            "wacc": number("cost of capital; blank = the discount rate", "1/year", low=0, high=1),
            "capex_index": number("capex relative to the figures in options", low=0, default=1),
            "institution_factor": number("multiplies transaction costs", low=0, default=1, varies=True),
            "grid_co2": number("emissions of grid energy", "kg/kWh", low=0, default=0),
        },
    ),
    table(
        "items",
        "Everything that flows. Count items in thousands (kt, GWh, thousand vehicles).",
        {
            "item": text("name of the item", key=True),
            "tier": choice("tier of the chain", TIERS, required=True),
            "unit": text("unit in which the item is counted"),
            "value": number(
                "reference value for duties, shares and in-transit stock; where it is 0 shares are by quantity",
                "money/item",
                low=0,
                default=0,
            ),
            "mass": number("mass", "t/item", low=0, default=0),
            "critical": flag("counted as critical in security figures", "no"),
            "disposable": flag("surplus may be disposed of", "no"),
            "disposal_cost": number(
                "cost of disposing of one unit, where that is allowed", "money/item", low=0, default=0
            ),
            "requires": reference("project that must be ready before it is sold", "projects.project", required=False),
        },
    ),
    table(
        "processes",
        "Ways of making items; alternative technologies are alternative processes.",
        {
            "process": text("name of the process", key=True),
            "tier": choice("tier of the chain", TIERS, required=True),
            "stage": text("stage it belongs to, for clusters; blank = the process itself"),
            "intensity": choice("the factor it uses most intensively", INTENSITIES),
            "labour": number("production labour", "h/activity", low=0, default=0, varies=True),
            "skilled": number("skilled labour", "h/activity", low=0, default=0, varies=True),
            "energy": number("energy", "kWh/activity", low=0, default=0),
            "other_cost": number("all other running cost", "money/activity", low=0, default=0, varies=True),
            "royalty": number("royalty", "money/activity", low=0, default=0, varies=True),
            "learnable_share": share("share of conversion cost that falls with experience", default=0),
            "emissions": number("process emissions", "t/activity", low=0, default=0),
            "requires": reference("project that must be ready before it runs", "projects.project", required=False),
        },
    ),
    table(
        "recipes",
        "What one unit of activity uses (negative) and makes (positive).",
        {
            "process": reference("process", "processes.process", key=True),
            "item": item(),
            "quantity": number(
                "per activity; negative is used, positive is made", "item/activity", required=True, varies=True
            ),
        },
    ),
]
