"""Which numbers could change the plan: a screen of every figure, a tornado of the largest, and where decisions turn."""
