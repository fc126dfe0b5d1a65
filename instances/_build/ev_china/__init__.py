"""`ev_china.xlsx`: China's industry as the home group, and its backtest."""
