"""The next year prepared: last year's settings carried over, and a checklist of what to supply."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.settings import InputProblem, Text

if TYPE_CHECKING:
    import pandas as pd

    from evaluation.places import Workspace
    from evaluation.year.checklist import Awaited, TerritoryChange, YearFacts

SOURCES_HEADER = ("source", "file", "received_on", "received_from", "note")


def prepare_year(workspace: Workspace, year: int, gap: bool = False) -> list[Text]:
    """Write settings, plan, checklist and SOURCES.csv of ``year``, raise ``last_year``; what was done, in words.

    Raises InputProblem, and writes nothing, where the year is set up already, is not the next one, or where last
    year's settings cannot be read or carried over.
    """
    from evaluation.year.checklist import checklist
    from evaluation.year.files import put_together
    from evaluation.year.new_year import carried_plan, carried_year, raised_last_year

    old = _previous(workspace, year, gap)
    old_file, new_file = workspace.year_file(old), workspace.year_file(year)
    told = carried_year(old_file.read_text(encoding="utf-8"), old, year, str(old_file))
    contents: dict[Path, bytes] = {new_file: told.encode()}
    old_plan, new_plan = workspace.plan_file(old), workspace.plan_file(year)
    plan = None
    if workspace.plan(old) is not None and not new_plan.exists():
        plan = carried_plan(old_plan.read_text(encoding="utf-8"), old, year, str(old_plan))
        contents[new_plan] = plan.encode()
    facts = facts_of(workspace, old, year, told, plan)
    for language in workspace.programme.languages:
        place = new_file.with_name(f"{year}-checklist.{language}.md")
        contents[place] = checklist(facts, language).encode()
    sources = workspace.raw_folder(year) / "SOURCES.csv"
    if not sources.exists():
        contents[sources] = sources_list(facts.awaited)
    programme = workspace.root / "config" / "programme.yml"
    text = programme.read_bytes().decode("utf-8")
    if year > workspace.programme.last_year:
        contents[programme] = raised_last_year(text, year, str(programme)).encode()
    put_together(contents)
    return _in_words(workspace, facts, list(contents))


def _previous(workspace: Workspace, year: int, gap: bool) -> int:
    """The year to carry over. Raises InputProblem where ``year`` is set up or does not follow it."""
    if workspace.year_file(year).exists():
        raise InputProblem(
            f"Год {year} уже настроен: есть файл {workspace.year_file(year)}. Ничего не изменено. Чтобы начать заново, "
            "уберите этот файл.",
            f"Year {year} is set up already: there is {workspace.year_file(year)}. Nothing was changed. To begin anew, "
            "move this file away.",
        )
    if not workspace.years:
        place = workspace.root / "config" / "years"
        raise InputProblem(
            f"В {place} нет ни одного года, с которого можно перенести настройки. Создайте рабочее пространство: "
            "«evaluation init ПАПКА».",
            f"{place} has no year to carry settings over from. Make a workspace: 'evaluation init DIR'.",
        )
    last = workspace.years[-1]
    if year <= last or (year > last + 1 and not gap):
        raise InputProblem(
            f"Последний настроенный год — {last}, следующий — {last + 1}, а назван {year}. Проверьте год"
            + ("; если программа делала перерыв, добавьте --gap." if year > last else "."),
            f"The last year set up is {last}, the next is {last + 1}, but {year} was named. Check the year"
            + ("; if the programme paused, add --gap." if year > last else "."),
        )
    workspace.year(last)
    return last


def facts_of(workspace: Workspace, old: int, year: int, told: str, plan: str | None) -> YearFacts:
    """What the checklist says; ``told`` and ``plan`` are the carried settings."""
    from evaluation.app.cleaning_alone import any_registry
    from evaluation.decisions import read_decisions
    from evaluation.territory.matching import read_aliases
    from evaluation.territory.registry import in_force
    from evaluation.year.checklist import ToConfirm, YearFacts
    from evaluation.year.new_year import moved_day, naming_years
    from evaluation.year.yaml_edits import unconfirmed

    texts = {f"config/years/{year}.yml": told} | ({f"config/plan/{year}.yml": plan} if plan is not None else {})
    settings = workspace.year(old)
    day = moved_day(settings.territory_date, year - old)
    own = workspace.territory_file("registry")
    assert own is not None, "a programme names its registry"
    registry, _ = any_registry(own)
    decisions = read_decisions(
        workspace.territory_file("decisions"), workspace.territory_file("personal_decisions")
    ).drop_duplicates(["table", "record_key", "field", "raw_hash"], keep="last")
    aliases = read_aliases(workspace.territory_file("aliases"))
    units = set(in_force(registry, day)["unit_id"])
    left_out = tuple(name for name, step in workspace.programme.steps.items() if not step.applicable)
    return YearFacts(
        year,
        old,
        day,
        awaited(workspace, old, year),
        [ToConfirm(file, one.line, one.text) for file, text in texts.items() for one in unconfirmed(text)],
        [ToConfirm(file, one.line, one.text) for file, text in texts.items() for one in naming_years(text, old)],
        territory_changes(workspace, registry, settings.territory_date, day),
        int(decisions["table"].isin(_decided_tables(workspace, old)).sum()),
        len(decisions),
        int(aliases["unit_id"].isin(units).sum()),
        len(aliases),
        plan is not None,
        left_out,
    )


def _decided_tables(workspace: Workspace, year: int) -> set[str]:
    """Names by which decisions may call what the year receives: its sources and their tables."""
    from evaluation.tables import SOURCE_TABLES

    sources = workspace.year(year).sources
    return {*sources, *(table for source in sources for table in SOURCE_TABLES.get(source, ()))}


def awaited(workspace: Workspace, old: int, year: int) -> list[Awaited]:
    """The files of ``year`` by last year's settings and list of sources."""
    from evaluation.display.wording import SOURCES
    from evaluation.tables import FORMS
    from evaluation.year.checklist import Awaited
    from evaluation.year.new_year import moved_day, moved_name

    arrived, suppliers = workspace.arrivals(old), _suppliers(workspace.raw_folder(old) / "SOURCES.csv")
    found = []
    for name, source in workspace.year(old).sources.items():
        words = SOURCES.get(name, (name, name))
        day = arrived[name]
        expected = None if day is None else moved_day(day, year - old)
        label = Text(ru=words[0], en=words[1])
        file = moved_name(source.file, old, year)
        found.append(
            Awaited(name, label, file, source.file, suppliers.get(name, ""), day, expected, has_form=name in FORMS)
        )
    return found


def _suppliers(path: Path) -> dict[str, str]:
    """From whom each source came, as a SOURCES.csv says (column received_from)."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row.get("source") or "": (row.get("received_from") or "").strip() for row in csv.DictReader(file)}


def sources_list(files: Sequence[Awaited]) -> bytes:
    """The list of received files, with the day of arrival still to be entered."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(SOURCES_HEADER)
    writer.writerows((one.source, one.file, "", one.supplied_by, "") for one in files)
    return out.getvalue().encode("utf-8")


def territory_changes(
    workspace: Workspace, registry: pd.DataFrame, after: dt.date, until: dt.date
) -> list[TerritoryChange]:
    """Units that begin or end after one day and up to another, as the registry says; whether the crosswalk has them."""
    import pandas as pd

    from evaluation.territory.crosswalk import read_crosswalk
    from evaluation.year.checklist import TerritoryChange

    path = workspace.territory_file("crosswalk")
    crosswalk = read_crosswalk(path if path is not None and path.exists() else None)
    known = {*crosswalk["from_unit"], *crosswalk["to_unit"]}
    low, high = pd.Timestamp(after), pd.Timestamp(until)
    found = []
    for column, begins in (("valid_to", False), ("valid_from", True)):
        days = registry[column]
        # the last day in force counts, so that a unit ending on the earlier day has ended since
        inside = (days > low) & (days <= high) if begins else (days >= low) & (days < high)
        for row in registry[inside].to_dict("records"):
            code = str(row["unit_id"])
            found.append(TerritoryChange(code, str(row["name"]), row[column].date(), begins, code in known))
    return sorted(found, key=lambda one: (one.on, one.begins, one.unit_id))


def _in_words(workspace: Workspace, facts: YearFacts, files: Sequence[Path]) -> list[Text]:
    names = ", ".join(path.relative_to(workspace.root).as_posix() for path in files)
    lines = [
        Text(
            ru=f"Год {facts.year} перенесён с {facts.previous}. Записано: {names}.",
            en=f"Year {facts.year} is carried over from {facts.previous}. Written: {names}.",
        ),
        Text(
            ru=f"Подтвердить строк: {len(facts.to_confirm)} (пометка «confirm»). Получить файлов: "
            f"{len(facts.awaited)}.",
            en=f"Lines to confirm: {len(facts.to_confirm)} (mark 'confirm'). Files to get: {len(facts.awaited)}.",
        ),
        Text(
            ru=f"Решения общие для всех лет: к таблицам этого года относятся {facts.decisions} из "
            f"{facts.decisions_in_all}; другие названия территорий: {facts.aliases} из {facts.aliases_in_all}.",
            en=f"Decisions are common to all years: {facts.decisions} of {facts.decisions_in_all} concern this year's "
            f"tables; other names of units: {facts.aliases} of {facts.aliases_in_all}.",
        ),
    ]
    if facts.changes:
        open_ones = sorted({one.unit_id for one in facts.changes if not one.documented})
        lines.append(
            Text(
                ru=f"Территория меняется: по реестру {len(facts.changes)} изменений до {facts.territory_date}. "
                + (f"Дополните config/territory/crosswalk.csv: {', '.join(open_ones)}." if open_ones else ""),
                en=f"The territory changes: {len(facts.changes)} changes in the registry up to {facts.territory_date}. "
                + (f"Add to config/territory/crosswalk.csv: {', '.join(open_ones)}." if open_ones else ""),
            )
        )
    else:
        lines.append(
            Text(
                ru=f"В реестре нет изменений до {facts.territory_date}. Если муниципалитеты объединялись, обновите "
                "config/territory/units.csv и crosswalk.csv.",
                en=f"The registry has no changes up to {facts.territory_date}. If municipalities merged, update "
                "config/territory/units.csv and crosswalk.csv.",
            )
        )
    return lines
