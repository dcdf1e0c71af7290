"""Traps in texts, categories and keys of the register."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from nasty.model import CSV, XLSX, Kind, Outcome, Spot, refused, remarked, repaired, set_aside

TOPICS = {
    "improvement": "Благоустройство",
    "roads": "Дороги",
    "water": "Водоснабжение",
    "culture": "Культура",
    "sport": "Спорт",
    "lighting": "Освещение",
    "playgrounds": "Детские площадки",
}
APPLICANTS = {
    "administration": "Администрация",
    "initiative_group": "Инициативная группа",
    "nonprofit": "НКО",
    "institution": "Учреждение",
}
STATUSES = {
    "funded": "Победитель",
    "completed": "Реализован",
    "not_selected": "Не прошла отбор",
    "rejected_formally": "Отклонена по форме",
}
LATIN = str.maketrans("аеорсухАВЕКМНОРСТХ", "aeopcyxABEKMHOPCTX")
ZERO_WIDTH = "\u200b"
PHONE, ADDRESS = "8 913 555-44-33", "klub@pochta.example.ru"


def spoiled(text: str) -> str:
    """The text as UTF-8 bytes read as cp1251."""
    return text.encode().decode("cp1251", errors="replace")


def title(name: str, done: str, write: Callable[[str], str], *outcomes: Outcome, **more: object) -> Kind:
    def sow(spot: Spot) -> str:
        spot.line.cells["title"] = write(spot.truth["title"])
        return "title"

    return Kind(name, "projects", done, outcomes, sow, **more)  # type: ignore[arg-type]  # keyword fields of Kind


def category(name: str, done: str, write: Callable[[str], str], *outcomes: Outcome, **more: object) -> Kind:
    def sow(spot: Spot) -> str:
        variable = spot.rng.choice(("topic", "applicant_type"))
        words = TOPICS if variable == "topic" else APPLICANTS
        spot.line.cells[variable] = write(words[spot.truth[variable]])
        spot.hint = spot.truth[variable]
        return variable

    return Kind(name, "projects", done, outcomes, sow, **more)  # type: ignore[arg-type]  # keyword fields of Kind


def _personal(text: str, secret: str) -> Callable[[Spot], str]:
    def sow(spot: Spot) -> str:
        spot.line.cells["title"] = f"{spot.truth['title']}, {text} {secret}"
        spot.truth["title"] = None
        spot.book.secrets.add(secret)
        return "title"

    return sow


def _exact_title(text: str) -> Callable[[Spot], str]:
    def sow(spot: Spot) -> str:
        spot.truth["title"] = f"{text} {spot.truth['title']}"
        spot.line.cells["title"] = spot.truth["title"]
        return "title"

    return sow


def _decomposed(spot: Spot) -> str:
    spot.truth["title"] = f"Новый ёлочный базар: {spot.truth['title']}"
    spot.line.cells["title"] = unicodedata.normalize("NFD", spot.truth["title"])
    return "title"


def _several(spot: Spot) -> str:
    first = spot.truth["topic"]
    other = next(word for code, word in TOPICS.items() if code != first)
    spot.line.cells["topic"] = f"{TOPICS[first]}; {other}"
    return "topic"


def _status(text: str | None) -> Callable[[Spot], str]:
    def sow(spot: Spot) -> str:
        spot.line.cells["status"] = text
        return "status"

    return sow


def _folded_status(spot: Spot) -> str:
    spot.truth["status"] = "not_selected"
    spot.truth["score"] = spot.line.cells["score"] = 44
    spot.line.cells["status"] = "не прошел отбор."
    return "status"


def _category_marker(spot: Spot) -> str:
    spot.truth["topic"] = None
    spot.line.cells["topic"] = "н/д"
    return "topic"


def _swap(text: str) -> str:
    """Two letters in the middle swapped; a short word gets a letter more."""
    half = len(text) // 2
    return f"{text}н" if len(text) < 5 else text[:half] + text[half + 1] + text[half] + text[half + 2 :]


def number_written(change: Callable[[str], str]) -> Callable[[Spot], str]:
    def sow(spot: Spot) -> str:
        spot.line.cells["project_number"] = change(str(spot.line.cells["project_number"]))
        return "project_number"

    return sow


TRIMMED = repaired("text_trimmed")
NORMALISED = repaired("category_normalised")
UNKNOWN = refused("category_unknown")

KINDS: tuple[Kind, ...] = (
    title("title_spaces", "spaces around and doubled", lambda t: f"  {t.replace(' ', '  ', 1)} ", TRIMMED),
    title("title_nbsp", "no-break spaces", lambda t: f"\u00a0{t.replace(' ', chr(160), 1)}", TRIMMED),
    title("title_zero_width", "zero-width signs inside", lambda t: t[:3] + ZERO_WIDTH + t[3:] + "\ufeff", TRIMMED),
    title("title_soft_hyphen", "soft hyphen inside", lambda t: t[:4] + "\u00ad" + t[4:], TRIMMED),
    title("title_line_break", "line break inside", lambda t: t.replace(" ", "\n", 1), TRIMMED),
    Kind("title_decomposed", "projects", "letters й, ё in two signs", (TRIMMED,), _decomposed),
    title("title_control", "a control character inside", lambda t: t[:3] + "\x07" + t[3:], TRIMMED, formats=CSV),
    title("title_mojibake", "UTF-8 read as cp1251", spoiled, refused("mojibake")),
    title("title_marker", "«-» for the title", lambda t: "-", refused("missing_marker")),
    title("title_error", "«#ИМЯ?»", lambda t: "#ИМЯ?", refused("excel_error")),
    Kind("title_numero", "projects", "№ and quotes that must stay", (repaired(),), _exact_title("МБУ № 5 «Ёлка»:")),
    Kind("title_total", "projects", "a title that begins like a total", (repaired(),), _exact_title("Всего один шаг:")),
    Kind(
        "phone_in_title",
        "projects",
        "a phone in the title",
        (remarked("personal_data_masked"),),
        _personal("тел.", PHONE),
    ),
    Kind(
        "address_in_title",
        "projects",
        "an e-mail address in the title",
        (remarked("personal_data_masked"),),
        _personal("почта", ADDRESS),
    ),
    category("category_capitals", "letters of the other case", str.swapcase, NORMALISED),
    category("category_point", "trailing point and space", lambda w: f"{w}. ", NORMALISED),
    category("category_spaces", "no-break and doubled spaces", lambda w: f"\u00a0{w}  ", NORMALISED),
    category(
        "category_lookalikes",
        "Latin look-alike letters",
        lambda w: w.translate(LATIN),
        NORMALISED,
        UNKNOWN,
        why="a short word of look-alike letters alone («HKO») may be a Latin one",
    ),
    category("category_zero_width", "zero-width sign inside", lambda w: w[:2] + ZERO_WIDTH + w[2:], NORMALISED),
    category("category_quotes", "in quotes", lambda w: f"«{w}»", NORMALISED),
    category("category_misspelt", "two letters swapped", _swap, refused("category_unknown", hint=True)),
    category("category_unknown", "a word nobody declared", lambda w: "Космонавтика", UNKNOWN),
    category("category_number", "a number", lambda w: "57", UNKNOWN),
    category("category_mojibake", "UTF-8 read as cp1251", spoiled, refused("mojibake")),
    category(
        "category_hyphenated",
        "hyphenated at a line break",
        lambda w: f"{w[:4]}-\n{w[4:]}",
        refused("category_unknown", hint=True),
        NORMALISED,
    ),
    category("category_remark", "a remark in brackets behind", lambda w: f"{w} (уточнить)", UNKNOWN, NORMALISED),
    category("category_error", "«#Н/Д»", lambda w: "#Н/Д", refused("excel_error")),
    Kind("category_several", "projects", "two categories in the cell", (repaired("first_of_several"),), _several),
    Kind("category_marker", "projects", "«н/д»", (refused("missing_marker"),), _category_marker),
    Kind("status_folded", "projects", "ё as е, small letter, point", (NORMALISED,), _folded_status),
    Kind(
        "status_misspelt",
        "projects",
        "«Победитиль»",
        (set_aside("category_unknown"),),
        _status("Победитиль"),
        also=frozenset({"required_empty"}),
    ),
    Kind(
        "status_yes",
        "projects",
        "«да» for a status",
        (set_aside("category_unknown"),),
        _status("да, но"),
        also=frozenset({"required_empty"}),
    ),
    Kind("status_empty", "projects", "no status", (set_aside("required_empty"),), _status(None)),
    Kind(
        "status_formula",
        "projects",
        "a formula without value for the status",
        (set_aside("formula_without_value"),),
        _status('=IF(1=1,"Победитель","")'),
        also=frozenset({"required_empty"}),
        formats=XLSX,
    ),
    Kind("number_point", "projects", "«24-001.» for the number", (repaired(),), number_written(lambda n: f"{n}.")),
    Kind("number_spaces", "projects", "spaces around the number", (repaired(),), number_written(lambda n: f" {n} ")),
    Kind("number_sign", "projects", "«№ 24-001»", (repaired(),), number_written(lambda n: f"№ {n}")),
    Kind(
        "number_dash",
        "projects",
        "a long dash in the number",
        (repaired(),),
        number_written(lambda n: n.replace("-", "–")),
    ),
)
