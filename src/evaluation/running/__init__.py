"""Running the steps: what is stale, in which order, each notebook in its own kernel."""
