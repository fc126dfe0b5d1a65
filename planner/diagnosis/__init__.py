"""Why there is no plan: the fewest cells of the workbook that would have to change, and to what."""

from planner.diagnosis.edits import Edit, Remedy, apply_edits, describe_remedies, find_remedies

__all__ = ["Edit", "Remedy", "apply_edits", "describe_remedies", "find_remedies"]
