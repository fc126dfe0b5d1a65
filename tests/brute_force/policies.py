"""Policies: what they change, and what they pay for within their budgets."""

from math import inf

from tests.brute_force.program import Program, Row


def active(program: Program, kind: str) -> list[Row]:
    """The policies of a kind that are in force in this run."""
    switch = "duty_policies" if kind == "duty" else "support"
    on = program.settings["policies"] == "on" == program.settings.get(switch, "on")
    rows = program.tables["policies"] if on else []
    return [row for row in rows if row["kind"] == kind and row["active"] == "yes"]


def in_force(program: Program, kind: str, t: int) -> list[Row]:
    """Those whose window period `t` lies in."""
    return [row for row in active(program, kind) if t in program.calendar.span(row["from"], row["to"])]


def about(program: Program, policy: Row, region: str, process: str) -> bool:
    """Whether a policy means what a process does in a region."""
    bloc = program.find("regions", "region", region)["bloc"]
    return policy["region"] in ("*", region, bloc) and (
        policy["item"] in ("*", process) or makes(program, process, policy["item"]) > 0
    )


def makes(program: Program, process: str, item: str) -> float:
    """How much of an item one unit of a process makes; 0 where it makes none."""
    rows = program.tables["recipes"]
    return max([0.0, *(row["quantity"] for row in rows if (row["process"], row["item"]) == (process, item))])


def capex_policies(program: Program, site: Row, line: Row) -> list[Row]:
    """The capex policies that speak of modules on a line."""
    return [row for row in active(program, "capex") if about(program, row, site["region"], line["process"])]


def change_markets(program: Program) -> None:
    """Market access changes volumes."""
    for row in program.tables["demand"]:
        bloc = program.find("regions", "region", row["region"])["bloc"]
        for policy in in_force(program, "market_access", program.calendar.names.index(row["period"])):
            if policy["region"] in ("*", row["region"], bloc) and policy["item"] in ("*", row["item"]):
                row["volume"] *= 1 + policy["rate"]


def add_subsidies(program: Program) -> None:
    """A column for what each policy pays in each period, up to what there is to pay for and to its budget."""
    for flow in program.flows:
        for policy in in_force(program, "output", flow.t) if flow.controlled else []:
            if about(program, policy, flow.region, flow.process["process"]):
                each = makes(program, flow.process["process"], policy["item"]) or 1.0
                program.payables[policy["policy"], flow.t, False][flow.column] = policy["rate"] * each
    for (name, t, once), amounts in program.payables.items():
        worth = program.calendar.once[t] if once else program.calendar.yearly[t]
        paid = program.column(-worth)
        program.at_most(("paid", name, t, once), {paid: 1.0} | {column: -each for column, each in amounts.items()})
        budget = program.find("policies", "policy", name)["budget"]
        program.limits["budget", name] = (-inf, inf if budget is None else budget)
        program.put(("budget", name), paid, 1.0 if once else program.calendar.years[t])
