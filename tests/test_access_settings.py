"""Settings of access: workspaces without them go on, and what does not fit is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.settings import AccessSettings, InputProblem, read_programme
from evaluation.territory.proposal import USUAL_EVENTS, request_from

ROOT = Path(__file__).resolve().parents[1]


def written(folder: Path, access: str) -> Path:
    text = (ROOT / "config" / "programme.yml").read_text(encoding="utf-8")
    before, _, rest = text.partition("\naccess:")
    after = rest[rest.index("\n\n") :]
    path = folder / "programme.yml"
    path.write_text(before + access + after, encoding="utf-8")
    return path


def test_a_workspace_without_them_has_the_defaults(tmp_path: Path) -> None:
    assert read_programme(written(tmp_path, "")).access == AccessSettings()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("  k: 0", "access.k"),
        ("  reach_km: -5", "access.reach_km"),
        ("  thresholds_km: [50, 0]", "access.thresholds_km.1"),
        ("  weights: people", "access.weights"),
        ("  treshold: 5", "unknown key 'access.treshold'"),
        ("  capacity: {a: -1}", "access.capacity.a"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, line: str, said: str) -> None:
    path = written(tmp_path, f"\naccess:\n{line}")
    expected = path.read_text(encoding="utf-8").splitlines().index(line) + 1
    with pytest.raises(InputProblem) as problem:
        read_programme(path)
    assert said in problem.value.messages["en"]
    assert f"line {expected}" in problem.value.messages["en"]


def test_a_request_takes_its_number_from_the_plan() -> None:
    settings = AccessSettings(fixed=("a",), reach_minutes=90, method="max_covering")
    request = request_from(settings, "minutes", ["a", "b", "c", "c"])
    assert (request.k, request.reach, request.method, request.fixed) == (2, 90, "max_covering", ("a",))
    assert request_from(AccessSettings(k=4), "km", []).k == 4
    assert request_from(AccessSettings(), "km", []).k == USUAL_EVENTS
