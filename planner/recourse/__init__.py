"""What a plan can still do when something breaks: its decisions stay, and the flows of one period answer."""
