"""What is fetched and decided, as one process has it and as several have it."""

from dataclasses import dataclass, replace

import pandas as pd
import pytest
import yaml

from viticast.contracts.raw import RawManifest
from viticast.contracts.vintages import Vintages
from viticast.pipelines.ingestion import create_pipeline, nodes
from viticast.pipelines.ingestion.params import IngestionParams
from viticast.sources.batch import ReadFile, RefusedFile
from viticast.sources.connections import FILES
from viticast.sources.delivery import Origin
from viticast.sources.errors import MissingFileError, SameBytesError, TablesLeftOutError
from viticast.sources.fetched import NotFetched
from viticast.sources.files import fetch_folder

ORIGIN = Origin("sample", "x", True, FILES)
MISSING = NotFetched("ExpUva", "x", (MissingFileError("it is not there", remedy="put it", table="ExpUva"),))


@dataclass
class Source:
    origin = ORIGIN


@pytest.fixture(scope="module")
def tables(project_root):
    return yaml.safe_load((project_root / "conf" / "base" / "tables.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def fetched(sample_vintages, registry):
    files = {one.table_name: one for one in fetch_folder(sample_vintages["2025-04"], registry)}
    return (files["ImpSuco"], replace(files["ImpFrescas"], content=files["ImpSuco"].content), files["ExpSuco"])


@pytest.fixture(scope="module")
def params(project_root):
    text = (project_root / "conf" / "base" / "parameters_ingestion.yml").read_text(encoding="utf-8")
    bounds = yaml.safe_load(text)["ingestion"]["bounds"]
    declared = {"allow_partial": False, "delivery": None, "bounds": bounds}
    return lambda **more: IngestionParams.model_validate(declared | more)


def test_each_node_has_the_tag_of_its_step():
    tags = {node.short_name.split(".")[-1]: node.tags for node in create_pipeline().nodes}
    assert tags == {
        **{name: {"fetch"} for name in ("fetch_files", "land_raw", "sign_delivery")},
        **{name: {"intake"} for name in ("read_files", "decide", "land_figures", "sign_decisions")},
        "settle": {"publish"},
    }


def test_between_the_steps_nothing_passes_but_what_is_stored():
    whole = create_pipeline()
    for step, inputs in (("intake", {"delivery"}), ("publish", {"decisions"})):
        taken = whole.only_nodes_with_tags(step).inputs() & whole.all_outputs()
        assert taken == inputs


def test_a_delivery_says_where_it_is_from_and_what_came(fetched, tables, params):
    delivery = nodes.sign_delivery(fetched, Source(), tables, RawManifest.empty(), params(delivery="monday"))
    assert (delivery.origin, delivery.fetched, delivery.name) == (ORIGIN, fetched, "monday")
    assert nodes.sign_delivery(fetched, Source(), tables, RawManifest.empty(), params()).name is None


def test_of_some_tables_only_those_are_read_and_still_refused_for_bytes_of_another(fetched, tables, params):
    delivery = nodes.sign_delivery((*fetched, MISSING), Source(), tables, RawManifest.empty(), params())
    whole = nodes.read_files(delivery, tables)
    assert [type(one) for one in whole] == [RefusedFile, RefusedFile, ReadFile]
    [one] = nodes.read_files(replace(delivery, tables=frozenset({"ImpSuco"})), tables)
    assert (one.file, [type(error) for error in one.errors]) == (fetched[0], [SameBytesError])
    assert str(one.errors[0]) == str(whole[0].errors[0])


def test_what_did_not_come_is_decided_on_by_who_takes_in_its_table(fetched, tables, params):
    delivery = nodes.sign_delivery((*fetched, MISSING), Source(), tables, RawManifest.empty(), params())
    for wanted, count in ((frozenset({"ImpSuco"}), 0), (frozenset({"ExpUva"}), 1), (None, 1)):
        of_some = replace(delivery, tables=wanted)
        decided = nodes.decide(of_some, (), Vintages.empty(), {}, tables, {}, {}, params())
        assert list(decided) == [MISSING] * count


@pytest.mark.parametrize("name", ["../x", 12, ""])
def test_a_name_that_is_none_is_refused_before_anything_runs(params, name):
    with pytest.raises(ValueError, match="is no name of a delivery"):
        params(delivery=name)


def test_who_left_tables_out_publishes_them_only_if_he_may(fetched, tables, params):
    delivery = nodes.sign_delivery((MISSING,), Source(), tables, RawManifest.empty(), params(delivery="monday"))
    decisions = nodes.sign_decisions((MISSING,), delivery, pd.DataFrame(), pd.DataFrame({"a": [1, 2]}))
    known = pd.DataFrame(
        {
            "table_name": ["ExpSuco"],
            "published_at": pd.to_datetime(["2025-04-01"]),
            "fetched_at": pd.to_datetime(["2025-05-02"]),
            "last_year": [2024],
        }
    )
    with pytest.raises(TablesLeftOutError, match="kept: ExpUva: nothing yet"):
        nodes.settle(decisions, known, params())
    receipt = nodes.settle(decisions, known, params(allow_partial=True))
    assert (receipt["source_url"], receipt["raw_files"], receipt["tables"]) == ("x", 0, [])
    assert [one.reason for one in receipt["not_fetched"]] == ["it is not there"]
    with pytest.raises(TablesLeftOutError, match="There is nothing to go on with"):
        nodes.settle(decisions, Vintages.empty(), params(allow_partial=True))
