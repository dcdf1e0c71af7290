"""Maps of values by territorial unit, and what stands around them."""
