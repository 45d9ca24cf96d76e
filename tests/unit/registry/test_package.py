import pandas as pd

from viticast.registry.package import overall_metrics

ACCURACY = pd.DataFrame(
    [
        ("overall", "all", "naive", 1.0, 0.5, None, None),
        ("overall", "all", "viticast", 0.9, 0.4, 0.81, 0.94),
        ("level", "leaf", "viticast", 7.0, 7.0, 7.0, 7.0),
    ],
    columns=["breakdown", "group", "method", "capped_mase", "wape", "coverage80", "coverage95"],
)


def test_the_metrics_are_those_of_the_published_method_over_all_leaves():
    assert overall_metrics(ACCURACY) == {"capped_mase": 0.9, "wape": 0.4, "coverage80": 0.81, "coverage95": 0.94}


def test_a_metric_that_the_backtest_lacks_is_left_out():
    without = ACCURACY.drop(columns="coverage95").assign(coverage80=None)
    assert overall_metrics(without) == {"capped_mase": 0.9, "wape": 0.4}
