"""Small invented programmes with known truth, one for each design, for the tutorials.

Nothing here knows of any estimator: a lesson makes data, and the tutorial answers the question by the package's own
functions and lays the answer beside the truth.
"""

from __future__ import annotations

from evaluation.simulate.lessons.contest import contest_line
from evaluation.simulate.lessons.lesson import Lesson
from evaluation.simulate.lessons.lottery import Lottery, invitation_lottery
from evaluation.simulate.lessons.network import deadlines, who_met_whom
from evaluation.simulate.lessons.panels import selected_training, staggered_training
from evaluation.simulate.lessons.practices import spreading_practices
from evaluation.simulate.lessons.settlements import chosen_support
from evaluation.simulate.lessons.teams import team_lives

__all__ = [
    "Lesson",
    "Lottery",
    "chosen_support",
    "contest_line",
    "deadlines",
    "invitation_lottery",
    "selected_training",
    "spreading_practices",
    "staggered_training",
    "team_lives",
    "who_met_whom",
]
