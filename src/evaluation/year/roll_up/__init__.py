"""A national centre's roll-up: what regions deliver, how it is checked, added up and reported."""
