"""A small page of each kind, as the report's builders make them, and what tests ask of documents."""

from __future__ import annotations

import base64
from datetime import datetime
from io import BytesIO

import pikepdf

from evaluation.report.html import page

WRITTEN = datetime(2026, 1, 20, 12, 30)
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 100" width="200" height="100">'
    '<rect width="120" height="60" fill="#0b4f7a"/></svg>'
)
OTHER_SVG = SVG.replace("#0b4f7a", "#8a3d00")
COVER = (
    '<header class="cover"><div><p class="kind">Отчёт об оценке</p><h1>{title}</h1><dl>'
    '<div data-fact="year"><dt>Год</dt><dd>2025</dd></div>'
    '<div data-fact="institute"><dt>Кто оценивал</dt><dd>Институт</dd></div></dl></div></header>\n'
    '<div class="banner" role="note"><p><strong>СМОДЕЛИРОВАННЫЕ ДАННЫЕ.</strong> Ничего настоящего.</p></div>'
)


def image(name: str, svg: str = SVG, told: str = "Столбик") -> str:
    data = base64.b64encode(svg.encode()).decode()
    return f'<img id="image-{name}" src="data:image/svg+xml;base64,{data}" alt="{told}"/>'


def figure(name: str, number: int, svg: str = SVG) -> str:
    return (
        f'<figure id="figure-{name}"><div class="scroll" role="region" tabindex="0">{image(name, svg)}</div>'
        f"<figcaption><b>Рисунок {number}.</b> Заявки {name}"
        '<span class="simulated">СМОДЕЛИРОВАННЫЕ ДАННЫЕ</span></figcaption></figure>'
    )


def table(name: str, number: int, columns: int = 2, rows: int = 2, text: str = "Слово") -> str:
    head = "".join(f'<th scope="col" class="number">Графа {column}</th>' for column in range(columns))
    cells = "".join(f'<td class="number">{column}</td>' for column in range(columns - 1))
    body = "".join(f'<tr><th scope="row">{text} {row}</th>{cells}</tr>' for row in range(rows))
    return (
        f'<div class="exhibit" id="table-{name}" lang="ru"><div class="scroll"><table><caption id="caption-{name}">'
        f"<b>Таблица {number}.</b> Строки {name}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        '</div><p class="note">Примечание.</p></div>'
    )


LONG = "Слово " * 9
BODY = (
    '<section id="summary" aria-labelledby="title-summary"><h2 id="title-summary"><span class="place">1</span>Коротко'
    '</h2><dl class="tiles"><div><dt>подано</dt><dd><span class="finding" data-finding="a">268 <small>заявок</small>'
    "</span></dd></div></dl>"
    '<p>Подано <span class="finding" data-finding="a">268\u00a0заявок</span> (<a href="#table-one">табл.\u00a01</a>, '
    '<a href="notebooks/01.ipynb">блокнот</a>, <a href="#nowhere">нет</a>).</p>'
    '<div data-medium="screen"><p>Только на экране</p><button>Скачать</button></div>'
    '<p data-medium="print">Только на бумаге</p>'
    "<details><summary>Подробнее</summary><p>Скрытое</p></details></section>"
    f'<section id="data"><h2><span class="place">2</span>Данные</h2>{table("one", 1)}{figure("map", 1)}'
    f'<dl class="facts"><dt>Вопрос</dt><dd>Кого?</dd></dl><ul><li>Раз</li><li>Два</li></ul></section>'
    f'<section id="annex"><h2><span class="place">3</span>Приложение</h2><h4>Модели</h4>'
    f"{table('wide', 2, columns=16, rows=3, text=LONG)}{table('wider', 3, columns=16, rows=3, text=LONG)}"
    f"{figure('second', 2, OTHER_SVG)}<pre><code>evaluation run</code></pre></section>"
)
CONTENTS = [("summary", "1", "Коротко"), ("data", "2", "Данные"), ("annex", "3", "Приложение")]


def report(title: str = "Программа", body: str = BODY) -> str:
    return page(title, "ru", COVER.format(title=title), CONTENTS, body)


def leaflet(body: str, title: str = "Записка") -> str:
    return page(title, "ru", COVER.format(title=title), [], body)


def structure(content: bytes) -> list[tuple[str, str]]:
    """Kind and description of every element of the tree of tags."""
    found = []
    with opened(content) as pdf:
        waiting: list[object] = [pdf.Root.StructTreeRoot]
        while waiting:
            node = waiting.pop(0)
            if isinstance(node, pikepdf.Array):
                waiting[:0] = list(node)  # type: ignore[call-overload]  # pikepdf's arrays are iterable
            elif isinstance(node, pikepdf.Dictionary):
                if "/S" in node:
                    found.append((str(node["/S"]), str(node.get("/Alt", ""))))
                if "/K" in node:
                    waiting.insert(0, node["/K"])
    return found


def opened(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(content))
