"""Rules on the baseline: shares, imports, sources, reserves, emissions and local content, hard or soft."""

from collections import defaultdict
from itertools import combinations
from math import inf

from tests.brute_force.program import PLENTY, Alternative, Program, Row, held

Sum = dict[int, float]
"""Factor of each column."""

SHARES = ("max_share", "min_share", "max_import_share")
ENUMERATED = (*SHARES, "min_sources", "min_cover", "max_emissions", "min_local_content")
"""The types of which this knows."""


def add_rules(program: Program) -> None:
    """A row for each rule in force, item and period, with a column for its breach where it is soft."""
    if program.settings["rules"] == "off":
        return
    for rule in program.tables["rules"]:
        if rule["active"] == "yes":
            items = [row["item"] for row in program.tables["items"]] if rule["item"] == "*" else [rule["item"]]
            for t in program.calendar.span(rule["from"], rule["to"]):
                if rule["type"] == "max_emissions":
                    _limit(program, rule, t, (rule["item"], "*"), _emitted(program, rule, t), rule["limit"])
                for item in items:
                    _add(program, rule, item, t)


def _add(program: Program, rule: Row, item: str, t: int) -> None:
    if rule["type"] in ("max_share", "min_share"):
        for who, part in _shares(program, rule, item, t):
            _ratio(program, rule, t, (item, who), part, _supply(program, rule["scope"], item, t))
    if rule["type"] == "max_import_share":
        blocs = {_bloc(program, row) for row in program.tables["regions"]}
        for place in [rule["scope"]] if rule["scope"] else sorted(blocs):
            imports = _total(_arrived(program, place, item, t))
            _ratio(program, rule, t, (item, place), imports, _supply(program, place, item, t))
    if rule["type"] == "min_sources":
        _sources(program, rule, item, t)
    if rule["type"] == "min_cover":
        stock = _kept_throughout(program, rule["scope"], item, t)
        use = {column: factor / 12.0 for column, factor in _used(program, rule["scope"], item, t).items()}
        _ratio(program, rule, t, (item, "*"), stock, use)
    if rule["type"] == "min_local_content":
        _content(program, rule, item, t)


def _kept_throughout(program: Program, scope: str | None, item: str, t: int) -> dict[int, float]:
    """Columns, at most what is held at the end of a period and of the one before; in the first what is held."""
    found: dict[int, float] = {}
    for (region, kept, u), column in list(program.held.items()):
        if (kept, u) == (item, t) and _inside(program, region, scope):
            least = column
            if t:
                least = program.column(0.0)
                for number, end in enumerate((column, program.held[region, item, t - 1])):
                    row = ("kept", region, item, t, number, least)
                    program.limits[row] = (-inf, 0.0)
                    program.put(row, least, 1.0)
                    program.put(row, end, -1.0)
            found[least] = 1.0
    return found


def _bloc(program: Program, region: Row | str) -> str:
    row = program.find("regions", "region", region) if isinstance(region, str) else region
    return row["bloc"] or row["region"]


def _inside(program: Program, region: str, scope: str | None) -> bool:
    return scope is None or scope in (region, _bloc(program, region))


def _made(program: Program, scope: str | None, item: str, t: int) -> list[tuple[Row, int, float]]:
    """What makes an item in a scope: what it is to rules, column and quantity."""
    found = []
    for flow in program.flows:
        if flow.t == t and _inside(program, flow.region, scope):
            for row in program.tables["recipes"]:
                if row["process"] == flow.process["process"] and row["item"] == item and row["quantity"] > 0:
                    facts = {"region": flow.region, "bloc": _bloc(program, flow.region), "site": flow.site}
                    facts |= {"firm": program.find("sites", "site", flow.site)["firm"]}
                    facts |= {"home": flow.controlled, "stake": flow.stake, "process": flow.process["process"]}
                    found.append((facts, flow.column, row["quantity"]))
    return found


def _arrived(program: Program, scope: str | None, item: str, t: int) -> list[tuple[Row, int, float]]:
    """What comes into a scope from outside: origin and its bloc, column, 1."""
    return [
        ({"region": origin, "bloc": _bloc(program, origin)}, column, 1.0)
        for (origin, destination, moved, u), column in program.moves
        if (moved, u) == (item, t) and _inside(program, destination, scope) and not _inside(program, origin, scope)
    ]


def _total(entries: list[tuple[Row, int, float]]) -> Sum:
    total: Sum = defaultdict(float)
    for _, column, factor in entries:
        total[column] += factor
    return total


def _supply(program: Program, scope: str | None, item: str, t: int) -> Sum:
    return _total([*_made(program, scope, item, t), *_arrived(program, scope, item, t)])


def _by_source(program: Program, rule: Row, item: str, t: int) -> dict[str, Sum]:
    """By source: what it gives."""
    entries = _made(program, rule["scope"], item, t)
    if rule["by"] in ("region", "bloc"):
        entries += _arrived(program, rule["scope"], item, t)
    parts: dict[str, Sum] = defaultdict(lambda: defaultdict(float))
    for facts, column, factor in entries:
        parts[facts[rule["by"]]][column] += factor
    return parts


def _shares(program: Program, rule: Row, item: str, t: int) -> list[tuple[str, Sum]]:
    """Who, and what of the supply is from them."""
    who = rule["who"]
    if rule["by"] == "control":
        makers = _made(program, rule["scope"], item, t)
        least = float(who.removeprefix("stake>=")) if who.startswith("stake") else None
        meant = [
            entry
            for entry in makers
            if (entry[0]["stake"] >= least if least is not None else entry[0]["home"] == (who == "home"))
        ]
        return [(who, _total(meant))]
    parts = _by_source(program, rule, item, t)
    if who != "*":
        return [(who, parts.get(who, {}))]
    if rule["scope"] and rule["by"] in ("region", "bloc"):
        regions = [row for row in program.tables["regions"] if _inside(program, row["region"], rule["scope"])]
        inside = {row["region"] if rule["by"] == "region" else _bloc(program, row) for row in regions}
        return [(name, part) for name, part in parts.items() if name not in inside]
    return list(parts.items())


def _used(program: Program, scope: str | None, item: str, t: int) -> Sum:
    """What lines use and markets are sold in a scope."""
    total: Sum = defaultdict(float)
    for flow in program.flows:
        for row in program.tables["recipes"]:
            used = row["process"] == flow.process["process"] and row["item"] == item and row["quantity"] < 0
            if used and flow.t == t and _inside(program, flow.region, scope):
                total[flow.column] -= row["quantity"]
    for (region, sold, u, _), column in program.sales.items():
        if (sold, u) == (item, t) and _inside(program, region, scope):
            total[column] += 1.0
    for (region, deployed, u), column in program.deployed.items():
        if (deployed, u) == (item, t) and _inside(program, region, scope):
            total[column] += 1.0
    return total


def _ratio(program: Program, rule: Row, t: int, name: tuple[str, str], part: Sum, whole: Sum) -> None:
    """part <= limit x whole, or part >= limit x whole."""
    sign = -1.0 if rule["type"].startswith("min_") else 1.0
    total: Sum = defaultdict(float)
    for column, factor in part.items():
        total[column] += sign * factor
    for column, factor in whole.items():
        total[column] -= sign * rule["limit"] * factor
    if whole:
        _limit(program, rule, t, name, total, 0.0)


def _limit(program: Program, rule: Row, t: int, name: tuple[str, str], total: Sum, limit: float) -> None:
    """total <= limit, but for a breach at its penalty where the rule is soft."""
    total = dict(total)
    if rule["hard"] == "no":
        weight = program.calendar.once if rule["type"] in ("min_cover", "min_sources") else program.calendar.yearly
        total[program.column(rule["penalty"] * weight[t])] = -1.0
    program.at_most(("rule", rule["rule"], *name, t), total, limit)


def _sources(program: Program, rule: Row, item: str, t: int) -> None:
    """Which sources are to count is a decision; with no supply any do."""
    whole, parts = _supply(program, rule["scope"], item, t), list(_by_source(program, rule, item, t).values())
    if not whole:
        return
    parts += [{}] * (int(rule["count"]) - len(parts))
    counts = [program.column(0.0, 1.0) for _ in parts]
    for number, (part, count) in enumerate(zip(parts, counts, strict=True)):
        total: Sum = defaultdict(float, {count: rule["limit"] * PLENTY})
        for column, factor in whole.items():
            total[column] += rule["limit"] * factor
        for column, factor in part.items():
            total[column] -= factor
        program.at_most(("source", rule["rule"], item, t, number), total, rule["limit"] * PLENTY)
    _limit(program, rule, t, (item, "*"), dict.fromkeys(counts, -1.0), -rule["count"])
    sizes = range(int(rule["count"]) + 1) if rule["hard"] == "no" else [int(rule["count"])]
    program.decisions.append(
        [
            Alternative(0.0, tuple(held(count, place in chosen) for place, count in enumerate(counts)))
            for size in sizes
            for chosen in combinations(range(len(counts)), size)
        ]
    )


def _emitted(program: Program, rule: Row, t: int) -> Sum:
    """t/year of lines in the scope and of what is moved into it."""
    total: Sum = defaultdict(float)
    makers = {
        row["process"]
        for row in program.tables["recipes"]
        if row["quantity"] > 0 and rule["item"] in ("*", row["item"])
    }
    for flow in program.flows:
        if flow.t == t and _inside(program, flow.region, rule["scope"]) and flow.process["process"] in makers:
            grid = program.find("regions", "region", flow.region)["grid_co2"]
            total[flow.column] += flow.process["emissions"] + flow.process["energy"] * grid / 1000
    for (_, destination, item, u), column in program.moves:
        if u == t and _inside(program, destination, rule["scope"]) and rule["item"] in ("*", item):
            total[column] += program.emitted[column]
    return total


def _content(program: Program, rule: Row, item: str, t: int) -> None:
    """value of inputs not counted as local <= (1 - limit) x value made; local <= used, local <= made there."""
    value = {row["item"]: row["value"] for row in program.tables["items"]}
    makers = _made(program, rule["scope"], item, t)
    total: Sum = defaultdict(float)
    for _, column, factor in makers:
        total[column] -= (1.0 - rule["limit"]) * value[item] * factor
    used: dict[str, Sum] = defaultdict(lambda: defaultdict(float))
    for facts, column, _ in makers:
        for row in program.tables["recipes"]:
            if row["process"] == facts["process"] and row["quantity"] < 0:
                used[row["item"]][column] -= row["quantity"]
    for name, use in used.items():
        local = program.column(0.0)
        for column, factor in use.items():
            total[column] += value[name] * factor
        total[local] -= value[name]
        for row, most in (("use", use), ("make", _total(_made(program, rule["scope"], name, t)))):
            factors = {column: -factor for column, factor in most.items()}
            program.at_most(("local", rule["rule"], item, t, name, row), {local: 1.0, **factors}, 0.0)
    if used and value[item]:
        _limit(program, rule, t, (item, "*"), total, 0.0)
