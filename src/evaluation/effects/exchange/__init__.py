"""Exchange between municipalities as exposure: responses to peers, diffusion of practices, placebo networks."""
