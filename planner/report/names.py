"""Names of items, processes, sites and rules as people read them."""


def display_name(name: str) -> str:
    """A name as people read it: `pack_lfp` as "pack lfp".

    Parameters
    ----------
    name
        A key of the workbook.

    Returns
    -------
    str
        Words without underscores, their letters as typed: which words are abbreviations is not guessed.
    """
    return str(name).replace("_", " ")
