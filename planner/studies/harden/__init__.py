"""A plan that survives losses."""
