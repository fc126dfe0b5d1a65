"""What security costs: cost against the limit of one rule."""
