"""Many solves at once: a ledger that survives everything, workers that are processes, on one machine or many."""
