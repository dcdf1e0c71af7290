"""The two journals kept as CSV: exchange events and consultations (cp1251, semicolons)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.simulate.mess import FORM_WORDS, Ledger, Page, habit, period_words
from evaluation.simulate.year_view import YearView

UNCLOSED_YEAR = 2022
_HOST = ("принимает", "хозяин", "принимает")
_GUEST = ("гости", "гости", "участники")
_SPEAKER = ("докладчик", "спикер", "докладчик")
_EXPERT = ("эксперт", "эксперт", "эксперты")
_CHANNELS = {
    "phone": ("телефон", "по телефону", "тел."), "in_person": ("очно", "лично", "очно"), "video": ("ВКС", "ВКС",
    "видео"),
    "chat": ("чат", "мессенджер", "чат"), "letter": ("письмо", "эл. почта", "e-mail"),
}  # fmt: skip
_TEXTS = {
    "application": ("Вопрос по заполнению заявки", "Комплект документов, смета", "Замечания к заявке, фото объекта"),
    "funding": ("Как оформить софинансирование", "Доля местного бюджета", "Взнос спонсоров, счёт для оплаты"),
    "participation": ("Как провести собрание жителей", "Подсчёт подписей в опросных листах жителей",
    "Сход граждан и опрос жителей"),
    "reporting": ("Отчёт по итогам, акты приёмки", "Срок отчёта и приёмка работ", "Исполнение контракта, отчёт"),
    "other": ("Уточнение расписания", "Поздравление с праздником", "Обновление номера"),
}  # fmt: skip
_CONSULTANTS = ("Орлова Н.И.", "Петрова А.С.", "Зайцев М.Ю.")


def quoted(value: str) -> str:
    """A CSV field: quoted where it holds a separator or a quotation mark."""
    return '"' + value.replace('"', '""') + '"' if any(c in value for c in ';"\n') else value


def write_exchange(view: YearView, ledger: Ledger) -> bytes:
    """«Межмуниципальные мероприятия»: host and guests in one cell; in one year a quotation mark is never closed."""
    year = view.year
    variant = year % 3
    rng = habit(view.seed, "exchange", year)
    page = Page(year, "exchange_events", view.files["exchange_events"])
    header = ["№", "Мероприятие", "Форма", "Тема", "Дата", "Принимающая сторона и участники", "Всего участников"]
    lines = [";".join(header)]
    groups = dict(list(view.tables["exchange_participation"].groupby("exchange_id", sort=False)))
    without_count = sorted(groups)[int(rng.integers(len(groups)))] if groups else ""
    for k, event in enumerate(view.tables["exchange_events"].to_dict("records")):
        at = k + 2
        period = period_words(event["starts_on"], event["ends_on"], 0)
        if period[-4:].isdigit() is False:
            period = f"{period} {year} г." if k % 2 else period
        group = groups.get(event["exchange_id"])
        total = "" if pd.isna(event["reported_participants"]) else str(int(event["reported_participants"]))
        if group is None:
            composition, total = "-", "-"
        else:
            composition = _composition(view, rng, group, variant, event["exchange_id"] == without_count)
            if event["exchange_id"] == without_count:
                host = group[group["role"] == "host"].iloc[0]
                ledger.note(page, f"F{at}", "host_without_count", composition, int(host["persons"]), "report")
            ledger.note(page, f"F{at}", "several_values_in_one_cell", composition, _plain(group), "repair")
        if k == 1 and group is not None:
            ledger.note(page, f"G{at}", "total_disagrees", str(int(total) + 4), total, "report")
            total = str(int(total) + 4)
        fields = [str(k + 1), event["title"], FORM_WORDS[event["form"]], event["topic"], period, composition, total]
        line = ";".join(quoted(field) for field in fields)
        if year == UNCLOSED_YEAR and group is None:
            line = ";".join([fields[0], '"' + fields[1], *(quoted(field) for field in fields[2:])])
            ledger.note(page, f"B{at}", "quotation_mark_not_closed", '"' + fields[1], event["title"], "repair")
        lines.append(line)
    return ("\r\n".join(lines) + "\r\n").encode("cp1251")


def _composition(view: YearView, rng: np.random.Generator, group: pd.DataFrame, variant: int, hide_host: bool) -> str:
    """«принимает: Канский район (4); гости: Ачинск (3 из 4), Боготол (2 из 2); эксперт: Минусинский район (1)»."""
    parts = []
    for role, words in (("host", _HOST), ("guest", _GUEST), ("speaker", _SPEAKER), ("expert", _EXPERT)):
        rows = group[group["role"] == role]
        if len(rows):
            named = []
            for row in rows.itertuples():
                name = view.names.spell(rng, str(row.unit_id), plain=True).strip()
                count = row.persons if pd.isna(row.invited) else f"{row.persons} из {row.invited}"
                named.append(name if role == "host" and hide_host else f"{name} ({count})")
            parts.append(f"{words[variant]}: {', '.join(named)}")
    return "; ".join(parts)


def _plain(group: pd.DataFrame) -> str:
    return " ".join(f"{row.role}={row.unit_id}:{row.persons}" for row in group.itertuples())


def write_consultations(view: YearView, ledger: Ledger) -> bytes:
    """«Журнал консультаций»: free topics with telephone numbers in them, names of units in words."""
    year = view.year
    variant = year % 3
    rng = habit(view.seed, "consultations", year)
    page = Page(year, "consultations", view.files["consultations"])
    lines = ["№;Дата и время;Муниципалитет;Канал;Тема;Длительность, мин;Консультант"]
    history = view.programme.history
    moments = history.consultations.set_index("consultation_id")["moment"]
    form = "%d.%m.%Y %H:%M" if variant else "%Y-%m-%d %H:%M"
    blank = int(rng.integers(len(view.tables["consultations"]))) if len(view.tables["consultations"]) else -1
    noted: set[str] = set()
    for k, row in enumerate(view.tables["consultations"].to_dict("records")):
        at = k + 2
        texts = _TEXTS[row["topic"]]
        topic = texts[int(rng.integers(len(texts)))]
        if rng.random() < 0.06:
            topic = f"{topic}, перезвонить на +7 000 100-{int(rng.integers(10, 99))}-{int(rng.integers(10, 99))}"
            ledger.note(page, f"E{at}", "phone_in_free_text", topic, row["topic"], "repair")
        minutes = f"{row['minutes']:.0f}"
        if rng.random() < 0.05:
            minutes = f"{minutes} мин"
            ledger.note(page, f"F{at}", "number_with_unit", minutes, row["minutes"], "repair")
        name = view.names.spell(rng, str(row["unit_id"])).strip()
        if k == blank:
            ledger.note(page, f"C{at}", "unit_missing", "", row["unit_id"], "report")
            name = ""
        elif "name" not in noted:
            noted.add("name")
            ledger.note(page, f"C{at}", "unit_in_words", name, row["unit_id"], "repair")
        fields = [
            str(k + 1), f"{moments[row['consultation_id']]:{form}}", name, _CHANNELS[row["channel"]][variant], topic,
            minutes,
            _CONSULTANTS[k % len(_CONSULTANTS)],
        ]  # fmt: skip
        lines.append(";".join(quoted(field) for field in fields))
    return ("\r\n".join(lines) + "\r\n").encode("cp1251")
