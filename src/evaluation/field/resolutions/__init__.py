"""What exchange events adopt and what follows: recommendations over time, problems by theme, who met and voted."""
