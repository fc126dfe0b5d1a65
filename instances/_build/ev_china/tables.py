"""Tables of the Chinese instance: those of ev_global, with what is added to or put in their place."""

import pandas as pd
from ..ev_global.tables import read

CHINA = "China"
PERIODS = 5
"""The horizon is 2024 to 2033: the last period of ev_global is left out, to keep the plan solvable in minutes."""

EXPORTED = 1250.0
"""Electric cars that China exported in 2024, thousand (IEA, raw_demand)."""


def both(name: str) -> pd.DataFrame:
    """A table of ev_global with the rows of its Chinese companion after it."""
    return pd.concat([read(name), read(f"china_{name}")], ignore_index=True)


def periods() -> list[str]:
    """The periods of the instance in time order."""
    return list(read("periods")["period"].head(PERIODS))


def abroad() -> list[str]:
    """The foreign regions of the instance."""
    return list(read("china_abroad_regions")["region"])


def clusters() -> list[str]:
    """The Chinese regions of the instance."""
    return list(read("china_regions")["region"])


def home_firms() -> set[str]:
    """The firms that China's industry controls."""
    firms = read("china_firms")
    return set(firms.loc[firms["home"] == "yes", "firm"])


def controlled_firms() -> set[str]:
    """Outside firms that some offer gives control of: only they can be built on."""
    access = read("china_access")
    return set(access.loc[access["controls"] == "yes", "firm"])
