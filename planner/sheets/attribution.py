"""The sheets of the workbooks that studies write, in the order in which they stand."""

import pandera.pandas as pa

from planner_models.schema import RESULTS
from planner_models.schema.columns import number, table, text


def _money(description: str, unit: str = "money") -> pa.Column:
    return number(description, unit)


_ATTRIBUTION = [
    RESULTS["summary"],
    table(
        "attribution",
        "Worth of each mechanism (Shapley values); they add up to all on minus all off.",
        {
            "mechanism": text("switch in sheet settings", key=True),
            "worth": _money("total surplus gained, discounted; blank where not compared"),
            "share": number("worth as a share of the total of all mechanisms", "share"),
            "standard_error": _money(
                "standard error of a worth estimated from sampled orders; blank where all orders are counted"
            ),
            "solver_error": _money("largest error of the worth because plans were solved to a gap"),
            "alone": _money("what it adds while every other mechanism is off"),
            "last": _money("what it adds while every other mechanism is on"),
            "profit": _money("part of the worth gained by home firms"),
            "consumers": _money("part gained by buyers beyond what they pay"),
            "state": _money("part gained by the state: duties less subsidies"),
            "objective": _money("change of the objective; the difference to the worth is transfers"),
            "remark": text("why it is worth nothing, or was not compared"),
        },
    ),
    table(
        "interactions",
        "Joint worth of two mechanisms minus the sum of their single worths, all others off.",
        {
            "first": text("mechanism", key=True),
            "second": text("mechanism", key=True),
            "interaction": _money("above zero they strengthen each other, below they overlap"),
            "solver_error": _money("largest error because plans were solved to a gap"),
        },
    ),
    table(
        "coalitions",
        "Every plan that was solved for the attribution.",
        {
            "switches": text("mechanisms switched on; none = all off", key=True),
            "status": text("how the solve ended"),
            "objective": _money("total of the plan, discounted"),
            "bound": _money("no plan is better than this"),
            "gap": number("between the two", "share"),
            "surplus": _money("total surplus of the plan, discounted"),
            "profit": _money("of firms at home"),
            "consumers": _money("what buyers gain beyond what they pay"),
            "state": _money("duties less subsidies"),
            "seconds": number("time to solve", "s"),
        },
    ),
    RESULTS["issues"],
    RESULTS["run"],
]

ATTRIBUTION: dict[str, pa.DataFrameSchema] = {schema.name: schema for schema in _ATTRIBUTION if schema.name is not None}
