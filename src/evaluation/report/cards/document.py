"""Cards of territories: one page each, all in one document or each in its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from evaluation.display.card_charts import bars_by_year, bars_in_words, rank_scale
from evaluation.display.placenames import transliterate
from evaluation.display.wording import code_label, format_interval, words
from evaluation.report.blocks import facts_list
from evaluation.report.cards.facts import Card
from evaluation.report.cards.tables import neighbours_table, projects_table, support_table
from evaluation.report.findings import Findings
from evaluation.report.html import page, safe_fragment
from evaluation.report.inputs import ReportInputs
from evaluation.report.short_forms import (
    LONE,
    finding_functions,
    plain_figure,
    short_cover,
    short_styles,
    short_text,
)
from evaluation.report.texts import Renderer
from evaluation.settings import Language, Text

_WORDS: dict[str, Text] = {
    "kind": Text(ru="Карточка территории", en="Card of a territory"),
    "all": Text(ru="Карточки территорий", en="Cards of the territories"),
    "brief": Text(ru="Коротко", en="In brief"),
    "type": Text(ru="Вид территории", en="Type of territory"),
    "code": Text(ru="Код", en="Code"),
    "residents": Text(ru="Население на 1 января", en="Residents on 1 January"),
    "residents_told": Text(ru="{value}; {year} год, источник: {source}", en="{value}; {year}, source: {source}"),
    "residents_not": Text(ru="не опубликовано ни за один год", en="not published for any year"),
    "event": Text(ru="Ближайшее мероприятие года", en="Nearest event of the year"),
    "event_own": Text(ru="в самой территории", en="in the territory itself"),
    "event_told": Text(ru="{value} по прямой: {venue}", en="{value} as the crow flies: {venue}"),
    "bars": Text(ru="Заявки и поддержанные проекты по годам", en="Applications and supported projects by year"),
    "scale": Text(
        ru="Место по числу поддержанных проектов на жителя: сама территория и места, которые оставляет случайность",
        en="Rank by supported projects per resident: the territory and the ranks that chance leaves open",
    ),
    "scale_words": Text(ru="Место {rank} из {ranked}; возможны {range}.", en="Rank {rank} of {ranked}; open: {range}."),
    "former": Text(ru="{name} (до {year} года включительно)", en="{name} (up to and including {year})"),
}

RATE_DECIMALS = 2
_FACTS = ("programme", "year", "institute")


def build_cards(cards: Sequence[Card], inputs: ReportInputs, language: Language) -> str:
    """All cards as one page with a list of them; a document made of it begins a new page for each.

    ``inputs`` gives the programme's title, institute, codebook, currency and own texts; its findings are not used.
    Raises InputProblem for an own text ``card.*.md.j2`` that asks for what does not exist.
    """
    return all_cards(rendered_cards(cards, inputs, language), inputs, language)


def build_card(card: Card, inputs: ReportInputs, language: Language) -> str:
    """One card as a page of its own, as ``build_cards``."""
    section = rendered_cards([card], inputs, language)[0]
    return lone_card(section, inputs, language)


@dataclass(frozen=True)
class RenderedCard:
    """A card in one language: its name as text, the HTML below its heading, and its code."""

    unit_id: str
    name: str
    body: str


def rendered_cards(cards: Sequence[Card], inputs: ReportInputs, language: Language) -> list[RenderedCard]:
    """The cards' HTML in one language, to be put into one document and into one each without doing it twice."""
    name, template = short_text("card", inputs, language)
    made = []
    for card in cards:
        renderer = Renderer(_functions(card, inputs, language), language)
        title, body = renderer.section(name, template)
        made.append(RenderedCard(card.unit_id, Markup(renderer.finish(title)).unescape(), renderer.finish(body)))
    return made


def all_cards(cards: Sequence[RenderedCard], inputs: ReportInputs, language: Language) -> str:
    """``rendered_cards`` as one page with a list of them; a document made of it begins a new page for each."""
    sections = [_section(card, escape(card.name), inputs, language, breaks=True) for card in cards]
    listed = Markup("").join(
        Markup('<li><a href="#card-{}">{}</a></li>').format(anchor_of(card.unit_id), card.name) for card in cards
    )
    kind = _WORDS["all"].in_language(language)
    # the list serves the screen; a document without contents begins with the first card
    contents = Markup('<ol class="text columns" data-medium="screen" aria-label="{}">{}</ol>').format(kind, listed)
    programme = inputs.title.in_language(language)
    cover = short_cover(inputs, language, kind, programme, _FACTS)
    body = "\n".join([str(contents), *sections])
    return page(f"{kind}: {programme}, {inputs.year}", language, cover, [], body, short_styles() + LONE)


def lone_card(card: RenderedCard, inputs: ReportInputs, language: Language) -> str:
    """One of ``rendered_cards`` as a page of its own."""
    kind = _WORDS["kind"].in_language(language)
    cover = short_cover(inputs, language, kind, card.name, _FACTS)
    heading = Markup("{}").format(_WORDS["brief"].in_language(language))
    section = _section(card, heading, inputs, language)
    return page(f"{kind}: {card.name}, {inputs.year}", language, cover, [], section, short_styles() + LONE)


def anchor_of(unit_id: str) -> str:
    """A unit's code as a part of addresses and file names."""
    return "".join(sign if sign.isalnum() else "-" for sign in unit_id)


def _name(card: Card, language: Language) -> str:
    return card.name if language == "ru" else transliterate(card.name)


def _section(
    card: RenderedCard, heading: Markup, inputs: ReportInputs, language: Language, breaks: bool = False
) -> str:  # fmt: skip
    """A card under its heading; ``breaks``: a new page begins before it."""
    mark = f' <span class="simulated">{words("simulated", language)}</span>' if inputs.simulated else ""
    anchor, before = f"card-{anchor_of(card.unit_id)}", ' data-break="before"' if breaks else ""
    return (
        f'<section id="{anchor}" class="card-page"{before} aria-labelledby="title-{anchor}">'
        f'<h2 id="title-{anchor}">{heading}{mark}</h2>\n{card.body}</section>'
    )


def _functions(card: Card, inputs: ReportInputs, language: Language) -> dict[str, Any]:
    """What the text of a card may call: its findings, its tables and its two charts."""
    start = f"card_{''.join(sign if sign.isalnum() else '_' for sign in card.unit_id)}_"
    found = Findings(card.numbers.assign(name=start + card.numbers["name"]), language, inputs.currency)
    book, anchor = inputs.codebook, anchor_of(card.unit_id)

    def label(kind: str, code: str) -> str:
        known = book.choice_labels(kind, language) if book is not None else {}
        return known.get(code, code)

    def table(exhibit: Any) -> Markup:
        html = exhibit.to_html(language).replace('class="exhibit', 'class="exhibit plain', 1)
        return safe_fragment(exhibit.name, html)

    def bars() -> Markup:
        years, applications, funded = (card.projects[name].tolist() for name in ("year", "applications", "funded"))
        svg = bars_by_year(years, applications, funded, language, simulated=card.simulated)
        text = bars_in_words(years, applications, funded, language)
        return strip(f"bars-{anchor}", svg, "bars", text)

    def scale() -> Markup:
        row, of = found.row(f"{start}rank"), found.row(f"{start}ranked")
        rank, low, high, ranked = (
            int(float(str(each))) for each in (row["value"], row["low"], row["high"], of["value"])
        )
        svg = rank_scale(rank, low, high, ranked, language, simulated=card.simulated)
        told = _WORDS["scale_words"].in_language(language)
        spread = f"{low}–{high}"
        text = told.format(rank=rank, ranked=ranked, range=spread)
        return strip(f"scale-{anchor}", svg, "scale", text, "strip thin")

    def strip(name: str, svg: str, caption: str, description: str, size: str = "strip") -> Markup:
        return plain_figure(
            name, svg, _WORDS[caption].in_language(language), description, language, simulated=False, size=size
        )

    functions = finding_functions(found, start)

    def spread(name: str) -> Markup:
        row = found.row(start + name)
        text = format_interval(row["low"], row["high"], language, RATE_DECIMALS, str(row["unit"]))
        span = Markup('<span class="finding" data-finding="{}" title="{} · {}">{}</span>')
        return span.format(start + name, start + name, row["step"], text)

    return {
        **functions,
        "name": _name(card, language), "year": card.year, "threshold": card.threshold, "simulated": card.simulated,
        "facts": lambda: _facts(card, functions, language, label),
        "has_projects": len(card.projects) > 0, "has_support": len(card.support) > 0,
        "has_neighbours": len(card.neighbours) > 1, "gaps": [label("coverage_gap", gap) for gap in card.gaps],
        "former": [
            _WORDS["former"].in_language(language).format(
                name=row.name if language == "ru" else transliterate(str(row.name)), year=row.year
            )
            for row in card.former.itertuples(index=False)
        ],
        "alike_all": _is_alike_all(found, start),
        "joins": len(card.former) > 1, "bars": bars, "scale": scale, "spread": spread,
        "projects": lambda: table(projects_table(card, anchor, book, inputs.currency)),
        "support": lambda: table(support_table(card, anchor, book, language)),
        "neighbours": lambda: table(neighbours_table(card, anchor, book)),
    }  # fmt: skip


def _is_alike_all(found: Findings, start: str) -> bool:
    """Whether a territory cannot be told from any other."""
    if not found.has(f"{start}alike", f"{start}ranked"):
        return False
    alike, ranked = (float(str(found.row(start + name)["value"])) for name in ("alike", "ranked"))
    return alike == ranked - 1


def _facts(card: Card, functions: Mapping[str, Any], language: Language, label: Callable[[str, str], str]) -> Markup:
    """Type, code, residents with year and source, the way to the nearest event."""

    def word(name: str) -> str:
        return _WORDS[name].in_language(language)

    pairs: list[tuple[str, Any]] = []
    if card.kind:
        pairs.append((word("type"), label("territory_type", card.kind)))
    pairs.append((word("code"), card.unit_id))
    if functions["has"]("residents"):
        told = Markup(escape(word("residents_told"))).format(
            value=functions["v"]("residents"), year=functions["note"]("residents"),
            source=code_label("source", "territories", language),
        )  # fmt: skip
        pairs.append((word("residents"), told))
    else:
        pairs.append((word("residents"), word("residents_not")))
    if functions["has"]("distance"):
        own = functions["sign"]("distance") == 0
        venue = card.venue or "?"
        told = (
            Markup(escape(word("event_own")))
            if own
            else Markup(escape(word("event_told"))).format(
                value=functions["v"]("distance"), venue=venue if language == "ru" else transliterate(venue)
            )
        )
        pairs.append((word("event"), told))
    return facts_list(pairs)
