"""How places differ in hours, and how fast who supplies whom can change."""

import pandas as pd

from .tables import read, significant

FALL = 0.15  # own estimate: hard, a year
CHINA = 28.0
"""Value added per worker (thousand USD) at the hours that the table of processes gives."""
STAGES = ("vehicle", "software")


def productivity(places: pd.DataFrame) -> pd.DataFrame:
    """Hours factor = (28 / value added per worker) ^ exponent of the intensity; a stage with its own replaces that.

    `places` has columns region, value_added (thousand USD) and source.
    """
    exponents = read("productivity_exponents").set_index("what")["exponent"]
    intensity = read("processes").drop_duplicates("stage").set_index("stage")["intensity"]
    rows = []
    for place in places.itertuples():
        for what, exponent in exponents.items():
            power = exponent - exponents[intensity[what]] if what in STAGES else exponent
            factor = significant((CHINA / place.value_added) ** power)
            if factor != 1:
                hours = {"labour": factor, "skilled": factor}
                rows.append({"where": place.region, "what": what, **hours, "source": place.source})
    return pd.DataFrame(rows).assign(confidence="low", note="computed from value_added and productivity_exponents")


def inertia() -> pd.DataFrame:
    """Every source keeps at least 85 % of what it supplied the year before; a place is a source of its own."""
    note = "own estimate; minerals' shares turn over by 6 to 10 % a year"
    row = {"item": "*", "source": "*", "destination": "*", "max_fall": FALL, "confidence": "low", "note": note}
    return pd.DataFrame([row])
