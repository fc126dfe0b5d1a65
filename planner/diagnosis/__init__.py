"""Why there is no plan: the fewest cells of the workbook that would have to change, and to what."""

from planner.diagnosis.edits import Edit, Remedy, edited, remedies, told

__all__ = ["Edit", "Remedy", "edited", "remedies", "told"]
