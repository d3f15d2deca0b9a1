"""The operating point and the temperatures: what is fitted is what was hidden in the numbers."""

import numpy as np
import pytest

from quoth.training.calibrate import UNKNOWN, Outcome, logit, quotes_f1, temperature


@pytest.mark.parametrize("hidden", [0.5, 1.0, 2.5])
def test_temperature_is_recovered(hidden: float) -> None:
    random = np.random.default_rng(7)
    honest = random.normal(scale=2.0, size=(20_000, 3))
    chances = np.exp(honest) / np.exp(honest).sum(1, keepdims=True)
    labels = (chances.cumsum(1) > random.random((20_000, 1))).argmax(1)
    assert temperature(honest * hidden, labels) == pytest.approx(hidden, rel=0.05)


def test_logit_is_finite_at_certainty() -> None:
    assert np.isfinite(logit(np.array([0.0, 0.5, 1.0]))).all() and logit(np.array([0.5]))[0] == pytest.approx(0)


FOUND = Outcome(
    score=np.array([0.9, 0.8, 0.3, 0.6]),
    real=np.array([True, True, True, False]),
    stance=np.array([[0.5, 0.0, 0.5], [0.1, 0.1, 0.8], [0.0, 0.9, 0.1], [0.2, 0.3, 0.5]]),
    label=np.array([0, UNKNOWN, 1, UNKNOWN]),
    gold=4,
)


@pytest.mark.parametrize(("threshold", "f1"), [(0.0, 6 / 8), (0.5, 4 / 7), (0.7, 4 / 6), (0.95, 0.0)])
def test_quotes_f1(threshold: float, f1: float) -> None:
    assert quotes_f1(FOUND, threshold) == pytest.approx(f1)
