"""Territorial units: their registry, codes, names, changes over time, boundaries and neighbours."""
