"""`ev_global.xlsx`, the reference instance; the other two take its tables and sheets."""
