"""The names of the key figures of a plan, as sheet `summary` and comparisons call them."""

FIGURES = (
    "objective",
    "profit",
    "bound",
    "gap",
    "total cost",
    "revenue",
    "consumers' surplus",
    "savings, as negative cost",
    "subsidies, as negative cost",
    "profit of upstream firms",
    "profit of midstream firms",
    "profit of downstream firms",
    "result of the industry as a whole",
    "consumers' gain",
    "duties and carbon less subsidies",
    "total surplus",
    "margins of outside firms",
    "demand served",
    "investment in new capacity",
    "modules built",
    "sites opened",
    "sites closed",
    "expected loss in disruptions",
    "largest impact of a disruption",
    "least demand served in a disruption",
    "rules broken",
    "rules not applicable",
)
"""Figures whose names say nothing of periods and goods."""

FAMILIES = (
    "cost of ",
    "use of upstream capacity at home, ",
    "use of midstream capacity at home, ",
    "use of downstream capacity at home, ",
    "full cost of ",
    "margin of ",
    "its share of ",
    "concentration by region, ",
    "largest source, ",
    "import share, ",
    "home control, ",
    "cover by stock, ",
)
"""What the names of all others begin with: a group of costs, a good, a region or a period follows."""


def is_figure(name: str) -> bool:
    """Whether plans may have a figure of a name.

    Parameters
    ----------
    name
        The name.

    Returns
    -------
    bool
        True also where it depends on the plan, such as on its periods, whether it has the figure.
    """
    return name in FIGURES or name.startswith(FAMILIES)
