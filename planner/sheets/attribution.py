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
    table(
        "ranges",
        "Worth of each mechanism in joint samples of the ranged figures; only with --samples.",
        {
            "mechanism": text("switch in sheet settings", key=True),
            "samples": number("samples in which every combination has a plan"),
            "mean": _money("mean of the worth"),
            "p10": _money("worth that one of ten samples is below"),
            "median": _money("median of the worth"),
            "p90": _money("worth that nine of ten samples are below"),
            "positive": number("share of samples in which it is above zero beyond the solver error", "share"),
        },
    ),
    table(
        "ranks",
        "Probability of each rank of a mechanism by its worth; equal worths share their ranks. Only with --samples.",
        {
            "mechanism": text("switch in sheet settings", key=True),
            "rank": number("1 is the largest worth", key=True),
            "probability": number("share of the samples", "share"),
        },
    ),
    table(
        "sampled",
        "Worth of each mechanism in each sample; in each they add up to its total. Only with --samples.",
        {
            "sample": number("its number", key=True),
            "mechanism": text("switch in sheet settings; blank where the sample has no worths", key=True),
            "worth": _money("its worth in this sample"),
            "solver_error": _money("largest error of the worth because plans were solved to a gap"),
            "total": _money("all on minus all off in this sample"),
            "refused": text("why the sample has no worths"),
        },
    ),
    RESULTS["issues"],
    RESULTS["run"],
]

ATTRIBUTION: dict[str, pa.DataFrameSchema] = {schema.name: schema for schema in _ATTRIBUTION if schema.name is not None}
