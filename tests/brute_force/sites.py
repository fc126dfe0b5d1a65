"""Sites, lines and modules of home firms: every course they can take, and what is made."""

from collections.abc import Iterator
from itertools import product
from math import inf

import numpy as np

from tests.brute_force.policies import capex_policies
from tests.brute_force.program import Alternative, Flow, Program, Row

Course = tuple[float, ...]
"""Usable capacity of a line, per period; then, by capex policy that speaks of it, what that could pay per period."""


def add_lines(program: Program) -> None:
    """A column per line and period, and per home site a decision about its capacities."""
    for site in program.tables["sites"]:
        if program.find("firms", "firm", site["firm"])["home"] == "yes":
            lines = [line for line in program.tables["lines"] if line["site"] == site["site"]]
            columns = [_columns(program, site, line) for line in lines]
            program.decisions.append(_alternatives(program, site, lines, columns))


def _columns(program: Program, site: Row, line: Row) -> list[int]:
    """One column per period for what is made, then one per capex policy and period for what that could pay."""
    unit_cost = sum(running_cost(program, site, line))
    made = [add_flow(program, site, line, t, unit_cost, controlled=True) for t in program.calendar.periods]
    paid = [
        program.payable(policy, t) for policy in capex_policies(program, site, line) for t in program.calendar.periods
    ]
    return made + paid


def add_flow(
    program: Program, site: Row, line: Row, t: int, unit_cost: float, controlled: bool, stake: float = 1.0
) -> int:
    """The activity of a line in a period at a cost in money/activity, entered in the balances of its region."""
    column = program.column(unit_cost * program.calendar.yearly[t])
    for row in program.tables["recipes"]:
        if row["process"] == line["process"]:
            pool = "made" if row["quantity"] > 0 else "used"
            program.put((pool, site["region"], row["item"], t), column, row["quantity"])
    process = program.find("processes", "process", line["process"])
    conversion = running_cost(program, site, line)[0]
    program.flows.append(Flow(column, process, site["region"], t, controlled, conversion, site["site"], stake))
    return column


def running_cost(program: Program, site: Row, line: Row) -> tuple[float, float]:
    """Money per activity, conversion and royalty: the line's own figure, or from the endowments of its region."""
    if line["unit_cost"] is not None:
        return float(line["unit_cost"]), 0.0
    region = program.find("regions", "region", site["region"])
    process = program.find("processes", "process", line["process"])
    factors = (("labour", "wage"), ("skilled", "skilled_wage"), ("energy", "energy_price"))
    endowment = sum(process[use] * region[price] for use, price in factors) / 1e6
    return float(endowment + process["other_cost"]), float(process["royalty"])


def existing_capacity(program: Program, site: Row, line: Row) -> list[float]:
    """What exists per period while the line is kept and its site open."""
    capacity = [line["capacity"]] * len(program.calendar.periods)
    changes = [
        (program.calendar.names.index(row["period"]), row["capacity"])
        for row in program.tables["line_capacity"]
        if (row["site"], row["process"]) == (line["site"], line["process"])
    ]
    for first, value in sorted(changes):
        capacity[first:] = [value] * (len(capacity) - first)
    window = program.calendar.span(site["first_period"], site["last_period"])
    runs = program.calendar.span(None, line["last_period"])
    return [value if t in window and t in runs else 0.0 for t, value in enumerate(capacity)]


def _alternatives(program: Program, site: Row, lines: list[Row], columns: list[list[int]]) -> list[Alternative]:
    """Every course of one site; of those that leave the same capacities only the cheapest."""
    cheapest: dict[tuple[Course, ...], float] = {}
    held = [
        t
        for line in lines
        for t, there in enumerate(existing_capacity(program, site, line))
        if line["retirable"] == "no" and there > 0
    ]
    for opened, site_cost in _site_courses(program, site, max(held, default=-1)):
        courses = [_line_courses(program, site, line, opened).items() for line in lines]
        for chosen in product(*courses):
            capacities = tuple(capacity for capacity, _ in chosen)
            cost = site_cost + sum(cost for _, cost in chosen)
            cheapest[capacities] = min(cost, cheapest.get(capacities, inf))
    alternatives, periods = [], len(program.calendar.periods)
    for capacities, cost in cheapest.items():
        bounds = [
            (column, line["min_load"] * value if number < periods else value, value)
            for line, numbers, capacity in zip(lines, columns, capacities, strict=True)
            for number, (column, value) in enumerate(zip(numbers, capacity, strict=True))
        ]
        alternatives.append(Alternative(cost, tuple(bounds)))
    return alternatives


def _site_courses(program: Program, site: Row, held: int) -> Iterator[tuple[list[bool], float]]:
    """Whether the site is open in each period, and what opening, holding and closing it cost.

    It cannot close before or in the period `held`, the last in which a line that may not be retired has capacity; where
    its window ends before the horizon it is closed then, if not before.
    """
    calendar = program.calendar
    window = calendar.span(site["first_period"], site["last_period"])
    candidate = site["status"] == "candidate"
    if candidate:
        yield [False] * len(calendar.periods), 0.0
    for start in window if candidate else window[:1]:
        for end in range(max(start + candidate, held + 1), window.stop + 1):
            opened = [start <= t < end for t in calendar.periods]
            cost = site["fixed_cost"] * sum(calendar.yearly[start:end])
            cost += site["opening_cost"] * calendar.once[start] if candidate else 0.0
            cost += site["closing_cost"] * calendar.once[end] if end < len(calendar.periods) else 0.0
            yield opened, cost


def _line_courses(program: Program, site: Row, line: Row, opened: list[bool]) -> dict[Course, float]:
    """The courses a line can take while its site is `opened`, each with its least cost."""
    calendar = program.calendar
    existing = existing_capacity(program, site, line)
    retirements = range(len(calendar.periods) + 1) if line["retirable"] == "yes" else [len(calendar.periods)]
    policies = capex_policies(program, site, line)
    options = options_of(program, site, line)
    orders = [_orders(program, site, option, opened, policies) for option in options]
    unpaid = [0.0] * len(policies) * len(calendar.periods)
    cheapest: dict[Course, float] = {}
    for retired in retirements:
        kept = [value if opened[t] and t < retired else 0.0 for t, value in enumerate(existing)]
        paid = line["fixed_cost"] * sum(calendar.yearly[t] for t in calendar.periods if kept[t] > 0)
        for chosen in product(*orders):
            if not within_limits(options, [count for *_, count in chosen]):
                continue
            capacity = tuple(float(value) for value in np.array(kept + unpaid) + sum(added for added, *_ in chosen))
            cost = paid + sum(cost for _, cost, _ in chosen)
            cheapest[capacity] = min(cost, cheapest.get(capacity, inf))
    return cheapest


def options_of(program: Program, site: Row, line: Row) -> list[Row]:
    """The options of a line, with the larger ones that a scale exponent makes, and what a year of each costs."""
    rows = [row for row in program.tables["options"] if row["process"] == line["process"]]
    chosen = {row["option"]: row for row in rows if row["site"] == "*"}
    chosen |= {row["option"]: row for row in rows if row["site"] == site["site"]}
    region = program.find("regions", "region", site["region"])
    rate = program.settings["discount_rate"] if region["wacc"] is None else region["wacc"]
    options = []
    scale = program.settings["scale"] == "on"
    smallest = min(chosen.values(), key=lambda row: (row["size"], row["option"]), default={})
    for written in chosen.values():
        each = {name: smallest[name] / smallest["size"] * written["size"] for name in ("capex", "fixed_cost")}
        row = written if scale else written | each | {"scale_exponent": None}
        life, exponent = row["life"], row["scale_exponent"]
        annuity = rate / (1 - (1 + rate) ** -life) if rate else 1 / life
        capital = annuity * row["capex"] * region["capex_index"]
        cost = {"yearly": capital + row["fixed_cost"], "capital": capital}
        options.append(row | cost | {"most": int(row["max_modules"]), "of": row["option"], "multiple": 1.0})
        for multiple in [] if exponent is None else map(float, (row["multiples"] or "2;4").split(";")):
            larger = {"size": row["size"] * multiple} | {name: cost[name] * multiple**exponent for name in cost}
            made_of = {"of": row["option"], "multiple": multiple, "option": f"{row['option']} x {multiple:g}"}
            options.append(row | larger | made_of | {"most": int(row["max_modules"] / multiple)})
    return options


def within_limits(options: list[Row], counts: list[int]) -> bool:
    """Whether modules of all sizes of each option make up no more than may be built of it; counts are by option."""
    return all(
        sum(n * size["multiple"] for n, size in zip(counts, options, strict=True) if size["of"] == option["option"])
        <= option["max_modules"]
        for option in options
        if option["multiple"] == 1
    )


def services(program: Program, site: Row, option: Row) -> Iterator[tuple[int, list[int]]]:
    """The periods in which an option can be ordered, each with those in which a module then serves."""
    calendar = program.calendar
    window = calendar.span(site["first_period"], site["last_period"])
    for ordered in calendar.span(option["first_period"], None):
        first = ordered + int(option["lead_periods"])
        ahead = calendar.periods[first : window.stop]
        service = [t for t in ahead if calendar.start[t] - calendar.start[first] < option["life"]]
        if service and ordered in window:
            yield ordered, service


def _orders(
    program: Program, site: Row, option: Row, opened: list[bool], policies: list[Row]
) -> list[tuple[np.ndarray, float, int]]:
    """What can be ordered of one option: the course it brings, its cost, and how many modules.

    The site must be open from the order to the end of service, or to the end of its window.
    """
    calendar = program.calendar
    none = np.zeros(len(calendar.periods) * (1 + len(policies)))
    profiles = []
    for ordered, service in services(program, site, option):
        if all(opened[ordered : service[-1] + 1]):
            added = none.copy()
            added[service] = option["size"]
            added[service[0]] *= option["ramp"]
            for number, policy in enumerate(policies):
                if ordered in calendar.span(policy["from"], policy["to"]):
                    paid = [t + len(calendar.periods) * (number + 1) for t in service]
                    added[paid] = policy["rate"] * option["capital"]
            profiles.append((added, option["yearly"] * sum(calendar.yearly[t] for t in service)))
    orders = []
    for counts in product(range(option["most"] + 1), repeat=len(profiles)):
        if sum(counts) <= option["most"]:
            chosen = list(zip(counts, profiles, strict=True))
            capacity = sum((count * added for count, (added, _) in chosen), start=none)
            orders.append((capacity, sum(count * cost for count, (_, cost) in chosen), sum(counts)))
    return orders
