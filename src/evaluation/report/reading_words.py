"""The words of readings: outcomes and kinds of support as they are called in sentences, and the sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from evaluation.codebook import Codebook
from evaluation.display.units import plural
from evaluation.display.wording import label_of
from evaluation.settings import Language

VARIABLES = ("panel", "project_table", "trial_households", "indicators")
_TIME = re.compile(r"^event_time_([+-]?)(\d+)$")


@dataclass(frozen=True)
class Told:
    """An outcome in sentences. ``subject`` goes with ``kind``: «заявок» … больше, 'applications' … higher; ``about``
    goes with 'an association with'; ``odds`` with a ratio of odds."""

    kind: Literal["count", "value"]
    verb: str
    subject: str
    about: str
    odds: str


@dataclass(frozen=True)
class OutcomeWords:
    """Russian genitive plural and English plural of what is counted; empty for an outcome told by its label."""

    code: str
    ru: str = ""
    en: str = ""
    odds_ru: str = ""
    odds_en: str = ""
    is_share: bool = False

    def told(self, language: Language, offset: str | None = None, codebook: Codebook | None = None) -> Told:
        """The words; ``offset`` says per whom a rate is counted."""
        ru = language == "ru"
        label = label_of(codebook, VARIABLES, self.code, language)
        if not self.ru:
            named = f"показатель «{label}»" if ru else f"the outcome '{label}'"
            about = f"показателем «{label}»" if ru else named
            odds = self.odds_ru if ru else self.odds_en
            fallback = f"шансы по показателю «{label}»" if ru else f"the odds of '{label}'"
            return Told("value", "is", named, about, odds or fallback)
        per = _PER.get(offset or "", ("", ""))[0 if ru else 1]
        counted = (self.ru if ru else self.en) + per
        return Told("count", "are", counted, f"числом {counted}" if ru else counted, counted)


@dataclass(frozen=True)
class ExposureWords:
    """``when``: the beginning of a sentence; ``noun``: «первого обучения», 'first training'."""

    when: str
    noun: str


_PER = {
    "population": (" на жителя", " per resident"),
    "population_18plus": (" на взрослого жителя", " per adult resident"),
}
_OUTCOMES = {
    words.code: words
    for words in (
        OutcomeWords("applications", "заявок", "applications"),
        OutcomeWords("funded", "поддержанных заявок", "funded applications"),
        OutcomeWords("participations", "участий", "participations"),
        OutcomeWords("beneficiaries", "благополучателей", "beneficiaries"),
        OutcomeWords(
            "is_funded", odds_ru="шансы заявки на победу", odds_en="an application's odds of winning", is_share=True
        ),
        OutcomeWords("took_up", is_share=True),
        OutcomeWords("adopted", "заимствований практик", "adoptions of practices"),
        OutcomeWords("fell_silent", "замолчавших команд", "teams that fall silent"),
        OutcomeWords(
            "won", odds_ru="шансы заявки на победу", odds_en="an application's odds of winning", is_share=True
        ),
        OutcomeWords("applies_again", is_share=True),
        OutcomeWords("success_rate", is_share=True),
    )
}
_EXPOSURES: dict[str, tuple[ExposureWords, ExposureWords]] = {
    "trained": (
        ExposureWords("после первого обучения", "первого обучения"),
        ExposureWords("after first training", "first training"),
    ),
    "exposure": (
        ExposureWords(
            "с каждой лишней связью с обученной раньше территорией",
            "обмена опытом (одной лишней связи с обученной раньше территорией)",
        ),
        ExposureWords(
            "with each further tie to an earlier trained territory", "one more tie to an earlier trained territory"
        ),
    ),
    "adopters_exchange": (
        ExposureWords(
            "с каждой лишней территорией, которая уже переняла практику и делилась опытом на обмене",
            "обмена опытом (одной лишней территории, уже перенявшей практику)",
        ),
        ExposureWords(
            "with each further earlier adopter who taught at an exchange event",
            "one more earlier adopter met through exchange",
        ),
    ),
    "adopters_neighbours": (
        ExposureWords(
            "с каждым лишним соседом, уже перенявшим практику", "одного лишнего соседа, перенявшего практику"
        ),
        ExposureWords("with each further neighbour who had adopted", "one more neighbour who had adopted"),
    ),
    "adopters_common_trainer": (
        ExposureWords(
            "с каждой лишней территорией, которая училась вместе и уже переняла практику",
            "общего обучения (одной лишней территории, перенявшей практику)",
        ),
        ExposureWords(
            "with each further earlier adopter taught at the same training",
            "one more earlier adopter taught at the same training",
        ),
    ),
    "trained_jointly": (
        ExposureWords("у команд, учившихся вместе,", "совместного обучения команды"),
        ExposureWords("in teams trained jointly", "joint training of the team"),
    ),
    "won": (
        ExposureWords("у заявок, прошедших черту,", "прохождения черты конкурса"),
        ExposureWords("for applications above the line", "standing above the contest's line"),
    ),
    "is_mixed": (
        ExposureWords("у команд власти, жителей и бизнеса", "команды власти, жителей и бизнеса"),
        ExposureWords(
            "in teams of authorities, residents and business", "a team of authorities, residents and business"
        ),
    ),
}
# where territories are compared with each other and not each with itself, nothing is said of before and after
_TRAINED_ELSEWHERE = (
    ExposureWords("у обученных раньше территорий", "прошедшего обучения"),
    ExposureWords("where training had taken place", "earlier training"),
)
_YEARS = {"ru": ("год", "года", "лет"), "en": ("year", "years")}


def outcome_words(code: str) -> OutcomeWords:
    return _OUTCOMES.get(code, OutcomeWords(code))


def exposure_words(
    code: str, language: Language, codebook: Codebook | None = None, within: bool = True
) -> ExposureWords:
    """Words of an exposure; of one that the package does not know by its label.

    ``within``: each unit is compared with itself over time.
    """
    ru = language == "ru"
    if code == "trained" and not within:
        return _TRAINED_ELSEWHERE[0 if ru else 1]
    if code in _EXPOSURES:
        return _EXPOSURES[code][0 if ru else 1]
    time = _TIME.match(code)
    if time:
        return _event_time(time[1] == "-", int(time[2]), language)
    label = label_of(codebook, VARIABLES, code, language)
    if ru:
        return ExposureWords(f"на единицу показателя «{label}»", f"показателя «{label}»")
    return ExposureWords(f"per unit of '{label}'", f"'{label}'")


def _event_time(before: bool, years: int, language: Language) -> ExposureWords:
    counted = f"{years}\u00a0{plural(years, _YEARS[language], language)}"
    side = "before" if before else "after"
    if language == "ru":
        when = "в год первого обучения" if years == 0 else f"за {counted} до первого обучения" if before else ""
        when = when or f"через {counted} после первого обучения"
        return ExposureWords(when, f"обучения ({when})")
    when = "in the year of first training" if years == 0 else f"{counted} {side} first training"
    return ExposureWords(when, f"training ({when})")


SENTENCES: dict[str, dict[Language, str]] = {
    "clear": {
        "ru": "{when} {outcome} {change} (95\u00a0% интервал: {interval})",
        "en": "{when}, {outcome} {verb} {change} (95% interval: {interval})",
    },
    "count_up": {"ru": "на {size} больше", "en": "{size} higher"},
    "count_down": {"ru": "на {size} меньше", "en": "{size} lower"},
    "value_up": {"ru": "выше на {size}", "en": "higher by {size}"},
    "value_down": {"ru": "ниже на {size}", "en": "lower by {size}"},
    "logarithm_up": {
        "ru": "выше на логарифмической шкале (величина зависит от шкалы, смотрите на знак)",
        "en": "higher on the logarithmic scale (the size depends on the scale: look at the sign)",
    },
    "logarithm_down": {
        "ru": "ниже на логарифмической шкале (величина зависит от шкалы, смотрите на знак)",
        "en": "lower on the logarithmic scale (the size depends on the scale: look at the sign)",
    },
    "odds_up": {"ru": "выше в {size} раза", "en": "{size} times as high"},
    "odds_down": {"ru": "ниже в {size} раза", "en": "lower by a factor of {size}"},
    "odds_estimate": {"ru": "отношение шансов {size}", "en": "the odds ratio is {size}"},
    "effect": {
        "ru": "По объявленному построению ({design}) это воздействие: {sentence}. Верно, если: {assumption}.",
        "en": "By the declared design ({design}) this is an effect: {sentence}. It holds if: {assumption}.",
    },
    "unclear": {
        "ru": "Связь {exposure} с {outcome} по этим данным не отличить от нуля: {estimate} "
        "(95\u00a0% интервал: {interval}).",
        "en": "The association of {exposure} with {outcome} cannot be told from zero in these data: "
        "{estimate} (95% interval: {interval}).",
    },
    "unclear_effect": {
        "ru": "Воздействие {exposure} по этим данным не отличить от нуля ({outcome}): {estimate} "
        "(95\u00a0% интервал: {interval}).",
        "en": "The effect of {exposure} on {outcome} cannot be told from zero in these data: {estimate} "
        "(95% interval: {interval}).",
    },
    "plain_estimate": {"ru": "оценка {size}", "en": "the estimate is {size}"},
    "rise": {"ru": "рост больше чем на {size}", "en": "a rise of more than {size}"},
    "fall": {"ru": "падение больше чем на {size}", "en": "a fall of more than {size}"},
    "odds_rise": {"ru": "рост шансов больше чем в {size} раза", "en": "odds more than {size} times as high"},
    "odds_fall": {
        "ru": "падение шансов больше чем в {size} раза", "en": "odds lower by more than a factor of {size}",
    },
    "excluded": {"ru": "{} с интервалом не согласуется.", "en": "{} does not agree with the interval."},
    "excluded_both": {
        "ru": "{} и {} с интервалом не согласуются.", "en": "{} and {} do not agree with the interval.",
    },
    "share": {
        "ru": "На постоянные различия между группами приходится {size} разброса показателя «{outcome}» "
        "(95\u00a0% интервал: {interval}).",
        "en": "Lasting differences between groups make up {size} of the spread of '{outcome}' "
        "(95% interval: {interval}).",
    },
    "none": {
        "ru": "Связь {exposure} с {outcome} оценить нельзя{why}.",
        "en": "The association of {exposure} with {outcome} cannot be estimated{why}.",
    },
    "basis": {"ru": "Основано на {text}.", "en": "It rests on {text}."},
    "basis_joint": {"ru": ", всего на ", "en": ", in all "},
    "unit_forms": {"ru": "территории|территориях|территориях", "en": "territory|territories"},
    "cluster_forms": {"ru": "кластере|кластерах|кластерах", "en": "cluster|clusters"},
    "row_forms": {"ru": "наблюдении|наблюдениях|наблюдениях", "en": "observation|observations"},
    "treated": {"ru": " (с поддержкой: {n})", "en": " ({n} with support)"},
    "corrected": {
        "ru": "С поправкой на гипотезы того же семейства {p}.",
        "en": "Corrected for the hypotheses of the same family, {p}.",
    },
    "association": {
        "ru": "Это связь, а не воздействие: поддержка досталась не по жребию, и то, что к ней привело, могло само "
        "менять результат.",
        "en": "This is an association, not an effect: support was not assigned by lot, and what led to it may itself "
        "move the outcome.",
    },
    "shaken": {
        "ru": "Построение объявлено ({design}), но предупреждение его ослабляет: читать как связь.",
        "en": "A design is declared ({design}), but a warning shakes it: read it as an association.",
    },
    "warned": {"ru": "Предупреждение: {text}.", "en": "Warning: {text}."},
}  # fmt: skip
