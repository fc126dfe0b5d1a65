"""`ev_maker.xlsx`: one car maker's view of the chain."""
