"""Who is supported: propensity, overlap, weighting, and standardisation."""
