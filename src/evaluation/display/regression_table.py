"""Regression tables as journals print them: models side by side, every coefficient with its uncertainty below it.

The frame of such a table stays tidy, one row a model and exposure, so that its CSV can be computed with; only what
people see is laid out by model. Numbers of a column have the same digits after the decimal mark and stand above each
other by it: figure and punctuation spaces fill the place of stars and brackets.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from evaluation.display.cell_numbers import CellNumber, number_format
from evaluation.display.exhibit import Exhibit
from evaluation.display.exhibits import ESTIMATE_LABELS
from evaluation.display.model_words import EFFECTS, FAMILIES
from evaluation.display.tables import exhibit
from evaluation.display.wording import MISSING, code_label, format_number, is_missing, label_of, words
from evaluation.settings import LANGUAGES, Language, Model, Text

if TYPE_CHECKING:
    from evaluation.codebook import Codebook

Below = Literal["interval", "error"]
Kind = Literal["coefficient", "below", "fact"]

STARS = ((0.001, "***"), (0.01, "**"), (0.05, "*"))
DIGIT_SPACE, MARK_SPACE = "\u2007", "\u2008"
TITLE = Text(ru="Модели рядом", en="Models side by side")
VARIABLES = ("panel", "project_table", "trial_households", "indicators", "*")
_Cell = tuple[str, CellNumber | None]
_EMPTY: _Cell = ("", None)
_NUMBERS = ["estimate", "se", "low", "high", "p"]
_LABELS: dict[str, Text] = {
    **ESTIMATE_LABELS,
    "low": Text(ru="95 % интервал: от", en="95% interval: from"),
    "high": Text(ru="95 % интервал: до", en="95% interval: to"),
    "se": Text(ru="Стандартная ошибка", en="Standard error"),
    "clusters": Text(ru="Кластеров", en="Clusters"),
    "estimand": Text(ru="Единица оценки", en="Scale of the estimate"),
    "family": Text(ru="Вид модели", en="Family"),
    "fixed_effects": Text(ru="Постоянные различия", en="Fixed effects"),
    "controls": Text(ru="Поправки", en="Controls"),
    "offset": Text(ru="База (offset)", en="Offset"),
}
_FACTS = ("outcome", "family", "estimand", "offset", "controls", "n", "clusters", "treated", "design", "inference")
_HEADS: dict[str, Text] = {
    "treated": Text(ru="Кластеров с поддержкой", en="Supported clusters"),
    "n": Text(ru="Наблюдений (n)", en="Observations (n)"),
    "error": Text(ru="станд. ошибка", en="std. error"),
    "effects": Text(ru="Эффекты {}", en="Effects of {}"),
}
_NOTES: dict[str, Text] = {
    "interval": Text(
        ru="Под коэффициентом — его 95 % интервал в квадратных скобках.",
        en="Below each coefficient stands its 95% interval in square brackets.",
    ),
    "error": Text(
        ru="Под коэффициентом — его стандартная ошибка в скобках.",
        en="Below each coefficient stands its standard error in brackets.",
    ),
    "reading": Text(
        ru="n — наблюдения; кластер — группа строк, внутри которой ошибки связаны; «с поддержкой» — сколько кластеров "
        "получили то, о чём строка, от наименьшего числа до наибольшего.",
        en="n counts observations; a cluster is a group of rows within which errors are related; 'supported' is how "
        "many clusters received what the row is about, from the smallest number to the largest.",
    ),
    "stars": Text(ru="* p < 0,05; ** p < 0,01; *** p < 0,001.", en="* p < 0.05; ** p < 0.01; *** p < 0.001."),
    "corrected": Text(
        ru="Звёзды — по p с поправкой на число гипотез там, где план её заявляет.",
        en="Stars follow the p corrected for the number of hypotheses wherever the plan declares one.",
    ),
    "association": Text(
        ru="Ни одна из моделей не заявляет построения, которое давало бы воздействие: коэффициенты — связи.",
        en="None of these models declares a design that would make it an effect: the coefficients are associations.",
    ),
}


@dataclass(frozen=True)
class Line:
    """A row as people see it: what it is of, its head and one text a model.

    ``numbers`` has, where a cell shows one number and nothing else, that number as a spreadsheet keeps it.
    """

    kind: Kind
    head: str
    cells: tuple[str, ...]
    numbers: tuple[CellNumber | None, ...]


@dataclass(frozen=True, repr=False)
class RegressionTable(Exhibit):
    """Models side by side over a tidy frame of one row a model and exposure (the columns of ``regression_table``)."""

    below: Below = "interval"
    stars: bool = False
    effects: tuple[str, ...] = ()  # columns that any of the models holds fixed
    effect_labels: Mapping[Language, Mapping[str, str]] | None = None

    @property
    def models(self) -> list[str]:
        return list(dict.fromkeys(self.frame["model"]))

    def heads(self, language: Language) -> list[str]:
        """Numbered names of the models."""
        return [f"({number}) {self._said('model', name, language)}" for number, name in enumerate(self.models, 1)]

    def lines(self, language: Language) -> list[Line]:
        """Coefficients with what stands below them, then what is fixed, then the facts of each model."""
        return [*self._coefficients(language), *self._fixed(language), *self._facts(language)]

    # ---- parts --------------------------------------------------------------------------------------------------

    def _said(self, column: str, code: object, language: Language) -> str:
        if code is None or pd.isna(code):
            return MISSING[language]
        return self.choices.get(column, {}).get(language, {}).get(str(code), str(code))

    def _coefficients(self, language: Language) -> Iterator[Line]:
        by_model = {name: part.set_index("exposure") for name, part in self.frame.groupby("model", sort=False)}
        digits = {name: decimals_of(part) for name, part in by_model.items()}
        widest = {
            name: max((len(self._stars(row)) for _, row in part.iterrows()), default=0)
            for name, part in by_model.items()
        }  # fmt: skip
        under = words("interval", language) if self.below == "interval" else _HEADS["error"].in_language(language)
        for exposure in dict.fromkeys(self.frame["exposure"]):
            above: list[_Cell] = []
            below: list[_Cell] = []
            for name in self.models:
                part = by_model[name]
                row = part.loc[exposure] if exposure in part.index else None
                above.append(_EMPTY if row is None else self._coefficient(row, digits[name], widest[name], language))
                below.append(_EMPTY if row is None else self._uncertainty(row, digits[name], widest[name], language))
            yield _line("coefficient", self._said("exposure", exposure, language), above)
            yield _line("below", under, below)

    def _stars(self, row: pd.Series) -> str:
        return stars_of(row) if self.stars else ""

    def _coefficient(self, row: pd.Series, digits: int, widest: int, language: Language) -> _Cell:
        if is_missing(row["estimate"]):
            return MISSING[language], None
        mark = self._stars(row)
        lacking = widest - len(mark)
        form = number_format(digits, after=mark, room="*" * lacking + (")" if self.below == "error" else ""))
        room = DIGIT_SPACE * lacking + MARK_SPACE
        return format_number(row["estimate"], language, digits) + mark + room, CellNumber(float(row["estimate"]), form)

    def _uncertainty(self, row: pd.Series, digits: int, widest: int, language: Language) -> _Cell:
        ends = ("low", "high") if self.below == "interval" else ("se",)
        if any(is_missing(row[name]) for name in ends):
            return MISSING[language], None
        shown = [format_number(row[name], language, digits) for name in ends]
        if self.below == "error":
            form = number_format(digits, before="(", after=")", room="*" * widest)
            return f"({shown[0]})" + DIGIT_SPACE * widest, CellNumber(float(row["se"]), form)
        return "[" + ("; " if language == "ru" else ", ").join(shown).replace(" ", "\u00a0") + "]", None

    def _first(self, model: str) -> pd.Series:
        return self.frame[self.frame["model"] == model].iloc[0]

    def _fixed(self, language: Language) -> Iterator[Line]:
        labels = (self.effect_labels or {}).get(language, {})
        for effect in self.effects:
            held = [effect in str(self._first(name)["fixed_effects"]).split(" + ") for name in self.models]
            head = _HEADS["effects"].in_language(language).format(labels.get(effect, effect))
            yield _line("fact", head, [(words("yes" if each else "no", language), None) for each in held])

    def _facts(self, language: Language) -> Iterator[Line]:
        for fact in _FACTS:
            cells = [self._fact(fact, name, language) for name in self.models]
            if any(text not in ("", words("no", language), MISSING[language]) for text, _ in cells):
                label = _HEADS.get(fact, _LABELS.get(fact, Text(ru=fact, en=fact)))
                yield _line("fact", label.in_language(language), cells)

    def _fact(self, fact: str, model: str, language: Language) -> _Cell:
        part = self.frame[self.frame["model"] == model]
        if fact in ("n", "clusters", "treated"):
            column = "treated_clusters" if fact == "treated" else fact
            found = sorted({int(value) for value in part[column].dropna()})
            ends = found if len(found) < 2 else [found[0], found[-1]]
            text = "\u2013".join(format_number(value, language, 0) for value in ends) or MISSING[language]
            return text, CellNumber(float(found[0]), number_format(0)) if len(found) == 1 else None
        codes = list(dict.fromkeys(part[fact].dropna()))
        absent = words("no", language) if fact in ("offset", "controls") else MISSING[language]
        return "; ".join(self._said(fact, code, language) for code in codes) or absent, None

    # ---- shapes -------------------------------------------------------------------------------------------------

    def to_html(self, language: Language) -> str:
        """As ``Exhibit.to_html``: caption, column and row heads, note; every text escaped, no styles, no scripts.

        ``data-laid-out`` says that its rows are not those of the CSV; a cell of one number carries ``CellNumber``.
        """
        if self.frame.empty:
            return super().to_html(language)
        anchor = html.escape(self.name or "table", quote=True)
        head = "".join(f'<th scope="col" class="number">{html.escape(each)}</th>' for each in self.heads(language))
        body = "".join(
            f'<tr class="{line.kind}"><th scope="row">{html.escape(line.head)}</th>'
            + "".join(
                f'<td class="{_class(cell)}"{number.attributes if number else ""}>{html.escape(cell)}</td>'
                for cell, number in zip(line.cells, line.numbers, strict=True)
            )
            + "</tr>"
            for line in self.lines(language)
        )
        badge = f' <span class="simulated">{words("simulated", language)}</span>' if self.simulated else ""
        notes = "".join(f'<p class="note">{html.escape(line)}</p>' for line in self.notes(language))
        wide = " wide" if len(self.models) > 4 else ""
        return (
            f'<div class="exhibit" id="table-{anchor}" lang="{language}" data-laid-out="yes">'
            f'<div class="scroll" role="region" tabindex="0" aria-labelledby="caption-{anchor}">'
            f'<table class="regression{wide}"><caption id="caption-{anchor}">'
            f"{html.escape(self.title.in_language(language))}{badge}</caption>"
            f'<thead><tr><th scope="col">{html.escape(_LABELS["exposure"].in_language(language))}</th>'
            f"{head}</tr></thead>"
            f"<tbody>{body}</tbody></table></div>{notes}</div>\n"
        )

    def to_markdown(self, language: Language) -> str:
        """A pipe table with its title above and its notes below."""
        if self.frame.empty:
            return super().to_markdown(language)

        def line(texts: Sequence[str]) -> str:
            return "| " + " | ".join(html.escape(text, quote=False).replace("|", "\\|") for text in texts) + " |"

        heads = ["", *self.heads(language)]
        rows = [line([each.head, *each.cells]) for each in self.lines(language)]
        title = html.escape(self.title.in_language(language), quote=False)
        table = [line(heads), "|---|" + "---:|" * len(self.models), *rows]
        return "\n".join([f"**{title}**", "", *table, "", *self.notes(language)]).rstrip() + "\n"


def regression_table(
    estimates: pd.DataFrame | Sequence[pd.DataFrame],
    models: Sequence[Model],
    codebook: Codebook | None = None,
    *,
    below: Below = "interval",
    stars: bool = False,
    name: str = "regression_table",
    title: Text = TITLE,
    labels: Mapping[str, Text] | None = None,
    simulated: bool = False,
    language: Language = "ru",
) -> RegressionTable:
    """Models side by side, in the order of ``models``; a model without a row in ``estimates`` is left out.

    ``estimates`` (one frame, or one a model) has the columns of the contract ``estimates``. The table shows what a
    model declares as exposures; checks (``main__...``) and years since first training have tables of their own.
    ``labels`` name models, outcomes and exposures that the codebook does not know. The frame of the result is tidy:
    model, outcome, exposure, estimand, estimate, se, low, high, p, p_adjusted (where corrected), n, clusters,
    treated_clusters, family, fixed_effects, controls, offset, design, inference.
    """
    given = [estimates] if isinstance(estimates, pd.DataFrame) else list(estimates)
    rows = pd.concat(given, ignore_index=True)
    parts = [_of_model(rows, model) for model in models]
    kept = [part for part in parts if len(part)]
    frame = pd.concat(kept, ignore_index=True) if kept else _of_model(rows.iloc[:0], models[0])
    if "p_adjusted" in frame and not frame["p_adjusted"].notna().any():
        frame = frame.drop(columns="p_adjusted")
    effects = tuple(dict.fromkeys(effect for model in models for effect in model.fixed_effects))
    notes = [_NOTES[below], _NOTES["reading"]]
    if set(frame["design"].dropna()) <= {"association"}:
        notes.append(_NOTES["association"])
    if stars:
        notes += [_NOTES["stars"], *([_NOTES["corrected"]] if "p_adjusted" in frame else [])]
    made = exhibit(
        frame, codebook, "estimates", title.ru, title.en, " ".join(note.ru for note in notes),
        " ".join(note.en for note in notes), name=name, labels=_LABELS, units={"n": "", "p": "p", "p_adjusted": "p"},
        variables_in={"model": "models", "outcome": "panel", "exposure": "panel", "offset": "panel"},
        simulated=simulated, language=language,
    )  # fmt: skip
    choices = {
        column: {each: dict(made.choices.get(column, {}).get(each, {})) for each in LANGUAGES} for column in _CODED
    }
    for each in LANGUAGES:
        own = {code: text.in_language(each) for code, text in (labels or {}).items()}
        for column in ("model", "outcome", "exposure", "offset"):
            choices[column][each] |= own
        choices["family"][each] |= {code: text.in_language(each) for code, text in FAMILIES.items()}
        for column in ("design", "estimand", "inference"):
            choices[column][each] |= {code: code_label(column, code, each) for code in frame[column].dropna().unique()}
        for column in ("fixed_effects", "controls"):
            choices[column][each] |= {
                text: ", ".join(
                    own.get(code) or label_of(codebook, VARIABLES, code, each) for code in text.split(" + ")
                )
                for text in frame[column].dropna().unique()
            }
    effect_labels = {each: {code: _effect_label(code, codebook, each) for code in effects} for each in LANGUAGES}
    return RegressionTable(
        **{**vars(made), "choices": choices}, below=below, stars=stars, effects=effects, effect_labels=effect_labels
    )  # fmt: skip


_CODED = (
    "model", "outcome", "exposure", "offset", "family", "design", "estimand", "inference", "fixed_effects", "controls",
)  # fmt: skip


def comparable(models: Sequence[Model]) -> list[Model]:
    """The main model, then the others that share an exposure with it, in the plan's order; none without a main one."""
    main = next((model for model in models if model.is_main), None)
    if main is None:
        return []
    return [main, *(each for each in models if each is not main and set(each.exposures) & set(main.exposures))]


def _of_model(rows: pd.DataFrame, model: Model) -> pd.DataFrame:
    """Tidy rows of one model: its own exposures in their declared order, with what the model is."""
    own = rows[(rows["model"] == model.name) & rows["exposure"].isin(model.exposures)]
    own = own.assign(place=own["exposure"].map({name: k for k, name in enumerate(model.exposures)}))
    own = own.sort_values("place", kind="stable").drop_duplicates("exposure").reset_index(drop=True)
    corrected = ["p_adjusted"] if "p_adjusted" in own.columns else []
    first = ["model", "outcome", "exposure", "estimand", *_NUMBERS, *corrected, "n", "clusters", "treated_clusters"]
    return own[first].assign(
        family=model.family,
        fixed_effects=" + ".join(model.fixed_effects) or None,
        controls=" + ".join(model.controls) or None,
        offset=model.offset,
        design=own["design"],
        inference=own["inference"],
    )


def decimals_of(rows: pd.DataFrame) -> int:
    """Digits after the decimal mark that leave two significant digits of the smallest standard error; three without
    any error. From 0 to 6."""
    errors = [float(value) for value in rows["se"] if not is_missing(value) and float(value) > 0]
    if not errors:
        return 3
    return min(max(1 - math.floor(math.log10(min(errors))), 0), 6)


def stars_of(row: pd.Series) -> str:
    """Stars by the corrected p where there is one, otherwise by p; none without either."""
    p = row["p_adjusted"] if not is_missing(row.get("p_adjusted")) else row["p"]
    if is_missing(p):
        return ""
    return next((mark for bound, mark in STARS if float(p) < bound), "")


def _line(kind: Kind, head: str, cells: Sequence[_Cell]) -> Line:
    return Line(kind, head, tuple(text for text, _ in cells), tuple(number for _, number in cells))


def _class(cell: str) -> str:
    """Words may break into lines, numbers may not."""
    return "number words" if len(cell) > 1 and cell[-1].isalpha() else "number"


def _effect_label(code: str, codebook: Codebook | None, language: Language) -> str:
    if code in EFFECTS:
        return EFFECTS[code].in_language(language)
    label = label_of(codebook, VARIABLES, code, language)
    return f"«{label}»" if language == "ru" else f"'{label}'"
