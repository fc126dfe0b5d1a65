"""Development: which option of each project starts when, and what waits for it."""

from itertools import product

from tests.brute_force.policies import in_force
from tests.brute_force.program import PLENTY, Alternative, Program, Row, held


def add_projects(program: Program) -> None:
    """Columns that say when each project is ready; per project a decision; and what is made or sold only then."""
    names = sorted({row["project"] for row in program.tables["projects"]})
    periods = program.calendar.periods
    ready = {key: program.column(0.0) for key in product(names, periods)}
    for name in names:
        options = [row for row in program.tables["projects"] if row["project"] == name]
        never = tuple((ready[name, t], 0.0, 0.0) for t in periods)
        begun = [
            (_starts(program, row, start, ready), start + int(row["duration"]))
            for row in options
            if _offered(program, row)
            for start in program.calendar.span(row["first_period"], None)
            if start + row["duration"] < len(periods)
        ]
        alternatives = [Alternative(0.0, (*never, *((column, 0.0, 0.0) for column, _ in begun)))]
        for column, end in begun:
            waits = [held(ready[name, t], t >= end) for t in periods]
            starts = [held(other, other == column) for other, _ in begun]
            alternatives.append(Alternative(0.0, (*waits, *starts)))
        program.decisions.append(alternatives)
    for flow in program.flows:
        if flow.process["requires"] is not None:
            wait = ready[flow.process["requires"], flow.t]
            program.at_most(("waits", flow.column), {flow.column: 1.0, wait: -PLENTY})
    for (_, item, t, _), column in program.sales.items():
        project = program.find("items", "item", item)["requires"]
        if project is not None:
            program.at_most(("waits", column), {column: 1.0, ready[project, t]: -PLENTY})


def _with_partner(program: Program, row: Row) -> bool:
    """Whether an option asks for an offer of its partner."""
    outside = row["partner"] and program.find("firms", "firm", row["partner"])["home"] == "no"
    modes = [offer["mode"] for offer in program.tables["access"] if offer["firm"] == row["partner"]]
    return bool(outside) and any(mode != "spot" for mode in modes)


def _offered(program: Program, row: Row) -> bool:
    """Whether the switches leave an option."""
    switches = {"joint": "joint_development", "alliance": "alliances"}
    switch = switches.get(row["kind"])
    if row["partner"] and switch and program.settings[switch] == "off":
        return False
    return program.settings["access"] == "on" or row["min_stake"] == 0 or not _with_partner(program, row)


def _starts(program: Program, row: Row, start: int, ready: dict[tuple[str, int], int]) -> int:
    """A column that says whether an option starts in a period, with its cost and conditions."""
    calendar = program.calendar
    running = range(start, start + int(row["duration"])) or range(start, start + 1)
    worth = calendar.yearly if row["duration"] else calendar.once
    column = program.column(row["cost"] * sum(worth[t] for t in running))
    if row["needs"] is not None:
        program.at_most(("needs", column), {column: 1.0, ready[row["needs"], start]: -1.0})
    offers = [offer for offer in program.tables["access"] if offer["firm"] == row["partner"]]
    offers = [offer for offer in offers if (offer["firm"], offer["process"], offer["mode"], 0) in program.forces]
    able = [offer for offer in offers if offer["mode"] != "spot" and offer["stake"] >= row["min_stake"]]
    for t in running:
        if _with_partner(program, row):
            forces = [program.forces[offer["firm"], offer["process"], offer["mode"], t] for offer in able]
            program.at_most(("partner", column, t), {column: 1.0} | dict.fromkeys(forces, -1.0))
        for policy in in_force(program, "development", t):
            if policy["item"] == "*" or row["project"] in _required(program, policy["item"]):
                paid = program.payables[policy["policy"], t, not row["duration"]]
                paid[column] = policy["rate"] * row["cost"]
    return column


def _required(program: Program, name: str) -> set[str]:
    """The projects that a process or an item of that name requires."""
    rows = [*program.tables["processes"], *program.tables["items"]]
    return {row["requires"] for row in rows if name in (row.get("process"), row.get("item"))}
