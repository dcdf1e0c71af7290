"""Habits of the institute's files: spellings, formats of numbers and dates, and the ledger of planted defects."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from evaluation.simulate.randomness import generator

NBSP = "\u00a0"
Reader = Literal["repair", "report", "refuse", "keep"]
LEDGER_COLUMNS = (
    "year", "source", "file", "sheet", "cell", "extent", "defect", "written", "true_value", "reader_must",
)  # fmt: skip
MONTHS = (
    "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября",
    "декабря",
)  # fmt: skip
MONTHS_PLAIN = (
    "январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь",
)  # fmt: skip
STREAM_WORDS = {
    "training": "обучение", "methodical": "методическая", "consulting": "консультационная",
    "information": "информационная",
}  # fmt: skip
FORM_WORDS = {
    "course": "курс повышения квалификации", "seminar": "семинар", "webinar": "вебинар", "immersion": "погружение",
    "clock_check": "сверим часы", "workshop": "мастерская", "publication": "публикация", "study_visit": "визит",
    "rally": "слёт", "internship": "стажировка",
}  # fmt: skip
COHORT_WORDS = {
    "specialists": "специалисты администраций", "mixed": "смешанный состав", "team": "проектные команды",
    "residents": "жители и активисты",
}  # fmt: skip
SECTOR_WORDS = {
    "municipal_servant": "Муниципальный служащий", "institution_worker": "Работник учреждения",
    "community": "ТОС, инициативная группа", "elected": "Выборное лицо", "village_head": "Староста",
    "business": "Бизнес", "nonprofit": "НКО", "other": "Другое",
}  # fmt: skip
ROLE_WORDS = {
    "leader": "лидер", "coordinator": "координатор", "finance": "финансы и закупки",
    "community": "работа с жителями", "communication": "информирование", "member": "участник",
}  # fmt: skip
MODE_WORDS = {"in_person": "очно", "online": "онлайн", "mixed": "смешанно"}
TOPIC_WORDS = {
    "improvement": "Благоустройство", "roads": "Дороги", "water": "Водоснабжение", "culture": "Культура",
    "sport": "Спорт",
    "fire_safety": "Пожарная безопасность", "cemeteries": "Кладбища", "lighting": "Освещение",
    "playgrounds": "Детские площадки", "heritage": "Памятники", "other": "Другое",
}  # fmt: skip
APPLICANT_WORDS = {
    "administration": "Администрация", "territorial_self_government": "ТОС", "initiative_group": "Инициативная группа",
    "nonprofit": "НКО", "institution": "Учреждение",
}  # fmt: skip
STATUS_WORDS = {
    "rejected_formally": "Отклонена по форме", "not_selected": "Не прошла отбор", "funded": "Победитель",
    "withdrawn": "Отозвана", "completed": "Реализован", "not_completed": "Не реализован",
    "partly_completed": "Реализован частично",
}  # fmt: skip
TYPE_WORDS = {
    "city_okrug": "городской округ", "municipal_okrug": "муниципальный округ",
    "municipal_district": "муниципальный район",
    "closed_city": "ЗАТО",
}  # fmt: skip


@dataclass
class Ledger:
    """Every planted defect: where it lies, what was written, what is true, and what a careful reader must do.

    ``cell`` is the A1 address of the defect (in CSV files: column letter and physical line); for a habit of a whole
    column it is its first cell and ``extent`` the range. ``reader_must``: repair (the true value can be had from the
    file), report (take or leave it, but say so), refuse (set the row aside), keep (no defect to a careful reader).
    """

    rows: list[dict[str, Any]] = field(default_factory=list)

    def note(
        self, page: Page, cell: str, defect: str, written: Any, true_value: Any, reader_must: Reader, extent: str = ""
    ) -> None:
        self.rows.append(
            {
                "year": page.year, "source": page.source, "file": page.file, "sheet": page.sheet, "cell": cell,
                "extent": extent, "defect": defect, "written": text_of(written), "true_value": text_of(true_value),
                "reader_must": reader_must,
            }
        )  # fmt: skip

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame(self.rows, columns=list(LEDGER_COLUMNS))


@dataclass(frozen=True)
class Page:
    """Where a ledger note belongs."""

    year: int
    source: str
    file: str
    sheet: str = ""

    def on(self, sheet: str) -> Page:
        return Page(self.year, self.source, self.file, sheet)


def text_of(value: Any) -> str:
    """A value as the ledger writes it: dates in ISO form, whole numbers without a point, nothing as ''."""
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, (dt.datetime, pd.Timestamp)):
        return str(pd.Timestamp(value).date())
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def file_names(year: int) -> dict[str, str]:
    """Names of the received files of a year by logical source."""
    return {
        "territories": f"Паспорт муниципалитетов {year}.xlsx",
        "projects": f"Реестр заявок {year}.xlsx",
        "scores": f"Протокол оценки заявок {year}.xlsx",
        "support_events": f"План-график мероприятий {year}.xlsx",
        "attendance": f"Списки участников {year}.xlsx",
        "exchange_events": f"Межмуниципальные мероприятия {year}.csv",
        "consultations": f"Журнал консультаций {year}.csv",
        "teams": f"Команды проектов {year}.xlsx",
        "team_members": f"Состав команд {year}.xlsx",
        "practices": f"Практики {year}.xlsx",
        "practice_adoptions": f"Внедрение практик {year}.xlsx",
        "participants_survey": f"Анкета участников {year}.xlsx",
        "followup_survey": f"Анкета о применении {year}.xlsx",
        "residents_survey": f"Анкета жителей {year}.csv",
    }


def habit(seed: int, name: str, year: int) -> np.random.Generator:
    """The generator of one file's habits in one year."""
    return generator(seed, "mess " + name, year)


def choose(rng: np.random.Generator, count: int, number: int) -> list[int]:
    """``number`` different positions below ``count`` (fewer where there are fewer)."""
    return [int(k) for k in rng.permutation(count)[:number]]


def with_nbsp(value: float, decimals: int) -> str:
    """«1 234,50» with no-break spaces between thousands and a decimal comma."""
    return f"{value:,.{decimals}f}".replace(",", NBSP).replace(".", ",")


def spellings(name: str, short_name: str, kind: str) -> list[str]:
    """Spellings of a unit's name that its files use; the first is the official one."""
    if kind == "city_okrug":
        return [
            name,
            f"г. {short_name}" if "посёлок" not in name else f"п. {short_name}",
            short_name,
            f"ГО {short_name}",
        ]
    if kind == "closed_city":
        return [
            name,
            f"ЗАТО {short_name}",
            f"ЗАТО г. {short_name}" if "посёлок" not in name else f"ЗАТО п. {short_name}",
        ]
    for long, brief, letters in (("муниципальный район", "р-н", "МР"), ("муниципальный округ", "мун. округ", "МО")):
        if name.endswith(long):
            core = name.removesuffix(long).strip()
            return [name, short_name, f"{core} {brief}", f"{core} {letters}"]
    return [name, f" {name} "]


@dataclass(frozen=True)
class Names:
    """Units in force in one year and the units before them, by code: official name, type, and spellings."""

    codes: tuple[str, ...]
    name: dict[str, str]
    kind: dict[str, str]
    options: dict[str, list[str]]

    def spell(self, rng: np.random.Generator, code: str, plain: bool = False) -> str:
        """One spelling of the unit's name; ``plain`` excludes the single letters МО and МР."""
        options = self.options[code][:3] if plain else self.options[code]
        return options[int(rng.integers(len(options)))]


def names_of(now: pd.DataFrame, before: pd.DataFrame) -> Names:
    """Names of the units ``now`` in force, and of those ``before`` whose codes they no longer use."""
    name, kind, options = {}, {}, {}
    for unit in [*before.to_dict("records"), *now.to_dict("records")]:
        code = str(unit["unit_id"])
        name[code], kind[code] = str(unit["name"]), str(unit["type"])
        options[code] = spellings(name[code], str(unit["short_name"]), kind[code])
    return Names(tuple(now["unit_id"]), name, kind, options)


def day(value: Any) -> dt.datetime:
    """A moment at midnight, as openpyxl writes dates."""
    return pd.Timestamp(value).to_pydatetime().replace(hour=0, minute=0, second=0, microsecond=0)


def excel_serial(value: Any) -> int:
    """Days since 1899-12-30, the number that Excel keeps for a date."""
    return (pd.Timestamp(value) - pd.Timestamp("1899-12-30")).days


def period_words(start: Any, end: Any, form: int) -> str:
    """Dates of an event in words: «28.01.2025», «22-25 апреля», «29 апреля - 3 мая», «январь-март»."""
    first, last = pd.Timestamp(start), pd.Timestamp(end)
    if first == last:
        return f"{first:%d.%m.%Y}" if form % 2 == 0 else f"{first.day} {MONTHS[first.month - 1]}"
    whole = first.day == 1 and last == last + pd.offsets.MonthEnd(0) and (last - first).days > 31
    if whole:
        return f"{MONTHS_PLAIN[first.month - 1]}-{MONTHS_PLAIN[last.month - 1]}"
    if first.month == last.month:
        dash = "-" if form % 2 == 0 else "–"
        return f"{first.day}{dash}{last.day} {MONTHS[first.month - 1]}"
    return f"{first.day} {MONTHS[first.month - 1]} - {last.day} {MONTHS[last.month - 1]}"
