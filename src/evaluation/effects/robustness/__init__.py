"""What would change the conclusion: other samples, other choices, placebos, unobserved confounders."""
