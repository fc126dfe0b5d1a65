"""Levels of experience, agglomeration and infrastructure: which is reached when, and what it gives."""

from collections import defaultdict
from itertools import combinations, pairwise, product

from tests.brute_force.program import Alternative, Flow, Program, Row, held
from tests.brute_force.sites import existing_capacity, options_of, services


def add_levels(program: Program) -> None:
    """A decision for each process that is learnt, each region with clusters and period, and each enabler."""
    if program.settings["learning"] == "on":
        for process in sorted({row["process"] for row in program.tables["learning"]}):
            _add_learning(program, process)
    if program.settings["clusters"] == "on":
        regions = sorted({row["region"] for row in program.tables["clusters"]})
        for region, t in product(regions, program.calendar.periods):
            _add_cluster(program, region, t)
    if program.settings["enablers"] == "on" and program.settings["objective"] == "profit":
        enablers = program.tables["enablers"]
        put_up = {key: program.column(0.0) for key in product(_places(enablers), program.calendar.periods)}
        for ((region, enabler), t), column in put_up.items():
            program.put(("used", region, enabler, t), column, -1.0)
            program.deployed[region, enabler, t] = column
        for key in sorted({(row["region"], row["enabler"], row["item"]) for row in enablers}):
            _add_enabler(program, key, put_up)


def _places(enablers: list[Row]) -> list[tuple[str, str]]:
    return sorted({(row["region"], row["enabler"]) for row in enablers})


def _courses(levels: list[Row], periods: range) -> list[tuple[int, ...]]:
    """How many levels are reached in each period: never fewer than before."""
    courses = product(range(len(levels) + 1), repeat=len(periods))
    return [course for course in courses if all(a <= b for a, b in pairwise(course))]


def _saved(program: Program, flow: Flow, share: float) -> tuple[int, float]:
    """The change in the cost of a flow when a share of its conversion cost is saved."""
    return flow.column, -share * flow.conversion * program.calendar.yearly[flow.t]


def _add_learning(program: Program, process: str) -> None:
    """What controlled flows made before, with what others make a year, has passed the threshold."""
    levels = sorted((r for r in program.tables["learning"] if r["process"] == process), key=lambda row: row["level"])
    flows = [flow for flow in program.flows if flow.controlled and flow.process["process"] == process]
    calendar = program.calendar
    columns = {key: program.column(0.0) for key in product(range(len(levels)), calendar.periods)}
    for (number, t), column in columns.items():
        known = levels[number]["outside"] * calendar.start[t]
        made = {flow.column: -float(calendar.years[flow.t]) for flow in flows if flow.t < t}
        short = max(0.0, levels[number]["threshold"] - known)
        program.at_most(("experience", process, number, t), made | {column: short})
    alternatives = []
    for course in _courses(levels, calendar.periods):
        bounds = [held(column, number < course[t]) for (number, t), column in columns.items()]
        saved = [0.0, *(row["saving"] for row in levels)]
        changes = [_saved(program, flow, saved[course[flow.t]] * flow.process["learnable_share"]) for flow in flows]
        alternatives.append(Alternative(0.0, tuple(bounds), tuple(changes)))
    program.decisions.append(alternatives)


def _add_cluster(program: Program, region: str, t: int) -> None:
    """Enough stages each make their share of the smallest plant; any choice of that many stages will do."""
    flows = [flow for flow in program.flows if flow.region == region and flow.t == t]
    stages: dict[str, list[Flow]] = defaultdict(list)
    for flow in flows:
        stages[flow.process["stage"] or flow.process["process"]].append(flow)
    plants = {stage: _smallest_plant(program, region, stage) for stage in stages}
    choices: list[tuple[set[int], list[tuple[int, float]]]] = [(set(), [])]
    every: list[int] = []
    for row in program.tables["clusters"]:
        if row["region"] != region:
            continue
        columns = {}
        for stage, members in stages.items():
            if plants[stage] is not None and row["tier"] in ("*", *_tiers(program, stage)):
                columns[stage] = program.column(0.0)
                need = {columns[stage]: row["activity"] * plants[stage]}
                program.at_most(("active", region, row["level"], stage, t), need | {f.column: -1.0 for f in members})
        every += columns.values()
        near = [flow for flow in flows if row["tier"] in ("*", flow.process["tier"])]
        saved = [_saved(program, flow, row["saving"]) for flow in near]
        choices += [(set(chosen), saved) for chosen in combinations(columns.values(), int(row["stages"]))]
    program.decisions.append(
        [
            Alternative(0.0, tuple(held(column, column in chosen) for column in every), tuple(saved))
            for chosen, saved in choices
        ]
    )


def _tiers(program: Program, stage: str) -> set[str]:
    return {row["tier"] for row in program.tables["processes"] if (row["stage"] or row["process"]) == stage}


def _smallest_plant(program: Program, region: str, stage: str) -> float | None:
    """The least that stands on a line of the stage in the region in any period, or that a module there adds."""
    sizes = []
    for line in program.tables["lines"]:
        site = program.find("sites", "site", line["site"])
        process = program.find("processes", "process", line["process"])
        if site["region"] == region and (process["stage"] or process["process"]) == stage:
            sizes += [size for size in existing_capacity(program, site, line) if size > 0]
            if _buildable(program, site, line):
                options = options_of(program, site, line)
                sizes += [option["size"] for option in options if any(services(program, site, option))]
    return min(sizes, default=None)


def _buildable(program: Program, site: Row, line: Row) -> bool:
    """Whether home firms control a line, or can through an offer that covers it."""
    if program.find("firms", "firm", site["firm"])["home"] == "yes":
        return True
    offers = [row for row in program.tables["access"] if row["firm"] == site["firm"]]
    named = [row for row in offers if row["process"] == line["process"]]
    modes = [row["mode"] for row in named]
    covering = named + [row for row in offers if row["process"] == "*" and row["mode"] not in modes]
    return program.settings["access"] == "on" and any(row["controls"] == "yes" for row in covering)


def _add_enabler(program: Program, key: tuple[str, str, str], put_up: dict[tuple[tuple[str, str], int], int]) -> None:
    """What has been put up and sold by the end of a period has passed the threshold, and raises what can be sold."""
    region, enabler, item = key
    rows = [row for row in program.tables["enablers"] if (row["region"], row["enabler"], row["item"]) == key]
    rows.sort(key=lambda row: row["threshold"])
    calendar = program.calendar
    columns = {each: program.column(0.0) for each in product(range(len(rows)), calendar.periods)}
    for (number, t), column in columns.items():
        done = {put_up[(region, enabler), u]: -float(calendar.years[u]) for u in calendar.periods[: t + 1]}
        for (place, name, u, _), sold in program.sales.items():
            if (place, name) == (region, enabler) and u <= t:
                done[sold] = -float(calendar.years[u])
        program.at_most(("put up", key, number, t), done | {column: rows[number]["threshold"]})
    raised = {t: program.column(0.0) for t in calendar.periods}
    for (place, name, t, step), sold in program.sales.items():
        if (place, name) == (region, item):
            volume = program.volumes[place, name, t, step]
            program.put(("raised", sold), raised[t], -volume)
    uplift = [0.0, *(row["uplift"] for row in rows)]
    alternatives = []
    for course in _courses(rows, calendar.periods):
        bounds = [held(column, number < course[t]) for (number, t), column in columns.items()]
        bounds += [(raised[t], uplift[number], uplift[number]) for t, number in enumerate(course)]
        alternatives.append(Alternative(0.0, tuple(bounds)))
    program.decisions.append(alternatives)
