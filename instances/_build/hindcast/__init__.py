"""`ev_hindcast_2018.xlsx` and `ev_hindcast_2020.xlsx`: the battery chain as it was known then, and what came."""
