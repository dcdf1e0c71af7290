"""Keyed pseudonyms: a name, phone or address becomes sixteen hexadecimal digits that only the key's holder can redo.

HMAC-SHA256 with a secret key. A plain hash would not do: all Russian mobile numbers can be hashed in minutes.
The kind of identifier is part of what is hashed, so that equal texts of different kinds give different keys.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import unicodedata
from pathlib import Path

from evaluation.settings import InputProblem

LENGTH = 16
KEY_BYTES = 32
PSEUDONYM = re.compile(r"^[0-9a-f]{16}$")

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PATRONYMIC = re.compile(r"(?:вич|вна|ична|инична|ьич|оглы|кызы)$")
_LOOKALIKES = str.maketrans("aceopxykmthbABCEHKMOPTXYё", "асеорхукмтнвАВСЕНКМОРТХУе")


def pseudonym(kind: str, value: str, key: bytes) -> str:
    """Key of ``value`` (16 hexadecimal digits); ``kind`` says what it is, for example phone."""
    return hmac.new(key, f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()[:LENGTH]


def normalise_phone(text: str) -> str | None:
    """Ten digits of a Russian phone number, or None where the text holds no whole number."""
    for part in re.split(r"[,;/\n]| или ", text):
        digits = re.sub(r"\D", "", re.sub(r"(?:доб|вн)\.?\s*\d+", "", part.casefold()))
        if len(digits) == 11 and digits[0] in "78":
            return digits[1:]
        if len(digits) == 10:
            return digits
    return None


def normalise_email(text: str) -> str | None:
    """The address in lower case, or None where the text holds none."""
    found = _EMAIL.search(unicodedata.normalize("NFKC", text))
    return found[0].casefold() if found else None


def normalise_name(text: str) -> str | None:
    """Surname and initials of a full name, whatever its order («Иванова Мария Петровна», «Мария Петровна
    Иванова», «М. П. Иванова», «Иванова М.П.»), folded: ``иванова м п``.

    The patronymic's ending tells the order; of two words without one the first is taken for the surname.
    None where there are not two words of letters.
    """
    folded = unicodedata.normalize("NFKC", text).translate(_LOOKALIKES).casefold().replace("ё", "е")
    words = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", folded)
    long = [word for word in words if len(word) > 1]
    short = [word for word in words if len(word) == 1]
    if not long or len(words) < 2:
        return None
    if short:
        return " ".join([long[0], *[word[0] for word in long[1:]], *short][:3])
    patronymic = next((place for place, word in enumerate(words) if place and _PATRONYMIC.search(word)), None)
    if patronymic == 1 and len(words) >= 3:
        surname, given = words[2], words[:2]
    else:
        surname, given = words[0], words[1:3]
    return " ".join([surname, *[word[0] for word in given]])


def read_or_create_key(path: Path) -> bytes:
    """The secret key in ``path``; made of 32 random bytes, readable by its owner alone, where there is none.

    Raises InputProblem when the file cannot be read or written, or holds no key.
    """
    try:
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return _create_key(path)
    except (OSError, UnicodeDecodeError) as error:
        raise InputProblem(
            f"Файл ключа псевдонимов {path} не читается. Проверьте права доступа или восстановите его из копии: "
            "с другим ключом прежние участники получат новые номера.",
            f"The pseudonym key {path} cannot be read. Check its permissions or restore it from a copy: "
            "with another key the same people would get new keys.",
        ) from error
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) < KEY_BYTES:
        raise InputProblem(
            f"В файле ключа псевдонимов {path} нет ключа (ожидались {2 * KEY_BYTES} шестнадцатеричных знака). "
            "Восстановите файл из копии; удаляйте его, только если прежние данные больше не нужны.",
            f"The file {path} holds no pseudonym key ({2 * KEY_BYTES} hexadecimal digits were expected). "
            "Restore it from a copy; delete it only if earlier data are no longer needed.",
        )
    return key


def _create_key(path: Path) -> bytes:
    key = secrets.token_bytes(KEY_BYTES)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(key.hex() + "\n")
    except FileExistsError:
        return read_or_create_key(path)
    except OSError as error:
        raise InputProblem(
            f"Не удалось создать файл ключа псевдонимов {path} ({error.strerror}). Укажите папку, куда можно писать.",
            f"The pseudonym key {path} could not be created ({error.strerror}). Name a folder that can be written to.",
        ) from error
    return key
