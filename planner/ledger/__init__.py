"""The ledger of jobs: what was asked for, how far it is, and who works on it."""
