"""What people read of a plan: headline figures, a brief in plain words, and charts."""
