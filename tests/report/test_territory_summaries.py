"""Findings about the territory say what the tables say, and the report says no more than the findings."""

from __future__ import annotations

import math
import re
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from evaluation.report.document import ReportInputs, build_report
from evaluation.report.findings import Finding, Findings, findings_frame
from evaluation.report.summaries.territory import access_findings, reach_findings, unevenness_findings
from evaluation.settings import LANGUAGES, Language, Text

TITLE = Text(ru="Программа", en="Programme")
NAN = math.nan


def section(findings: list[Finding], name: str, language: Language) -> str:
    """One section of the report as plain text."""
    frame = findings_frame(findings, "04a_measure_unevenness")
    page = BeautifulSoup(build_report(ReportInputs(2025, TITLE, TITLE, frame), language), "html.parser")
    found = page.find(id=name)
    assert found is not None
    return re.sub(r"\s+", " ", found.get_text().replace("\u00a0", " ").replace("\u202f", " ")).strip()


def values(findings: list[Finding]) -> dict[str, Any]:
    return {finding.name: finding.value for finding in findings}


# ---- unevenness ---------------------------------------------------------------------------------------------

MEASURES = pd.DataFrame(
    [
        ("projects_per_10000", "gini", "all", 0.31, 0.25, 0.38, NAN, 36, None),
        ("projects_per_10000", "theil_t", "all", 0.16, NAN, NAN, NAN, 36, None),
        ("projects_per_10000", "theil_t_between", "type", 0.02, NAN, NAN, NAN, 36, None),
        ("projects_per_10000", "theil_t_between", "size", 0.09, NAN, NAN, NAN, 36, None),
        ("projects_per_10000", "gini_by_chance", "all", 0.22, NAN, NAN, NAN, 36, None),
        ("projects_per_10000", "dispersion", "all", 1.8, NAN, NAN, 0.004, 36, None),
        ("projects_per_10000", "moran_i_of_rates", "all", 0.12, NAN, NAN, 0.2, 36, None),
        ("participation_per_1000", "gini", "all", 0.77, 0.7, 0.8, NAN, 36, None),
    ],
    columns=["indicator", "measure", "group", "value", "low", "high", "p", "n", "note"],
)
CLUSTERS = pd.DataFrame(
    {
        "indicator": ["projects_per_10000"] * 4 + ["participation_per_1000"],
        "is_cluster": pd.array([True, False, None, True, True], dtype="boolean"),
    }
)
FUNNEL = SimpleNamespace(
    points=pd.DataFrame(
        {"flag": ["above_95", "above_998", "above_998", "within", "below_95", "below_998", "no_exposure"]}
    )
)


def test_findings_of_unevenness_are_the_tables_numbers() -> None:
    found = unevenness_findings(MEASURES, CLUSTERS, FUNNEL)
    assert values(found) == {
        "gini_projects": 0.31, "theil_projects": 0.16, "theil_between_types": 0.02, "gini_projects_by_chance": 0.22,
        "dispersion_projects": 1.8, "dispersion_projects_p": 0.004, "moran_projects": 0.12, "moran_projects_p": 0.2,
        "local_clusters": 2, "funnel_above": 3, "funnel_below": 2, "funnel_far": 3,
    }  # fmt: skip
    frame = findings_frame(found, "04a_measure_unevenness").set_index("name")
    assert frame.loc["gini_projects", ["low", "high", "n"]].tolist() == [0.25, 0.38, 36]
    assert frame.loc["local_clusters", "n"] == 4 and frame.loc["funnel_far", "n"] == 7


def test_a_measure_that_could_not_be_computed_says_why() -> None:
    lost = MEASURES.iloc[:1].assign(value=NAN, low=NAN, high=NAN, note="too_few_units")
    found = Findings(findings_frame(unevenness_findings(lost, CLUSTERS, FUNNEL), "s"), "en")
    assert not found.has("gini_projects") and found.note("gini_projects") == "too_few_units"
    assert "dispersion_projects" not in found


@pytest.mark.parametrize(
    ("language", "p", "said", "unsaid"),
    [
        ("ru", 0.004, "Различия больше случайных: p = 0,004.", "не отличить"),
        ("ru", 0.2, "Различия не отличить от случайных: p = 0,200.", "больше случайных"),
        ("en", 0.004, "The differences exceed chance: p = 0.004.", "cannot be told"),
        ("en", 0.2, "The differences cannot be told from chance: p = 0.200.", "exceed chance:"),
    ],
)
def test_chance_is_ruled_out_only_by_the_test(language: Language, p: float, said: str, unsaid: str) -> None:
    measures = MEASURES.assign(p=MEASURES["p"].where(MEASURES["measure"] != "dispersion", p))
    text = section(unevenness_findings(measures, CLUSTERS, FUNNEL), "unevenness", language)
    assert said in text and unsaid not in text
    clusters = {"ru": "после контроля ложных открытий: 2.", "en": "control of false discoveries: 2."}
    funnel = {"ru": "3 территории; выше пределов всего 3, ниже 2.", "en": "3 territories; above the limits 3 in all"}
    index = {"ru": "0,310 (95 % интервал: от 0,250 до 0,380; n = 36)", "en": "0.310 (95% interval: 0.250 to 0.380"}
    for words in (clusters, funnel, index):
        assert words[language] in text


# ---- access -------------------------------------------------------------------------------------------------


def access(thresholds: tuple[float, ...] = (50.0, 37.5), unpopulated: int = 3) -> Any:
    columns = {"stream": "all", "basis": "great_circle"}
    summary = pd.DataFrame(
        {"units": 39, "units_measured": 36, "units_unmeasured": 1, "units_without_population": unpopulated,
         "residents_unmeasured": 500, "mean": 119.27, "median": 0.0, "farthest": 1280.6} | columns, index=[0]
    )  # fmt: skip
    other = pd.concat([summary.assign(basis="travel_time", mean=9.0), summary.assign(stream="training", mean=8.0)])
    within = pd.DataFrame({"threshold": thresholds, "share": [0.78, 0.7][: len(thresholds)], "units_within": 30})
    return SimpleNamespace(summary=pd.concat([summary, other], ignore_index=True), within=within.assign(**columns))


def proposal(with_present: bool = True, measure: str = "km") -> Any:
    rows = [("proposed", 12, 80.4, 0.94), ("at_random", 12, 150.0, 0.7)]
    rows += [("now", 12, 119.27, 0.88)] if with_present else []
    gains = pd.DataFrame(rows, columns=["plan", "venues", "mean", "share"])
    return SimpleNamespace(gains=gains, measure=measure, request=SimpleNamespace(reach=100.0))


def test_findings_of_access_are_those_of_all_streams_by_the_great_circle() -> None:
    found = access_findings(access(), proposal())
    assert values(found) == {
        "event_distance_mean": 119.27, "event_distance_median": 0.0, "event_distance_farthest": 1280.6,
        "residents_without_distance": 500, "units_without_population": 3, "residents_within_50": 0.78,
        "residents_within_37_5": 0.7, "proposal_venues": 12, "now_way_mean": 119.27, "now_share_within_reach": 0.88,
        "proposed_way_mean": 80.4, "proposed_share_within_reach": 0.94, "proposal_reach": 100.0,
    }  # fmt: skip
    assert findings_frame(found, "04b_plan_access")["unit"].isin(["km", "persons", "units", "share", "events"]).all()


@pytest.mark.parametrize(
    ("language", "said", "unpopulated"),
    [
        ("ru", "средний путь жителя был бы 80,4 км вместо 119 км", "Без опубликованной численности: 3 территории"),
        ("en", "a resident's mean way would be 80.4 km instead of 119 km", "Without published population: 3 terr"),
    ],
)
def test_the_proposal_stands_beside_the_present(language: Language, said: str, unpopulated: str) -> None:
    text = section(access_findings(access(), proposal()), "access", language)
    assert said in text and unpopulated in text
    full = section(access_findings(access(unpopulated=0), proposal()), "access", language)
    assert unpopulated[:20] not in full, "nothing is left out, so that nothing is said of it"
    alone = section(access_findings(access(), proposal(with_present=False)), "access", language)
    assert "80" not in alone, "a proposal is not told without the present beside it"


# ---- reach --------------------------------------------------------------------------------------------------


def reach() -> pd.DataFrame:
    rows = [
        ("training", "all", 2025, "units_reached_share", 0.46, 0.32, 0.61, 39),
        ("training", "all", 2024, "units_reached_share", 0.99, 0.9, 1.0, 61),
        ("training", "a", 2025, "units_reached_share", 1.0, NAN, NAN, 1),
        ("exchange", "all", 2025, "units_reached_share", 0.79, 0.64, 0.89, 39),
        ("training", "all", 2025, "repeat_reach_share", 0.44, 0.27, 0.63, 25),
        ("training", "all", 2025, "acts", 24.0, NAN, NAN, 39),
    ]
    columns = ["stream", "unit_id", "year", "indicator", "value", "low", "high", "n"]
    return pd.DataFrame(rows, columns=columns).assign(unit="share")


def contact() -> pd.DataFrame:
    states = {
        "training": ["never", "never", "this_year", "not_known"],
        "exchange": ["earlier"] * 4,
        "information": ["not_known"] * 4,
    }
    rows = [(stream, unit, state) for stream, told in states.items() for unit, state in zip("abcd", told, strict=True)]
    return pd.DataFrame(rows, columns=["stream", "unit_id", "state"])


def test_findings_of_reach_are_the_years_own_and_never_needs_records() -> None:
    found = reach_findings(reach(), contact(), 2025)
    assert values(found) == {
        "reach_training": 0.46, "reach_exchange": 0.79, "reach_again_training": 0.44, "never_training": 2,
        "never_exchange": 0,
    }  # fmt: skip
    assert {one.name: one.n for one in found}["never_training"] == 3, "d's records do not tell"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ru", "Обучение дошло до 46,0 % (95 % интервал: от 32,0 % до 61,0 %; n = 39) территорий, обмен опытом — до"),
        ("en", "Training reached 46.0% (95% interval: 32.0% to 61.0%; n = 39) of the territories, exchange 79.0%."),
    ],
)
def test_reach_in_the_report(language: Language, said: str) -> None:
    text = section(reach_findings(reach(), contact(), 2025), "support", language)
    assert said in text
    never = {"ru": "обучение не дошло до 2 территорий.", "en": "training never reached 2 territories."}
    assert never[language] in text


# ---- nothing known ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_nothing_is_known_it_is_said_and_no_number_stands(language: Language) -> None:
    said = {
        ("unevenness", "ru"): "Неравномерность проектов по этим данным не посчитать.",
        ("unevenness", "en"): "The unevenness of projects cannot be computed from these data.",
        ("access", "ru"): "Где проходили очные мероприятия, по этим данным не узнать, поэтому и расстояний нет.",
        ("access", "en"): "These data do not tell where events in person were held, so that there are no distances.",
    }
    for name in ("unevenness", "access"):
        text = section([], name, language)
        assert said[name, language] in text
        assert not re.search(r"\d", text[1:]), "but for the section's number"
    assert not re.search("дошло|reached", section([], "support", language))
