"""What integration is worth, and through which mechanism."""
