"""Themes of problems and recommendations by their key words: a hint for the person who confirms, never a coding."""

from __future__ import annotations

import re
from collections.abc import Mapping

# codes of the codebook's list exchange_theme
_WORDS: Mapping[str, str] = {
    "experience_transfer": r"опыт\w*\s+(?:других|иных|регион|накопленн)|распростран\w+\s+опыт|тиражир"
    r"|лучши[ех]\s+практик|анализировать\s+опыт|внедряется\s+опыт",
    "funding_support": r"(?<!\w)финанс|субсиди|грант|средств(?!\w*\s+массовой)|бюджет",
    "information_methods": r"информаци|методическ|методич|брошюр|рекомендаций,|памятк|разъяснени",
    "staff_skills": r"кадр|обучени|квалификаци|компетенц|знани|стажировк|наставнич",
    "strategies_projects": r"стратеги|национальн\w+\s+проект|программ\w*\s+(?:социально|развити)",
    "selfgovernment": r"территориальн\w+\s+общественн\w+\s+самоуправлени|(?<!\w)ТОС(?!\w)",
    "residents_involvement": r"вовлечени|участи\w+\s+(?:жител|граждан|населени)|инициатив\w*\s+граждан",
    "partnership": r"межсектор|партн[её]рств|социально\s+ориентированн",
    "events_exchange": r"семинар|фестивал|форум|конференци|встреч",
    "regulation": r"законодательств|правов\w+\s+акт|нормативн|(?<!\w)НПА(?!\w)|закон(?!\w*дательн)",
}
_PATTERNS = {theme: re.compile(words, re.I) for theme, words in _WORDS.items()}


def themes_of(text: str) -> list[str]:
    """Themes whose key words a text has, in the order in which they come; none where it has no such word."""
    found = [(hit.start(), theme) for theme, words in _PATTERNS.items() if (hit := words.search(text))]
    return [theme for _, theme in sorted(found)]
