"""Support given to territorial units: training doses, exchange ties and exposure, the five streams."""
