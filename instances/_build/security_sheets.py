"""Scenarios, disruptions and security rules of an instance: its tables as they stand."""

import pandas as pd
from .ev_global.sheets import plain

COLUMNS = {
    "scenarios": ["scenario", "probability", "expand", "item", "period", "months", "factor"],
    "disruptions": ["scenario", "period", "months", "kind", "target", "item", "effect", "factor"],
    "rules": [
        *("rule", "type", "item", "by", "who", "scope", "from", "to", "limit", "count", "scenario", "hard"),
        *("penalty", "active", "kind"),
    ],
}


def security_sheets(instance: str) -> dict[str, pd.DataFrame]:
    """The sheets of an instance whose tables begin with its name."""
    return {name: plain(f"{instance}_{name}", columns) for name, columns in COLUMNS.items()}
