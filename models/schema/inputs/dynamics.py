"""The sheets of what holds back or changes a chain over time: productivity, and how fast flows and plants can move."""

from planner_models.schema.columns import number, reference, table
from planner_models.schema.inputs.common import PLACE

TABLES = [
    table(
        "productivity",
        "How much more or less is needed, and made, in a place than the figures of a process say. All rows that match "
        "a line multiply, named or `*`. Hours and energy count in costs and in emissions of the grid; nothing changes "
        "in a cost that a line states as unit_cost. Output multiplies what existing capacity, line_capacity and "
        "modules can make, at the same fixed cost and capex.",
        {
            "where": reference(
                "region, bloc or firm of the line, or * for all",
                *PLACE,
                "firms.firm",
                key=True,
                wildcard=True,
                default="*",
            ),
            "what": reference(
                "process, stage, tier or intensity of the line, or * for all",
                "processes.process",
                "processes.stage",
                "processes.tier",
                "processes.intensity",
                key=True,
                wildcard=True,
                default="*",
            ),
            "labour": number("multiplies hours of production labour", low=0, high=1000, default=1),
            "skilled": number("multiplies hours of skilled labour", low=0, high=1000, default=1),
            "energy": number("multiplies energy", low=0, high=1000, default=1),
            "output": number("multiplies what a unit of capacity makes", above=0, high=1000, default=1),
        },
    ),
]
