"""Pieces of the panel's page. Whatever comes from files or people is escaped here."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from markupsafe import Markup, escape

# the colours are dark enough on white for small letters (contrast 4.5 or more)
STYLE = """
<style>
.evaluation-panel { max-width: 1160px; margin: 0 auto; padding: 12px 20px 60px; background: #fff; color: #1b1b1b;
  font-family: "DejaVu Sans", "Segoe UI", Arial, sans-serif; font-size: 15px; line-height: 1.45; overflow: visible; }
.evaluation-panel h1 { font-size: 24px; margin: 4px 0; line-height: 1.25; }
.evaluation-panel h2 { font-size: 20px; margin: 14px 0 4px; }
.evaluation-panel h3 { font-size: 16px; margin: 12px 0 4px; }
.evaluation-panel p { margin: 4px 0; max-width: 78ch; }
.evaluation-panel .widget-html-content { line-height: 1.45; font-size: 15px; white-space: normal; }
.evaluation-panel .widget-html, .evaluation-panel .widget-html-content { height: auto; overflow: visible; }
.evaluation-panel table { border-collapse: collapse; margin: 8px 0; width: 100%; font-size: 14px; }
.evaluation-panel th, .evaluation-panel td { border-bottom: 1px solid #c9c9c9; padding: 4px 8px 4px 0; text-align: left;
  vertical-align: top; }
.evaluation-panel thead th { border-bottom: 2px solid #6b6b6b; }
.evaluation-panel tbody th { font-weight: normal; }
.evaluation-panel caption { text-align: left; font-weight: bold; padding: 4px 0; }
.evaluation-panel .note { border-left: 5px solid #56707f; background: #f1f5f7; padding: 8px 12px; margin: 8px 0;
  white-space: pre-line; overflow-wrap: anywhere; }
.evaluation-panel .note.bad { border-color: #a31621; background: #fdf1f1; }
.evaluation-panel .note.good { border-color: #1d6b3a; background: #eff8f2; }
.evaluation-panel .note.look { border-color: #8a5a00; background: #fdf7e8; }
.evaluation-panel .state { font-weight: bold; white-space: nowrap; }
.evaluation-panel .state.bad { color: #a31621; } .evaluation-panel .state.look { color: #7a4f00; }
.evaluation-panel .state.good { color: #1d6b3a; }
.evaluation-panel progress { width: 100%; height: 18px; }
.evaluation-panel details > summary { cursor: pointer; margin: 8px 0; }
.evaluation-panel pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 13px; background: #f5f5f5;
  padding: 8px; margin: 8px 0; }
.evaluation-panel a { color: #0b4f8a; text-decoration: underline; }
.evaluation-panel .widget-label, .evaluation-panel .widget-label-basic { color: #1b1b1b; font-size: 14px; }
.evaluation-panel .jupyter-button { color: #1b1b1b; background: #e6e9eb; height: auto; min-height: 34px;
  line-height: 1.3; padding: 6px 14px; font-size: 14px; white-space: normal; }
.evaluation-panel .jupyter-button.mod-primary { background: #0b4f8a; color: #fff; }
.evaluation-panel .jupyter-button.mod-danger { background: #a31621; color: #fff; }
.evaluation-panel .jupyter-button.mod-active { background: #0b4f8a; color: #fff; }
.evaluation-panel .jupyter-button:disabled { opacity: 1; color: #595959; background: #efefef; }
.evaluation-panel :focus-visible { outline: 3px solid #c45500; outline-offset: 1px; }
.evaluation-panel input, .evaluation-panel select, .evaluation-panel textarea { color: #1b1b1b; background-color: #fff;
  border: 1px solid #6b6b6b; font-size: 14px; }
.evaluation-panel .widget-select > select { height: auto; line-height: 1.5; }
.evaluation-panel .widget-checkbox label, .evaluation-panel .widget-checkbox .widget-label { width: auto; }
</style>
"""


def heading(level: int, text: str) -> str:
    return str(Markup("<h{0}>{1}</h{0}>").format(level, text))


def paragraph(text: str) -> str:
    return str(Markup("<p>{}</p>").format(text))


def note(text: str, kind: str = "") -> str:
    """A boxed message; one that is ``bad`` interrupts a screen reader, the others wait."""
    role = "alert" if kind == "bad" else "status"
    return str(Markup('<div class="note {}" role="{}">{}</div>').format(kind, role, text))


def mark(text: str, kind: str) -> Markup:
    return Markup('<span class="state {}">{}</span>').format(kind, text)


def table(caption: str, header: Sequence[str], rows: Sequence[Sequence[str | Markup]]) -> str:
    """A table with a caption and column headings; the first cell of a row is its heading."""
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(name) for name in header)
    body = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(
                Markup('<th scope="row">{}</th>').format(cell) if place == 0 else Markup("<td>{}</td>").format(cell)
                for place, cell in enumerate(row)
            )
        )
        for row in rows
    )
    return str(
        Markup("<table><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(
            caption, head, body
        )
    )


def items(texts: Sequence[str]) -> str:
    inside = Markup("").join(Markup("<li>{}</li>").format(text) for text in texts)
    return str(Markup("<ol>{}</ol>").format(inside))


def folded(summary: str, inside: str) -> str:
    """Something to open; ``inside`` is markup already."""
    return str(Markup("<details><summary>{}</summary>{}</details>").format(summary, Markup(inside)))


def plain(lines: Sequence[str]) -> str:
    return str(Markup("<pre tabindex='0'>{}</pre>").format("\n".join(lines)))


def link(base: str, place: str, text: str) -> Markup:
    """A link to a file of the workspace, in a new tab; ``base`` is where the server shows files."""
    return Markup('<a href="{}{}" target="_blank" rel="noopener">{}</a>').format(
        Markup(escape(base)), quote(place), text
    )


def progress(label: str, share: float) -> str:
    percent = round(100 * share)
    return str(Markup('<progress max="100" value="{0}" aria-label="{1}">{0} %</progress>').format(percent, label))
