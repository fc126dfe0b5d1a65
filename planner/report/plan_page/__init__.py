"""A plan as one page: map, Sankey, charts and heat map in a single HTML file that loads nothing."""
