"""Units and money of single rows: what they mean, and the figures of a workbook in the units of the schema.

Pint knows the units; it is imported when the first one is looked up, so that a workbook without units does not wait.
"""
