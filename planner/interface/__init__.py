"""The planner in Python, as the command line uses it; `import planner` offers all of it."""
