"""An old plan on new data."""
