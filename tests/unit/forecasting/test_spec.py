import pytest
from pydantic import ValidationError

from viticast.forecasting import ForecastSpec
from viticast.pipelines.modeling.params import ModelingParams


def test_the_defaults_need_no_argument():
    spec = ForecastSpec()
    assert spec.lower == 0
    assert spec.levels == (80, 95)
    assert spec.learners


def test_a_spec_survives_json():
    spec = ForecastSpec(parents={"a/b": "a"}, levels=(50, 90))
    assert ForecastSpec.model_validate_json(spec.model_dump_json()) == spec


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"levels": (0, 95)}, "percentages"),
        ({"levels": ()}, "percentages"),
        ({"learners": ("oracle",)}, r"unknown learners \['oracle'\]"),
        ({"parents": {"a": "b"}, "lower": None}, "lower=0"),
        ({"horizons": 5}, "Extra inputs"),
        ({"horizon": 0}, "greater than or equal to 1"),
        ({"lower": float("nan")}, "finite number"),
        ({"lower": float("inf")}, "finite number"),
        ({"lower": float("-inf")}, "finite number"),
        ({"widening": float("inf")}, "finite number"),
        ({"widening": float("nan")}, "finite number"),
        ({"seed": 2**32}, "less than 4294967296"),
        ({"seed": -1}, "greater than or equal to 0"),
    ],
)
def test_a_spec_that_makes_no_sense_is_refused(arguments, message):
    with pytest.raises(ValidationError, match=message):
        ForecastSpec(**arguments)


def test_the_largest_seed_of_the_learners_is_accepted():
    assert ForecastSpec(seed=2**32 - 1).seed == 2**32 - 1


def test_the_pipeline_refuses_a_seed_that_the_learners_refuse():
    arguments = {"horizon": 5, "levels": (80,), "backtest_origins": 3, "calibration_origins": 3}
    with pytest.raises(ValidationError, match="less than 4294967296"):
        ModelingParams(**arguments, learners=(), tracked=(), seed=2**32)
