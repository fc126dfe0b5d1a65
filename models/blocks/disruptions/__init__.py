"""Disruptions: what a snapshot is, what flows in it, what it costs, and the risk that plans are weighed by."""
