"""Results held against each other: what differs, what it costs, and which inputs are behind it."""
