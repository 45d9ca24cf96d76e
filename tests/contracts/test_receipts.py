"""Receipts of model and forecasts: what they must say."""

import pytest
from pydantic import ValidationError

from viticast.contracts.receipts import ForecastReceipt, ModelReceipt

FORECASTS = {
    "source": "sample",
    "is_synthetic": True,
    "model_key": "a" * 16,
    "snapshot_id": "1" * 16,
    "trained_on": "0" * 16,
    "target_year": 2029,
    "panel_sha256": "b" * 64,
    "is_updated": False,
    "is_other_code": False,
}
MODEL = {
    name: value for name, value in FORECASTS.items() if name not in ("trained_on", "is_updated", "is_other_code")
} | {
    "params_sha256": "c" * 64,
    "code_sha256": "d" * 64,
}


@pytest.mark.parametrize(("contract", "content"), [(ForecastReceipt, FORECASTS), (ModelReceipt, MODEL)])
def test_a_receipt_says_all_of_it_and_nothing_else(contract, content):
    assert contract.model_validate(content).model_dump() == content
    for name in content:
        with pytest.raises(ValidationError, match=name):
            contract.model_validate({key: value for key, value in content.items() if key != name})
    with pytest.raises(ValidationError, match="colour"):
        contract.model_validate(content | {"colour": "red"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("model_key", "a" * 15),
        ("snapshot_id", "x"),
        ("trained_on", ""),
        ("target_year", 1900),
        ("panel_sha256", "b" * 16),
        ("source", ""),
        ("is_synthetic", "perhaps"),
        ("is_updated", None),
        ("is_other_code", None),
    ],
)
def test_a_value_keeps_to_its_rule(name, value):
    with pytest.raises(ValidationError, match=name):
        ForecastReceipt.model_validate(FORECASTS | {name: value})
