"""From a Pyomo model to a solution: compiled arrays, HiGHS, the search and where it starts."""
