"""Uncertainty with few, unequal and connected clusters: errors, bootstraps, permutations, many hypotheses."""
