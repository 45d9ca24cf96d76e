import pandas as pd
import pyarrow.parquet as pq
import pytest

from viticast.contracts.lake import LAKE_TABLES
from viticast.lake.storage import DamagedFileError
from viticast.lake.table import FILE_NAME, LakeTable, empty_frame, is_whole_parquet

ODD = ["a/b", "..", "x=y", "%41", "a b", "", "001", "it's", "[q]*?", "ü ß", "a+b&c"]


def rows(**columns):
    frame = pd.DataFrame(columns)
    return frame.astype({name: "str" for name in frame.columns if frame[name].dtype == object})


@pytest.fixture
def table(tmp_path):
    return LakeTable(str(tmp_path), "figures", ["table_name", "vintage_id"], "changed")


FIGURES = rows(
    table_name=["b", "a", "b"],
    vintage_id=["1", "1", "2"],
    value=[1.0, None, 3.0],
    mark=[None, "nd", None],
    year=[1, 2, 3],
)


def test_rows_come_back_by_partition(table):
    table.write(FIGURES)
    pd.testing.assert_frame_equal(table.read(), FIGURES.iloc[[1, 0, 2]].reset_index(drop=True))


def test_a_partition_is_a_folder_and_its_columns_are_not_in_the_file(table, tmp_path):
    written = table.write(FIGURES)
    assert written == [
        f"figures/table_name={name}/vintage_id={vintage}/{FILE_NAME}"
        for name, vintage in (("a", "1"), ("b", "1"), ("b", "2"))
    ]
    assert table.partitions() == written
    assert pq.read_schema(tmp_path / written[0]).names == ["value", "mark", "year"]


@pytest.mark.parametrize("value", ODD)
def test_any_text_may_name_a_partition(tmp_path, value):
    table = LakeTable(str(tmp_path / "lake"), "figures", ["k"], "never")
    frame = rows(k=[value, "other"], v=[1, 2])
    table.write(frame)
    pd.testing.assert_frame_equal(table.read({"k": value}), frame.head(1))
    assert [path.name for path in tmp_path.iterdir()] == ["lake"]
    assert len(table.partitions()) == 2


def test_some_partitions_can_be_read_alone(table):
    table.write(FIGURES)
    assert table.read({"table_name": "b"})["value"].tolist() == [1.0, 3.0]
    assert table.read({"vintage_id": "1", "table_name": "b"})["value"].tolist() == [1.0]


def test_equal_rows_are_equal_bytes(table, tmp_path):
    other = LakeTable(str(tmp_path / "other"), "figures", ["table_name", "vintage_id"], "changed")
    table.write(FIGURES)
    other.write(FIGURES.set_axis([7, 8, 9], axis=0))
    for name in table.partitions():
        assert table.storage.read(name) == other.storage.read(name)


def test_writing_again_changes_no_file(table):
    assert len(table.write(FIGURES)) == 3
    assert table.write(FIGURES) == []


@pytest.mark.parametrize(("overwrite", "value"), [("never", 1), ("changed", 2)])
def test_a_partition_changes_only_where_it_may(tmp_path, overwrite, value):
    table = LakeTable(str(tmp_path), "figures", ["k"], overwrite)
    table.write(rows(k=["a"], v=[1]))
    table.write(rows(k=["a"], v=[2]))
    assert table.read()["v"].tolist() == [value]


def test_other_partitions_stay(table):
    table.write(FIGURES)
    table.write(FIGURES.head(1).assign(vintage_id="9"))
    assert len(table.partitions()) == 4


@pytest.mark.parametrize(("where", "message"), [(None, "no table 'figures' under"), ({"vintage_id": "x/y"}, "x%2Fy")])
def test_a_partition_that_is_not_there_is_named(table, where, message):
    if where:
        table.write(FIGURES)
    with pytest.raises(FileNotFoundError, match=message):
        table.read(where)


def test_an_empty_cell_names_no_partition(table):
    with pytest.raises(ValueError, match=r"figures: a partition column .* has empty cells"):
        table.write(FIGURES.assign(vintage_id=[None, "1", "2"]))
    assert table.partitions() == []


def cut(content):
    return content[: len(content) // 2]


def flip(content):
    """One bit of the first page's figures."""
    return content[:40] + bytes([content[40] ^ 1]) + content[41:]


@pytest.mark.parametrize("damage", [cut, flip, lambda content: b"", lambda content: b"junk" * 100])
@pytest.mark.parametrize("overwrite", ["never", "changed"])
def test_a_damaged_partition_is_named_and_put_right_by_the_next_write(tmp_path, caplog, damage, overwrite):
    table = LakeTable(str(tmp_path), "figures", ["k"], overwrite)
    frame = rows(k=["a"] * 500 + ["b"], v=[float(number**2) for number in range(501)])
    [name, _] = table.write(frame)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(damage(whole))
    with pytest.raises(DamagedFileError, match=r"k=a/part-0\.parquet is damaged .*kedro run"):
        table.read()
    assert table.read({"k": "b"})["v"].tolist() == [500.0**2]
    assert table.write(frame) == [name]
    pd.testing.assert_frame_equal(table.read(), frame)
    assert ("is written anew" in caplog.text) == (overwrite == "never")


def test_a_partition_is_whole_if_every_page_is(tmp_path):
    table = LakeTable(str(tmp_path), "figures", ["k"], "never")
    [name] = table.write(rows(k=["a"] * 50, v=list(range(50))))
    content = table.storage.read(name)
    assert is_whole_parquet(content)
    assert not any(is_whole_parquet(damaged) for damaged in (cut(content), flip(content), b"", content[4:]))


def test_it_is_known_which_partitions_there_are(table):
    assert not table.has()
    table.write(FIGURES)
    assert table.has()
    assert table.has({"vintage_id": "2"})
    assert not table.has({"table_name": "a", "vintage_id": "2"})


@pytest.mark.parametrize("name", sorted(LAKE_TABLES))
def test_an_empty_table_has_the_columns_and_types_of_its_contract(name):
    model = LAKE_TABLES[name].model
    frame = empty_frame(model)
    assert list(frame.columns) == list(model.to_schema().columns)
    model.validate(frame)
