"""Cells of a user's own workbook changed without rewriting it: every other byte of every part stays as it was."""
