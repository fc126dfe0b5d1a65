"""The decisions that locks, questions and earlier plans name, and the columns of their keys."""

KEYS = {
    "opened": ("site", "period"),
    "built": ("site", "process", "option", "period"),
    "accessed": ("firm", "process", "mode", "period"),
    "started": ("project", "option", "period"),
    "kept": ("site", "process", "period"),
    "priced": ("region", "item", "step", "period"),
}
"""The key columns of each kind of decision."""

Decision = tuple[str, ...]
"""The kind of a decision, then its key."""
