"""The whole report: complete, self-contained, accessible, honest about what does not apply."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from evaluation.display.tables import exhibit
from evaluation.pipeline import STEPS
from evaluation.report.document import ReportInputs, build_report
from evaluation.report.findings import Finding, findings_frame
from evaluation.report.html import UnsafeHtmlError, safe_fragment
from evaluation.report.parts import ANNEX_GROUPS, SECTIONS
from evaluation.settings import LANGUAGES, Ground, InputProblem, Language, Model, Question, Recommendation, Text

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><script>alert(1)</script></svg>'
PNG = b"\x89PNG\r\n\x1a\nxxxx"
FIGURE_NAMES = [name for section in SECTIONS for name in section.figures]
TABLE_NAMES = [name for section in SECTIONS for name in section.exhibits]
TABLE_NAMES += [name for group in ANNEX_GROUPS for name in group.exhibits]
OWN_TABLES = ["evaluation_matrix", "fact_check", "model_variables"]  # what the inputs below let the report make


def findings() -> pd.DataFrame:
    return pd.concat(
        [
            findings_frame(
                [
                    Finding("rows_data", 2177, "rows"),
                    Finding("rows_kept", 2161, "rows"),
                    Finding("rows_received", 2411, "rows"),
                    Finding("rows_merged", 9, "rows"),
                    Finding("rows_quarantined", 7, "rows"),
                ],
                "01_clean_programme",
            ),
            findings_frame(
                [
                    Finding("units_in_force", 39, "units"),
                    Finding("units_applied", 36, "units"),
                    Finding("units_applied_share", 36 / 39, "share", n=39, low=0.797, high=0.973),
                    Finding("applications", 258, "applications"),
                    Finding("funded", 141, "projects"),
                    Finding("cost_total", 171.4e6, "currency"),
                ],
                "04_map_coverage",
            ),
            findings_frame(
                [
                    Finding("effect_trained", 0.31, "log_points", n=348, low=0.1, high=0.52),
                    Finding("effect_trained_percent", 36.6, "percent", n=348, low=10.6, high=68.7),
                    Finding("effect_exposure", 0.04, "log_points", n=348, low=-0.01, high=0.09),
                    Finding("effect_exposure_percent", 4.2, "percent", n=348, low=-0.4, high=9.0),
                ],
                "06_estimate_outcomes",
            ),
        ],
        ignore_index=True,
    )


def inputs() -> ReportInputs:
    model = Model(
        name="main", question="EQ3", outcome="applications", exposures=("trained",), family="poisson",
        estimand=Text(ru="отношение частот", en="rate ratio"), design="association",
        assumption=Text(ru="без отбора", en="no selection"), is_main=True, geography="original",
    )  # fmt: skip
    return ReportInputs(
        year=2025,
        title=Text(ru="Программа <поддержки>", en="Programme <support>"),
        institute=Text(ru="Институт", en="Institute"),
        findings=findings(),
        simulated=True,
        period="2019–2025",
        data_date=dt.date(2025, 12, 31),
        questions=(Question(id="EQ3", text=Text(ru="Связана ли поддержка?", en="Is support associated?")),),
        models=(model,),
        facts={"python": "3.11.7", "own": "значение"},
        notebooks={"04_map_coverage": "notebooks/04_map_coverage.ipynb"},
        links={"dictionary": ("../docs/file_dictionary.md", Text(ru="Словарь", en="Dictionary"))},
    )


def tables(language: Language) -> dict[str, str]:
    frame = pd.DataFrame({"name": ["a", "<i>b</i>"], "value": [1.0, 2.0]})
    return {
        name: exhibit(frame, None, name, f"Название {name}", f"Title {name}").to_html(language) for name in TABLE_NAMES
    }


def figures() -> dict[str, str | bytes]:
    return {name: PNG if name == "event_study" else SVG for name in FIGURE_NAMES}


def report(language: Language = "ru", **changes: object) -> BeautifulSoup:
    made = build_report(replace(inputs(), **changes), language, tables(language), figures())  # type: ignore[arg-type]
    return BeautifulSoup(made, "html.parser")


def test_sections_declare_every_table_and_figure_of_the_pipeline() -> None:
    assert set(FIGURE_NAMES) == {name for step in STEPS for name in step.figures}
    assert sorted(TABLE_NAMES) == sorted(name for step in STEPS for name in step.exhibits)
    assert {section.step for section in SECTIONS} - {None} <= {step.name for step in STEPS}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_is_complete(language: Language) -> None:
    page = report(language)
    assert page.html is not None
    assert page.html["lang"] == language
    assert [section["id"] for section in page.main.find_all("section")] == [section.name for section in SECTIONS]  # type: ignore[union-attr]
    ids = [element["id"] for element in page.find_all(id=True)]
    assert len(ids) == len(set(ids)), "an id stands twice"
    assert {f"figure-{name}" for name in FIGURE_NAMES} | {f"table-{name}" for name in TABLE_NAMES} <= set(ids)
    for link in page.find_all("a", href=re.compile("^#")):
        assert link["href"][1:] in ids, f"{link['href']} leads nowhere"
    assert all(ord(sign) not in (0xE000, 0xE001) for sign in page.get_text())
    assert "{{" not in page.get_text()


def test_tables_and_figures_are_numbered_as_they_come() -> None:
    page = report()
    captions = [caption.b.get_text() for caption in page.find_all("caption")]
    assert captions == [f"Таблица {number}." for number in range(1, len(TABLE_NAMES) + len(OWN_TABLES) + 1)]
    legends = [caption.b.get_text() for caption in page.find_all("figcaption")]
    assert legends == [f"Рисунок {number}." for number in range(1, len(FIGURE_NAMES) + 1)]
    link = page.find(id="data").find("a", href="#table-row_accounts")  # type: ignore[union-attr]
    assert link is not None
    number = page.find(id="table-row_accounts").caption.b.get_text().strip(".").split()[-1]  # type: ignore[union-attr]
    assert link.get_text() == f"табл.\u00a0{number}"


def test_nothing_outside_is_asked_for_and_only_our_script_runs() -> None:
    page = report()
    assert not page.find_all(["iframe", "object", "embed", "link", "form"])
    for image in page.find_all("img"):
        assert image["src"].startswith("data:image/")
        assert len(image["alt"]) > 20
    assert not page.find_all(style=True)
    assert not [key for tag in page.find_all() for key in tag.attrs if key.startswith("on")]
    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
    style = page.find("style")
    assert policy is not None
    assert style is not None
    scripts = page.find_all("script")
    assert len(scripts) == 1
    for element in (style, *scripts):
        digest = base64.b64encode(hashlib.sha256(element.get_text().encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy["content"]
    assert "default-src 'none'" in policy["content"]
    assert "url(" not in style.get_text()


def test_accessible_frame() -> None:
    page = report("en")
    assert len(page.find_all("h1")) == 1
    levels = [int(head.name[1]) for head in page.find_all(re.compile("^h[1-6]$"))]
    assert all(after - before <= 1 for before, after in pairwise(levels)), "a heading level is skipped"
    skip = page.find("a", class_="skip")
    assert skip is not None
    assert page.find(id=skip["href"][1:]).name == "main"  # type: ignore[union-attr, index]
    assert page.find("meta", attrs={"name": "viewport"})
    assert all(table.caption for table in page.find_all("table"))
    assert all(head.get("scope") for head in page.find_all("th"))


def test_texts_say_what_the_findings_say() -> None:
    text = report("ru").main.get_text().replace("\u00a0", " ").replace("\u202f", " ")  # type: ignore[union-attr]
    assert "Заявки подали 36 территорий из 39" in text
    assert "171,4 млн руб." in text
    assert "больше заявок" in text
    assert "не отличить от нуля" in text, "the interval of exchange includes zero"
    traced = {span["data-finding"] for span in report("ru").find_all(class_="finding")}
    assert set(findings()["name"]) - {"rows_received"} <= traced


def test_a_negative_or_unclear_effect_is_worded_so() -> None:
    frame = findings()
    negative = frame.copy()
    rows = negative["name"].str.startswith("effect_trained")
    negative.loc[rows, ["value", "low", "high"]] = [-0.3, -0.5, -0.1]
    assert "fewer applications" in report("en", findings=negative).get_text()
    unclear = frame.copy()
    unclear.loc[rows, "low"] = -1.0
    text = report("en", findings=unclear).get_text()
    assert "do not tell whether territories send more or fewer" in text
    main = report("en").main
    assert main is not None
    main.find(id="annex").decompose()  # type: ignore[union-attr]
    assert "effect" not in main.get_text().lower().replace("fixed effects", ""), "an association is called one"


def test_simulated_data_are_labelled_and_real_ones_are_not() -> None:
    page = report()
    assert "СМОДЕЛИРОВАННЫЕ ДАННЫЕ" in page.find(class_="banner").get_text()  # type: ignore[union-attr]
    for figure in page.find_all("figure"):
        shows_data = figure["id"] != "figure-theory_of_change"
        assert len(figure.find_all(class_="simulated")) == shows_data
    real = report("ru", simulated=False)
    assert real.find(class_="banner") is None
    assert "смоделирован" not in real.get_text().lower()


def test_sections_that_do_not_apply_say_why() -> None:
    reason = Text(ru="один год, <сравнивать> не с чем.", en="one year only")
    page = report("ru", not_applicable={"08_compare_years": reason})
    section = page.find(id="years")
    assert section is not None
    assert "не применяется: один год, <сравнивать> не с чем." in section.get_text()
    assert section.find("figure") is None
    assert page.find(id="table-year_comparison") is not None, "a table that is there is shown in the annex"


def test_a_bare_workspace_makes_a_report() -> None:
    bare = ReportInputs(2015, Text(ru="Т", en="T"), Text(ru="И", en="I"), findings_frame([], "x"))
    for language in LANGUAGES:
        page = BeautifulSoup(build_report(bare, language), "html.parser")
        assert len(page.find_all("section")) == len(SECTIONS)
        assert not page.find_all("table")
        assert "n/a" not in page.get_text()
        assert "—." not in page.get_text()


def test_own_texts_replace_single_sections(tmp_path: Path) -> None:
    (tmp_path / "section_years.ru.md.j2").write_text(
        "# Своё о годах\n\nЗаявок: {{ num('applications') }}.", encoding="utf-8"
    )
    page = report("ru", own_texts=tmp_path, not_applicable={"08_compare_years": Text(ru="нет", en="no")})
    section = page.find(id="years")
    assert section is not None
    assert "Своё о годах" in section.get_text()
    assert "Заявок: 258." in section.get_text()
    assert "Коротко" in page.get_text()


@pytest.mark.parametrize("call", ["f('nothing')", "table('nothing')", "figure('nothing')", "see_table('nothing')"])
def test_a_text_that_asks_for_what_is_not_there_is_refused(tmp_path: Path, call: str) -> None:
    (tmp_path / "section_limits.ru.md.j2").write_text(f"# Т\n\n{{{{ {call} }}}}", encoding="utf-8")
    with pytest.raises(InputProblem, match="nothing"):
        report("ru", own_texts=tmp_path)


@pytest.mark.parametrize(
    "bad",
    ["<script>1</script>", '<img src="http://x">', '<td onclick="x">', '<a href="x">', '<p style="x">', "<!DOCTYPE x>",
     "<svg/onload=x>", "<tr><td>1</tr>", "</table></div><script>1</script><div><table>", "<![CDATA[<b>]]>", "<?php 1?>",
     "&nbsp;", "<td hidden>1</td>"],
)  # fmt: skip
def test_unsafe_tables_are_refused(bad: str) -> None:
    with pytest.raises(UnsafeHtmlError, match="coverage"):
        safe_fragment("coverage", f"<div><table>{bad}</table></div>")


def test_links_stay_inside() -> None:
    with pytest.raises((ValueError, InputProblem), match="own programme"):
        report("ru", notebooks={"x": "https://example.org"})


def test_two_builds_are_the_same() -> None:
    first, second = (build_report(inputs(), "en", tables("en"), figures()) for _ in range(2))
    assert first == second


def folded(page: BeautifulSoup) -> list[str]:
    return [details.summary.get_text() for details in page.find_all("details", class_="annex-group")]  # type: ignore[union-attr]


def test_sections_hold_three_exhibits_and_the_rest_stands_folded_in_the_annex() -> None:
    page = report("ru")
    for section in page.main.find_all("section", recursive=False):  # type: ignore[union-attr]
        open_ones = [each for each in section.find_all(["figure", "table"]) if each.find_parent("details") is None]
        assert len(open_ones) <= 3, section["id"]
    annex = page.find(id="annex")
    assert annex is not None
    assert [details.summary.get_text() for details in annex.find_all("details")] == [  # type: ignore[union-attr]
        "Как проведены опросы", "Проверка утверждений", "План анализа, модели и отступления", "Данные и их качество",
        "Кого охватывает программа", "Неравномерность и случай", "Далеко ли до мероприятий",
        "Какую поддержку получили территории",
        "Команды, их поддержка и линии программы",
        "Базовые муниципалитеты и практики",
        "Меры, ТОС и решения мероприятий",
        "Что сделали службы конгресса",
        "Что говорят отчёты муниципалитетов",
        "Что говорят участники и жители", "Как поддержка связана с результатами", "Насколько прочны выводы",
    ]  # fmt: skip
    assert annex.find(class_="cards") is not None, "the models' cards stand in the annex"


def test_every_quoted_finding_stands_in_the_fact_check() -> None:
    page = report("en")
    table = page.find(id="table-fact_check")
    assert table is not None
    checked = table.get_text()
    quoted = {
        span["data-finding"]
        for span in page.find_all(class_="finding")
        if span.find_parent(class_=["tiles", "exhibit"]) is None
    }
    assert quoted
    assert {name for name in quoted if f"{name}: " not in checked} == set()
    rows = [row.find_all(["th", "td"]) for row in table.find_all("tr")[1:]]
    assert all(len(cells) == 5 and cells[1].get_text().strip() for cells in rows)


def test_the_summary_fits_a_page() -> None:
    text = Text(
        ru="Сделать то, что следует из найденного, и сказать об этом всем, кого это касается, до срока.", en="Do."
    )
    one = Recommendation(
        id="R1", text=text, addressee=text, rests_on=(Ground(finding="units_applied", at_least=1),)
    )  # fmt: skip
    more = findings_frame(
        [
            Finding("units_funded_share", 0.85, "share"), Finding("cofinancing_share", 0.2, "share"),
            Finding("training_events", 6, "events"), Finding("exchange_events", 7, "events"),
            Finding("units_trained_share", 0.46, "share"), Finding("effect_exposure_p_adjusted", 0.1, "p"),
            Finding("bootstrap_p_trained", 0.2, "p"), Finding("plan_days_before_outcomes", 25, "days"),
        ],
        "x",
    )  # fmt: skip
    full = pd.concat([findings(), more], ignore_index=True)
    for language in LANGUAGES:
        page = report(language, findings=full, recommendations=(one,) * 3)
        section = page.find(id="summary")
        assert section is not None
        section.find(class_="tiles").decompose()  # type: ignore[union-attr]
        assert 120 < len(section.get_text().split()) <= 350


def test_a_recommendation_whose_finding_has_gone_stops_the_report() -> None:
    text = Text(ru="т", en="t")
    gone = Recommendation(id="R7", text=text, addressee=text, rests_on=(Ground(finding="nowhere"),))
    with pytest.raises(InputProblem, match="recommendation R7"):
        report("en", recommendations=(gone,))


def test_an_own_text_that_claims_a_cause_stops_the_report(tmp_path: Path) -> None:
    row = {
        "model": "main", "outcome": "applications", "exposure": "trained", "estimand": "log_rate_ratio",
        "design": "association", "assumption": "x", "estimate": 0.31, "se": 0.1, "low": 0.1, "high": 0.52, "p": 0.01,
        "p_adjusted": float("nan"), "n": 348, "clusters": 58, "treated_clusters": 50, "inference": "crv3_t",
        "is_main": True, "warning": None,
    }  # fmt: skip
    text = tmp_path / "section_years.en.md.j2"
    text.write_text("# Years\n\nTraining raised applications by {{ f('effect_trained') }}.", encoding="utf-8")
    for design, refused in (("association", True), ("randomised", False)):
        changes = {"own_texts": tmp_path, "estimates": pd.DataFrame([{**row, "design": design}])}
        if refused:
            with pytest.raises(InputProblem, match="'raised' speaks of a cause"):
                report("en", **changes)
        else:
            assert "Training raised applications" in report("en", **changes).get_text()
