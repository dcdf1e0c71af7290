"""Re-drawn networks: what they keep, that they add up as the observed one does, and what preference they find."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from evaluation.settings import Exposure, InputProblem
from evaluation.support.exchange import exposure
from evaluation.support.placebo_exposure import RedrawnExposure, redrawn_exposure
from evaluation.support.redraws import Stratum, attraction, preference, redraw

YEARS = (2020, 2021, 2022, 2023)
DEADLINES = {year: dt.date(year, 2, 15) for year in YEARS}
UNITS = [f"u{k:02d}" for k in range(24)]
Network = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


def _network(seed: int) -> Network:
    """Events of two forms with two or three teachers and five guests; attributes trained and wins of all years."""
    generator = np.random.default_rng(seed)
    events, rows = [], []
    for year in YEARS:
        for number in range(7):
            name = f"{year}-X{number}"
            events.append((name, ("visit", "seminar")[number % 2], pd.Timestamp(year - 1, 5 + number % 5, 3)))
            units = generator.choice(UNITS, 8, replace=False)
            roles = ["host", "speaker", "expert"] + ["guest"] * 5
            rows += [(name, u, r, int(generator.integers(1, 5))) for u, r in zip(units, roles, strict=True)]
            rows.append((name, units[0], "guest", 1))  # the host's own people
            rows.append((name, units[0] + "x", "guest", 0))  # invited, nobody came
    attributes = pd.DataFrame([(u, y) for u in UNITS for y in YEARS], columns=["unit_id", "year"]).assign(
        exposure=lambda frame: generator.random(len(frame)) < 0.5,
        exposure_wins=lambda frame: generator.poisson(2, len(frame)).astype(float),
    )
    return (
        pd.DataFrame(events, columns=["exchange_id", "form", "ends_on"]),
        pd.DataFrame(rows, columns=["exchange_id", "unit_id", "role", "persons"]).astype({"persons": "Int64"}),
        attributes.astype({"year": "Int64", "exposure": "boolean"}),
    )


def _redrawn(network: Network, settings: Exposure, draws: int = 5, seed: int = 1) -> RedrawnExposure:
    return redrawn_exposure(*network[:2], DEADLINES, network[2], settings, UNITS, draws=draws, seed=seed)


@pytest.mark.parametrize("weight", ["one", "events", "persons"])
def test_observed_network_gives_the_observed_exposure_in_the_placebos_arithmetic(
    weight: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With guests who stay where they are, every draw must equal the exposure of the panel."""
    settings = Exposure(weight=weight)  # type: ignore[arg-type]
    network = _network(1)
    trained = network[2].rename(columns={"exposure": "trained"})
    funded = network[2].rename(columns={"exposure_wins": "funded"})
    from evaluation.support.exchange import exchange_ties

    ties = exchange_ties(*network[:2], DEADLINES, settings)
    plain = exposure(ties, trained, funded, settings, UNITS)
    monkeypatch.setattr("evaluation.support.redraws._trade", lambda *arguments: None)
    found = _redrawn(network, settings)
    for name in ("exposure", "exposure_wins"):
        assert found.observed[name].tolist() == plain[name].tolist()
        assert (found.drawn[name] == plain[name].to_numpy()).all()
    assert found.moved == 0


@pytest.mark.parametrize("weight", ["one", "events", "persons"])
def test_a_draw_equals_the_exposure_of_the_network_that_it_deals(weight: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The draws' participation, written back as a table, gives the same exposure by the panel's own function."""
    from evaluation.support import placebo_exposure
    from evaluation.support.exchange import exchange_ties

    settings = Exposure(weight=weight)  # type: ignore[arg-type]
    events, rows, attributes = _network(2)
    kept: list[tuple[Stratum, np.ndarray, np.ndarray]] = []

    def remember(stratum: Stratum, pull: np.ndarray, draws: int, generator: np.random.Generator):  # type: ignore[no-untyped-def]
        present, persons = redraw(stratum, pull, draws, generator)
        kept.append((stratum, present, persons))
        return present, persons

    monkeypatch.setattr(placebo_exposure, "redraw", remember)
    found = redrawn_exposure(events, rows, DEADLINES, attributes, settings, UNITS, draws=3, seed=4)
    names = sorted(events["exchange_id"])
    units = sorted({*UNITS, *rows.loc[rows["persons"] != 0, "unit_id"]})
    teaching = rows[rows["role"] != "guest"]
    own = rows[(rows["role"] == "guest") & rows.set_index(["exchange_id", "unit_id"]).index.isin(
        teaching.set_index(["exchange_id", "unit_id"]).index)]  # fmt: skip
    for draw in range(3):
        guests = [
            (names[stratum.events[e]], units[stratum.units[u]], "guest", int(persons[draw, e, u]))
            for stratum, present, persons in kept
            for e, u in zip(*np.nonzero(present[draw]), strict=True)
        ]
        dealt = pd.concat([teaching, own, pd.DataFrame(guests, columns=rows.columns)]).astype({"persons": "Int64"})
        ties = exchange_ties(events, dealt, DEADLINES, settings)
        plain = exposure(
            ties, attributes.rename(columns={"exposure": "trained"}),
            attributes.rename(columns={"exposure_wins": "funded"}), settings, UNITS,
        )  # fmt: skip
        assert found.drawn["exposure_wins"][draw].tolist() == plain["exposure_wins"].tolist()
        assert found.drawn["exposure"][draw].tolist() == plain["exposure"].tolist()
    assert 0.3 < found.moved < 1


def _stratum(seed: int, events: int = 5, units: int = 16, guests: int = 6) -> Stratum:
    generator = np.random.default_rng(seed)
    present = np.zeros((events, units), dtype=bool)
    for row in range(events):
        present[row, generator.choice(np.arange(2, units), guests, replace=False)] = True
    barred = np.zeros_like(present)
    barred[0, 0] = barred[1, 1] = True
    present[2:, :2] = True  # two teachers of other events are guests at the rest
    persons = np.where(present, generator.integers(1, 9, present.shape), 0).astype(float)
    return Stratum(np.arange(events), np.arange(units), "visit", present, persons, barred)


def test_draws_keep_sizes_zeal_people_and_teachers() -> None:
    stratum = _stratum(3)
    present, persons = redraw(stratum, attraction(stratum, None, None), 200, np.random.default_rng(0))
    assert (present.sum(axis=2) == stratum.present.sum(axis=1)).all()
    assert (present.sum(axis=1) == stratum.present.sum(axis=0)).all()
    assert np.allclose(persons.sum(axis=1), stratum.persons.sum(axis=0))
    assert ((persons > 0) == present).all()
    assert not present[:, stratum.barred].any()
    assert (present != stratum.present).any(axis=(1, 2)).mean() > 0.95


def test_draws_are_uniform_over_the_networks_with_the_same_sizes() -> None:
    """Three events with one guest each of three units: six deals, all as likely."""
    eye = np.eye(3, dtype=bool)
    stratum = Stratum(np.arange(3), np.arange(3), "visit", eye, eye.astype(float), np.zeros_like(eye))
    present, _ = redraw(stratum, np.zeros((3, 3)), 6000, np.random.default_rng(5))
    counts = np.unique(present.reshape(6000, 9), axis=0, return_counts=True)[1]
    assert len(counts) == 6
    assert ((counts - 1000) ** 2 / 1000).sum() < 20.5  # chi-square with 5 degrees of freedom, 99.9 %


def test_draws_follow_a_preference() -> None:
    """Two events, two units: the odds of the two deals are those that the pull says."""
    eye = np.eye(2, dtype=bool)
    stratum = Stratum(np.arange(2), np.arange(2), "visit", eye, eye.astype(float), np.zeros_like(eye))
    pull = np.array([[1.0, 0.0], [0.0, 0.0]])
    present, _ = redraw(stratum, pull, 20_000, np.random.default_rng(6))
    assert present[:, 0, 0].mean() == pytest.approx(np.exp(1) / (1 + np.exp(1)), abs=0.012)


def test_preference_is_found_apart_from_sizes_and_zeal() -> None:
    """Guests are drawn by zeal of the unit and pull of distance; the estimate is the pull alone."""
    generator = np.random.default_rng(7)
    strata, features = [], []
    for _ in range(40):
        distance, zeal = generator.random((5, 30, 1)), generator.normal(size=30)
        logit = zeal - 2.0 * distance[..., 0] + generator.normal(size=(5, 1))
        present = generator.random((5, 30)) < 1 / (1 + np.exp(-logit))
        empty = np.zeros_like(present)
        strata.append(Stratum(np.arange(5), np.arange(30), "visit", present, present.astype(float), empty))
        features.append(distance)
    assert preference(strata, features)["visit"][0] == pytest.approx(-2.0, abs=0.35)


def test_preference_of_events_that_never_differ_is_nothing() -> None:
    stratum = _stratum(8)
    assert preference([stratum], [np.zeros((5, 16, 2))])["visit"].tolist() == [0.0, 0.0]


def test_same_seed_same_draws_and_other_draws_with_another() -> None:
    network = _network(3)
    first, again, other = (_redrawn(network, Exposure(), seed=seed) for seed in (1, 1, 2))
    assert (first.drawn["exposure"] == again.drawn["exposure"]).all()
    assert (first.drawn["exposure"] != other.drawn["exposure"]).any()


def test_order_of_rows_does_not_matter() -> None:
    network = _network(4)
    mixed = tuple(frame.sample(frac=1, random_state=1) for frame in network)
    assert (_redrawn(network, Exposure()).drawn["exposure"] == _redrawn(mixed, Exposure()).drawn["exposure"]).all()


def test_expected_exposure_is_the_mean_over_the_networks() -> None:
    found = _redrawn(_network(5), Exposure(), draws=9)
    by_hand = np.vstack([found.observed["exposure"], found.drawn["exposure"]]).mean(axis=0)
    assert found.expected("exposure").tolist() == pytest.approx(by_hand.tolist())


def test_peers_of_the_same_year_never_enter() -> None:
    """Changed training and wins of a year leave that year's exposure, observed and re-drawn, as it was."""
    events, rows, attributes = _network(6)
    changed = attributes.assign(
        exposure=attributes["exposure"].mask(attributes["year"] == 2022, True),
        exposure_wins=attributes["exposure_wins"].mask(attributes["year"] == 2022, 99.0),
    )
    before = redrawn_exposure(events, rows, DEADLINES, attributes, Exposure(), UNITS, draws=4, seed=1)
    after = redrawn_exposure(events, rows, DEADLINES, changed, Exposure(), UNITS, draws=4, seed=1)
    until, later = (before.keys["year"] <= 2022).to_numpy(), (before.keys["year"] == 2023).to_numpy()
    for name in ("exposure", "exposure_wins"):
        assert (before.drawn[name][:, until] == after.drawn[name][:, until]).all()
        assert (before.observed[name][until] == after.observed[name][until]).all()
        assert (before.observed[name][later] != after.observed[name][later]).any()


def test_nothing_to_draw() -> None:
    events, rows, attributes = _network(7)
    alone = redrawn_exposure(events.iloc[:1], rows, DEADLINES, attributes, Exposure(), UNITS, draws=2, seed=1)
    assert np.isnan(alone.moved)
    assert (alone.drawn["exposure"] == alone.observed["exposure"]).all()
    nothing = redrawn_exposure(
        events.iloc[:0], rows.iloc[:0], DEADLINES, attributes, Exposure(), UNITS, draws=2, seed=1
    )
    assert nothing.observed["exposure"].sum() == 0
    with pytest.raises(InputProblem, match="at least one is needed"):
        redrawn_exposure(events, rows, DEADLINES, attributes, Exposure(), UNITS, draws=0, seed=1)
