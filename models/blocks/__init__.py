"""The blocks of the model: one noun each, with its variables, its rules, its cost lines and what it reports."""
