"""Names of municipalities as people write them: seeded damage to official names, with what is still decidable.

Nothing here uses the matcher's own reading of names.
"""

from __future__ import annotations

import random
import re
from collections import Counter

import pandas as pd

REGION_GIVEN = ("name_column", "code_column", "in_text", "nowhere")
REGION_RATES = (0.40, 0.30, 0.25, 0.05)
NEGATIVES = 0.05
TYPO_RATE = 0.10
TYPE_FORMS: dict[str, tuple[str, ...]] = {
    "city_okrug": ("городской округ", "ГО", "гор. округ", "г.о.", "городского округа"),
    "closed_city": ("ЗАТО", "городской округ ЗАТО", "ГО ЗАТО"),
    "municipal_okrug": ("муниципальный округ", "мун. округ", "м.о.", "округ", "муниципального округа", "муниц. округ"),
    "municipal_district": ("муниципальный район", "мун. район", "р-н", "район", "м.р.", "муниципального района", "рн"),
    "city_district": ("муниципальный округ", "мун. округ", "район", "вн.тер.г."),
}  # fmt: skip
# words that say nothing of the kind of unit
_EMPTY_WORDS = ("м.о.", "")
_LOOKALIKES = dict(zip("аеосрхуАЕОСРХКМТВН", "aeocpxyAEOCPXKMTBH", strict=True))
_KEYBOARD = "йцукенгшщзхъфывапролджэячсмитьбю"
_REGION_SHORT = (("Республика", "Респ."), ("область", "обл."), ("автономный округ", "АО"))


def _genitive(words: str) -> str:
    """Adjectives of a name in the genitive, as before «района»."""
    return re.sub(r"(?<=[а-яё]{3})(ск|цк)ий\b", r"\1ого", re.sub(r"(?<=[а-яё]{3}[нлвр])ый\b", "ого", words))


def _typo(text: str, rng: random.Random) -> str:
    """One slip of the fingers: a letter left out, doubled, swapped with the next or replaced by its neighbour."""
    places = [place for place, letter in enumerate(text) if letter.isalpha()]
    if len(places) < 4:
        return text
    place = rng.choice(places[1:])
    kind = rng.randrange(4)
    if kind == 0:
        return text[:place] + text[place + 1 :]
    if kind == 1:
        return text[:place] + text[place] + text[place:]
    if kind == 2 and place + 1 < len(text):
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    where = _KEYBOARD.find(text[place].lower())
    other = _KEYBOARD[(where + 1) % len(_KEYBOARD)] if where >= 0 else text[place]
    return text[:place] + other + text[place + 1 :]


def _dressed(core: str, kind: str, rng: random.Random) -> tuple[str, str]:
    """A name with its type word moved, shortened or dropped, and the type word that is still there."""
    word = "" if rng.random() < 0.25 else rng.choice(TYPE_FORMS[kind])
    declined = word.endswith("ого округа") or word.endswith("ого района") or (
        word in ("р-н", "район", "рн", "округ") and rng.random() < 0.3
    )  # fmt: skip
    if declined:
        core = _genitive(core)
        word = {"район": "района", "округ": "округа", "р-н": "р-на"}.get(word, word)
    if not core.endswith(("ий", "ый", "ой", "ого")) and kind in ("city_okrug", "closed_city") and rng.random() < 0.5:
        core = rng.choice(["г. ", "г.", "город ", "г "]) + core
    if rng.random() < 0.12:
        core = f"«{core}»" if rng.random() < 0.5 else f'"{core}"'
    before = not core.endswith("ого") and (kind in ("city_okrug", "closed_city") or rng.random() < 0.25)
    text = " ".join(part for part in ((word, core) if before else (core, word)) if part)
    if rng.random() < 0.08:
        text = f"МО {text}"
    return text, word


def _worn(text: str, rng: random.Random) -> str:
    """Case, ё, look-alike letters, spaces and hyphens, and now and then a slip of the fingers."""
    if rng.random() < 0.7:
        text = text.replace("ё", "е").replace("Ё", "Е")
    draw = rng.random()
    text = text.upper() if draw < 0.08 else text.lower() if draw < 0.20 else text
    if rng.random() < 0.06:
        letters = [place for place, letter in enumerate(text) if letter in _LOOKALIKES]
        for place in letters[: rng.randrange(1, 4)]:
            text = text[:place] + _LOOKALIKES[text[place]] + text[place + 1 :]
    if rng.random() < 0.08:
        text = text.replace("-", " ") if rng.random() < 0.5 else text.replace("-", " - ", 1)
    if rng.random() < 0.08:
        text = f" {text.replace(' ', '  ', 1)} "
    return _typo(text, rng) if rng.random() < TYPO_RATE else text


def _region_words(region: str, rng: random.Random) -> str:
    for whole, short in _REGION_SHORT:
        if rng.random() < 0.4:
            region = region.replace(whole, short)
    return region


def _plain(name: str) -> str:
    return " ".join(re.findall(r"\w+", name.lower().replace("ё", "е")))


def _stems_apart(names: list[str], rng: random.Random) -> str:
    """A name of no place: the beginning of one and the end of another."""
    one, other = (rng.choice(names) for _ in range(2))
    return one[: max(3, len(one) // 2)] + other[max(2, len(other) // 2) :].lower()


def spoiled_names(units: pd.DataFrame, count: int, seed: int) -> pd.DataFrame:
    """``count`` received names of ``units`` (unit_id, short_name, type, region): columns text, region, truth, given,
    decidable.

    ``truth`` is empty for the negatives: half of them names of other regions' units that the row's region has not, half
    names of no place. ``region`` is the row's column of the region (name, first digits of the codes, or empty);
    ``given`` says where the region stands. ``decidable`` is False where the words that are left fit several units:
    another unit of the row's region (of all, where no region is given) has the same name, and the word for its type is
    gone or fits the other too.
    """
    rng = random.Random(seed)
    rows = units.reset_index(drop=True)
    plain = rows["short_name"].map(_plain)
    inside: dict[str, set[str]] = {region: set(plain[place]) for region, place in rows.groupby("region").groups.items()}
    everywhere = set(plain)
    prefix = rows.groupby("region")["unit_id"].first().str[:2].to_dict()
    same_in_region = Counter(zip(rows["region"], plain, strict=True))
    same_kind = Counter(zip(rows["region"], plain, rows["type"], strict=True))
    same, same_kind_all = Counter(plain), Counter(zip(plain, rows["type"], strict=True))
    names = [name for name in rows["short_name"] if len(name) > 5]
    regions = sorted(inside)
    columns = [rows[column].astype(str).tolist() for column in ("short_name", "type", "region", "unit_id")]
    records = list(zip(*columns, strict=True))
    out = []
    for _ in range(count):
        given = rng.choices(REGION_GIVEN, REGION_RATES)[0]
        place = rng.randrange(len(rows))
        core, kind, region, truth = records[place]
        decidable = True
        negative = rng.random() < NEGATIVES
        if negative and (rng.random() < 0.5 or given == "nowhere"):
            core = _stems_apart(names, rng)
            if _plain(core) in everywhere:
                continue
            truth = ""
        elif negative:
            region = rng.choice(regions)
            if _plain(core) in inside[region]:
                continue
            truth = ""
        text, word = _dressed(core, kind, rng)
        if truth:
            key = _plain(core)
            if given == "nowhere":
                others = same[key] if word in _EMPTY_WORDS else same_kind_all[(key, kind)]
            else:
                others = same_in_region[(region, key)] if word in _EMPTY_WORDS else same_kind[(region, key, kind)]
            decidable = others == 1
        text = _worn(text, rng)
        if given == "in_text":
            text = f"{text} ({_region_words(region, rng)})" if rng.random() < 0.8 else f"{text}, {region}"
        column = {"name_column": _region_words(region, rng), "code_column": prefix[region]}.get(given, "")
        out.append((text, column, truth, given, decidable))
    return pd.DataFrame(out, columns=["text", "region", "truth", "given", "decidable"])
