"""Next year's lot for people: a page that shows how it was drawn, and a list to write letters from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from markupsafe import Markup

from evaluation.display.exhibit import Exhibit, Format
from evaluation.display.wording import format_date, format_interval, format_number, words
from evaluation.report.blocks import facts_list
from evaluation.report.forms import (
    BOX,
    ON_ONE_LINE,
    TITLE_FONT,
    for_print,
    new_book,
    put_header,
    put_text,
    workbook_bytes,
)
from evaluation.report.html import page, safe_fragment
from evaluation.settings import Language, Text

HEADER_ROW = 4
LETTER_COLUMNS = ["unit_id", "name", "words_ru", "words_en", "starts_on"]
_SIMPLE: dict[str, Text] = {
    "kind": Text(ru="Жребий", en="Lot"),
    "title": Text(
        ru="Кто учится в {year} году: жребий и его свойства", en="Who trains in {year}: the lot and what it is"
    ),
    "rule": Text(ru="Как тянули", en="How it was drawn"),
    "power": Text(ru="Что такой жребий мог бы показать", en="What such a lot could show"),
    "strata": Text(ru="Слои", en="Strata"),
    "balance": Text(ru="Похожи ли части", en="Are the parts alike"),
    "chances": Text(ru="Шансы", en="Chances"),
    "list": Text(ru="Список", en="The list"),
    "left_out": Text(ru="Кто не участвовал в жребии", en="Who took no part in the lot"),
    "nobody": Text(ru="Участвовали все территории.", en="All units took part."),
    "power_text": Text(
        ru="Каждая проба берёт исходы известного года, тянет жребий по этому правилу, добавляет эффект приглашённым "
        "и проверяет его тем же способом, что и потом. Наименьший рост, который находят в четырёх случаях из пяти: "
        "{mde}.",
        en="Each trial takes the outcomes of a known year, draws a lot by this rule, adds the effect to those invited "
        "and tests it in the very way that will be used. The smallest growth found four times out of five: {mde}.",
    ),
    "mde": Text(ru="{value} ({interval} по погрешности проб)", en="{value} ({interval} by the trials' error)"),
    "no_mde": Text(ru="больше всех проверенных", en="larger than all that were tried"),
    "chances_text": Text(
        ru="Пробы дают всем равный шанс; отбор сбалансированных проб может его немного сдвинуть. Наименьший и "
        "наибольший шанс среди территорий по {draws} повторным жребиям:",
        en="The candidates give everybody the same chance; accepting balanced ones may move it a little. Lowest and "
        "highest chance among the units, by {draws} lots drawn again:",
    ),
    "balance_text": Text(
        ru="Стандартизованная разность: разность средних, делённая на корень из среднего двух дисперсий. Меньше 0,1 "
        "считают пустяком, больше 0,25 — заметной.",
        en="Standardised difference: that of means over the root of the mean of both variances. Below 0.1 is taken "
        "as trifling, above 0.25 as marked.",
    ),
    "sheet": Text(ru="Письма", en="Letters"),
    "letter_title": Text(
        ru="Жребий {year} года: что сообщить муниципалитетам", en="The lot of {year}: what to tell whom"
    ),
    "letter_hint": Text(
        ru="Отпечаток запечатанного назначения (впишите его в письма): {hash}",
        en="Fingerprint of the sealed assignment (put it into the letters): {hash}",
    ),
    "later": Text(ru="сообщим позже", en="to be announced"),
}
COLUMNS: dict[str, Text] = {
    "number": Text(ru="№", en="No."),
    "unit_id": Text(ru="Код", en="Code"),
    "name": Text(ru="Муниципалитет", en="Municipality"),
    "stratum": Text(ru="Слой", en="Stratum"),
    "arm": Text(ru="Часть", en="Part"),
    "words": Text(ru="Что выпало", en="What the lot says"),
    "starts_on": Text(ru="Начало", en="Begins on"),
    "units": Text(ru="Территорий", en="Units"),
    "quota": Text(ru="Доля мест", en="Quota"),
    "seats": Text(ru="Мест", en="Seats"),
    "covariate": Text(ru="Признак", en="Covariate"),
    "n": Text(ru="n", en="n"),
    "mean": Text(ru="Среднее", en="Mean"),
    "mean_others": Text(ru="Среднее остальных", en="Mean of the others"),
    "standardised_difference": Text(ru="Стандартизованная разность", en="Standardised difference"),
    "effect": Text(ru="Рост исхода", en="Growth of the outcome"),
    "power": Text(ru="Как часто находят", en="Found how often"),
    "se": Text(ru="Погрешность проб", en="Trials' error"),
    "simulations": Text(ru="Проб", en="Trials"),
    "low": Text(ru="Наименьший шанс", en="Lowest chance"),
    "high": Text(ru="Наибольший шанс", en="Highest chance"),
    "reason": Text(ru="Почему", en="Why"),
}
FORMATS = {
    "effect": Format("share", 0), "power": Format("share", 1), "se": Format("share", 1), "quota": Format(decimals=2),
    "standardised_difference": Format(decimals=2, signed=True), "low": Format("share", 1), "high": Format("share", 1),
}  # fmt: skip


def design_page(
    year: int,
    facts: Sequence[tuple[Text, str]],
    tables: Mapping[str, pd.DataFrame],
    smallest: tuple[float, float, float],
    arm_words: Mapping[str, Text],
    covariate_labels: Mapping[str, str],
    stratum_labels: Mapping[str, str],
    language: Language,
    *,
    chance_draws: int,
    simulated: bool = False,
) -> str:
    """The page about one lot. ``facts`` are names and values, ``smallest`` the smallest growth found and its ends.

    ``tables``: power (effect, power, se, simulations), strata, balance, chances (arm, low, high), list (unit_id, name,
    stratum, arm) and left_out (unit_id, name, reason as words of this language). Labels are of this language too. The
    same input gives the same text.
    """

    def say(name: str, **values: object) -> str:
        return _SIMPLE[name].in_language(language).format(**values)

    labels = {name: text.in_language(language) for name, text in COLUMNS.items()}
    arms = {language: {code: text.in_language(language) for code, text in arm_words.items()}}

    def table(name: str) -> Markup:
        frame = tables[name].reset_index(drop=True)
        shown = Exhibit(
            f"design-{name}", frame, {language: labels}, Text(ru=say(name), en=say(name)),
            formats={column: form for column, form in FORMATS.items() if column in frame.columns},
            choices={
                "arm": arms, "covariate": {language: dict(covariate_labels)},
                "stratum": {language: dict(stratum_labels)},
            }, simulated=simulated, language=language,
        )  # fmt: skip
        return safe_fragment(name, shown.to_html(language))

    parts = {
        "rule": facts_list([(name.in_language(language), value) for name, value in facts]),
        "power": Markup("<p>{}</p>{}").format(say("power_text", mde=_smallest(smallest, language)), table("power")),
        "strata": table("strata"),
        "balance": Markup("<p>{}</p>{}").format(say("balance_text"), table("balance")),
        "chances": Markup("<p>{}</p>{}").format(say("chances_text", draws=chance_draws), table("chances")),
        "list": table("list"),
        "left_out": table("left_out") if len(tables["left_out"]) else Markup("<p>{}</p>").format(say("nobody")),
    }
    contents = [(name, str(place), say(name)) for place, name in enumerate(parts, start=1)]
    body = "\n".join(
        str(Markup('<section id="{}"><h2><span class="place">{}</span>{}</h2>{}</section>').format(name, n, text, part))
        for (name, part), (_, n, text) in zip(parts.items(), contents, strict=True)
    )
    title = say("title", year=year)
    cover = Markup('<header class="cover"><div><p class="kind">{}</p><h1>{}</h1></div></header>').format(
        say("kind"), title
    )
    if simulated:
        cover += Markup('\n<div class="banner" role="note"><p><strong>{}</strong></p></div>').format(
            words("simulated", language)
        )
    return page(title, language, str(cover), contents, body)


def _smallest(smallest: tuple[float, float, float], language: Language) -> str:
    value, low, high = smallest
    if value != value:
        return _SIMPLE["no_mde"].in_language(language)
    interval = format_interval(low, high, language, 0, "share")
    return (
        _SIMPLE["mde"].in_language(language).format(value=format_number(value, language, 0, "share"), interval=interval)
    )


def letter_list(listed: pd.DataFrame, year: int, fingerprint: str, language: Language) -> bytes:
    """A workbook to write letters from, a row a municipality. ``listed`` has LETTER_COLUMNS (starts_on may lack)."""

    def say(name: str, **values: object) -> str:
        return _SIMPLE[name].in_language(language).format(**values)

    book = new_book(say("letter_title", year=year))
    sheet = book.create_sheet(say("sheet"))
    for row, text in enumerate((say("letter_title", year=year), say("letter_hint", hash=fingerprint)), start=1):
        put_text(sheet, row, 1, text).alignment = ON_ONE_LINE
    sheet.cell(row=1, column=1).font = TITLE_FONT
    names = [COLUMNS[name].in_language(language) for name in ("number", "unit_id", "name", "words", "starts_on")]
    put_header(sheet, HEADER_ROW, names, [6, 14, 44, 48, 22])
    for row, line in enumerate(listed.to_dict("records"), start=1):
        day = line["starts_on"]
        when = say("later") if day is None or pd.isna(day) else format_date(day, language)
        texts = [row, line["unit_id"], line["name"], line[f"words_{language}"], when]
        for column, text in enumerate(texts, start=1):
            put_text(sheet, HEADER_ROW + row, column, text).border = BOX
    sheet.freeze_panes = sheet.cell(row=HEADER_ROW + 1, column=4)
    for_print(sheet, HEADER_ROW)
    return workbook_bytes(book)
