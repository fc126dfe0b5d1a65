"""The page: a local web application over a folder of workbooks and its ledger of jobs. `planner serve` starts it."""
