"""Result workbooks read back: what kind a file is, what it holds, and the plan in it."""
