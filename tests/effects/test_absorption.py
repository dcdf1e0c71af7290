"""Effects are taken out exactly as by a column for every level, however many effects and however thinly connected."""

from __future__ import annotations

import numpy as np
import pytest

from evaluation.effects.absorption import absorb, absorbed_parameters, is_balanced, singletons
from evaluation.settings import InputProblem

UNITS, YEARS = 61, 7


def indicators(effects: list[np.ndarray]) -> np.ndarray:
    return np.hstack([np.equal.outer(codes, np.arange(codes.max() + 1)).astype(float) for codes in effects])


def by_indicators(matrix: np.ndarray, effects: list[np.ndarray], weights: np.ndarray | None) -> np.ndarray:
    root = np.ones(len(matrix)) if weights is None else np.sqrt(weights)
    columns = indicators(effects)
    fitted = np.linalg.lstsq(columns * root[:, None], matrix * root[:, None], rcond=None)[0]
    return matrix - columns @ fitted


def grid() -> list[np.ndarray]:
    return [np.repeat(np.arange(UNITS), YEARS), np.tile(np.arange(YEARS), UNITS)]


def scattered(levels: tuple[int, ...], rows: int) -> list[np.ndarray]:
    random = np.random.default_rng(11)
    return [np.unique(random.integers(0, count, rows), return_inverse=True)[1] for count in levels]


SHUFFLED = np.random.default_rng(5).permutation(UNITS * YEARS)
CASES = {
    "one effect, sorted": grid()[:1],
    "one effect, shuffled": [grid()[0][SHUFFLED]],
    "balanced": grid(),
    "balanced, years first": grid()[::-1],
    "balanced, shuffled": [codes[SHUFFLED] for codes in grid()],
    "unbalanced": [codes[np.arange(UNITS * YEARS) % 5 > 0] for codes in grid()],
    "two blocks that never meet": [np.repeat([0, 1, 2, 3], 6), np.repeat([0, 1], 12) * 2 + np.tile([0, 1], 12)],
    "three effects": scattered((40, 10, 5), 300),
    "a chain": [np.repeat(np.arange(300), 2) // 2, (np.repeat(np.arange(300), 2) + 1) // 2],
}


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("case", sorted(CASES))
def test_equals_a_column_for_every_level(case: str, weighted: bool) -> None:
    effects = CASES[case]
    random = np.random.default_rng(3)
    rows = len(effects[0])
    matrix = random.normal(size=(rows, 3)) * [1.0, 1e6, 1e-4] + [0.0, 1e7, 0.0]
    weights = random.uniform(0.2, 3.0, rows) if weighted else None
    left = absorb(matrix, effects, weights)
    expected = by_indicators(matrix, effects, weights)
    assert (np.abs(left - expected).max(axis=0) <= 1e-9 * np.abs(expected).max(axis=0)).all()
    assert matrix[0, 1] > 1e6, "the given matrix is not touched"


@pytest.mark.parametrize("case", sorted(set(CASES) - {"three effects"}))
def test_parameters_are_the_rank_of_the_columns(case: str) -> None:
    assert absorbed_parameters(CASES[case]) == np.linalg.matrix_rank(indicators(CASES[case]))


def test_parameters_of_three_effects_are_never_fewer_than_the_rank() -> None:
    effects = CASES["three effects"]
    assert absorbed_parameters(effects) == 40 + 10 + 5 - 2 == np.linalg.matrix_rank(indicators(effects))
    nested = [np.arange(12), np.repeat(np.arange(6), 2), np.repeat(np.arange(3), 4)]
    assert absorbed_parameters(nested) == 12 + 2 > np.linalg.matrix_rank(indicators(nested)) == 12
    assert absorbed_parameters([]) == 0


def test_balance_and_singletons_by_hand() -> None:
    assert is_balanced(*grid()) and is_balanced(*CASES["balanced, shuffled"])
    twice = [np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1])]
    assert not is_balanced(*twice)
    assert singletons([np.array([0, 0, 1, 2, 2]), np.array([0, 0, 0, 0, 1])]) == 2
    assert singletons([]) == 0


def test_the_order_of_rows_does_not_matter() -> None:
    effects = CASES["unbalanced"]
    matrix = np.random.default_rng(1).normal(size=(len(effects[0]), 2))
    order = np.random.default_rng(2).permutation(len(matrix))
    left = absorb(matrix, effects)
    np.testing.assert_allclose(absorb(matrix[order], [codes[order] for codes in effects]), left[order], atol=1e-12)


def test_too_few_rounds_are_said() -> None:
    with pytest.raises(InputProblem, match="too thinly connected: 3 rounds"):
        absorb(np.random.default_rng(1).normal(size=(600, 1)), CASES["a chain"], most_rounds=3)
