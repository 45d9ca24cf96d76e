import pytest
from pydantic import ValidationError

from viticast.forecasting import ForecastSpec


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
    ],
)
def test_a_spec_that_makes_no_sense_is_refused(arguments, message):
    with pytest.raises(ValidationError, match=message):
        ForecastSpec(**arguments)
