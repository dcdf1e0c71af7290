"""Which source a file is, told from its header."""

from __future__ import annotations

from pathlib import Path

import pytest
from cleaning_helpers import codebook, workbook

from evaluation.cleaning.recognition import fits, guess_source
from evaluation.cleaning.workbook import Received, read_received
from evaluation.settings import InputProblem
from evaluation.tables import SOURCE_TABLES


def received(tmp_path: Path, *header: str) -> Received:
    return read_received(workbook(tmp_path / "f.xlsx", {"Лист": [header, ["1"] * len(header)]}), "file")


def labels(source: str, language: str) -> list[str]:
    own = codebook().variables
    return list(dict.fromkeys(own.loc[own["table"] == source, f"label_{language}"]))


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("source", SOURCE_TABLES)
def test_every_source_is_known_by_its_own_labels(tmp_path: Path, source: str, language: str) -> None:
    header = labels(source, language)
    fit = guess_source(received(tmp_path, *header), codebook())
    assert fit.source == source and fit.named == len(header) and fit.known >= 0.7 * len(header)


def test_the_best_sheet_decides(tmp_path: Path) -> None:
    sheets = {"Справка": [["№ заявки", "Примечание"]], "Реестр": [labels("projects", "ru")[:8], ["1"] * 8]}
    found = fits(read_received(workbook(tmp_path / "f.xlsx", sheets), "file"), codebook())
    assert found[0].source == "projects" and found[0].known >= 6


def test_a_questionnaire_is_known_by_its_questions(tmp_path: Path) -> None:
    questions = {"Насколько понятно было занятие?": "clear", "Пригодится ли оно вам?": "useful", "Ваш возраст": "age"}
    file = received(tmp_path, "Отметка времени", *questions)
    assert guess_source(file, codebook(), {"participants_survey": questions}).source == "participants_survey"
    with pytest.raises(InputProblem, match="does not tell what it is"):
        guess_source(file, codebook())


def test_what_fits_several_is_refused_with_the_candidates(tmp_path: Path) -> None:
    file = received(tmp_path, "Население на 1 января", "Статус", "Название", "№ заявки")
    with pytest.raises(InputProblem) as refused:
        guess_source(file, codebook())
    for language in ("ru", "en"):
        told = refused.value.messages[language]
        assert "projects (" in told and "territories (" in told and "--as" in told
