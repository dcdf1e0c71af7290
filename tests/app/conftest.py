import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "running"))

from tiny_programme import finished, finished_programme, tiny

__all__ = ["finished", "finished_programme", "tiny"]
