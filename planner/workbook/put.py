"""Text into a cell of a workbook that openpyxl writes: never a formula, never a character that XML cannot hold."""

from openpyxl.cell.cell import Cell

from planner.surfaces import FORMULA_SIGNS, in_cell


def put_text(cell: Cell, text: str) -> None:
    """Put `text` into `cell`, marked as text where it looks like a formula; nothing where it is empty."""
    cell.value = in_cell(text) or None
    if text:
        cell.data_type = "s"
        cell.quotePrefix = text.startswith(FORMULA_SIGNS)
