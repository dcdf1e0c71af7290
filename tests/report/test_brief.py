"""The brief: its numbers are findings, its words follow them, and it fits a director's two pages."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from tests.report.short_inputs import figures, findings, inputs

from evaluation.report.brief import build_brief
from evaluation.report.texts import package_texts, typed_numbers
from evaluation.settings import LANGUAGES, InputProblem, Language, Model, Text


def brief(language: Language = "ru", frame: pd.DataFrame | None = None, **changes: object) -> BeautifulSoup:
    given = replace(inputs(frame), **changes)  # type: ignore[arg-type]
    return BeautifulSoup(build_brief(given, language, {}, figures()), "html.parser")


def words_of(page: BeautifulSoup) -> str:
    assert page.main is not None
    return " ".join(page.main.get_text().replace("\u00a0", " ").replace("\u202f", " ").split())


def test_words_follow_the_numbers() -> None:
    told = words_of(brief("ru"))
    assert "Заявки подали 21 территория из 39" in told
    assert "Подано 111 заявок, поддержано 62" in told
    assert "больше, чем у них же до обучения" in told
    assert "от нуля не отличить: +4,2 %" in told
    assert "Почему не подали заявок 18 территорий" in told
    assert "Заявки подали 22 территории из 39" in words_of(brief("ru", findings(22)))
    assert "21 territories of 39 applied" in words_of(brief("en"))
    fewer = findings(trained=(-30.0, -45.0, -10.0))
    assert "меньше, чем у них же до обучения" in words_of(brief("ru", fewer))
    open_ = findings(trained=(20.0, -5.0, 50.0))
    assert "cannot be told whether there are more or fewer" in words_of(brief("en", open_))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_of_the_text_is_a_finding(language: Language) -> None:
    page = brief(language)
    assert page.main is not None
    traced = {span["data-finding"] for span in page.find_all(class_="finding")}
    assert set(findings()["name"]) - {"training_events", "exchange_events", "levels_measured"} <= traced
    for tag in page.main.find_all(class_=["finding", "simulated"]):
        tag.decompose()
    for image in page.main.find_all("figure"):
        image.decompose()
    rest = page.main.get_text().replace("2025", "").replace("2019", "").replace("95\u00a0%", "").replace("95%", "")
    assert not any(sign.isdigit() for sign in rest), rest


def test_changing_one_number_changes_the_text() -> None:
    assert str(brief("ru")) != str(brief("ru", findings(20)))
    assert "20 территорий из 39" in words_of(brief("ru", findings(20)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_for_a_director(language: Language) -> None:
    page = brief(language)
    assert page.header is not None
    assert [figure["id"] for figure in page.find_all("figure")] == ["figure-coverage_map", "figure-main_estimates"]
    assert "SIMULATED" in page.get_text() or "СМОДЕЛИРОВАННЫЕ" in page.get_text()
    assert len(words_of(page).split()) < 450, "more than two pages"
    ids = [element["id"] for element in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert page.main is not None
    assert not page.main.find_all("script")
    assert "<script>alert" not in str(page)
    assert "alert(1)" in page.header.get_text()


def test_what_is_not_there_is_left_out() -> None:
    bare = build_brief(replace(inputs(findings().iloc[:0]), questions=()), "en")
    page = BeautifulSoup(bare, "html.parser")
    assert not page.find_all("figure")
    assert "Reach" not in words_of(page)
    assert "What the programme's data for 2019–2025 show" in words_of(page)
    assert not page.find("h3", string="What is proposed")


def test_a_programme_of_another_kind_tells_its_own_estimates() -> None:
    given = replace(
        inputs(findings().iloc[:0]), models=(TRIAL,), estimates=estimates("randomised").assign(model="trial")
    )
    told = words_of(BeautifulSoup(build_brief(given, "en"), "html.parser"))
    found = told[told.index("What was found") : told.index("What is not known")]
    assert "36.6%" in found or "37%" in found
    assert "What may be claimed:" in found
    assert "those who mean to apply" not in told
    without = words_of(BeautifulSoup(build_brief(replace(given, estimates=None), "en"), "html.parser"))
    assert "The year has no estimates for this brief to tell of" in without
    # where the programme's own findings stand, nothing is told twice
    usual = words_of(
        BeautifulSoup(build_brief(replace(given, findings=findings()), "en", {}, figures()), "html.parser")
    )
    assert "What may be claimed:" not in usual


def test_links_lead_to_the_report() -> None:
    html = build_brief(inputs(), "ru", {}, figures(), {"report": ("report.ru.html", "Отчёт")})
    link = BeautifulSoup(html, "html.parser").find("a", href="report.ru.html")
    assert link is not None
    assert link.get_text() == "Отчёт"
    with pytest.raises(InputProblem, match="own programme"):
        build_brief(inputs(), "ru", {}, figures(), {"report": ("https://example.org", "Отчёт")})


def test_a_missing_finding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "brief.ru.md.j2").write_text("# T\n\n{{ v('units_aplied') }}", encoding="utf-8")
    with pytest.raises(InputProblem, match="near it: units_applied") as caught:
        build_brief(replace(inputs(), own_texts=tmp_path), "ru")
    assert "brief.ru.md.j2" in caught.value.messages["ru"]
    (tmp_path / "brief.ru.md.j2").write_text("# T\n\n{{ figure('map') }}", encoding="utf-8")
    with pytest.raises(InputProblem, match="no figure 'map'"):
        build_brief(replace(inputs(), own_texts=tmp_path), "ru", {}, figures())


TRIAL = Model(
    name="trial", question="Q1", outcome="applications", exposures=("trained",), family="poisson",
    estimand=Text(ru="разность", en="difference"), design="randomised",
    assumption=Text(ru="жребий", en="a lot"), is_main=True,
)  # fmt: skip


def estimates(design: str) -> pd.DataFrame:
    row = {
        "model": "main", "outcome": "applications", "exposure": "trained", "estimand": "log_rate_ratio",
        "design": design, "assumption": None, "estimate": math.log(1.366), "se": 0.1, "low": math.log(1.106),
        "high": math.log(1.687), "p": 0.003, "p_adjusted": math.nan, "n": 348, "clusters": 58, "treated_clusters": 50,
        "inference": "crv3_t", "is_main": True, "warning": None,
    }  # fmt: skip
    return pd.DataFrame([row])


def test_a_claim_stronger_than_its_design_is_refused(tmp_path: Path) -> None:
    given = replace(inputs(), estimates=estimates("association"))
    told = words_of(BeautifulSoup(build_brief(given, "en", {}, figures()), "html.parser"))
    assert "Strength of evidence: an association, no effect; certainty low (no separate checks were made)" in told
    text = "# T\n\nОбучение повысило число заявок: {{ v('effect_trained_percent') }}."
    (tmp_path / "brief.ru.md.j2").write_text(text, encoding="utf-8")
    with pytest.raises(InputProblem, match="speaks of a cause"):
        build_brief(replace(given, own_texts=tmp_path), "ru")
    # where training was dealt by lot, the same sentence may stand
    build_brief(replace(given, estimates=estimates("randomised"), own_texts=tmp_path), "ru")


def test_an_estimate_that_the_correction_takes_back_is_not_told_as_a_difference() -> None:
    # its own interval leaves out zero, but not after the correction for the hypotheses judged together
    firm = replace(inputs(), estimates=estimates("association"))
    shaken = replace(inputs(), estimates=estimates("association").assign(p_adjusted=0.2))
    told = [words_of(BeautifulSoup(build_brief(each, "en", {}, figures()), "html.parser")) for each in (firm, shaken)]
    assert "Trained territories have more applications" in told[0]
    assert "cannot be told whether there are more or fewer applications" in told[1]
    assert "nothing, as it cannot be told from zero" in told[1]


def test_a_real_programme_is_not_called_simulated() -> None:
    page = brief("ru", simulated=False, title=Text(ru="Программа", en="Programme"))
    assert "модел" not in page.get_text().lower()


def test_texts_hold_no_typed_number_and_ask_alike_in_both_languages() -> None:
    texts = package_texts()
    for form in ("brief", "slides", "card"):
        asked = []
        for language in LANGUAGES:
            text = texts[f"{form}.{language}.md.j2"]
            assert typed_numbers(text) == []
            blocks = " ".join(re.findall(r"\{[{%].*?[%}]\}", text, flags=re.DOTALL))
            asked.append(sorted(set(re.findall(r"(\w+)\('(\w+)'", blocks))))
        assert asked[0] == asked[1], form


def test_the_same_bytes_on_every_run() -> None:
    assert build_brief(inputs(), "en", {}, figures()) == build_brief(inputs(), "en", {}, figures())
