"""What the units achieved: the panel, coverage indicators, breaks in comparability."""
