"""The only code that knows Excel: reading, writing, templates and marked copies."""
