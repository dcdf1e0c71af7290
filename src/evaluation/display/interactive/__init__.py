"""An interactive map in one page: inline SVG, a table beside it, and a script that asks nothing of the outside."""
