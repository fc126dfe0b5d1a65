"""A workbook that came back edited, merged three ways with what was changed in the meantime."""
