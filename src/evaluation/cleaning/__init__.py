"""Received files become typed tables, and every cell and row is accounted for."""
