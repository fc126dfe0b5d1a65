"""Names of items, processes, sites and rules as people read them."""

import re


def display_name(name: str) -> str:
    """A name as people read it: `pack_lfp` as "pack LFP".

    Parameters
    ----------
    name
        A key of the workbook.

    Returns
    -------
    str
        Words without underscores; a word of few letters without a vowel is an abbreviation, in capitals.
    """
    words = str(name).replace("_", " ").split(" ")
    return " ".join(word.upper() if re.fullmatch("[b-df-hj-np-tv-z]{2,4}", word) else word for word in words)
