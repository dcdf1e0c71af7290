"""Keys of people: repeatable with the secret, useless without it."""

from __future__ import annotations

import hashlib
import hmac
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.privacy.pseudonyms import (
    PSEUDONYM,
    normalise_email,
    normalise_name,
    normalise_phone,
    pseudonym,
    read_or_create_key,
)
from evaluation.settings import InputProblem


def test_it_is_hmac_sha256_of_kind_and_value() -> None:
    key = b"k" * 32
    expected = hmac.new(key, b"phone:9131234567", hashlib.sha256).hexdigest()[:16]
    assert pseudonym("phone", "9131234567", key) == expected and PSEUDONYM.match(expected)
    assert len({pseudonym("phone", "x", key), pseudonym("email", "x", key), pseudonym("phone", "x", b"other")}) == 3


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("+7 913 123-45-67", "9131234567"),
        ("8(913)1234567", "9131234567"),
        ("8 913 123 45 67, доб. 12", "9131234567"),
        ("913 123-45-67", "9131234567"),
        ("раб. 2-12-34; 8 913 123 45 67", "9131234567"),
        ("2-12-34", None),
        ("нет", None),
        ("", None),
    ],
)
def test_phones(text: str, digits: str | None) -> None:
    assert normalise_phone(text) == digits


def test_emails() -> None:
    assert normalise_email(" Masha.P@Example.ORG; рабочая") == "masha.p@example.org"
    assert normalise_email("почта@пример.рф") == "почта@пример.рф"
    assert normalise_email("нет") is None


def test_names_in_any_order() -> None:
    forms = (
        "Иванова Мария Петровна",
        "Мария Петровна Иванова",
        "Иванова М.П.",
        "М. П. Иванова",
        "ИВАНОВА  МАРИЯ ПЕТРОВНА",
        "Иванова М П",
    )
    assert {normalise_name(form) for form in forms} == {"иванова м п"}
    assert normalise_name("Гусев Пётр Юрьевич") == normalise_name("Гусев П. Ю.") == "гусев п ю"
    assert normalise_name("Салтыков-Щедрин М. Е.") == "салтыков-щедрин м е"
    assert normalise_name("Алиев Расул Ибрагим оглы") == "алиев р и"
    assert normalise_name("Мария") is None and normalise_name("") is None


@given(st.text(max_size=40))
def test_normalisers_never_raise(text: str) -> None:
    for normalise in (normalise_phone, normalise_email, normalise_name):
        normalise(text)


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "programme.key"
    key = read_or_create_key(path)
    assert len(key) == 32 and read_or_create_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "abc", "zz" * 32, "ключ"])
def test_a_file_without_a_key_is_refused_and_left_alone(tmp_path: Path, content: str) -> None:
    path = tmp_path / "programme.key"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputProblem) as raised:
        read_or_create_key(path)
    assert str(path) in raised.value.messages["ru"] and path.read_text(encoding="utf-8") == content


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputProblem):
        read_or_create_key(tmp_path / "file" / "programme.key")
