"""Which received files a result rests on, as far as the pipeline's declarations tell."""

from __future__ import annotations

from collections.abc import Iterable

from evaluation.display.wording import SOURCES
from evaluation.pipeline import STEPS, Step, maker_of
from evaluation.settings import Language, Text
from evaluation.tables import SOURCE_TABLES

MANY = 6
_ALL = Text(ru="все полученные таблицы", en="all tables that were received")
# received files behind the columns of the analysis tables; what is not named here is told by the step
VARIABLES: dict[str, tuple[str, ...]] = {
    "applications": ("projects",),
    "funded": ("projects",),
    "is_funded": ("projects", "scores"),
    "won": ("projects", "scores"),
    "applies_again": ("projects",),
    "participations": ("projects",),
    "trained": ("support_events", "attendance"),
    "trained_jointly": ("attendance", "teams", "team_members"),
    "exposure": ("exchange_events", "attendance"),
    "adopted": ("practices", "practice_adoptions"),
    "adopters_exchange": ("practice_adoptions", "exchange_events"),
    "adopters_neighbours": ("practice_adoptions", "territories"),
    "adopters_common_trainer": ("practice_adoptions", "attendance"),
    "fell_silent": ("projects", "teams"),
    "is_mixed": ("teams", "team_members"),
    "took_up": ("trial_households",),
    "intensive_session": ("trial_households",),
    "peers_earlier_take_up": ("trial_households",),
}


def sources_of_variables(names: Iterable[str]) -> list[str]:
    """Received files behind the columns, each once; empty where one of them is not known."""
    plain = [name.removeprefix("log1p(").removesuffix(")") for name in names]
    if any(name not in VARIABLES for name in plain):
        return []
    return list(dict.fromkeys(source for name in plain for source in VARIABLES[name]))


def sources_of_step(name: str) -> list[str]:
    """Received files whose tables the step reads; those that reach it through other steps where it reads none.

    Empty for a name that is no step.
    """
    step = next((each for each in STEPS if each.name == name), None)
    return [] if step is None else list(dict.fromkeys(_reaching(step, set())))


def _reaching(step: Step, seen: set[str]) -> list[str]:
    if step.name in seen:
        return []
    seen.add(step.name)
    owners = {table: source for source, tables in SOURCE_TABLES.items() for table in tables}
    read = (*step.needs, *step.uses)
    found = [*step.sources, *(owners[table] for table in read if table in owners)]
    if found:
        return found
    made = [table for table in read if not table.startswith("findings_")]
    return [source for table in made for source in _reaching(maker_of(table), seen)]


def in_words(sources: list[str], language: Language) -> str:
    """«Реестр заявок; Списки участников»; all tables where there are many."""
    if len(sources) > MANY:
        return _ALL.in_language(language)
    position = 0 if language == "ru" else 1
    return "; ".join(SOURCES[source][position] if source in SOURCES else source for source in sources)
