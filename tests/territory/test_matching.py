"""Names and codes of received files against the registry."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.settings import InputProblem
from evaluation.territory.matching import ACCEPT, MATCH_COLUMNS, match_units, read_aliases, unit_of
from evaluation.territory.registry import in_force, read_registry
from evaluation.territory.spelling import fold, parse

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "config" / "territory"
SHARED = ROOT.parent / "shared" / "data" / "territory"
REGISTRY = read_registry(FOLDER / "units.csv")
ALIASES = read_aliases(FOLDER / "aliases.csv")
BEFORE, AFTER = dt.date(2024, 2, 15), dt.date(2025, 7, 1)


def match(texts: list[str], day: dt.date = BEFORE, codes: list[str] | None = None) -> pd.DataFrame:
    numbers = None if codes is None else pd.Series(codes)
    return match_units(pd.Series(texts), numbers, REGISTRY, ALIASES, day)


@pytest.mark.parametrize(
    ("text", "core", "group"),
    [
        ("Абанский р-н", "абанский", "district"),
        ("абанского района", "абанский", "district"),
        ("г.Канск", "канск", "city"),
        ("городской округ город Ачинск", "ачинск", "city"),
        ("ЗАТО п. Солнечный", "солнечный", "city"),
        ("мун. округ Пировский", "пировский", "okrug"),
        ("Пировский м.о.", "пировский", ""),
        ("посёлок Кедровый", "кедровый", "settlement"),
        ("МО «Берёзовский район»", "березовский", "district"),
        ("Администрация города Назарова", "назарово", "city"),
        ("Северо–Енисейский", "северо енисейский", ""),
        ("Емельяновский район Красноярского края", "емельяновский", "district"),
    ],
)
def test_a_name_is_taken_apart(text: str, core: str, group: str) -> None:
    assert parse(text) == (core, group)


def test_latin_letters_are_folded_only_inside_russian_words() -> None:
    assert fold("Aбaнcкий") == fold("Абанский")
    assert fold("KAHCK") == fold("Канск") or fold("KAHCK") == "kahck", "a wholly Latin word is not Russian for certain"
    assert fold("Dresden-Mitte") == "dresden-mitte"


def _spellings(name: str, short: str, kind: str) -> list[str]:
    core = short.rsplit(" ", 1)[0] if kind.startswith("municipal") else short
    latin = core.replace("а", "a").replace("о", "o").replace("е", "e").replace("ё", "е").replace("с", "c")
    districts = {"municipal_district": "р-н", "municipal_okrug": "мун. округ"}
    word = districts.get(kind) or {"city_okrug": "ГО г.", "closed_city": "ЗАТО г."}[kind]
    typed = f"{core} {word}" if kind.startswith("municipal") else f"{word}{core}"
    latin_typed = f"{latin} {word}" if kind.startswith("municipal") else f"{word} {latin}"
    return [name, short, typed.upper(), latin_typed, f"  МО {short.replace('ё', 'е')} Красноярского края "]


@pytest.mark.parametrize("day", [BEFORE, AFTER])
def test_five_spellings_of_every_unit_are_recognised(day: dt.date) -> None:
    units = in_force(REGISTRY, day)
    cases = [
        (spelling, row.unit_id)
        for row in units.itertuples()
        for spelling in _spellings(str(row.name), str(row.short_name), str(row.type))
    ]
    result = match([text for text, _ in cases], day)
    wrong = [(text, unit, found) for (text, unit), found in zip(cases, result["unit_id"], strict=True) if found != unit]
    assert not wrong
    assert len(cases) == 5 * len(units) and result["in_force"].all()


def test_the_type_word_decides_between_namesakes() -> None:
    texts = ["Канск", "г. Канска", "Канский район", "Канского р-на", "Канский", "Енисейск", "Енисейский"]
    expected = ["04720000", "04720000", "04621000", "04621000", "04621000", "04712000", "04615000"]
    assert match(texts)["unit_id"].tolist() == expected


def test_a_unit_of_another_day_is_matched_but_not_in_force() -> None:
    result = match(["Ачинский район", "город Ачинск", "Ачинский муниципальный округ", "Красноярск"], AFTER)
    assert result["unit_id"].tolist() == ["04603000", "04703000", "04503000", "04701000"]
    assert result["in_force"].tolist() == [False, False, True, True]
    assert "04503000" in result["suggestion"].iloc[0]
    assert not match(["Ачинский муниципальный округ"], BEFORE)["in_force"].iloc[0]


def test_days_may_differ_by_row() -> None:
    days = pd.Series([pd.Timestamp(BEFORE), pd.Timestamp(AFTER)], index=[7, 9])
    result = match_units(pd.Series(["Таймыр", "Таймыр"], index=[7, 9]), None, REGISTRY, ALIASES, days)
    assert result["unit_id"].to_dict() == {7: "04653000", 9: "04553000"}
    assert set(result["rule"]) == {"name_alias"}
    with pytest.raises(ValueError, match="empty date"):
        match_units(pd.Series(["Таймыр"]), None, REGISTRY, ALIASES, pd.Series([pd.NaT]))


def test_people_decisions_come_before_the_matcher() -> None:
    aliases = pd.DataFrame({"raw": ["Канский район"], "unit_id": ["04720000"], "reason": ["the file means the city"]})
    result = match_units(pd.Series(["КАНСКИЙ  район"]), None, REGISTRY, aliases, BEFORE)
    assert (result["unit_id"].iloc[0], result["rule"].iloc[0]) == ("04720000", "name_alias")


@pytest.mark.parametrize(
    ("code", "name", "unit", "rule", "code_rule"),
    [
        ("04601000", "Абанский район", "04601000", "", ""),
        ("4601000", "Абанский р-н", "04601000", "", "oktmo_lost_zero"),
        ("4601000", "", "04601000", "", "oktmo_lost_zero"),
        ("04601404", "", "04601000", "", ""),
        ("", "Абанский район", "04601000", "code_from_name", ""),
        ("4.601E+06", "Абанский район", "04601000", "code_from_name", "oktmo_scientific_lossy"),
        ("04603000", "г. Ачинск", None, "oktmo_name_conflict", ""),
        ("04601000", "Уярский район", None, "oktmo_name_conflict", ""),
        ("04601000", "ниже по списку", "04601000", "name_unmatched_code_used", ""),
        ("04601000 8", "ниже по списку", None, "oktmo_name_conflict", "oktmo_control_digit_wrong"),
        ("99999999", "Абанский район", "04601000", "oktmo_not_in_registry", ""),
        ("99999999", "", None, "oktmo_not_in_registry", ""),
        ("12A", "", None, "oktmo_unreadable", "oktmo_unreadable"),
        ("", "", None, "required_empty", ""),
        ("", "Каннск и Ачинск", None, "several_municipalities", ""),
        ("", "Нигде и никогда", None, "name_not_found", ""),
        ("", "Канск, Ачинск", None, "several_municipalities", ""),
    ],
)
def test_code_and_name_together(code: str, name: str, unit: str | None, rule: str, code_rule: str) -> None:
    row = match([name], BEFORE, [code]).iloc[0]
    found = None if pd.isna(row["unit_id"]) else row["unit_id"]
    assert (found, row["rule"], row["code_rule"]) == (unit, rule, code_rule)


def test_a_conflict_names_both_units() -> None:
    row = match(["г. Ачинск"], BEFORE, ["04603000"]).iloc[0]
    assert row["suggestion"] == "04603000 Ачинский район; 04703000 Ачинск"


def test_a_unit_is_found_within_a_longer_text() -> None:
    texts = ["главный специалист, Абанский район", "отдел культуры администрации Канского района", "глава, г. Ачинск"]
    assert match(texts)["unit_id"].tolist() == ["04601000", "04621000", "04703000"]
    assert match(["Ачинский Пётр Иванович, бухгалтер"])["unit_id"].isna().all(), "a surname is not a unit"


def test_close_names_are_suggested_and_not_accepted() -> None:
    row = match(["Абанскйи район"]).iloc[0]
    assert pd.isna(row["unit_id"]) and row["score"] < ACCEPT and row["suggestion"].startswith("04601000 Абанский район")


def test_index_and_missing_values_are_kept() -> None:
    frame = pd.DataFrame({"n": ["Канск", None, "Канск"], "c": [None, "4601000", float("nan")]}, index=[5, 3, 11])
    result = match_units(frame["n"], frame["c"], REGISTRY, None, BEFORE)
    assert list(result.columns) == MATCH_COLUMNS and result.index.tolist() == [5, 3, 11]
    assert result["unit_id"].tolist() == ["04720000", "04601000", "04720000"]
    assert len(match([])) == 0


def test_plain_lists_and_upper_units(tmp_path: Path) -> None:
    path = tmp_path / "villages.csv"
    path.write_text(
        "unit_id,name,type,district\n1,Ивановка,village,Абанский район\n2,Ивановка,village,Уярский район\n"
        "3,Тиндо,village,Абанский район\n4,Harbour East,city_district,\n",
        encoding="utf-8",
    )
    registry = read_registry(path)
    texts = ["с. Ивановка (Уярский район)", "Ивановка", "Абанский р-н, д. Ивановка", "село Тиндо", "harbour east"]
    result = match_units(pd.Series(texts), None, registry, None, BEFORE)
    assert [None if pd.isna(unit) else unit for unit in result["unit_id"]] == ["2", None, "1", "3", "4"]
    assert result["rule"].iloc[1] == "name_ambiguous"
    by_code = match_units(pd.Series([""]), pd.Series(["3"]), registry, None, BEFORE).iloc[0]
    assert (by_code["unit_id"], by_code["code_rule"]) == ("3", ""), "a plain list's codes are taken as they stand"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=8), st.sampled_from([BEFORE, AFTER]))
def test_any_text_is_answered_and_gibberish_is_never_accepted(texts: list[str], day: dt.date) -> None:
    result = match(texts, day, texts)
    assert len(result) == len(texts)
    known = {core for name in (*REGISTRY["name"], *REGISTRY["short_name"]) for core in [parse(name).core]}
    for text, row in zip(texts, result.itertuples(), strict=True):
        if not pd.isna(row.unit_id):
            digits = [character for character in text if character.isdigit()]
            assert len(digits) >= 7 or any(core in fold(text) for core in known)


@settings(max_examples=30, deadline=None)
@given(st.text(alphabet="абвгдежзийклмнопрстуфхцчшщъыьэюя -.", min_size=1, max_size=25))
def test_random_russian_letters_are_not_a_municipality(text: str) -> None:
    row = match([text]).iloc[0]
    assert pd.isna(row["unit_id"]) or row["score"] >= ACCEPT


def test_aliases_are_refused_where_they_cannot_be_meant(tmp_path: Path) -> None:
    path = tmp_path / "aliases.csv"
    path.write_text("raw,unit_id,reason\nX,1,\nX,1,\n", encoding="utf-8")
    with pytest.raises(InputProblem, match="line 3"):
        read_aliases(path)
    path.write_text("raw,unit_id,reason\n,1,\n", encoding="utf-8")
    with pytest.raises(InputProblem, match="line 2"):
        read_aliases(path)
    assert set(ALIASES["unit_id"]) <= set(REGISTRY["unit_id"])


def test_one_name_alone() -> None:
    assert unit_of("г. Минусинск", REGISTRY, BEFORE) == "04723000"
    assert unit_of("Атлантида", REGISTRY, BEFORE) is None


# ---- real names of three regions --------------------------------------------------------------------------------

_TYPES = {
    "городской округ": "city_okrug", "муниципальный район": "municipal_district",
    "муниципальный округ": "municipal_okrug", "внутригородская территория": "city_district",
    "внутригородской район": "city_district",
}  # fmt: skip


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data are not beside the repository")
def test_map_names_of_three_regions_reach_their_codes() -> None:
    """Names on OpenStreetMap's 2020 boundaries against the state's directory, checked with codes given by hand."""
    directory = pd.read_excel(SHARED / "russia_municipal_directory.xlsx", dtype="str", engine="calamine")
    truth = pd.read_csv(SHARED / "amur_khakassia_chukotka_name_to_oktmo.csv", dtype="str")
    accepted = right = findable = refused_right = 0
    for region, rows in truth.groupby("region_name"):
        listed = directory[(directory["region_name"] == region) & (directory["year_from"].astype(int) <= 2020)]
        listed = listed[listed["year_to"].astype(int) > 2020]
        registry = pd.DataFrame(
            {
                "unit_id": listed["oktmo"].str.replace("-", "").str[:8],
                "name": listed["municipal_district_name"],
                "short_name": listed["municipal_district_name_short"],
                "type": listed["municipal_district_type"].map(_TYPES).fillna("other"),
                "valid_from": pd.Timestamp("2018-01-01"),
                "valid_to": pd.NaT,
            }
        ).drop_duplicates("unit_id")
        found = match_units(rows["district"], None, registry, None, dt.date(2020, 6, 1))
        accepted += int(found["unit_id"].notna().sum())
        right += int((found["unit_id"] == rows["oktmo8"]).sum())
        findable += int(rows["oktmo8"].notna().sum())
        refused_right += int((found["unit_id"].isna() & rows["oktmo8"].isna()).sum())
    precision, recall = right / accepted, right / findable
    print(f"accepted {accepted}, right {right} of {findable}, refused rightly {refused_right}")
    assert precision >= 0.99 and recall >= 0.95
