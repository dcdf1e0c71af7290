"""Sentences are cut out of the page with the findings they quote."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from evaluation.report.sentences import Sentence, sentences


def finding(name: str, said: str) -> str:
    return f'<span class="finding" data-finding="{name}" title="{name} · 01">{said}</span>'


def test_each_sentence_keeps_its_findings() -> None:
    html = (
        f"<p>Подано {finding('applications', '268 заявок')} из {finding('units', '39')}. Остальные не подавали. "
        f"Стоимость — {finding('cost', '171,4 млн руб.')} Всего {finding('funded', '143')}!</p>"
        f"<ul><li>Дважды {finding('funded', '143')} и {finding('funded', '143')}.</li></ul>"
    )
    assert sentences("coverage", html) == [
        Sentence("coverage", "Подано 268 заявок из 39.", ("applications", "units")),
        Sentence("coverage", "Стоимость — 171,4 млн руб.", ("cost",)),
        Sentence("coverage", "Всего 143!", ("funded",)),
        Sentence("coverage", "Дважды 143 и 143.", ("funded",)),
    ]


def test_abbreviations_within_a_sentence_do_not_end_it() -> None:
    html = (
        f"<p>Стоимость {finding('cost', '171,4 млн руб.')} (из них своих {finding('own', '3 млн руб.')}), г. Томск.</p>"
    )
    assert [each.text for each in sentences("x", html)] == [
        "Стоимость 171,4 млн руб. (из них своих 3 млн руб.), г. Томск."
    ]


def test_tables_figures_tiles_and_plain_sentences_are_left_out() -> None:
    number = finding("n", "5")
    html = (
        f'<dl class="tiles"><div><dd>{number}</dd></div></dl><div class="exhibit"><table><tr><td>{number}</td></tr>'
        f"</table></div><figure><figcaption>{number}</figcaption></figure><p>Без чисел.</p><p>С числом {number}.</p>"
    )
    assert [each.text for each in sentences("x", html)] == ["С числом 5."]


def test_nested_marks_belong_to_one_finding_each() -> None:
    html = f"<p>Доля {finding('a', '<b>61</b> %')} (интервал {finding('a', 'от 1 до 2')}; n = {finding('b', '9')}).</p>"
    assert sentences("x", html) == [Sentence("x", "Доля 61 % (интервал от 1 до 2; n = 9).", ("a", "b"))]


@given(st.text(max_size=200))
def test_any_text_is_read_without_failing(text: str) -> None:
    for each in sentences("x", f"<p>{text} {finding('a', '5')}"):
        assert each.findings
