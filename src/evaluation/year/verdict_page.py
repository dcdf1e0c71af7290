"""The protocol's verdict for people: a page in one language, lines for the terminal, and one JSON file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from markupsafe import Markup

from evaluation.aside import write_whole
from evaluation.places import Workspace
from evaluation.report.html import page
from evaluation.settings import Language, Text
from evaluation.year.byte_comparison import FileDifference
from evaluation.year.verify import ALLOWED, Comparison, Verdict

WORDS: dict[str, Text] = {
    "title": Text(ru="Проверка результатов {year} года", en="Verification of the results of {year}"),
    "kind": Text(ru="Протокол рецензента", en="The reviewer protocol"),
    "holds": Text(ru="Результаты подтверждены", en="The results hold"),
    "fails": Text(ru="Результаты не подтверждены", en="The results do not hold"),
    "verdict": Text(ru="Вывод", en="Verdict"),
    "compared": Text(ru="Сравнение до байта", en="Compared byte for byte"),
    "exhibits": Text(ru="Откуда рисунки и таблицы", en="Where figures and tables come from"),
    "numbers": Text(ru="Числа в тексте", en="Numbers in the text"),
    "allowed": Text(ru="Что может отличаться", en="What may differ"),
    "target": Text(ru="Что проверено", en="What was verified"),
    "runs": Text(ru="Прогонов с нуля", en="Runs from scratch"),
    "sums": Text(ru="файлы выпуска и их контрольные суммы", en="the release's files and their check sums"),
    "between": Text(ru="прогон с нуля и ещё один", en="one run from scratch and another"),
    "release": Text(ru="выпуск и прогон с нуля", en="the release and a run from scratch"),
    "draft": Text(ru="черновик и прогон с нуля", en="the draft and a run from scratch"),
    "files": Text(ru="файлов", en="files"),
    "different": Text(ru="отличаются", en="differ"),
    "missing": Text(ru="нет", en="is not there"),
    "extra": Text(ru="лишний: в первом его нет", en="is not in the first"),
    "changed": Text(ru="другие байты", en="other bytes"),
    "file": Text(ru="Файл", en="File"),
    "what": Text(ru="Что", en="What"),
    "where": Text(ru="Где", en="Where"),
    "column": Text(ru="Столбец", en="Column"),
    "was": Text(ru="В первом", en="In the first"),
    "now": Text(ru="Во втором", en="In the second"),
    "more": Text(ru="и ещё {count}", en="and {count} more"),
    "step": Text(ru="Шаг", en="Step"),
    "cell": Text(ru="Ячейка", en="Cell"),
    "functions": Text(ru="Функции", en="Functions"),
    "report": Text(ru="Отчёт", en="Report"),
    "all": Text(ru="Чисел", en="Numbers"),
    "traced": Text(ru="Из находок", en="From findings"),
    "settled": Text(ru="Из настроек", en="From settings"),
    "typed": Text(ru="Прочие", en="Others"),
    "unknown": Text(ru="Находки, которых нет", en="Findings that do not exist"),
    "untold": Text(ru="не названа", en="not named"),
    "same": Text(ru="Всё одинаково.", en="All the same."),
}
SHOWN_LINES = 5


def _word(name: str, language: Language) -> str:
    return WORDS[name].in_language(language)


def _name(comparison: Comparison, language: Language) -> str:
    return _word("between" if comparison.name == "runs" else comparison.name, language)


def lines(verdict: Verdict, language: Language) -> list[str]:
    """The verdict as the terminal shows it."""
    found = [f"{_word('target', language)}: {verdict.target}"]
    for comparison in verdict.comparisons:
        count = f"{_word('files', language)} {comparison.files}, {_word('different', language)}"
        found.append(f"{_name(comparison, language)}: {count} {len(comparison.differences)}")
        for difference in comparison.differences:
            found.append(f"  {difference.file}: {_word(difference.kind, language)}")
            found += [f"    {each}" for each in _changes(difference, language)]
    for each in verdict.in_text:
        told = f"{_word('traced', language)} {each.traced}, {_word('settled', language)} {each.settled}"
        found.append(f"{each.report}: {_word('all', language)} {each.total}: {told}, {_word('typed', language)} "
                     f"{len(each.typed)}")  # fmt: skip
        if each.unknown:
            found.append(f"  {_word('unknown', language)}: {', '.join(each.unknown)}")
    named = sum(origin.cell is not None for origin in verdict.exhibits)
    found.append(f"{_word('exhibits', language)}: {named} / {len(verdict.exhibits)}")
    return [*found, _word("holds" if verdict.holds else "fails", language)]


def _changes(difference: FileDifference, language: Language) -> list[str]:
    shown = []
    for change in difference.changes[:SHOWN_LINES]:
        place = ", ".join(part for part in (change.key.in_language(language), change.column) if part)
        shown.append(f"{place}: {change.was.in_language(language)} -> {change.now.in_language(language)}")
    more = difference.count - len(shown)
    return [*shown, _word("more", language).format(count=more)] if more > 0 else shown


def verdict_page(verdict: Verdict, language: Language) -> str:
    """The verdict as one HTML page without any request to the outside."""
    parts = {
        "verdict": _summary(verdict, language),
        "compared": Markup("").join(_comparison(each, language) for each in verdict.comparisons),
        "allowed": Markup("<ul>{}</ul>").format(
            Markup("").join(Markup("<li>{}</li>").format(each.in_language(language)) for each in ALLOWED)
        ),
        "exhibits": _exhibits(verdict, language),
        "numbers": _numbers(verdict, language),
    }
    contents = [(name, str(number), _word(name, language)) for number, name in enumerate(parts, 1)]
    body = "\n".join(
        Markup('<section id="{}"><h2><span class="place">{}</span>{}</h2>{}</section>').format(*head, parts[head[0]])
        for head in contents
    )
    title = _word("title", language).format(year=verdict.year)
    cover = Markup('<header class="cover"><div><p class="kind">{}</p><h1>{}</h1></div></header>')
    return page(title, language, str(cover.format(_word("kind", language), title)), contents, body)


def _summary(verdict: Verdict, language: Language) -> Markup:
    facts = [("target", verdict.target), ("runs", str(verdict.runs))]
    items = Markup("").join(
        Markup("<dt>{}</dt><dd>{}</dd>").format(_word(name, language), value) for name, value in facts
    )
    said = _word("holds" if verdict.holds else "fails", language)
    return Markup('<p><strong>{}</strong></p><dl class="facts">{}</dl>').format(said, items)


def _comparison(comparison: Comparison, language: Language) -> Markup:
    count = (
        f"{_word('files', language)} {comparison.files}, {_word('different', language)} {len(comparison.differences)}"
    )
    head = Markup("<h3>{}: {}</h3>").format(_name(comparison, language), count)
    if not comparison.differences:
        return head + Markup("<p>{}</p>").format(_word("same", language))
    rows: list[Sequence[str]] = []
    for each in comparison.differences:
        said = _word(each.kind, language)
        rows += [
            (each.file, said, *(text.in_language(language) for text in (change.key,)), change.column,
             change.was.in_language(language), change.now.in_language(language))
            for change in each.changes
        ] or [(each.file, said, "", "", "", "")]  # fmt: skip
        if each.count > len(each.changes):
            rows.append(
                (each.file, _word("more", language).format(count=each.count - len(each.changes)), "", "", "", "")
            )
    return head + _table(("file", "what", "where", "column", "was", "now"), rows, language)


def _exhibits(verdict: Verdict, language: Language) -> Markup:
    rows = [
        (each.name, "; ".join(each.files), each.step, str(each.cell or _word("untold", language)),
         "; ".join(each.functions[:SHOWN_LINES]))
        for each in verdict.exhibits
    ]  # fmt: skip
    return _table(("what", "file", "step", "cell", "functions"), rows, language)


def _numbers(verdict: Verdict, language: Language) -> Markup:
    rows = [
        (
            each.report,
            str(each.total),
            str(each.traced),
            str(each.settled),
            "; ".join(each.typed),
            "; ".join(each.unknown),
        )
        for each in verdict.in_text
    ]
    return _table(("report", "all", "traced", "settled", "typed", "unknown"), rows, language)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], language: Language) -> Markup:
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(_word(name, language)) for name in heads)
    lines = Markup("").join(
        Markup("<tr>{}</tr>").format(Markup("").join(Markup("<td>{}</td>").format(cell) for cell in row))
        for row in rows
    )
    scroll = Markup('<div class="scroll"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>')
    return scroll.format(head, lines)


def write_verdict(workspace: Workspace, verdict: Verdict) -> list[Path]:
    """Leave the verdict in ``reports/<year>/verify``: a page in each of the programme's languages, and JSON."""
    folder = workspace.report_folder(verdict.year).parent / "verify"
    name = Path(verdict.target).name
    texts = {f"{name}.{language}.html": verdict_page(verdict, language) for language in workspace.programme.languages}
    texts[f"{name}.json"] = json.dumps(verdict.content(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    for file, text in texts.items():
        write_whole(folder / file, text)
    return [folder / file for file in texts]
