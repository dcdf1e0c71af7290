"""Twenty simulated regions become one nation; each broken delivery is refused in its own words and the rest go on."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Mapping
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from roll_up_regions import CODES, EFFECT, MODEL, YEAR, Region, regions
from scipy import stats

from evaluation.codebook import Codebook, read_codebook
from evaluation.effects.meta_analysis import random_effects
from evaluation.indicators.intervals import wilson_interval
from evaluation.places import repository
from evaluation.report.typed_numbers import typed_numbers
from evaluation.settings import LANGUAGES, InputProblem, Text
from evaluation.year.manifest import sums_text
from evaluation.year.roll_up.estimates import split_models
from evaluation.year.roll_up.frames import specification
from evaluation.year.roll_up.national import RolledUp, page_of, read_region_names, roll_up, roll_up_files, write_folder
from evaluation.year.roll_up.pack import zip_bytes
from evaluation.year.roll_up.page import TEMPLATES, section_texts
from evaluation.year.roll_up.read import Asked, Refused
from evaluation.year.roll_up.tables import by_region, national_totals, one_number

ASKED = Asked(YEAR)
BROKEN, ALTERED, FOREIGN, TWICE, PHONE = CODES[1:6]


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changed(content: bytes, name: str, old: str, new: str, sums: bool = True) -> bytes:
    """The delivery with ``old`` replaced in one of its files, once; with its list of check sums made to fit."""
    files = unpacked(content)
    assert old.encode() in files[name]
    files[name] = files[name].replace(old.encode(), new.encode(), 1)
    if sums:
        files["SHA256SUMS"] = sums_text({key: each for key, each in files.items() if key != "SHA256SUMS"}).encode()
    return zip_bytes(files)


@pytest.fixture(scope="module")
def simulated() -> list[Region]:
    return regions()


@pytest.fixture(scope="module")
def packed(simulated: list[Region]) -> dict[str, bytes]:
    return {f"region{each.code}.zip": each.packed() for each in simulated}


@pytest.fixture(scope="module")
def spoilt(packed: Mapping[str, bytes]) -> dict[str, bytes]:
    """Five of the twenty are broken, each in its own way; a copy of one makes them twenty-one files."""
    made = dict(packed)
    broken, altered, foreign, twice, phone = (f"region{code}.zip" for code in (BROKEN, ALTERED, FOREIGN, TWICE, PHONE))
    made[broken] = changed(packed[broken], "tables/totals.csv", ",denominator,", ",below_the_line,")
    made[altered] = changed(
        packed[altered], "tables/totals.csv", "indicators,applications,all", "indicators,applicants,all", sums=False
    )
    made[foreign] = changed(packed[foreign], "tables/units.csv", f"{FOREIGN}602000", "45602000")
    made["again.zip"] = changed(packed[twice], "tables/findings.csv", "share_heard,0.4,", "share_heard,0.41,")
    made[phone] = changed(packed[phone], "tables/units.csv", "1-й муниципальный округ", "тел. 8 913 555-12-34")
    return made


@pytest.fixture(scope="module")
def rolled(spoilt: Mapping[str, bytes]) -> RolledUp:
    return roll_up(spoilt, ASKED, names())


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return read_codebook(repository() / "config")


@pytest.fixture(scope="module")
def page(rolled: RolledUp, codebook: Codebook) -> str:
    return page_of(rolled, codebook, names(), 5, "ru")


def names() -> dict[str, Text]:
    return {code: Text(ru=f"Регион {code}", en=f"Region {code}") for code in (*CODES, "99")}


def reasons(rolled: RolledUp, file: str) -> str:
    refused = next(each for each in rolled.refused if each.file == file)
    return " ".join(text.en for text in refused.reasons)


# ---- what is refused ------------------------------------------------------------------------------------------------


def test_each_broken_delivery_is_refused_in_its_own_words_and_the_rest_go_on(rolled: RolledUp) -> None:
    refused = {each.file for each in rolled.refused}
    assert refused == {f"region{code}.zip" for code in (BROKEN, ALTERED, FOREIGN, TWICE, PHONE)} | {"again.zip"}
    assert [each.region for each in rolled.taken] == [code for code in CODES if code not in CODES[1:6]]
    assert "tables/totals.csv, line 1: columns are missing: denominator" in reasons(rolled, f"region{BROKEN}.zip")
    assert "columns not asked for: below_the_line" in reasons(rolled, f"region{BROKEN}.zip")
    told = reasons(rolled, f"region{ALTERED}.zip")
    assert "changed after it was packed: not as SHA256SUMS says: tables/totals.csv" in told
    told = reasons(rolled, f"region{FOREIGN}.zip")
    assert "tables/units.csv, line 3, column unit_id: unit 45602000 is of another region" in told
    assert f"begin with {FOREIGN}" in told
    told = reasons(rolled, f"region{PHONE}.zip")
    assert "tables/units.csv, line 2, column name: a telephone number" in told
    for file in ("again.zip", f"region{TWICE}.zip"):
        assert f"region {TWICE} sent deliveries that differ (again.zip, region{TWICE}.zip)" in reasons(rolled, file)


def test_what_was_found_of_people_is_never_told(rolled: RolledUp, page: str) -> None:
    assert "555-12-34" not in page
    assert "555-12-34" not in str([each.reasons for each in rolled.refused])


def test_a_copy_is_counted_once(packed: Mapping[str, bytes]) -> None:
    first = packed[f"region{CODES[0]}.zip"]
    made = roll_up({"a.zip": first, "b.zip": first}, ASKED)
    assert [each.file for each in made.taken] == ["a.zip"]
    assert "copy of region 11's delivery in a.zip" in reasons(made, "b.zip")


def test_names_of_people_small_counts_and_foreign_files_do_not_cross(simulated: list[Region]) -> None:
    own = simulated[6]
    good = own.packed()
    tampered = {
        "name.zip": changed(good, "tables/units.csv", "1-й муниципальный округ", "Иванова Анна Петровна"),
        "key.zip": changed(good, "tables/findings.csv", "04_map_coverage", "0123456789abcdef"),
        "rows.zip": zip_bytes({**unpacked(good), "tables/attendance.csv": b"person_key\n0123456789abcdef\n"}),
        "small.zip": simulated[0].packed(threshold=2),
        "unit.zip": changed(good, "tables/unit_values.csv", "applications,", "training_persons,"),
    }
    made = roll_up({**tampered, "good.zip": simulated[7].packed()}, ASKED)
    assert "line 2, column name: a person's name" in reasons(made, "name.zip")
    assert "tables/findings.csv, line 2, column step: a person's key" in reasons(made, "key.zip")
    assert "tables/attendance.csv" in reasons(made, "rows.zip")
    assert "single records" in reasons(made, "rows.zip")
    assert "tables/totals.csv" in reasons(made, "small.zip")
    assert "fewer than 5 people" in reasons(made, "small.zip")
    assert "counts of people by unit are not sent" in reasons(made, "unit.zip")
    assert not [each for each in made.refused if "Петровна" in str(each.reasons)]
    with pytest.raises(InputProblem, match="a telephone number"):
        own.packed(institute=Text(ru="Институт, тел. 8 913 555-12-34", en="Institute"))


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("tables/totals.csv", "indicators,funded,all,all,projects,", "indicators,funded,all,all,projects,x",
         "column value: 'x"),
        ("tables/totals.csv", "indicators,funded,all,all,projects,", "indicators,funded,all,all,projects,-",
         "Expected: not below 0"),
        ("tables/totals.csv", "indicators,white_spots", "indicators,units_applied", "the key (source, indicator"),
        ("tables/totals.csv", "indicators,funded,all,all,projects,", "indicators,funded,all,all,projects,9",
         "the value is not the quotient"),
        ("tables/totals.csv", "indicators,funded,", "elsewhere,funded,", "one of: indicators, stream_coverage"),
        ("tables/units.csv", "2006-01-01", "2026-01-01", "not in force on 2025-12-31"),
        ("tables/units.csv", "2006-01-01", "01.01.2006", "a date such as 2025-12-31"),
        ("tables/units.csv", "604000", "6040000", "no OKTMO code of 8 or 11 digits"),
        ("DELIVERY.json", "evaluation-delivery/1", "evaluation-delivery/2", "the centre takes 'evaluation-delivery/1'"),
        ("DELIVERY.json", '"year": 2025', '"year": 2024', "the delivery is of 2024, what is rolled up is 2025"),
        ("DELIVERY.json", '"threshold": 5', '"threshold": "?"', "(key 'threshold')"),
        ("DELIVERY.json", '"kind": "number"', '"kind": "text"', "'number' by the contract"),
        ("DELIVERY.json", '"rows": 2', '"rows": 3', "2 rows, DELIVERY.json names 3"),
    ],
)  # fmt: skip
def test_every_clause_of_the_contract_has_its_words(
    packed: Mapping[str, bytes], name: str, old: str, new: str, told: str
) -> None:
    content = packed[f"region{CODES[8]}.zip"]
    with pytest.raises(InputProblem) as caught:
        roll_up({"one.zip": changed(content, name, old, new)}, ASKED)
    assert told in caught.value.messages["en"]
    assert "one.zip" in caught.value.messages["ru"]


def test_sums_told_by_another_way_are_held_against_the_files(packed: Mapping[str, bytes]) -> None:
    two = {name: packed[name] for name in sorted(packed)[:2]}
    first, second = two
    told = {first: hashlib.sha256(two[first]).hexdigest(), second: "0" * 64}
    made = roll_up(two, Asked(YEAR, sums=told))
    assert [each.file for each in made.taken] == [first]
    assert "not the file that the region packed" in reasons(made, second)
    made = roll_up(two, Asked(YEAR, sums={first: told[first]}))
    assert f"no file {second}" in reasons(made, second)


def test_units_of_two_regions_and_simulated_among_real_are_refused(packed: Mapping[str, bytes]) -> None:
    codes = CODES[7:10]
    made = {}
    for name, code in zip("abc", codes, strict=True):
        real = changed(packed[f"region{code}.zip"], "DELIVERY.json", '"simulated": true', '"simulated": false')
        made[f"{name}.zip"] = changed(real, "DELIVERY.json", '"registry": "oktmo"', '"registry": "list"')
    own, shared = f"{codes[1]}601000", f"{codes[0]}601000"
    for table in ("units", *["unit_values"] * 5):  # once as a unit, and once for each of its five numbers
        made["b.zip"] = changed(made["b.zip"], f"tables/{table}.csv", own, shared)
    made["d.zip"] = packed[f"region{CODES[10]}.zip"]
    rolled = roll_up(made, ASKED)
    assert [each.file for each in rolled.taken] == ["c.zip"]
    assert f"units are in other deliveries too (b.zip): {shared}" in reasons(rolled, "a.zip")
    assert f"units are in other deliveries too (a.zip): {shared}" in reasons(rolled, "b.zip")
    assert "the data are simulated" in reasons(rolled, "d.zip")
    assert not rolled.simulated
    mixed = roll_up({name: made[name] for name in ("c.zip", "d.zip")}, ASKED, mixed=True)
    assert len(mixed.taken) == 2
    assert mixed.simulated


# ---- the nation -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(packed: Mapping[str, bytes]) -> RolledUp:
    return roll_up(packed, ASKED)


def test_totals_are_the_sums_of_the_regions_truths(whole: RolledUp, rolled: RolledUp, simulated: list[Region]) -> None:
    for made, own in ((whole, simulated), (rolled, [each for each in simulated if each.code not in CODES[1:6]])):
        truth = pd.concat([each.measures for each in own], ignore_index=True)
        totals = made.tables["national"]
        for name, column in (("applications", "applications"), ("funded", "funded"), ("cost_total", "cost"),
                             ("participations", "participations"), ("white_spots", "did_not_apply")):  # fmt: skip
            assert one_number(totals, name)["value"] == pytest.approx(truth[column].sum(), rel=1e-12)
        row = one_number(totals, "success_rate")
        funded, admissible = truth["funded"].sum(), truth["admissible"].sum()
        assert row["value"] == pytest.approx(funded / admissible)
        assert (row["low"], row["high"]) == pytest.approx(wilson_interval(funded, admissible))
        # a mean of the regions' own rates would be another number
        rates = [each.measures["funded"].sum() / each.measures["admissible"].sum() for each in own]
        assert row["value"] != pytest.approx(np.mean(rates), rel=1e-3)
        rate = one_number(totals, "projects_per_10000", "programme")
        exact = stats.chi2.ppf(0.025, 2 * funded) / 2
        assert rate["low"] == pytest.approx(1e4 * exact / truth["population"].sum())
        assert one_number(totals, "units_in_force")["numerator"] == len(truth)


def test_hidden_counts_make_the_national_number_a_range(
    whole: RolledUp, simulated: list[Region], codebook: Codebook
) -> None:
    sums = [each.measures["training_persons"].sum() for each in simulated]
    small = [value for value in sums if 0 < value < 5]
    row = one_number(whole.tables["national"], "training_persons")
    assert row["hidden_regions"] == len(small) > 0
    assert np.isnan(row["value"])
    known = sum(sums) - sum(small)
    assert (row["at_least"], row["at_most"]) == (known + len(small), known + 4 * len(small))
    assert row["at_least"] <= sum(sums) <= row["at_most"]
    told = whole.findings.set_index("name")["value"]
    assert np.isnan(told["national_training_persons"])
    assert told["national_training_persons_at_least"] == known + len(small)


def test_counts_of_people_cross_for_whole_regions_only(simulated: list[Region]) -> None:
    for own in simulated[::4]:
        frames = own.frames()
        assert set(frames["unit_values"]["indicator"]) == {
            "applications", "funded", "participations", "cost_total", "exchange_attendances",
        }  # fmt: skip
        totals = frames["totals"].set_index(["source", "indicator", "stream"])
        told = totals.loc[("indicators", "training_persons", "all")]
        truth = own.measures["training_persons"].sum()
        if 0 < truth < 5:
            assert told["hidden"] == "small"
            assert told[["value", "numerator", "low", "high"]].isna().all()
        else:
            assert told["numerator"] == truth


def test_money_of_two_currencies_is_not_added(packed: Mapping[str, bytes], simulated: list[Region]) -> None:
    first, second = (packed[f"region{code}.zip"] for code in CODES[1:3])
    made = roll_up(
        {"a.zip": first, "b.zip": changed(second, "DELIVERY.json", '"currency": "RUB"', '"currency": "USD"')}, ASKED
    )
    for name in ("cost_total", "cofinancing_share", "cost_per_participation"):
        row = one_number(made.tables["national"], name)
        assert row["reason"] == "currencies"
        assert np.isnan(row["value"])
    funded = sum(each.measures["funded"].sum() for each in simulated[1:3])
    assert one_number(made.tables["national"], "funded")["value"] == funded
    assert made.findings.set_index("name").loc["national_cost_total", "note"] == "currencies"
    assert made.currency == ""


def test_a_number_hidden_to_protect_another_has_no_upper_end(whole: RolledUp) -> None:
    regional = by_region(whole.taken)
    one = (regional["indicator"] == "training_persons") & (regional["region"] == CODES[5])
    regional.loc[one, ["value", "numerator"]] = np.nan
    regional.loc[one, "hidden"] = "protecting"
    row = one_number(national_totals(regional), "training_persons")
    assert np.isnan(row["at_most"])
    before = one_number(whole.tables["national"], "training_persons")
    assert row["at_least"] < before["at_least"]


# ---- estimates ------------------------------------------------------------------------------------------------------


def test_estimates_of_one_specification_are_summed_up(whole: RolledUp, simulated: list[Region]) -> None:
    summary = whole.tables["summaries"].set_index("model")
    rows = pd.concat([each.tables["estimates"] for each in simulated]).query("model == 'main'")
    by_hand = random_effects(rows["estimate"], rows["se"])
    assert summary.loc["main", "estimate"] == pytest.approx(by_hand.estimate, rel=1e-12)
    assert summary.loc["main", "low"] < EFFECT < summary.loc["main", "high"]
    assert summary.loc["main", "regions_used"] == 20
    assert pd.isna(summary.loc["unplanned_one", "estimate"])
    assert summary.loc["unplanned_one", "reason"] == "unplanned"


def test_no_summary_across_specifications_nor_under_three_regions(packed: Mapping[str, bytes]) -> None:
    four = {f"region{code}.zip": packed[f"region{code}.zip"] for code in CODES[6:10]}
    other = f"region{CODES[9]}.zip"
    controlled = specification({**MODEL, "controls": ["is_north"]})
    four[other] = changed(four[other], "tables/estimates.csv", specification(MODEL), controlled)
    made = roll_up(four, ASKED)
    main = made.tables["summaries"].query("model == 'main'").sort_values("regions_used")
    assert main["regions_used"].tolist() == [1, 3]
    assert main["reason"].tolist()[0] == "few"
    assert main["estimate"].notna().tolist() == [False, True]
    assert split_models(made.tables["summaries"]) == ["main"]
    assert made.findings.set_index("name").loc["summary_trained_regions", "value"] == 3
    few = roll_up(dict(list(four.items())[:2]), ASKED)
    assert few.tables["summaries"]["estimate"].isna().all()
    assert "summary_trained" not in set(few.findings["name"])


# ---- the report -----------------------------------------------------------------------------------------------------


def test_the_report_says_what_is_in_and_what_is_not(rolled: RolledUp, page: str) -> None:
    first = page[page.index('id="part-1"') : page.index('id="part-2"')]
    for each in rolled.refused:
        assert each.file in first
        assert each.reasons[0].ru[:40] in unescape(first)
    assert "прислали: Регион 12" in first
    assert ", Регион 99." in first
    assert "СМОДЕЛИРОВАННЫЕ" in first
    for name in ("regions", "deliveries_refused", "national_applications", "national_success_rate", "summary_trained"):
        assert f'data-finding="{name}"' in page
    assert page.count("<figure") == 3
    assert page.count("<table") == 7


def test_the_order_of_the_files_changes_nothing(spoilt: Mapping[str, bytes]) -> None:
    names_of = [*sorted(spoilt)[:3], *sorted(spoilt)[-4:]]
    first, second = (roll_up({name: spoilt[name] for name in order}, ASKED) for order in (names_of, names_of[::-1]))
    assert first.refused == second.refused
    assert len(first.taken) >= 3
    pd.testing.assert_frame_equal(first.findings, second.findings)
    for name, frame in first.tables.items():
        pd.testing.assert_frame_equal(frame, second.tables[name])


@pytest.mark.slow
def test_the_same_deliveries_give_the_same_bytes(
    spoilt: Mapping[str, bytes], rolled: RolledUp, codebook: Codebook
) -> None:
    files = roll_up_files(rolled, codebook, names())
    assert roll_up_files(roll_up(dict(spoilt), ASKED, names()), codebook, names()) == files
    assert {"report.ru.html", "report.en.html", "ROLLUP.json", "tables/national.csv"} <= set(files)
    told = json.loads(files["ROLLUP.json"])
    assert (len(told["taken"]), len(told["refused"])) == (15, 6)
    assert told["missing"] == sorted({*CODES[1:6], "99"})
    english = files["report.en.html"].decode()
    assert "SIMULATED DATA" in english
    body = english[english.index("<main") : english.index("</main>")]
    assert re.findall("[А-Яа-яЁё]+", body) == []


def test_a_region_packs_the_same_bytes_again() -> None:
    first, second = (regions(CODES[3:4])[0].packed() for _ in range(2))
    assert first == second


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_number_is_typed_in_the_templates(language: str) -> None:
    assert typed_numbers((TEMPLATES / f"national.{language}.md.j2").read_text(encoding="utf-8")) == []
    assert len(section_texts(language)) == 6  # type: ignore[arg-type]


def test_nothing_but_an_earlier_roll_up_is_replaced(tmp_path: Path) -> None:
    place = tmp_path / "out"
    write_folder(place, {"ROLLUP.json": b"{}", "tables/a.csv": b"1"})
    write_folder(place, {"ROLLUP.json": b"{}", "tables/b.csv": b"2"})
    assert sorted(path.name for path in place.rglob("*") if path.is_file()) == ["ROLLUP.json", "SHA256SUMS", "b.csv"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    own = tmp_path / "own"
    own.mkdir()
    (own / "letter.txt").write_text("mine")
    with pytest.raises(InputProblem, match="no roll-up"):
        write_folder(own, {"ROLLUP.json": b"{}"})
    assert (own / "letter.txt").read_text() == "mine"


def test_the_list_of_regions_is_read_or_refused_by_its_line(tmp_path: Path) -> None:
    place = tmp_path / "regions.csv"
    place.write_text("code,name_ru,name_en\n11,Коми,Komi\n", encoding="utf-8")
    assert read_region_names(place) == {"11": Text(ru="Коми", en="Komi")}
    place.write_text("code,name_ru,name_en\n11,Коми,Komi\n11,Ещё,Again\n", encoding="utf-8")
    with pytest.raises(InputProblem, match="line 3"):
        read_region_names(place)
    with pytest.raises(InputProblem, match="cannot be read"):
        read_region_names(tmp_path / "none.csv")


def test_with_nothing_to_take_there_is_no_report() -> None:
    with pytest.raises(InputProblem, match="does not open as ZIP"):
        roll_up({"a.zip": b"PK\x03\x04 and no more"}, ASKED)


def test_a_refusal_holds_what_is_known_of_whose_it_is(packed: Mapping[str, bytes]) -> None:
    content = packed[f"region{CODES[9]}.zip"]
    made = roll_up(
        {"a.zip": content, "b.zip": changed(content, "DELIVERY.json", '"year": 2025', '"year": 2023')}, ASKED
    )
    assert made.refused == [
        Refused("b.zip", made.refused[0].sha256, CODES[9], made.refused[0].reasons)
    ]  # fmt: skip
