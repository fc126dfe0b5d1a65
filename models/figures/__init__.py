"""Figures of a plan that need no variables: where things come from, and what depends on a single source."""
