"""How sure a plan is with all ranges at once: joint samples, regret of several plans, and the value of information."""
