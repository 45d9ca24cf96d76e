import pandas as pd
import pytest

from viticast.registry.promotion import judge


@pytest.mark.parametrize(
    ("capped_mase", "wape", "is_champion"),
    [
        (0.9, 0.5, True),
        (1.0, 0.5, False),
        (0.9, 0.6, False),
        (1.1, 0.7, False),
        (float("nan"), 0.5, False),
    ],
)
def test_a_model_is_used_only_if_it_beats_naive_on_both_losses(capped_mase, wape, is_champion):
    losses = pd.DataFrame({"method": ["naive", "viticast"], "capped_mase": [1.0, capped_mase], "wape": [0.6, wape]})
    promotion = judge(losses)
    assert promotion.is_champion is is_champion
    assert promotion.reason.startswith("beats" if is_champion else "does not beat")
    assert f"{wape:.4f} against 0.6000" in promotion.reason
