"""Formulas of the declared models, with words for those who hear them."""
