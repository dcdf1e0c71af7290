"""The years of the demonstration say the same as the simulation does."""

from __future__ import annotations

import pytest
from tests.simulate.conftest import ROOT

from evaluation.cleaning.survey.asked import asked_in_wave
from evaluation.settings import read_year
from evaluation.simulate import Parameters, SimulatedProgramme
from evaluation.simulate.mess import file_names
from evaluation.simulate.parameters import application_deadline, territory_date
from evaluation.simulate.parts import PART_FILES
from evaluation.simulate.year_view import view


@pytest.mark.parametrize("year", range(2019, 2026))
def test_rules_dates_and_files(year: int, programme: SimulatedProgramme) -> None:
    settings = read_year(ROOT / f"config/years/{year}.yml")
    rules = Parameters().rules(year)
    assert settings.application_deadline == rules.deadline == application_deadline(year)
    assert settings.territory_date == territory_date(year)
    for name in ("max_grant", "min_local_share", "min_residents_share", "min_business_share", "budget"):
        assert getattr(settings.rules, name) == getattr(rules, name)
    one = view(programme, year)
    parts = {name: part.name(year) for name, part in PART_FILES.items() if len(part.frame(one))}
    assert {name: source.file for name, source in settings.sources.items()} == file_names(year) | parts
    waves = programme.tables["survey_waves"].query("year == @year").set_index("instrument")
    responses, attendance = programme.tables["survey_responses"], programme.tables["attendance"]
    events = programme.tables["support_events"].query("year == @year")
    for survey in settings.surveys.values():
        wave = waves.loc[survey.instrument]
        asked = asked_in_wave(survey, responses[responses["wave_id"] == wave["wave_id"]], events, attendance)
        assert (asked.frame_n, asked.invited_n, asked.basis) == tuple(wave[["frame_n", "invited_n", "invited_basis"]])
        assert survey.design == wave["design"]
        assert (survey.invited_n is None) == (asked.basis == "attendance")
        assert (survey.field_from, survey.field_to) == (wave["field_from"].date(), wave["field_to"].date())


@pytest.mark.parametrize(("year", "day"), [(2019, 15), (2020, 14), (2022, 15), (2025, 14), (2026, 13)])
def test_the_deadline_is_never_on_a_weekend(year: int, day: int) -> None:
    assert application_deadline(year).day == day
