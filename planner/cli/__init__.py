"""The command line: every command, a few lines each, and what commands share."""
