"""Every output contract: the sheets that results and studies write, and the tiles and charts that they show."""
