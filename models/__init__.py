"""The mathematics: what is decided, under which limits, at what cost."""
