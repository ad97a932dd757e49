from __future__ import annotations

import math

import numpy as np
import pytest

from engine.lab.evaluation.metrics import auc, average_precision, expected_calibration_error, macro_f1, presence_ece


def test_auc_counts_pairs_and_halves_ties() -> None:
    assert auc([True, False, True, False], [0.9, 0.1, 0.5, 0.6]) == 0.75
    assert auc([True, False], [0.5, 0.5]) == 0.5
    assert math.isnan(auc([True, True], [0.1, 0.2]))


def test_average_precision_of_a_known_ranking() -> None:
    assert average_precision([True, False, True], [0.9, 0.8, 0.7]) == pytest.approx((1 + 2 / 3) / 2)
    assert math.isnan(average_precision([False], [0.5]))


def test_average_precision_does_not_depend_on_the_order_of_ties() -> None:
    assert average_precision([True, False], [0.5, 0.5]) == average_precision([False, True], [0.5, 0.5]) == 0.5


def test_figures_agree_with_scikit_learn() -> None:
    sklearn = pytest.importorskip("sklearn.metrics", reason="needs the train extra")
    rng = np.random.default_rng(0)
    truth, scores = rng.random(300) < 0.3, rng.random(300).round(1)
    assert auc(truth.tolist(), scores.tolist()) == pytest.approx(sklearn.roc_auc_score(truth, scores))
    assert average_precision(truth.tolist(), scores.tolist()) == pytest.approx(sklearn.average_precision_score(truth, scores))


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    assert expected_calibration_error(np.array([0.8, 0.8]), np.array([True, False])) == pytest.approx(0.3)


def test_presence_is_calibrated_where_what_is_said_is_as_often_so() -> None:
    assert presence_ece([True, False], [1.0, 0.0]) == 0
    assert presence_ece([True, True], [0.2, 0.2]) == pytest.approx(0.8)
    assert presence_ece([True, True, True, False], [0.75] * 4) == 0
    # two of three are so of what is said with 0.9; none of what is said with 0.1
    assert presence_ece([True, True, False, False], [0.9, 0.9, 0.9, 0.1]) == pytest.approx(0.75 * abs(2 / 3 - 0.9) + 0.25 * 0.1)
    assert math.isnan(presence_ece([], []))
    # half of the answers are so; where one in four would be, "with 0.25" is right
    assert presence_ece([True, False], [0.25, 0.25]) == pytest.approx(0.25)
    assert presence_ece([True, False], [0.25, 0.25], [0.5, 1.5]) == pytest.approx(0)


def test_macro_f1_averages_over_the_classes_that_occur() -> None:
    # a: 2 of 2 found, one too many (F1 0.8); b: never said (0); c occurs only as an answer
    assert macro_f1(["a", "a", "b", "b"], ["a", "a", "a", "c"]) == pytest.approx(0.4)
