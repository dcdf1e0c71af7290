"""The five running documents of the field, each fact held against the list of published facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from evaluation.field.documents.facts import DocumentKind, DocumentRecord
from evaluation.field.documents.reader_of import read_record
from evaluation.field.documents.reading import document_of

FILES: dict[DocumentKind, str] = {
    "support": "000_6e8ac6d57a1705ed.txt",
    "trainings": "001_a0bd6f671ee84304.txt",
    "strategy": "002_f57c1812033d7ebf.txt",
    "measures": "003_f106620c7e8d142a.txt",
    "minutes": "004_857101aa5ed1d2f3.txt",
}


@pytest.fixture(scope="module")
def published(real_file: Callable[[str], Path]) -> pd.DataFrame:
    """Published facts: value by document, subject and quantity."""
    return pd.read_csv(real_file("seeds/published_facts.csv"), dtype="str", keep_default_na=False)


@pytest.fixture(scope="module")
def read(real_file: Callable[[str], Path]) -> Callable[[DocumentKind], DocumentRecord]:
    folder = real_file("seeds/published_facts.csv").parents[2] / "sources"

    def record(kind: DocumentKind) -> DocumentRecord:
        path = folder / FILES[kind]
        if not path.exists():
            pytest.skip(f"the document {path.name} is not beside the repository")
        return read_record(kind, document_of(path.read_bytes(), path))

    return record


def fact(published: pd.DataFrame, kind: DocumentKind, subject: str, quantity: str = "") -> str:
    rows = published[(published["seed"] == FILES[kind]) & (published["subject"] == subject)]
    rows = rows[rows["quantity"] == quantity] if quantity else rows
    assert len(rows) == 1, (subject, quantity)
    return str(rows["value"].iloc[0])


def iso(day: str) -> str:
    return "-".join(reversed(day.split(".")))


def test_every_phrase_stands_in_its_paragraph(real_file: Callable[[str], Path]) -> None:
    folder = real_file("seeds/published_facts.csv").parents[2] / "sources"
    for kind, name in FILES.items():
        document = document_of((folder / name).read_bytes(), folder / name)
        texts = {paragraph.number: paragraph.text for paragraph in document}
        record = read_record(kind, document)
        for each in record.facts:
            if each.value is not None and each.field not in ("start_year", "end_year", "total"):
                assert each.paragraph is not None
                assert each.phrase in texts[each.paragraph] or len(each.phrase) == 600, each
            if each.value is None:
                assert each.remarks, each


class TestSeminar:
    @pytest.mark.parametrize(
        ("field", "quantity"),
        [
            ("participants", "participants"),
            ("participants_state", "state bodies"),
            ("participants_municipal", "municipal authority"),
            ("participants_institutions", "municipal institutions"),
            ("participants_nonprofit", "NGO"),
            ("participants_guests", "guests (Хабаровск, Биробиджан)"),
            ("speakers", "speakers"),
            ("questions", "questions"),
        ],
    )
    def test_counts(self, read, published, field: str, quantity: str) -> None:
        assert read("minutes").value(field) == fact(published, "minutes", "seminar", quantity)

    def test_day_and_place(self, read, published) -> None:
        record = read("minutes")
        quantity = published[published["quantity"] == "date, place"]["value"].item()
        assert record.value("held_on") == record.value("ends_on") == iso(quantity)
        assert record.value("place") == "Благовещенск"
        assert record.value("title") == "Формы и методы межсекторного взаимодействия"

    def test_the_dash_is_no_minus(self, read, published) -> None:
        found = next(each for each in read("minutes").facts if each.field == "discussants")
        assert fact(published, "minutes", "seminar", "discussants").startswith("11 ")
        assert (found.value, found.remarks) == ("11", ("dash_not_minus",))
        assert "-11" in found.phrase

    def test_sums_hold(self, read) -> None:
        checks = {check.name: check for check in read("minutes").checks}
        assert checks["sectors_sum"].expression == "1 + 10 + 5 + 7 + 2 = 25"
        assert all(check.holds for check in checks.values())

    def test_lists(self, read, published) -> None:
        record = read("minutes")
        for field, quantity in (("achievement", "noted achievements"), ("problem", "problems"),
                                ("recommendation", "recommendations")):  # fmt: skip
            assert len(record.values(field)) == int(fact(published, "minutes", "seminar", quantity))

    def test_two_addressees_are_named_and_seven_are_not(self, read) -> None:
        found = [each for each in read("minutes").facts if each.field == "recommendation_addressee"]
        assert [each.value for each in found[:2]] == [
            "Министерству экономики и внешних связей",
            "Муниципальным образованиям",
        ]
        assert [(each.value, each.remarks) for each in found[2:]] == [(None, ("not_named",))] * 7
        assert read("minutes").values("recommendation_addressee_kind")[:2] == ["ministry", "municipality"]

    def test_votes(self, read, published) -> None:
        record = read("minutes")
        said = " / ".join(str(record.value(name)) for name in ("votes_for", "votes_against", "abstained"))
        assert said == fact(published, "minutes", "seminar", "votes for / against / abstained")

    def test_origin(self, read, published) -> None:
        record = read("minutes")
        said = int(fact(published, "minutes", "seminar", "municipalities of origin"))
        assert len(record.values("municipality")) == said
        assert record.values("municipality")[-1] == "Благовещенск"
        assert record.values("guests_from") == ["Хабаровска", "Биробиджана"]

    def test_law(self, read, published) -> None:
        found = [each for each in read("minutes").facts if each.field == "law"]
        row = published[published["subject"] == "law cited"].iloc[0]
        assert [each.value for each in found] == [row["quantity"]]
        assert found[0].period == iso(row["date"])


class TestMeasures:
    def test_projects_and_their_measures(self, read, published) -> None:
        names = Counter(read("measures").values("measure_project"))
        said = {
            row["value" if row["quantity"] == "" else "quantity"]: row["value"].split()[0]
            for row in published.to_dict("records")
            if row["seed"] == FILES["measures"] and row["subject"] == "project"
        }
        assert {name: str(n) for name, n in names.items()} == said
        assert sum(names.values()) == 15

    def test_tasks_that_are_absent_are_listed(self, read) -> None:
        tasks = {each.place: each for each in read("measures").facts if each.field == "task"}
        assert [place for place, each in tasks.items() if each.value] == [3, 5]
        assert [place for place, each in tasks.items() if each.remarks == ("not_in_document",)] == [1, 2, 4]
        assert "качественной связи" in str(tasks[3].value)
        assert "муниципальным имуществом" in str(tasks[5].value)

    def test_no_measure_has_an_indicator_an_owner_or_a_date(self, read) -> None:
        record = read("measures")
        for field in ("measure_indicator", "measure_owner", "measure_due"):
            assert record.values(field) == [None] * 15

    def test_goal(self, read) -> None:
        assert str(read("measures").value("goal")).startswith("повышение открытости и эффективности")

    def test_rapporteur_is_not_carried(self, read) -> None:
        assert "Катаев" not in str(read("measures"))


class TestTrainings:
    def test_ledger(self, read) -> None:
        record = read("trainings")
        fields = ("training_starts_on", "training_ends_on", "training_place", "training_region")
        assert list(zip(*(record.values(field) for field in fields), strict=True)) == [
            ("2008-04-22", "2008-04-25", "Хабаровск", None),
            ("2008-05-28", "2008-05-29", "Усолье-Сибирское", "Иркутская область"),
            ("2008-09-29", "2008-09-30", "Уссурийск", "Приморский край"),
            ("2009-02-12", "2009-02-13", "Уссурийск", None),
        ]

    def test_days_agree_with_the_published_ones(self, read, published) -> None:
        rows = published[(published["seed"] == FILES["trainings"]) & (published["subject"] == "training")]
        said = []
        for day in rows["date"][rows["date"].str.contains("–")]:
            first, _, rest = day.partition("–")
            said.append((iso(f"{first}.{rest.partition('.')[2]}"), iso(rest)))
        record = read("trainings")
        found = zip(record.values("training_starts_on"), record.values("training_ends_on"), strict=True)
        assert list(found) == said

    def test_years_that_the_day_does_not_name_say_where_from(self, read) -> None:
        starts = [each for each in read("trainings").facts if each.field == "training_starts_on"]
        assert ["year_of_sentence" in each.remarks for each in starts] == [True, False, True, True]
        assert "joined_words" in starts[2].remarks

    def test_stated_is_listed(self, read, published) -> None:
        record = read("trainings")
        assert record.value("trainings_stated") == fact(published, "trainings", "programme trainings", "count 2008")
        assert record.value("trainings_planned") == fact(published, "trainings", "training", "planned 2009")
        assert [(check.name, check.holds) for check in record.checks] == [("trainings_listed", True)]

    def test_base_cities(self, read, published) -> None:
        rows = published[(published["seed"] == FILES["trainings"]) & (published["subject"] == "base city")]
        assert read("trainings").values("base_city") == rows["quantity"].tolist()
        assert "ЖКХ" in str(read("trainings").values("base_component")[1])

    def test_the_institutes_numbers_stay_the_institutes(self, read, published) -> None:
        found = {each.field: each for each in read("trainings").facts}
        for field, quantity in (("institute_events", "training events"), ("institute_participants", "participants")):
            each = found[field]
            assert each.value == fact(published, "trainings", "ИЭГ, all programmes", quantity)
            assert (each.owner, each.period, each.remarks) == ("ИЭГ", "2008", ("not_of_programme",))

    def test_programme(self, read, published) -> None:
        record = read("trainings")
        assert record.value("start_year") == fact(published, "trainings", "programme", "start year")
        assert record.value("end_year") == fact(published, "trainings", "programme", "end year")
        assert fact(published, "trainings", "programme", "funder") in str(record.value("funder"))
        said = int(fact(published, "trainings", "participants", "categories"))
        assert len(record.values("participant_category")) == said


class TestSupport:
    @pytest.mark.parametrize(
        ("field", "subject"),
        [
            ("stream_training", "stream 1 training"),
            ("stream_methodical", "stream 2 methodology"),
            ("stream_consulting", "stream 3 consulting"),
            ("stream_information", "stream 4 information"),
            ("stream_exchange", "stream 5 exchange"),
            ("programme_line", "state programme:items listed"),
            ("practice", "municipal practices"),
            ("result", "PPMI result:qualitative results"),
            ("conclusion", "conclusions"),
            ("condition", "conditions"),
        ],
    )
    def test_lists(self, read, published, field: str, subject: str) -> None:
        subject, _, quantity = subject.partition(":")
        assert len(read("support").values(field)) == int(fact(published, "support", subject, quantity))

    def test_totals_keep_their_doubts(self, read, published) -> None:
        totals = [each for each in read("support").facts if each.field == "total"]
        rows = published[(published["seed"] == FILES["support"]) & (published["subject"] == "PPMI result")]
        assert [each.value for each in totals] == rows["value"].tolist()[:3] == ["867", "971", "878"]
        assert [each.unit for each in totals] == ["проектов", "млн рублей", "тыс. человек"]
        assert [each.period for each in totals] == ["", "", ""]
        assert [each.remarks for each in totals] == [("undated",), ("undated",), ("undated", "unit_unclear")]

    def test_law(self, read, published) -> None:
        found = next(each for each in read("support").facts if each.field == "law")
        row = published[published["subject"] == "legal basis"].iloc[0]
        assert (f"№{found.value}", found.period) == (row["value"], iso(row["date"]))


class TestStrategy:
    def test_directions_and_projects(self, read, published) -> None:
        record = read("strategy")
        assert len(record.values("direction")) == int(fact(published, "strategy", "ОКМО", "directions")) == 3
        assert len(record.values("project")) == int(fact(published, "strategy", "ОКМО", "key projects")) == 7
        assert record.value("directions_stated") == "3"
        assert record.value("projects_stated") == "7"
        assert all(check.holds for check in record.checks)

    def test_projects_in_order(self, read) -> None:
        projects = [str(name) for name in read("strategy").values("project")]
        words = ("Ресурсный центр", "доклад", "22000", "премия", "Проектный офис", "Медиапроекты", "ТОС")
        assert all(word in name for word, name in zip(words, projects, strict=True))

    def test_a_session_without_a_year_gets_none(self, read, published) -> None:
        found = next(each for each in read("strategy").facts if each.field == "session")
        assert (found.value, found.remarks) == (None, ("without_year",))
        assert read("strategy").value("horizon") == fact(published, "strategy", "ОКМО", "horizon")
