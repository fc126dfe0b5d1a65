"""Studies: each makes variants of one instance, solves them, and returns tables that say what the variants teach."""
