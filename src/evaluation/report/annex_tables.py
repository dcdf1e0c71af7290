"""Tables of the annex that the report makes itself: questionnaires, variables of the models, received files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from evaluation.codebook import Codebook
from evaluation.display.exhibit import Exhibit
from evaluation.display.plan_exhibits import names_of, numbered, pairs, say_rows
from evaluation.display.tables import exhibit
from evaluation.display.wording import CODES, code_label, label_of
from evaluation.report.reading_words import VARIABLES
from evaluation.settings import LANGUAGES, Language, Model, Text

_KINDS = {
    "one": Text(ru="один ответ", en="one answer"),
    "several": Text(ru="несколько ответов", en="several answers"),
    "number": Text(ru="число", en="a number"),
    "open": Text(ru="свободный ответ", en="open"),
}
_ROLES: dict[str, Text] = {
    "outcome": Text(ru="результат", en="outcome"),
    "exposure": Text(ru="поддержка", en="support"),
    "control": Text(ru="учтено", en="held constant"),
    "fixed_effect": Text(ru="постоянные различия", en="fixed effects"),
    "offset": Text(ru="на кого считается", en="counted per"),
    "instrument": Text(ru="инструмент", en="instrument"),
    "cluster": Text(ru="группы ошибок", en="clusters of errors"),
    "weight": Text(ru="веса", en="weights"),
}


def instruments_exhibit(
    items: Mapping[str, pd.DataFrame], codebook: Codebook | None, *, simulated: bool = False
) -> Exhibit | None:  # fmt: skip
    """Wordings of all questionnaires, in order; None without any.

    ``items`` maps a survey source to its items (name, kind, label_ru, label_en, scale_id, group_ru, group_en).
    """
    filled = {source: frame for source, frame in items.items() if len(frame)}
    if not filled:
        return None
    frame = pd.concat(
        [each.assign(source=source, number=range(1, len(each) + 1)) for source, each in filled.items()],
        ignore_index=True,
    )
    wordings = [
        Text(
            ru=f"{group.ru} — {item.ru}" if group.ru else item.ru, en=f"{group.en} — {item.en}" if group.en else item.en
        )
        for group, item in zip(pairs(frame, "group"), pairs(frame, "label"), strict=True)
    ]
    shown = frame[["source", "number", "kind"]].assign(wording=numbered(len(frame)))
    made = exhibit(
        shown[["source", "number", "wording", "kind"]], codebook, "instruments", "Анкеты: вопросы в порядке анкеты",
        "Questionnaires: the questions in their order", name="instruments",
        labels={
            "source": Text(ru="Анкета", en="Questionnaire"), "number": Text(ru="№", en="No."),
            "wording": Text(ru="Вопрос", en="Question"), "kind": Text(ru="Ответ", en="Answer"),
        },
        names={"source": _source_names(), "kind": names_of(_KINDS)}, simulated=simulated,
    )  # fmt: skip
    return say_rows(made, "wording", wordings)


def variables_exhibit(
    models: Sequence[Model], codebook: Codebook | None, *, simulated: bool = False
) -> Exhibit | None:  # fmt: skip
    """Variables that the plan's models use, with label, unit, role and what the codebook notes; None without any."""
    roles: dict[str, dict[str, None]] = {}
    for model in models:
        uses = {
            "outcome": (model.outcome.removeprefix("log1p(").removesuffix(")"),), "exposure": model.exposures,
            "control": model.controls, "fixed_effect": model.fixed_effects, "instrument": model.instruments,
            "offset": (model.offset,), "cluster": (model.clusters,), "weight": (model.weights,),
        }  # fmt: skip
        for role, names in uses.items():
            for name in filter(None, names):
                roles.setdefault(name, {})[role] = None
    if not roles:
        return None
    texts: dict[str, list[Text]] = {"label": [], "role": [], "note": []}
    for name, used in roles.items():
        told = {
            "label": {each: label_of(codebook, VARIABLES, name, each) for each in LANGUAGES},
            "role": {each: ", ".join(_ROLES[role].in_language(each) for role in used) for each in LANGUAGES},
            "note": {each: _note(codebook, name, each) for each in LANGUAGES},
        }
        for column, words in told.items():
            texts[column].append(Text(ru=words["ru"], en=words["en"]))
    frame = pd.DataFrame({"variable": list(roles), **{name: numbered(len(roles)) for name in texts}})
    made = exhibit(
        frame, None, "variables", "Переменные моделей", "Variables of the models",
        "Полный справочник переменных — config/codebook.csv.", "The whole codebook is config/codebook.csv.",
        name="model_variables",
        labels={
            "variable": Text(ru="Имя", en="Name"), "label": Text(ru="Что это", en="What it is"),
            "role": Text(ru="Роль", en="Role"), "note": Text(ru="Примечание", en="Note"),
        },
        simulated=simulated,
    )  # fmt: skip
    for column, words_of in texts.items():
        made = say_rows(made, column, words_of)
    return made


def _note(codebook: Codebook | None, name: str, language: Language) -> str:
    if codebook is None:
        return ""
    return next((note for table in VARIABLES if (note := codebook.note(table, name, language))), "")


def received_files_exhibit(source_files: pd.DataFrame, *, simulated: bool = False) -> Exhibit | None:
    """Received files by their fingerprints (contract ``source_files``); None without any. Names stay out."""
    if source_files.empty:
        return None
    return exhibit(
        source_files[["source", "file_format", "bytes", "sha256"]].reset_index(drop=True), None, "source_files",
        "Полученные файлы и их отпечатки", "Received files and their fingerprints",
        "SHA-256 меняется от одной изменённой буквы: по нему видно, что пересчитаны те же самые файлы.",
        "SHA-256 changes with a single letter: it shows that the very same files were computed again.",
        name="received_files",
        labels={
            "source": Text(ru="Файл", en="File"), "file_format": Text(ru="Формат", en="Format"),
            "bytes": Text(ru="Байт", en="Bytes"), "sha256": Text(ru="SHA-256", en="SHA-256"),
        },
        names={"source": _source_names()}, units={"bytes": "count"}, simulated=simulated,
    )  # fmt: skip


def _source_names() -> dict[str, dict[str, str]]:
    return {
        language: {code: code_label("source", code, language) for code in CODES["source"]} for language in LANGUAGES
    }
