import pandas as pd
import pytest

from viticast.lake.partitions import partition_path, partitions_of
from viticast.lake.table import FILE_NAME, LakeTable


@pytest.mark.parametrize("value", ["001", "a/b", "x=y", "%41", "a b", "it's", "[q]*", "ü"])
def test_a_partition_is_named_as_it_is_written(tmp_path, value):
    frame = pd.DataFrame({"vintage_id": [value], "landing_id": ["b"], "value": [1.0]})
    table = LakeTable(str(tmp_path), "figures", ["vintage_id", "landing_id"], "changed")
    table.write(frame)
    path = partition_path(["vintage_id", "landing_id"], {"landing_id": "b", "vintage_id": value})
    assert table.partitions() == [f"figures/{path}/{FILE_NAME}"]


def test_rows_name_each_of_their_partitions_once():
    rows = [
        {"vintage_id": "a", "landing_id": "1", "cells": 3},
        {"vintage_id": "a", "landing_id": "2", "cells": 3},
        {"vintage_id": "b", "landing_id": "3", "cells": 4},
    ]
    assert partitions_of(("vintage_id",), rows) == [{"vintage_id": "a"}, {"vintage_id": "b"}]
    assert partitions_of(("vintage_id", "landing_id"), rows[:2]) == [
        {"vintage_id": "a", "landing_id": "1"},
        {"vintage_id": "a", "landing_id": "2"},
    ]
    assert partitions_of(("vintage_id",), []) == []
