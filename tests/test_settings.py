"""Settings refuse what they do not know, and say where."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from evaluation.settings import InputProblem, json_schemas, read_plan, read_programme, read_year

ROOT = Path(__file__).resolve().parents[1]

MINIMAL = """\
id: small
title: {ru: Малая, en: Small}
institute: {ru: Институт, en: Institute}
first_year: 2020
last_year: 2021
registry:
  kind: list
  units: config/territory/units.csv
  unit_name: {ru: село, en: village}
currency: {code: RUB, label: {ru: руб., en: roubles}}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "programme.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_minimal_programme_is_read_with_defaults(tmp_path: Path) -> None:
    programme = read_programme(write(tmp_path, MINIMAL))
    assert programme.disclosure.threshold == 5
    assert programme.languages == ("ru", "en")


def test_misspelt_key_is_refused_with_line_and_suggestion(tmp_path: Path) -> None:
    path = write(tmp_path, MINIMAL.replace("  units:", "  unitz:"))
    with pytest.raises(InputProblem) as caught:
        read_programme(path)
    english = caught.value.messages["en"]
    assert f"{path}, line 8: unknown key 'registry.unitz'. Did you mean 'units'?" in english
    assert "the required key 'registry.units' is missing" in english
    assert "строка 8" in caught.value.messages["ru"]


def test_missing_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputProblem, match="required key 'currency' is missing"):
        read_programme(write(tmp_path, MINIMAL.rsplit("currency", 1)[0]))


def test_wrong_type_is_refused_with_the_value(tmp_path: Path) -> None:
    with pytest.raises(InputProblem, match=r"line 4: key 'first_year': the value 'soon'"):
        read_programme(write(tmp_path, MINIMAL.replace("first_year: 2020", "first_year: soon")))


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words"])
def test_empty_or_shapeless_file_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputProblem, match="empty or has no keys"):
        read_programme(write(tmp_path, text))


def test_broken_yaml_is_refused_with_line(tmp_path: Path) -> None:
    with pytest.raises(InputProblem, match=r"line 2: this is not YAML"):
        read_programme(write(tmp_path, 'id: small\ntitle: "open\n'))


def test_absent_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputProblem, match="There is no settings file"):
        read_year(tmp_path / "2020.yml")


def test_problem_survives_a_process_border() -> None:
    problem = pickle.loads(pickle.dumps(InputProblem("плохо", "bad")))
    assert problem.messages == {"ru": "плохо", "en": "bad"}


def test_committed_settings_are_valid_and_their_schemas_current() -> None:
    read_programme(ROOT / "config" / "programme.yml")
    years = sorted((ROOT / "config" / "years").glob("*.yml"))
    assert [read_year(path).year for path in years] == [int(path.stem) for path in years] == list(range(2019, 2026))
    plans = sorted((ROOT / "config" / "plan").glob("*.yml"))
    assert plans and all(read_plan(path).year == int(path.stem) for path in plans)
    for name, text in json_schemas().items():
        committed = (ROOT / "config" / "schema" / name).read_text(encoding="utf-8")
        assert json.loads(committed) == json.loads(text), f"{name} is out of date: run 'make docs'"


def test_every_key_of_the_settings_says_what_it_is() -> None:
    told: list[str] = []
    for name, text in json_schemas().items():
        schema = json.loads(text)
        parts = {"": schema, **schema.get("$defs", {})}
        told += [
            f"{name}: {part}.{key}"
            for part, inner in parts.items()
            for key, value in inner.get("properties", {}).items()
            if not value.get("description")
        ]
    assert told == []
