"""A result solved again from the input inside it."""
