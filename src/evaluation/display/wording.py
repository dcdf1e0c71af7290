"""Numbers, intervals, dates and counted words as people write them, in Russian and English.

Russian: decimal comma, narrow no-break space between thousands, a space before the per cent sign. English: decimal
point, comma between thousands, no space before the per cent sign. Both: a true minus, and a mark for a missing value.
A share is stored between 0 and 1 (unit ``share``) and written in per cent; ``percent`` is written as it is.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from evaluation.display.units import forms_of, plural, unit_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evaluation.codebook import Codebook
    from evaluation.settings import Language

NARROW_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"
MISSING: dict[str, str] = {"ru": "—", "en": "n/a"}

_SCALES = {
    "ru": ((1e9, "млрд"), (1e6, "млн")),
    "en": ((1e9, "billion"), (1e6, "million")),
}
_MONTHS = {
    "ru": ("января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября",
           "декабря"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
}  # fmt: skip


def is_missing(value: Any) -> bool:
    """True for None, NaN, NA, NaT and infinity: values that cannot be written as a number."""
    if value is None or value is pd.NaT or value is pd.NA:
        return True
    return isinstance(value, (int, float)) and not math.isfinite(value)


def default_decimals(value: float) -> int:
    """Digits after the point that leave about three significant digits; none for whole numbers and from 100 on."""
    size = abs(value)
    if float(value).is_integer() or size >= 100:
        return 0
    return 1 if size >= 10 else 2 if size >= 1 else 3


def _digits(value: float, language: Language, decimals: int, grouped: bool = True) -> str:
    text = f"{abs(value):,.{decimals}f}" if grouped else f"{abs(value):.{decimals}f}"
    if language == "ru":
        text = text.replace(",", NARROW_SPACE).replace(".", ",")
    negative = value < 0 and any(character in "123456789" for character in text)
    return (MINUS if negative else "") + text


def format_number(
    value: Any, language: Language, decimals: int | None = None, unit: str | None = None, signed: bool = False
) -> str:
    """A number with its unit, e.g. «1 234,5 часа» or '61.3%'; the missing mark for a missing value.

    ``unit`` is a code of UNITS, a currency code, or any text. Shares are multiplied by 100; money from a million
    on is written in millions or billions. ``signed`` puts a plus before positive numbers (for changes).
    """
    if is_missing(value):
        return MISSING[language]
    number = float(value)
    words = unit_words(unit or "")
    scale_word = ""
    if words.kind == "share":
        number *= 100
    elif words.kind == "money":
        for size, word in _SCALES[language]:
            if abs(number) >= size:
                number, scale_word = number / size, word
                decimals = 1 if decimals is None else decimals
                break
    places = decimals if decimals is not None else words.decimals
    if places is None:
        places = default_decimals(number)
    elif decimals is None and words.decimals == 0 and not number.is_integer():
        places = default_decimals(number)  # a mean of counts is no whole number and must not look like one
    text = _digits(number, language, places, grouped=words.kind != "bare")
    if signed and number > 0 and not text.startswith(MINUS):
        text = "+" + text
    shown = round(number, places)
    label = " ".join(part for part in (scale_word, plural(shown, forms_of(words, language), language)) if part)
    if not label:
        return text
    close = language == "en" and label == "%"
    return text + ("" if close else NO_BREAK_SPACE) + label.replace(" ", NO_BREAK_SPACE)


def format_change(value: Any, language: Language, unit: str | None = None, decimals: int | None = None) -> str:
    """A difference with its sign; a difference of shares or per cents is in percentage points."""
    kind = unit_words(unit or "").kind
    if kind in ("share", "percent") and not is_missing(value):
        points = float(value) * (100 if kind == "share" else 1)
        return format_number(points, language, decimals, "percentage_points", signed=True)
    return format_number(value, language, decimals, unit, signed=True)


def format_interval(
    low: Any, high: Any, language: Language, decimals: int | None = None, unit: str | None = None
) -> str:
    """An interval in words: «от −0,1 до 0,4», '−0.1 to 0.4'; the unit once unless it is a per cent sign."""
    if is_missing(low) or is_missing(high):
        return MISSING[language]
    words = unit_words(unit or "")
    if decimals is None and words.decimals is None and words.kind == "plain":
        decimals = max(default_decimals(float(low)), default_decimals(float(high)))
    places = decimals if decimals is not None else words.decimals
    if places is not None and words.kind in ("plain", "percent", "share"):
        scale = 100 if words.kind == "share" else 1
        while places < 4 and any(end and round(float(end) * scale, places) == 0 for end in (low, high)):
            places += 1  # an end near zero must not look like zero: which side it lies on matters
        decimals = places
    bare = words.kind == "plain"
    first = format_number(low, language, decimals if decimals is not None else words.decimals, None if bare else unit)
    last = format_number(high, language, decimals if decimals is not None else words.decimals, unit)
    space = NO_BREAK_SPACE
    return f"от{space}{first} до{space}{last}" if language == "ru" else f"{first} to{space}{last}"


def format_p(value: Any, language: Language) -> str:
    """A p-value: 'p < 0.001' below a thousandth, otherwise three digits."""
    if is_missing(value):
        return MISSING[language]
    if float(value) < 0.001:
        return f"p{NO_BREAK_SPACE}<{NO_BREAK_SPACE}{_digits(0.001, language, 3)}"
    return f"p{NO_BREAK_SPACE}={NO_BREAK_SPACE}{_digits(float(value), language, 3)}"


def format_date(value: dt.date | pd.Timestamp | None, language: Language) -> str:
    """A day in words: «14 февраля 2025 г.», '14 February 2025'."""
    if value is None or pd.isna(value):
        return MISSING[language]
    month = _MONTHS[language][value.month - 1]
    parts = [str(value.day), month, str(value.year)] + (["г."] if language == "ru" else [])
    return NO_BREAK_SPACE.join(parts)


def below_mark(threshold: int) -> str:
    """The mark of a hidden count of people: «< 5»."""
    return f"<{NO_BREAK_SPACE}{threshold}"


# ---- words of figures and tables ----------------------------------------------------------------------------

WORDS: dict[str, tuple[str, str]] = {
    "simulated": ("СМОДЕЛИРОВАННЫЕ ДАННЫЕ", "SIMULATED DATA"),
    "table": ("Таблица", "Table"),
    "figure": ("Рисунок", "Figure"),
    "table_short": ("табл.", "Table"),
    "figure_short": ("рис.", "Figure"),
    "note": ("Примечание.", "Note."),
    "estimate": ("оценка", "estimate"),
    "interval": ("95 % интервал", "95% interval"),
    "year": ("год", "year"),
    "years": ("годы", "years"),
    "yes": ("да", "yes"),
    "no": ("нет", "no"),
    "all_units": ("все территории", "all territories"),
    "no_data": ("нет данных", "no data"),
    "nothing": ("Нет данных для этого рисунка", "No data for this figure"),
    "observations": ("наблюдений", "observations"),
    "hidden": (
        "«{mark}»: число людей меньше {threshold}; скрыто, чтобы отдельных людей нельзя было узнать.",
        "'{mark}': fewer than {threshold} people; hidden so that no single person can be recognised.",
    ),
    "hidden_also": (
        "«×»: скрыто, потому что людей меньше {threshold} или по этому числу можно вычислить такое.",
        "'×': hidden, because fewer than {threshold} people are behind it or such a number could be worked out.",
    ),
    "empty_table": ("Строк нет.", "There are no rows."),
    "funnel_note": (
        "Территорий (n): {n}. За пределами 95 %: {outside}, из них за 99,8 %: {far}; если бы все были равны, случайно "
        "вышло бы около {c95} и {c998}. Треугольник вверх — выше пределов, вниз — ниже; тёмный — за 99,8 %.",
        "Territories (n): {n}. Outside the 95% limits: {outside}, of these outside 99.8%: {far}; were all equal, about "
        "{c95} and {c998} would be so by chance. Triangles point up above the limits, down below; dark: outside 99.8%.",
    ),
    "funnel_absent": (
        "Без знаменателя, не показаны: {n}.",
        "Without a denominator, not shown: {n}.",
    ),
    "funnel_widened": (
        "Разброс φ = {phi} (1 — столько даёт случай; крайние {share} с каждой стороны подтянуты): пределы расширены "
        "в √φ раз.",
        "Variation φ = {phi} (1: what chance makes; the outer {share} at each end drawn in): limits widened by √φ.",
    ),
    "funnel_not_widened": (
        "Разброс φ = {phi} (1 — столько даёт случай; крайние {share} с каждой стороны подтянуты): пределы "
        "не расширены.",
        "Variation φ = {phi} (1: what chance makes; the outer {share} at each end drawn in): limits not widened.",
    ),
    "funnel_limits": ("пределы {share}", "{share} limits"),
    "funnel_target": ("среднее: {value}", "mean: {value}"),
    "segments": (
        "Линия не идёт через разрыв ряда: годы по разные его стороны не сравниваются.",
        "The line does not cross a break of the series: years on its two sides are not compared.",
    ),
    "band": ("Полоса — 95 % интервал.", "The band is the 95% interval."),
    "gini": ("Джини", "Gini"),
    "lorenz_weight": ("доля жителей или заявок, %", "share of residents or applications, %"),
    "lorenz_total": ("доля того, что распределено, %", "share of what is distributed, %"),
    "lorenz_note": (
        "Территории — от наименьших значений к наибольшим; пунктир — всем поровну. В скобках 95 % интервал.",
        "Territories from the lowest to the highest values; dashed: equal shares. In brackets the 95% interval.",
    ),
    "decomposition_note": (
        "Тёмным — доля неравенства между группами территорий, светлым — внутри них.",
        "Dark: the share of inequality between groups of territories; light: within them.",
    ),
    "unevenness_note": (
        "Интервалы — перцентильный бутстреп по территориям. «Вследствие случая» — что показали бы территории с одним "
        "истинным уровнем (имитация, 95 % значений; p — доля имитаций, где неравенство не меньше наблюдаемого). p для "
        "связи с соседями — перестановочное, двустороннее.",
        "Intervals: percentile bootstrap over territories. 'By chance' is what territories with one true rate would "
        "show (simulation, 95% of values; p: share of simulations at least as unequal). p of likeness between "
        "neighbours: permutation, two-sided.",
    ),
}  # fmt: skip


def words(name: str, language: Language) -> str:
    """A fixed word or sentence of figures and tables. Raises KeyError for a name that WORDS lacks."""
    ru, en = WORDS[name]
    return ru if language == "ru" else en


SOURCES: dict[str, tuple[str, str]] = {
    "territories": ("Паспорт муниципалитетов", "Passport of municipalities"),
    "population": ("Численность населения", "Population"),
    "projects": ("Реестр заявок", "Register of applications"),
    "scores": ("Протокол оценки заявок", "Scoring protocol"),
    "support_events": ("План-график мероприятий", "Schedule of events"),
    "attendance": ("Списки участников", "Lists of participants"),
    "exchange_events": ("Межмуниципальные мероприятия", "Inter-municipal events"),
    "consultations": ("Журнал консультаций", "Journal of consultations"),
    "project_results": ("Результаты проектов", "Results of projects"),
    "teams": ("Команды проектов", "Project teams"),
    "team_members": ("Состав команд", "Members of teams"),
    "document_reviews": ("Рассмотрение документов", "Document reviews"),
    "publications": ("Публикации", "Publications"),
    "recommendations": ("Рекомендации", "Recommendations"),
    "recommendation_status": ("Выполнение рекомендаций", "Progress of recommendations"),
    "practices": ("Практики", "Practices"),
    "practice_adoptions": ("Внедрение практик", "Adoptions of practices"),
    "programme_lines": ("Линии государственной программы", "Lines of the state programme"),
    "returns": ("Отчёты муниципалитетов", "Returns of municipalities"),
    "practice_cards": ("Карточки практик", "Cards of practices"),
    "partnership_units": ("Участники партнёрства", "Members of the partnership"),
    "participants_survey": ("Анкета участников", "Participants' questionnaire"),
    "followup_survey": ("Анкета о применении", "Follow-up questionnaire"),
    "residents_survey": ("Анкета жителей", "Residents' questionnaire"),
    "requests": ("Обращения в ресурсный центр", "Requests to the resource centre"),
    "award_entries": ("Заявки на премию", "Entries for the award"),
    "award_scores": ("Баллы жюри премии", "Points of the award's jury"),
    "federal_applications": ("Заявки в федеральные программы", "Applications to federal programmes"),
    "media_items": ("Материалы в медиа", "Items in the media"),
    "partnerships": ("Международные партнёрства", "International partnerships"),
    "partnership_events": ("Визиты и соглашения партнёрств", "Visits and agreements of partnerships"),
    "trial_households": ("Хозяйства испытания", "Households of the trial"),
    "measures": ("Реестр мер", "Register of measures"),
    "selfgovernment": ("Реестр ТОС", "Register of self-government bodies"),
    "selfgovernment_grants": ("Поддержка ТОС", "Support of self-government bodies"),
    "resolutions": ("Резолюции мероприятий", "Resolutions of events"),
    "problems": ("Проблемы, названные на мероприятиях", "Problems named at events"),
    "achievements": ("Достижения, отмеченные на мероприятиях", "Achievements noted at events"),
}
CODES: dict[str, dict[str, tuple[str, str]]] = {
    "source": SOURCES,
    "design": {
        "association": ("связь", "association"),
        "two_way_fixed_effects": ("эффекты территорий и лет", "territory and year effects"),
        "event_study": ("событийный анализ", "event study"),
        "randomised": ("случайное распределение", "randomised"),
        "instrument": ("инструментальная переменная", "instrumental variable"),
        "staggered": ("поэтапное начало", "staggered start"),
        "exposure_mapping": ("воздействие через связи", "exposure through ties"),
        "selection_on_observed": ("отбор по известным признакам", "selection on what is observed"),
        "cutoff": ("сравнение у порога", "comparison at the cut-off"),
    },
    "estimand": {
        "log_rate_ratio": ("логарифм отношения частот", "log rate ratio"),
        "log_odds_ratio": ("логарифм отношения шансов", "log odds ratio"),
        "mean_difference": ("разность средних", "difference of means"),
        "instrumented_difference": ("разность через инструмент", "instrumented difference"),
        "log_rate_ratio_at_risk": ("логарифм отношения частот среди способных", "log rate ratio among those at risk"),
        "log_rate_ratio_positive": ("логарифм отношения частот среди ненулевых", "log rate ratio above zero"),
        "log_cumulative_odds_ratio": ("логарифм отношения шансов быть выше", "log odds ratio of standing higher"),
        "probability_difference": ("разность вероятностей", "difference of probabilities"),
        "log_hazard_ratio": ("логарифм отношения рисков", "log hazard ratio"),
        "intraclass_correlation": ("доля разброса между группами", "share of the spread between groups"),
        "difference_at_cutoff": ("разность у порога", "difference at the cut-off"),
        "difference_near_cutoff": ("разность возле порога", "difference near the cut-off"),
        "intention_to_treat": ("разность по приглашению", "difference by invitation"),
        "complier_difference": ("разность для тех, кто следует жребию", "difference for those who follow the lot"),
    },
    "inference": {
        "crv1_t": ("кластерные, t", "clustered, t"),
        "crv3_t": ("кластерные CRV3, t", "clustered CRV3, t"),
        "crv3_t_wild_p": ("кластерные CRV3, t; p — дикий бутстреп", "clustered CRV3, t; p: wild bootstrap"),
        "crv3_t_permutation_p": ("кластерные CRV3, t; p — перестановки", "clustered CRV3, t; p: permutations"),
        "crv3_t_placebo_networks_p": (
            "кластерные CRV3, t; p — перестановки сети",
            "clustered CRV3, t; p: networks dealt anew",
        ),
        "crv1_t_wild_p": ("кластерные, t; p — дикий бутстреп", "clustered, t; p: wild bootstrap"),
        "crv1_t_permutation_p": ("кластерные, t; p — перестановки", "clustered, t; p: permutations"),
        "crv3_wild": ("CRV3; интервал и p — дикий бутстреп", "CRV3; interval and p: wild bootstrap"),
        "crv1_wild": ("кластерные; интервал, p — дикий бутстреп", "clustered; interval, p: wild bootstrap"),
        "permutation_p": ("без погрешности; p — перестановки", "no error; p: permutations"),
        "wild_p": ("без погрешности; p — дикий бутстреп", "no error; p: wild bootstrap"),
        "none": ("не оценено", "not estimated"),
        "anderson_rubin_t": ("кластерные, Андерсон — Рубин", "clustered, Anderson-Rubin"),
        "cluster_bootstrap_imbens_manski": ("бутстреп кластеров, Имбенс — Мански", "cluster bootstrap, Imbens-Manski"),
        "profile_likelihood": ("профиль правдоподобия", "profile likelihood"),
        "two_way_t": ("кластерные в двух измерениях, t", "clustered in two dimensions, t"),
        "conley_t": ("связанные по расстоянию (Конли), t", "related by distance (Conley), t"),
        "influence_function_t": ("функция влияния, t", "influence function, t"),
        "randomisation_sharp_null": ("повторение жребия", "the lot drawn again"),
        "randomisation_anderson_rubin": ("повторение жребия, Андерсон — Рубин", "the lot drawn again, Anderson-Rubin"),
        "crv3_t_randomisation_p": (
            "кластерные CRV3, t; p — повторение жребия",
            "clustered CRV3, t; p: lot drawn again",
        ),
        "honest_curvature": ("честный при ограниченной кривизне", "honest under bounded curvature"),
        "honest_misspecification": ("честный при ограниченной ошибке формы", "honest under bounded misspecification"),
        "fisher_within_years": ("перестановки внутри лет", "permutations within years"),
        "placebo_places": ("раздача мест базовых другим территориям", "places of base units dealt to others"),
        "placebo_in_space": ("каждая другая территория как базовая", "every other unit taken for a base one"),
    },
    "stream": {
        "training": ("Обучение", "Training"),
        "methodical": ("Методическая помощь", "Methodical help"),
        "consulting": ("Консультации", "Consulting"),
        "information": ("Информация", "Information"),
        "exchange": ("Обмен опытом", "Exchange"),
    },
    "row_class": {
        "title": ("заголовки", "titles"),
        "header": ("шапка", "headers"),
        "numbering": ("нумерация", "numbering"),
        "section": ("разделы", "sections"),
        "data": ("данные", "data"),
        "subtotal": ("подытоги", "subtotals"),
        "total": ("итоги", "totals"),
        "footnote": ("сноски", "footnotes"),
        "blank": ("пустые", "blank"),
    },
    "fate": {
        "kept": ("принято", "kept"),
        "merged": ("объединено", "merged"),
        "quarantined": ("отложено", "set aside"),
    },
}


def code_label(kind: str, code: str, language: Language) -> str:
    """Label of a code that the package itself defines; the code where there is none."""
    pair = CODES.get(kind, {}).get(code)
    return code if pair is None else pair[0 if language == "ru" else 1]


def label_of(codebook: Codebook | None, tables: Iterable[str], code: str, language: Language) -> str:
    """Label of a variable, looked up in ``tables`` of the codebook in turn; the code where none knows it."""
    if codebook is not None:
        for table in tables:
            found = codebook.label(table, code, language)
            if found != code:
                return found
    return code
