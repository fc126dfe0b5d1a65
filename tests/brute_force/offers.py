"""Outside firms: which of their offers are in force when, and what is drawn through them."""

from itertools import pairwise, product
from math import prod

from tests.brute_force.policies import about, capex_policies, in_force
from tests.brute_force.program import PLENTY, Alternative, Program, Row, held
from tests.brute_force.sites import add_flow, existing_capacity, options_of, running_cost, services, within_limits

Pair = tuple[Row, Row]
"""A line and its site."""


def add_offers(program: Program) -> None:
    """A column for each offer in force, one for each flow through it, and per outside firm a decision."""
    for firm in program.tables["firms"]:
        if firm["home"] == "no":
            _add_firm(program, firm["firm"])


def _add_firm(program: Program, firm: str) -> None:
    rows = [row for row in program.tables["access"] if row["firm"] == firm]
    sites = {row["site"]: row for row in program.tables["sites"] if row["firm"] == firm and row["status"] == "existing"}
    pairs = [(line, sites[line["site"]]) for line in program.tables["lines"] if line["site"] in sites]
    covering = [[row for row in rows if _covers(row, line, rows)] for line, _ in pairs]
    left = offers_left(program, firm, [offers for offers in covering if offers])
    names = [_key(row) for row in left]
    covering = [[left[names.index(_key(row))] for row in offers if _key(row) in names] for offers in covering]
    always = [row for row in left if _unconditional(row, covering)]
    signed = [row for row in left if row not in always]
    _add_decision(program, firm, signed, pairs, covering)
    for pair, offers in zip(pairs, covering, strict=True):
        if not any(_covers(row, pair[0], rows) for row in rows):
            for t, most in enumerate(existing_capacity(program, pair[1], pair[0])):
                made = add_flow(program, pair[1], pair[0], t, _price(program, pair), controlled=False, stake=0.0)
                program.upper[made] = most
        elif offers:
            _add_draws(program, pair, offers, signed)


BONDS = ("spot", "contract", "alliance", "equity", "joint_venture", "acquire")


def offers_left(program: Program, firm: str, covering: list[list[Row]]) -> list[Row]:
    """The offers of a firm; with access off spot, else what binds least, line by line and of partners of projects.

    Without stakes and control then.
    """
    rows = [row for row in program.tables["access"] if row["firm"] == firm]
    if program.settings["access"] == "on":
        return rows
    kept = [row for row in rows if row["mode"] == "spot"]
    kept += [_loosest(offers) for offers in covering if all(row["mode"] != "spot" for row in offers)]
    beyond = sorted((row for row in rows if row["mode"] != "spot"), key=_key)
    if beyond and any(project["partner"] == firm for project in program.tables["projects"]):
        kept.append(_loosest(beyond))
    return [row | {"controls": "no", "stake": 0.0} for row in rows if row in kept]


def _loosest(rows: list[Row]) -> Row:
    return min(rows, key=lambda row: (row["offtake_share"] == 0, row["stake"] > 0, BONDS.index(row["mode"])))


def _covers(row: Row, line: Row, rows: list[Row]) -> bool:
    """An offer that names the process, or one for all unless another of the same mode names it."""
    named = [other["mode"] for other in rows if other["process"] == line["process"]]
    return row["process"] == line["process"] or (row["process"] == "*" and row["mode"] not in named)


def _unconditional(row: Row, covering: list[list[Row]]) -> bool:
    alone = all(len(offers) == 1 for offers in covering if row in offers)
    terms = ("entry_cost", "annual_cost", "min_take", "qualification")
    return bool(alone and row["mode"] == "spot" and not any(row[name] for name in terms))


def _key(row: Row) -> tuple[str, str, str]:
    return row["firm"], row["process"], row["mode"]


def _price(program: Program, pair: Pair) -> float:
    """What its owner asks for one unit of activity, without margin."""
    line, site = pair
    recovery = line["fixed_cost"] / line["capacity"] if line["capacity"] else 0.0
    return sum(running_cost(program, site, line)) + recovery


def _add_decision(program: Program, firm: str, signed: list[Row], pairs: list[Pair], covering: list[list[Row]]) -> None:
    """In which periods each offer of a firm is in force: every way that their terms allow."""
    calendar = program.calendar
    starts = {}
    for row in signed:
        lines = sorted(
            (line["site"], line["process"], site["region"])
            for (line, site), offers in zip(pairs, covering, strict=True)
            if row in offers
        )
        for t in calendar.periods:
            program.forces[(*_key(row), t)] = program.column(row["annual_cost"] * calendar.yearly[t])
            starts[(*_key(row), t)] = program.column(row["entry_cost"] * calendar.once[t])
            for policy in in_force(program, "access", t):
                if _pays(program, policy, firm, lines):
                    column = starts[(*_key(row), t)]
                    program.payables[policy["policy"], t, True][column] = policy["rate"] * row["entry_cost"]
    covered = [row["process"] for row in signed if not any(row in offers for offers in covering)]
    rivals = [[row for row in offers if row in signed] for offers in covering]
    rivals += [[row for row in signed if row["process"] == process and process in covered] for process in covered]
    every = [*product((0, 1), repeat=len(calendar.periods))]
    courses = [[course for course in every if _fits(row, course)] for row in signed]
    alternatives = []
    for chosen in product(*courses):
        states = {_key(row): course for row, course in zip(signed, chosen, strict=True)}
        if all(sum(states[_key(row)][t] for row in group) <= 1 for group in rivals for t in calendar.periods):
            bounds = [(program.forces[(*key, t)], s, s) for key, course in states.items() for t, s in enumerate(course)]
            for key, course in states.items():
                for t, (before, now) in enumerate(pairwise((0, *course))):
                    bounds.append(held(starts[(*key, t)], now > before))
            alternatives.append(Alternative(0.0, tuple(bounds)))
    program.decisions.append(alternatives)


def _pays(program: Program, policy: Row, firm: str, lines: list[tuple[str, str, str]]) -> bool:
    """Whether an access policy speaks of an offer: by the region of its first line or the bloc of its firm."""
    bloc = program.find("firms", "firm", firm)["bloc"]
    region = lines[0][2] if lines else None
    places = {"*", bloc, region, program.find("regions", "region", region)["bloc"] if region else None}
    subjects = [about(program, policy | {"region": "*"}, place, process) for _, process, place in lines]
    return policy["region"] in places and (policy["item"] == "*" or any(subjects))


def _fits(row: Row, course: tuple[int, ...]) -> bool:
    """Whether every spell lasts for the term, or to the end of the horizon, and to the end where there is no exit."""
    text = "".join(map(str, course))
    spells = [spell for spell in text.split("0") if spell]
    ended = spells[:-1] if text.endswith("1") else spells
    return all(row["exit"] == "yes" and len(spell) >= row["term"] for spell in ended)


def _add_draws(program: Program, pair: Pair, offers: list[Row], signed: list[Row]) -> None:
    """The flows through each offer that covers a line, within its share and its least take."""
    line, site = pair
    modules = _modules(program, pair, offers, signed)
    existing = existing_capacity(program, site, line)
    factor = program.find("regions", "region", site["region"])["institution_factor"]
    for row, t in product(offers, program.calendar.periods):
        changes = [
            1 + policy["rate"]
            for policy in in_force(program, "transaction_cost", t)
            if about(program, policy, site["region"], line["process"])
        ]
        price = _price(program, pair) * (1 + row["markup"] * (1 - row["stake"]))
        price += row["transaction_cost"] * factor * prod(changes)
        made = add_flow(program, site, line, t, price, row["controls"] == "yes", row["stake"])
        key = (site["site"], line["process"], row["mode"], t)
        used = modules.get(t, {}) if row["controls"] == "yes" else {}
        share = {made: 1.0} | {column: -row["offtake_share"] * size for column, size in used.items()}
        if row not in signed:
            program.at_most(("share", key), share, row["offtake_share"] * existing[t])
            continue
        lasting = range(t - int(row["qualification"]), t + 1)
        if lasting[0] < 0:
            program.upper[made] = 0.0
            continue
        forces = [program.forces[(*_key(row), u)] for u in lasting]
        program.at_most(("share", key), share | {forces[-1]: -row["offtake_share"] * existing[t]})
        for u, force in zip(lasting, forces, strict=True):
            program.at_most(("qualified", key, u), {made: 1.0, force: -PLENTY})
        least = row["min_take"] * row["offtake_share"] * existing[t]
        program.at_most(("taken", key), {made: -1.0} | dict.fromkeys(forces, least), least * (len(forces) - 1))


def _modules(program: Program, pair: Pair, offers: list[Row], signed: list[Row]) -> dict[int, dict[int, float]]:
    """By period the columns of modules on an outside line, each with what one adds; a decision per option."""
    line, site = pair
    calendar = program.calendar
    controlling = [row for row in offers if row["controls"] == "yes"]
    added: dict[int, dict[int, float]] = {}
    options = options_of(program, site, line) if controlling else []
    counts = []
    for option in options:
        columns: list[int] = []
        for ordered, service in services(program, site, option):
            column = program.column(option["yearly"] * sum(calendar.yearly[t] for t in service))
            columns.append(column)
            for t in service:
                added.setdefault(t, {})[column] = option["size"] * (option["ramp"] if t == service[0] else 1.0)
            if all(row in signed for row in controlling):
                forces = [program.forces[(*_key(row), ordered)] for row in controlling]
                program.at_most(("control", column), {column: 1.0} | dict.fromkeys(forces, -PLENTY))
            for policy in capex_policies(program, site, line):
                if ordered in calendar.span(policy["from"], policy["to"]):
                    for t in service:
                        program.payables[policy["policy"], t, False][column] = policy["rate"] * option["capital"]
        numbers = product(range(option["most"] + 1), repeat=len(columns))
        counts.append([list(zip(columns, chosen, strict=True)) for chosen in numbers])
    courses = [
        [pair for option in chosen for pair in option]
        for chosen in product(*counts)
        if within_limits(options, [sum(n for _, n in option) for option in chosen])
    ]
    if options:
        program.decisions.append(
            [Alternative(0.0, tuple((column, n, n) for column, n in course)) for course in courses]
        )
    return added
