"""The support system of municipal teams: five streams, composition and continuity, conditions, lines of a programme."""
