"""Tile grids: every unit one tile of the same size, beside its neighbours."""
