"""Received files of the simulation, in the manner of the offices that write them."""
