"""The input sheets by what they are about: the colours of their tabs, and which of them a mechanism needs."""

from planner.workbook import style

GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "Start": (style.NAVY, ("settings", "periods", "regions", "items")),
    "Plants": (
        "C8553D",
        ("processes", "recipes", "firms", "sites", "lines", "line_capacity", "options", "productivity", "growth"),
    ),
    "Firms outside and projects": ("8E6C9E", ("access", "projects")),
    "Transport and trade": ("2E9CA6", ("lanes", "hubs", "duties", "carbon", "inertia")),
    "Markets": ("E3A32B", ("demand", "rivals", "enablers", "returns")),
    "Over time": (style.BLUE, ("learning", "clusters", "stocks", "by_period")),
    "Security and policy": ("6B9B57", ("scenarios", "disruptions", "rules", "policies", "eligibility")),
    "Money": ("BFA35A", ("exchange_rates", "deflators")),
    "Questions": ("7A8FA6", ("locks", "logic", "variants", "evidence", "targets")),
}
"""Groups of input sheets: the colour of their tabs, and the sheets."""

MECHANISMS: dict[str, tuple[tuple[str, ...], str]] = {
    "access": (("access",), "offers of firms outside: spot, contracts, stakes"),
    "projects": (("projects",), "development, alone or with partners"),
    "duties": (("duties",), "duties and bans between regions"),
    "hubs": (("hubs",), "ports and warehouses that goods pass"),
    "stocks": (("stocks",), "stocks, for disruptions or between periods"),
    "scenarios": (("scenarios", "disruptions"), "disruptions with probabilities"),
    "rules": (("rules",), "security rules: shares, sources, cover, budgets"),
    "policies": (("policies",), "subsidies, duty changes, market access"),
    "eligibility": (("eligibility",), "subsidies, duties and access that depend on what is inside"),
    "learning": (("learning",), "costs that fall with experience"),
    "clusters": (("clusters",), "savings where stages are close together"),
    "enablers": (("enablers",), "infrastructure that raises demand"),
    "rivals": (("rivals",), "rivals on markets with several prices"),
    "returns": (("returns",), "goods that come back to be recycled"),
    "carbon": (("carbon",), "prices of carbon, and their adjustment at borders"),
    "productivity": (("productivity",), "hours, energy and output that differ between places"),
    "growth": (("growth",), "limits on how fast capacity grows"),
    "inertia": (("inertia",), "limits on how fast supply moves"),
    "by_period": (("by_period", "line_capacity"), "figures and capacities that change over time"),
    "locks": (("locks", "logic"), "decisions that are held, or imply each other"),
    "variants": (("variants",), "named what-ifs, one job each"),
    "units": (("exchange_rates", "deflators"), "amounts of other currencies and of other years"),
    "evidence": (("evidence",), "ranges of figures, for sensitivity"),
    "targets": (("targets",), "what a plan has to reach to be accepted"),
}
"""Parts of a chain that not every user needs: their sheets, and what they are."""

OPTIONAL_SHEETS = frozenset(sheet for sheets, _ in MECHANISMS.values() for sheet in sheets)


def tab_colour(sheet: str) -> str:
    """The colour of the tab of an input sheet."""
    return next((colour for colour, sheets in GROUPS.values() if sheet in sheets), style.BLUE)
