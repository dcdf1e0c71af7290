"""Puts the report together: findings, tables, figures and texts become one file in one language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

from markupsafe import Markup, escape

from evaluation.display.grammar import listed
from evaluation.display.wording import words
from evaluation.report.blocks import fold, link_list, model_cards, question_list, run_facts, tiles
from evaluation.report.certainty import Claim
from evaluation.report.conclusions import certainty_line, question_answers
from evaluation.report.cover import acronym_list, caption_of, cover, interests, lists
from evaluation.report.fact_check import fact_check, independent_sources, refuse_strong_sentences
from evaluation.report.figure_words import figure_texts
from evaluation.report.findings import FindingError, Findings, typed
from evaluation.report.html import interactive_map, page, picture, safe_fragment
from evaluation.report.inputs import ReportInputs
from evaluation.report.own_tables import own_tables, theory_for, theory_picture
from evaluation.report.parts import (
    ANNEX_GROUPS,
    OTHER_GROUP,
    SECTIONS,
    STEP_SECTIONS,
    TILES,
    TITLES,
    Section,
)
from evaluation.report.recommendations import (
    Grounds,
    check_recommendations,
    recommendation_lines,
    recommendation_list,
)
from evaluation.report.results import results_of
from evaluation.report.sentences import Sentence, sentences
from evaluation.report.texts import Renderer, own_texts, package_texts, text_name
from evaluation.report.theory import FIGURE, description, theory_list
from evaluation.settings import InputProblem, Language, Text

__all__ = ["ReportInputs", "build_report"]

ANNEX = "annex"
FACT_CHECK = "fact_check"
_NOT_APPLICABLE = Text(ru="К этой программе раздел не применяется", en="This section does not apply")


def build_report(
    inputs: ReportInputs,
    language: Language,
    exhibits: Mapping[str, str] | None = None,
    figures: Mapping[str, str | bytes] | None = None,
    maps: Mapping[str, str] | None = None,
) -> str:
    """The report as one HTML file in one language.

    ``exhibits`` are tables' HTML and ``figures`` SVG text (or PNG bytes) by name, in the same language; ``maps`` are
    pages of interactive maps, each of which follows the figure of its name on screens. Raises
    InputProblem for a text that asks for a finding, table or figure that does not exist, for a sentence that claims
    more than its finding allows, and for a recommendation whose finding has gone or turned; UnsafeHtmlError for a
    table that holds more than a table.
    """
    return _Builder(inputs, language, exhibits or {}, figures or {}, maps or {}).build()


class _Builder:
    """Holds what one report has placed so far: tables and figures are numbered in the order of their places."""

    def __init__(
        self,
        inputs: ReportInputs,
        language: Language,
        exhibits: Mapping[str, str],
        figures: Mapping[str, str | bytes],
        maps: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.inputs = inputs
        self.language: Language = language
        self.findings = Findings(inputs.findings, language, inputs.currency)
        self.results = results_of(inputs.models, inputs.estimates, inputs.robustness)
        self.grounds = Grounds(self.findings, inputs.models, inputs.estimates, inputs.robustness)
        self.exhibits = {**own_tables(inputs, self.results, language), **exhibits}
        self.theory = theory_for(inputs)
        self.figures = dict(figures)
        if self.theory is not None and FIGURE not in self.figures:  # the step that draws it does not apply
            self.figures[FIGURE] = theory_picture(self.theory, language)
        self.maps = dict(maps)
        self.numbers: dict[tuple[str, str], int] = {}
        self.titles: dict[str, str] = {}
        self.bodies: dict[str, str] = {}
        self.has_model_cards = False
        self.renderer = Renderer(self._functions(), language)

    def build(self) -> str:
        check_recommendations(self.inputs.recommendations, self.grounds)
        own = own_texts(self.inputs.own_texts)
        standard = package_texts()
        contents, shown = [], []
        for number, section in enumerate(SECTIONS, start=1):
            name = text_name(section.name, self.language)
            title, body = self._section(section, own.get(name), standard[name], name)
            self.titles[section.name], self.bodies[section.name] = title, body
            if section.name == ANNEX:
                body += self._annex_groups()
            contents.append((section.name, str(number), title))
            shown.append(
                f'<section id="{section.name}" aria-labelledby="title-{section.name}">'
                f'<h2 id="title-{section.name}"><span class="place">{number}</span>{title}</h2>\n{body}</section>'
            )
        title = f"{self.inputs.title.in_language(self.language)}, {self.inputs.year}"
        try:
            finished = [(anchor, number, self.renderer.finish(text)) for anchor, number, text in contents]
            refuse_strong_sentences(self._sentences, self._claims, self.language)
            # the page asks what the finished body holds: its script and its policy depend on it
            body = self.renderer.finish("\n".join([str(self._front()), *shown]))
            return page(title, self.language, self._cover(), finished, body)
        except FindingError as error:
            raise InputProblem(f"Тексты отчёта: {error}.", f"Report texts: {error}.") from error

    # ---- parts ------------------------------------------------------------------------------------------------

    def _section(self, section: Section, own: str | None, standard: str, name: str) -> tuple[str, str]:
        reason = self.inputs.not_applicable.get(section.step or "")
        if reason is not None and own is None:
            text = Markup('<p class="reason">{}: {}.</p>').format(
                _NOT_APPLICABLE.in_language(self.language), reason.in_language(self.language).rstrip(".")
            )
            return str(escape(TITLES[section.name].in_language(self.language))), str(text)
        before = len(self.numbers)
        title, body = self.renderer.section(name, own if own is not None else standard)
        left = max(0, section.most - (len(self.numbers) - before))
        waiting = [("figure", each) for each in section.figures] + [("table", each) for each in section.exhibits]
        return title, body + "\n".join(self._place(kind, each) for kind, each in self._unplaced(waiting)[:left])

    def _unplaced(self, names: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Of ``names`` (kind and name) those that the report has and has not placed."""
        there: dict[str, Iterable[str]] = {"figure": self.figures, "table": self.exhibits}
        known = {(kind, name) for kind, held in there.items() for name in held}
        return [each for each in names if each in known and each not in self.numbers]

    def _place(self, kind: str, name: str) -> str:
        return str(self.figure(name) if kind == "figure" else self.table(name))

    def _annex_groups(self) -> str:
        """Everything that stands nowhere else, folded: the annex's own groups, what sections left over, the rest."""
        folded = []
        for group in ANNEX_GROUPS:
            listed = self._unplaced([("table", name) for name in (*group.own, *group.exhibits)])
            parts = [self._place(kind, name) for kind, name in listed]
            if group.name == "plan" and self.inputs.models and not self.has_model_cards:
                parts.append(str(self._models()))
            if group.name == FACT_CHECK and self.inputs.findings.shape[0]:
                parts.append(str(self._fact_check()))
            folded.append((group.title.in_language(self.language), parts))
        for section in SECTIONS:
            listed = [("figure", each) for each in section.figures] + [("table", each) for each in section.exhibits]
            left = [self._place(kind, name) for kind, name in self._unplaced(listed)]
            folded.append((self.titles[section.name], left))
        every = [("figure", name) for name in self.figures] + [("table", name) for name in self.exhibits]
        folded.append((OTHER_GROUP.in_language(self.language), [self._place(*each) for each in self._unplaced(every)]))
        return "\n".join(str(fold(Markup(title), Markup("\n".join(parts)))) for title, parts in folded if parts)

    def _cover(self) -> str:
        inputs = self.inputs
        return cover(
            inputs.title.in_language(self.language), inputs.year, inputs.institute, inputs.about, self.language,
            period=inputs.period, data_date=inputs.data_date, reported_on=inputs.reported_on,
            simulated=inputs.simulated,
        )  # fmt: skip

    def _front(self) -> Markup:
        return self.renderer.hold_later(lambda: lists(self._captions(), self.numbers, self.language))

    def _captions(self) -> dict[tuple[str, str], Markup]:
        tables = {("table", name): caption_of(html) for name, html in self.exhibits.items()}
        figures = {
            ("figure", name): escape(self._figure_texts(name)[0])
            for kind, name in self.numbers
            if kind == "figure"
        }  # fmt: skip
        return {("table", FACT_CHECK): Markup(self._titled(FACT_CHECK)), **tables, **figures}

    def _titled(self, group: str) -> str:
        return next(each.title.in_language(self.language) for each in ANNEX_GROUPS if each.name == group)

    # ---- sentences and what they claim --------------------------------------------------------------------------

    @cached_property
    def _sentences(self) -> list[Sentence]:
        """Every sentence that quotes findings; to be asked for once all sections stand."""
        return [each for name, body in self.bodies.items() for each in sentences(name, self.renderer.finish(body))]

    @cached_property
    def _claims(self) -> dict[str, Claim]:
        """What may be claimed by each quoted finding that is an estimate."""
        found = {}
        for name in dict.fromkeys(name for sentence in self._sentences for name in sentence.findings):
            certainty = self.grounds.certainty(name)
            if certainty is not None:
                found[name] = certainty.claim
        return found

    def _fact_check(self) -> Markup:
        """The fact check's place: its rows are known only when every section's sentences are."""
        number = self._number("table", FACT_CHECK)

        def made() -> Markup:
            inputs, language = self.inputs, self.language
            estimated = dict.fromkeys(self._claims, "evidence" in self.exhibits)
            sources = [
                independent_sources(
                    each.findings, inputs.reconciliation, inputs.reference_totals, estimated, language, inputs.currency
                )
                for each in self._sentences
            ]
            titles = {name: Markup(title).unescape() for name, title in self.titles.items()}
            exhibit = fact_check(
                self._sentences, self.findings, sources, titles, inputs.codebook, simulated=inputs.simulated
            )
            return self._numbered(FACT_CHECK, exhibit.to_html(language), number)

        return self.renderer.hold_later(made)

    # ---- what the texts may call -------------------------------------------------------------------------------

    def _functions(self) -> dict[str, Any]:
        inputs, found, language = self.inputs, self.findings, self.language
        notebooks = {name: (address, name) for name, address in inputs.notebooks.items()}
        links = {name: (address, text.in_language(language)) for name, (address, text) in inputs.links.items()}
        about = {name: getattr(inputs.about, name) for name in ("object", "purpose", "commissioner", "operator")}
        return {
            "f": found.full, "v": found.value, "num": found.number, "i": found.interval, "change": found.change,
            "counted": found.counted, "form": found.form, "between": found.between, "money": found.money,
            "has": found.has, "sign": found.sign, "clear": found.clear,
            "listed": lambda *items: listed(items, language),
            "below": found.below, "note": found.note, "days": found.days,
            "table": self.table, "figure": self.figure, "see_table": self.see_table, "see_figure": self.see_figure,
            "has_table": lambda name: name in self.exhibits,
            "has_figure": lambda name: name in self.figures,
            "tiles": lambda: tiles(found, TILES, language),
            "questions": lambda: question_list(inputs.questions, language),
            "models": self._models,
            "has_models": bool(inputs.models), "has_questions": bool(inputs.questions),
            "answers": lambda: question_answers(
                inputs.questions, self.results, found, inputs.codebook, self._see_section
            ),
            "certainty": self._certainty, "has_certainty": lambda name: self.grounds.certainty(name) is not None,
            "recommendations": lambda: recommendation_list(
                inputs.recommendations, self.grounds, inputs.codebook, language
            ),
            "recommendations_shortly": lambda: recommendation_lines(inputs.recommendations, language),
            "has_recommendations": bool(inputs.recommendations),
            "theory": lambda: theory_list(self.theory, language) if self.theory else Markup(""),
            "has_theory": self.theory is not None,
            "interests": lambda: interests(inputs.institute, inputs.about, language),
            "acronyms": lambda: acronym_list(inputs.about.acronyms, language),
            "has_acronyms": bool(inputs.about.acronyms),
            "about": {name: text.in_language(language) if text else "" for name, text in about.items()},
            "facts": lambda: run_facts(inputs.facts, language), "has_facts": bool(inputs.facts),
            "notebooks": lambda: link_list(notebooks), "has_notebooks": bool(notebooks),
            "links": lambda: link_list(links), "has_links": bool(links),
            "applies": lambda step: step not in inputs.not_applicable,
            "typed": typed,
            "year": inputs.year, "title": inputs.title.in_language(language),
            "institute": inputs.institute.in_language(language), "simulated": inputs.simulated,
            "threshold": inputs.threshold, "period": inputs.period or str(inputs.year),
        }  # fmt: skip

    def _models(self) -> Markup:
        self.has_model_cards = True
        return model_cards(self.inputs.models, self.inputs.questions, self.inputs.codebook, self.language)

    def _certainty(self, name: str) -> Markup:
        """What may be claimed by the estimate behind a finding. Raises FindingError for a finding that is none."""
        certainty = self.grounds.certainty(name)
        if certainty is None:
            raise FindingError(f"finding '{name}' is no estimate of the plan's models")
        return certainty_line(certainty, self.language)

    def _see_section(self, step: str) -> Markup:
        """A link to the section that rests on ``step``; empty where none does."""
        found = next((each.name for each in SECTIONS if each.step == step), STEP_SECTIONS.get(step))
        if found is None:
            return Markup("")
        return Markup('<a href="#{}">{}</a>').format(found, TITLES[found].in_language(self.language))

    def _number(self, kind: str, name: str) -> int:
        if (kind, name) not in self.numbers:
            self.numbers[kind, name] = 1 + sum(1 for each, _ in self.numbers if each == kind)
        return self.numbers[kind, name]

    def table(self, name: str) -> Markup:
        """A table in its place, with its number before its caption."""
        if name not in self.exhibits:
            raise FindingError(f"there is no table '{name}'; there are: {', '.join(sorted(self.exhibits)) or 'none'}")
        if ("table", name) in self.numbers:
            raise FindingError(f"table '{name}' is placed twice")
        return self._numbered(name, self.exhibits[name], self._number("table", name))

    def _numbered(self, name: str, html: str, number: int) -> Markup:
        label = f"<b>{words('table', self.language)} {number}.</b> "
        fragment = safe_fragment(name, html)
        if self.inputs.simulated and 'class="simulated"' not in fragment:
            badge = f' <span class="simulated">{words("simulated", self.language)}</span>'
            fragment = Markup(str(fragment).replace("</caption>", f"{badge}</caption>", 1))
        return Markup(re.sub(r"<caption[^>]*>", lambda match: match.group() + label, fragment, count=1))

    def figure(self, name: str) -> Markup:
        """A figure in its place, with description and numbered caption."""
        if ("figure", name) in self.numbers:
            raise FindingError(f"figure '{name}' is placed twice")
        caption, described = self._figure_texts(name)
        if name not in self.figures:
            raise FindingError(f"there is no figure '{name}'; there are: {', '.join(sorted(self.figures)) or 'none'}")
        mark = Markup(' <span class="simulated">{}</span>').format(words("simulated", self.language))
        return Markup(
            '<figure id="figure-{}"><div class="scroll" role="region" tabindex="0" aria-label="{}">{}</div>'
            "<figcaption><b>{} {}.</b> {}{}</figcaption></figure>"
        ).format(
            name, caption, picture(name, self.figures[name], described), words("figure", self.language),
            self._number("figure", name), caption, mark if self.inputs.simulated and name != FIGURE else "",
        ) + (interactive_map(self.maps[name], name) if name in self.maps else Markup(""))  # fmt: skip

    def _figure_texts(self, name: str) -> tuple[str, str]:
        """Title and description of a figure in the report's language."""
        title, described = (text.in_language(self.language) for text in figure_texts(name))
        if name == FIGURE and self.theory is not None:
            return title, description(self.theory, self.language)
        return title, described

    def see_table(self, name: str) -> Markup:
        """A reference to a table: «табл. 3»."""
        return self._see("table", name)

    def see_figure(self, name: str) -> Markup:
        """A reference to a figure: «рис. 2»."""
        return self._see("figure", name)

    def _see(self, kind: str, name: str) -> Markup:
        def text() -> Markup:
            if (kind, name) not in self.numbers:
                raise FindingError(f"a text refers to {kind} '{name}', which the report does not hold")
            label = words(f"{kind}_short", self.language)
            return Markup('<a href="#{}-{}">{}\u00a0{}</a>').format(kind, name, label, self.numbers[kind, name])

        return self.renderer.hold_later(text)
