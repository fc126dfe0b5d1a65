"""Plans nearly as good, and as different as can be."""
