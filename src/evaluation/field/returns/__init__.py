"""Returns of municipalities: intake of thousands of files, totals from them and how well they stand for all."""
