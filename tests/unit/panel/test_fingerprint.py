import pandas as pd

from viticast.panel.fingerprint import panel_hash

PANEL = pd.DataFrame({"series_id": ["a", "a", "b"], "year": [2020, 2021, 2020], "value": [1.0, None, 3.0]})


def test_the_hash_depends_on_the_values_and_not_on_their_order():
    assert panel_hash(PANEL) == panel_hash(PANEL.iloc[::-1])
    assert len(panel_hash(PANEL)) == 64


def test_every_change_of_a_cell_is_another_hash():
    changed = [
        PANEL.assign(value=[1.0, 2.0, 3.0]),
        PANEL.assign(year=[2020, 2022, 2020]),
        PANEL.assign(series_id=["a", "a", "c"]),
        PANEL.head(2),
    ]
    assert len({panel_hash(frame) for frame in (PANEL, *changed)}) == 5
