"""Personal data in free text are found; sums, codes, dates and names of places are left alone."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.privacy.personal import MASK, find_personal, mask_personal


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Ремонт клуба, тел. +7 913 123-45-67", "phone"),
        ("звонить 8(391)212-34-56", "phone"),
        ("89131234567", "phone"),
        ("913 123-45-67 после обеда", "phone"),
        ("тел. 2-12-34", "phone"),
        ("пишите ivan.p@mail.ru", "email"),
        ("почта@пример.рф", "email"),
        ("vk.com/id12345", "messenger"),
        ("https://t.me/selsovet", "messenger"),
        ("в телеграме @ivan_petrov", "messenger"),
        ("СНИЛС 112-233-445 95", "snils"),
        ("11223344595", "snils"),
        ("ИНН 500100732259", "inn"),
        ("Петров,500100732259,1", "inn"),
        ("12,11223344595", "snils"),
        ("карта 4561 2612 1234 5467", "card"),
        ("паспорт 04 12 № 123456", "passport"),
        ("паспорт серия 0412 номер 123456", "passport"),
    ],
)
def test_found(text: str, kind: str) -> None:
    assert [found.kind for found in find_personal(text)] == [kind]
    masked, kinds = mask_personal(text)
    assert MASK in masked and kinds == (kind,) and not find_personal(masked)


@pytest.mark.parametrize(
    "text",
    [
        "Ремонт дороги по ул. Ленина, 12, д. 8",
        "Код ОКТМО 04601000, ОКТМО 04601000001",
        "1 234 567,89 руб. и 12 500 000 руб.",
        "с 22.04.2025 по 25.04.2025, 10:30",
        "кадастровый номер 24:04:0100001:123",
        "Сквер имени В. П. Астафьева",
        "СП 42.13330.2016, ГОСТ Р 52169-2012",
        "ИНН 2460066195 учреждения",
        "заявка 25-017, протокол № 3 от 12.02.2025",
        "Хоккейная коробка 30х60 м, 2 шт.",
        "500100732250",
        "4561 2612 1234 5468",
        'data-value="0.500100732259" data-value="97.11223344595" 0.4561261212345467',
    ],
)
def test_left_alone(text: str) -> None:
    assert mask_personal(text) == (text, ())


@pytest.mark.parametrize(
    "text", ["спросить Иванову Марию Петровну", "Петрова А. С. не отвечает", "от А.С. Петровой", "Ольга Ивановна Ким"]
)
def test_names_are_found_when_asked_for(text: str) -> None:
    assert find_personal(text) == []
    assert [found.kind for found in find_personal(text, names=True)] == ["name"]


@given(st.text(max_size=60))
def test_masking_never_raises_and_leaves_nothing(text: str) -> None:
    masked, kinds = mask_personal(text, names=True)
    assert bool(kinds) == (masked != text)


@pytest.mark.parametrize(
    "unit",
    [
        "a", "a@", "a.", "@x.", "1", "8-", "8 (", "-", "паспорт", "тел", "т ", "Аа ", "Ааа-", "http://", "vk.com/",
        "a@b.ru ", "+7 913 123-45-67 ", " ",
    ],
)  # fmt: skip
def test_the_time_grows_with_the_length_and_not_its_square(unit: str) -> None:
    def seconds(length: int) -> float:
        text = (unit * length)[:length]
        runs = []
        for _ in range(3):
            start = time.process_time()
            mask_personal(text, names=True)
            runs.append(time.process_time() - start)
        return min(runs)

    # a text 16 times as long would take 256 times as long if any search were quadratic
    assert seconds(160_000) < 80 * max(seconds(10_000), 0.002)


def test_neighbours_are_masked_apart_and_nothing_between_them_is_lost() -> None:
    text = "первый a@b.ru, второй 8 913 123-45-67; третий ivan@mail.ru."
    assert mask_personal(text) == (f"первый {MASK}, второй {MASK}; третий {MASK}.", ("email", "phone"))
    assert mask_personal("x" * 100 + "@mail.ru") == (MASK, ("email",)), "a long name before the sign is masked whole"
    assert mask_personal("a@b@mail.ru")[0] == f"a@{MASK}"
