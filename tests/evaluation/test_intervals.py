from server.evaluation.intervals import Interval, interval


def test_an_interval_holds_the_mean_and_narrows_with_more_questions() -> None:
    few, many = interval([0.0, 1.0] * 5), interval([0.0, 1.0] * 500)
    assert 0.5 == few.mean == many.mean
    assert 0 < few.low < many.low < 0.5 < many.high < few.high < 1


def test_a_normal_approximation_agrees() -> None:
    found = interval([0.0] * 300 + [1.0] * 100)
    half_width = 1.96 * (0.25 * 0.75 / 400) ** 0.5
    assert abs(found.low - (0.25 - half_width)) < 0.01
    assert abs(found.high - (0.25 + half_width)) < 0.01


def test_a_rare_success_cannot_be_less_than_none() -> None:
    assert 0 == interval([0.0] * 9 + [1.0]).low


def test_the_same_values_give_the_same_interval() -> None:
    values = [0.1, 0.5, 0.9, 0.2]
    assert interval(values) == interval(values)


def test_one_value_and_equal_values_are_their_own_interval() -> None:
    assert Interval(0.5, 0.5, 0.5) == interval([0.5]) == interval([0.5, 0.5, 0.5])
