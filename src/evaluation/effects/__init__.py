"""Estimation: every declared model, with clustered inference, in the one shape of a result."""
