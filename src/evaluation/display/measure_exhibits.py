"""Tables of measures and of territorial self-government: status, gaps, years, coverage, support."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from evaluation.display.exhibit import Exhibit
from evaluation.display.tables import exhibit
from evaluation.settings import LANGUAGES, Text

if TYPE_CHECKING:
    from evaluation.codebook import Codebook

NO_STATUS = Text(ru="Не указано", en="Not stated")
NO_PROJECT = Text(ru="Без проекта", en="Without a project")
_WORDS: dict[str, Text] = {
    "project": Text(ru="Проект", en="Project"),
    "overdue": Text(ru="Из них просрочено", en="Overdue of them"),
    "n": Text(ru="Всего мер (n)", en="Measures (n)"),
    "measures": Text(ru="Мер", en="Measures"),
    "done": Text(ru="Выполнено", en="Done"),
    "with_progress": Text(ru="Мер, где путь посчитан", en="Measures whose way is computed"),
    "median_progress": Text(ru="Пройдено пути к цели (медиана)", en="Part of the way to the target (median)"),
    "targets_changed": Text(ru="Целей изменено", en="Targets changed"),
}


def both(codebook: Codebook, list_name: str, **more: Text) -> dict[str, Mapping[str, str]]:
    """Labels of a list of codes by language, with ``more`` codes of ours."""
    own = {each: {code: text.in_language(each) for code, text in more.items()} for each in LANGUAGES}
    return {each: {**codebook.choice_labels(list_name, each), **own[each]} for each in LANGUAGES}


def status_labels(codebook: Codebook) -> dict[str, Mapping[str, str]]:
    """Names of the statuses of measures by language, in their order, the missing one last."""
    return both(codebook, "measure_status", no_status=NO_STATUS)


def status_exhibit(matrix: pd.DataFrame, codebook: Codebook, *, simulated: bool = False) -> Exhibit:
    """Projects by status (``field.measures.progress.status_matrix``)."""
    labels = status_labels(codebook)
    shown = matrix.assign(project=matrix["project"].astype("object").where(matrix["project"].notna(), "none"))
    names: Mapping[str, Any] = {each: {"none": NO_PROJECT.in_language(each)} for each in LANGUAGES}
    heads = {name: Text(ru=labels["ru"][name], en=labels["en"][name]) for name in matrix if name in labels["ru"]}
    return exhibit(
        shown, codebook, "status_matrix", "Меры по проектам и состоянию", "Measures by project and status",
        "Просрочена мера, срок которой прошёл до конца года, а она не выполнена и не отменена. Реестр посчитан весь.",
        "A measure is overdue when its due date passed before the year's end while it was neither done nor cancelled. "
        "The register is counted whole.",
        labels=_WORDS | heads, names={"project": names}, simulated=simulated,
    )  # fmt: skip


def lacking_exhibit(lacking: pd.DataFrame, codebook: Codebook, *, simulated: bool = False) -> Exhibit:
    """Measures without an indicator, an owner or a due date (``field.measures.progress.lacking``)."""
    return exhibit(
        lacking, codebook, "measure_progress", "Меры, о которых неизвестно главное", "Measures that lack essentials",
        "Без показателя нельзя сказать, чего добилась мера; без ответственного и срока — с кого и когда спросить.",
        "Without an indicator nobody can say what a measure achieved; without an owner and a due date, whom to ask "
        "and when.",
        name="measures_lacking", simulated=simulated,
        labels={"measure_id": Text(ru="Номер меры", en="Number"), "measure": Text(ru="Мера", en="Measure")},
    )  # fmt: skip


def progress_exhibit(progress: pd.DataFrame, codebook: Codebook, *, simulated: bool = False) -> Exhibit:
    """Every measure of a year: how far it is, and the target it had before (contract ``measure_progress``)."""
    columns = ["measure_id", "project", "status", "progress", "progress_gap", "is_overdue", "has_evidence",
               "earlier_target", "target", "target_changed"]  # fmt: skip
    return exhibit(
        progress, codebook, "measure_progress", "Меры: путь к цели", "Measures: the way to the target",
        "Путь: (достигнуто − исходное) ÷ (цель − исходное); больше 100 % — цель пройдена. Прежняя цель — последняя из "
        "прошлых лет.",
        "The way: (value − baseline) ÷ (target − baseline); above 100% the target is passed. The earlier target is the "
        "last one of past years.",
        columns=columns, labels={"measure_id": Text(ru="Номер меры", en="Number")}, simulated=simulated,
    )  # fmt: skip


def tasks_exhibit(tasks: pd.DataFrame, codebook: Codebook, *, simulated: bool = False) -> Exhibit:
    """Task numbers with their measures; a number without any is a gap (``field.measures.progress.tasks``)."""
    return exhibit(
        tasks, codebook, "measures", "Задачи и их меры", "Tasks and their measures",
        "Номер без мер: такой задачи в реестре нет, хотя нумерация её предполагает.",
        "A number without measures: the numbering implies a task that the register lacks.",
        name="measure_tasks", labels={"measures": _WORDS["measures"]}, simulated=simulated,
    )  # fmt: skip


def years_exhibit(years: pd.DataFrame, codebook: Codebook, *, simulated: bool = False) -> Exhibit:
    """Measures over the years (``field.measures.progress.progress_by_year``)."""
    labels = _WORDS | {"overdue": Text(ru="Просрочено", en="Overdue")}
    return exhibit(
        years, codebook, "measure_progress", "Меры по годам", "Measures by year",
        "Цель изменена, если она отличается от названной в одном из прошлых лет или исчезла: путь к цели тогда "
        "несравним с прошлым.",
        "A target is changed where it differs from that of an earlier year or was dropped: the way to it can then not "
        "be compared with the past.",
        name="measures_by_year", labels=labels, units={"median_progress": "share"}, simulated=simulated,
    )  # fmt: skip


def coverage_exhibit(
    coverage: pd.DataFrame,
    names: Mapping[str, str],
    codebook: Codebook,
    *,
    hidden: pd.DataFrame | None = None,
    threshold: int = 5,
    simulated: bool = False,
) -> Exhibit:
    """Coverage of one year by territory, all of them first (contract ``selfgovernment_coverage``).

    ``hidden`` (index and columns of ``coverage``) marks what must not be seen.
    """
    shown = coverage.copy()
    of_all = ["units", "units_with_bodies", "units_share"]
    shown[of_all] = shown[of_all].astype("Float64").where(shown["unit_id"] == "all")
    columns = [
        "unit_id", "bodies", "legal_entities", "residents", "population", "residents_share", "units",
        "units_with_bodies", "units_share", "low", "high", "gap",
    ]  # fmt: skip
    return exhibit(
        shown, codebook, "selfgovernment_coverage", "Где живёт ТОС", "Where there is territorial self-government",
        "Доля жителей — в границах ТОС, которые были на конец года; в общую долю не входят территории, где её нельзя "
        "посчитать. Интервал Уилсона — для доли территорий.",
        "Share of residents within bodies there were at the year's end; territories where it cannot be computed are "
        "left out of the overall share. Wilson's interval is that of the share of territories.",
        columns=columns, names={"unit_id": names}, labels={"unit_id": Text(ru="Территория", en="Territory")},
        hidden=hidden, threshold=threshold, simulated=simulated,
    )  # fmt: skip


def support_exhibit(
    support: pd.DataFrame, codebook: Codebook, *, simulated: bool = False, currency: str = "RUB"
) -> Exhibit:
    """Support of self-government by stage (``field.measures.selfgovernment.support_by_stage``)."""
    stages = both(
        codebook, "selfgovernment_stage", all=Text(ru="Все этапы", en="All stages"),
        not_stated=Text(ru="Этап не указан", en="Stage not stated"),
    )  # fmt: skip
    return exhibit(
        support, codebook, "selfgovernment_support", "Поддержка ТОС по этапам", "Support of self-government by stage",
        "Доля — от обращений, по которым есть решение; с интервалом Уилсона.",
        "Share of the applications that were decided, with Wilson's interval.",
        names={"support_stage": stages}, simulated=simulated, currency=currency,
    )  # fmt: skip
