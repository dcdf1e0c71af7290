"""``evaluation doctor``: what is missing on this machine or in this workspace."""
