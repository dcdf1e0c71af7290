"""A programme with known truth, as clean tables and as files like those that institutes have."""

from __future__ import annotations

from evaluation.simulate.api import DEFAULT_SEED, SimulatedProgramme, simulate_panel, simulate_programme
from evaluation.simulate.parameters import Parameters
from evaluation.simulate.write import write_simulation

__all__ = [
    "DEFAULT_SEED",
    "Parameters",
    "SimulatedProgramme",
    "simulate_panel",
    "simulate_programme",
    "write_simulation",
]
