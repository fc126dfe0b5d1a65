"""What happens to a plan when something is lost."""
