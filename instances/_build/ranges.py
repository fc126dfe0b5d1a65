"""Ranges of evidence that several instances share."""

import pandas as pd


def input_ranges(recipes: pd.DataFrame) -> pd.DataFrame:
    """A range for each input of a recipe, which is the yield of its step; outputs define the activity and have none."""
    inputs = recipes[recipes["quantity"].astype(float) < 0]
    return pd.DataFrame(
        {
            "sheet": "recipes",
            "key": inputs["process"] + "|" + inputs["item"],
            "column": "quantity",
            "low": -5.0,
            "high": 8.0,
            "range_as": "percent",
            "source": "own estimate: yield of one step and bill of materials of one product",
            "confidence": "low",
            "note": "",
        }
    )
