"""How long teams and practices last: curves, hazards, and spells made of rosters."""
