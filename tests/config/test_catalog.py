"""The catalog of every environment and source: nothing unused, nothing undeclared, each thing in its place."""

import re
from importlib import import_module

import pytest
import sqlglot
from kedro.io import CatalogConfigResolver, DatasetError, MemoryDataset
from kedro.validation import preflight_check, resolve_validator
from sqlglot import exp
from tests.config.conftest import ENVIRONMENTS, settled

from viticast.contracts.lake import LAKE_TABLES
from viticast.datasets.lake_table import LakeTableDataset
from viticast.lake.queries import statement
from viticast.pipeline_registry import PIPELINES

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
FACTORY = re.compile(r"\{[a-z_]+\}")


def datasets(pipeline):
    return {name for name in pipeline.datasets() if not name.startswith(("params:", "parameters"))}


def test_every_dataset_can_be_made(context, pipelines):
    catalog = context.catalog
    for name in {*catalog.keys(), *(name for pipeline in pipelines.values() for name in datasets(pipeline))}:
        assert catalog.get(name) is not None, name


def test_every_validator_can_be_found(context):
    specs = context.catalog.validator_specs
    assert preflight_check(specs) == []
    for name, spec in specs.items():
        assert resolve_validator(spec) is not None, name


def test_tables_of_the_lake_have_the_validator_and_partitions_of_their_contract(entries):
    declared = {}
    for name, entry in entries.items():
        if entry["type"].endswith("LakeTableDataset") and entry["table"] in LAKE_TABLES:
            contract = LAKE_TABLES[entry["table"]]
            model = f"{contract.model.__module__}.{contract.model.__name__}"
            assert (entry["validator"], tuple(entry["partition_by"])) == (model, contract.partition_by), name
            declared[entry["table"]] = name
    assert set(declared) == set(LAKE_TABLES)


def test_every_table_and_receipt_that_is_stored_has_a_contract(entries):
    frames = ("LakeTableDataset", "CSVDataset")
    unchecked = [
        name
        for name, entry in entries.items()
        if any(kind in str(entry) for kind in frames) and "validator" not in entry
    ]
    assert unchecked == []
    receipts = {name: entry for name, entry in entries.items() if name.endswith("_receipt")}
    assert {name: entry["type"].rsplit(".", 1)[-1] for name, entry in receipts.items()} == dict.fromkeys(
        ("ingestion_receipt", "feature_receipt", "modeling_receipt", "forecast_receipt"), "ReceiptDataset"
    )


def test_two_names_of_one_table_say_the_same_of_it(entries):
    """A dataset `known_x` reads the table that `x` adds to: by its files, or also by the statement of its name."""
    known = {name: entry for name, entry in entries.items() if name.startswith("known_")}
    assert known
    for name, entry in known.items():
        other = entries[name.removeprefix("known_")]
        assert {entry.get("contract", other["validator"]), entry.get("validator", other["validator"])} == {
            other["validator"]
        }
        said = ("path", "table", "partition_by")
        assert [entry[key] for key in said] == [other[key] for key in said]
        if entry["type"].endswith("CatalogedTableDataset"):
            assert entry["statement_name"] == name
            assert tables_of(name) == {other["table"]}


def tables_of(statement_name):
    return {table.name for table in sqlglot.parse_one(statement(statement_name), dialect="athena").find_all(exp.Table)}


@pytest.mark.parametrize("env", [name for name in ENVIRONMENTS if name != "base"] or ["base"])
def test_an_environment_declares_no_name_of_its_own(make_context, env):
    """Pipelines are the same everywhere: an environment overrides entries, parameters and settings, and adds none."""
    base, other = (settled(make_context(name, source="sample")).config_loader for name in ("base", env))
    for kind in ("catalog", "parameters", "globals"):
        assert {name for name in other[kind] if name[0] != "_"} == {name for name in base[kind] if name[0] != "_"}


def test_each_source_has_a_registered_model_of_its_own(make_context):
    names = {
        source: make_context(source=source).config_loader["catalog"]["registered_model"]["model_name"]
        for source in ("sample", "embrapa", "api", "database")
    }
    assert names == {
        "sample": "viticast-sample",
        "embrapa": "viticast",
        "api": "viticast-api",
        "database": "viticast-database",
    }


def test_names_keep_to_the_grammar(entries):
    for name in entries:
        assert NAME.fullmatch(FACTORY.sub("x", name)), name


@pytest.mark.parametrize("name", ["Panel", "panel_", "_panel", "raw files", "forecasts.lake", "2_panel", "raw__files"])
def test_a_name_outside_the_grammar_would_be_noticed(name):
    assert not NAME.fullmatch(FACTORY.sub("x", name))


def test_no_entry_is_unused(entries, pipelines, credentials):
    used = {name for pipeline in pipelines.values() for name in datasets(pipeline)}
    resolver = CatalogConfigResolver(entries, credentials)
    matched = {resolver.match_dataset_pattern(name) for name in used - set(entries)}
    factories = {name for name in entries if FACTORY.search(name)}
    assert set(entries) - factories - used == set()
    assert factories - matched == set()


def test_what_passes_between_pipelines_is_stored(context, pipelines):
    catalog = context.catalog
    crossing = {
        name
        for one in pipelines.values()
        for other in pipelines.values()
        if one is not other
        for name in one.all_outputs() & other.all_inputs()
    }
    assert crossing
    assert [name for name in sorted(crossing) if isinstance(catalog.get(name), MemoryDataset)] == []


def test_what_a_pipeline_needs_from_outside_is_declared(entries, pipelines, credentials):
    resolver = CatalogConfigResolver(entries, credentials)
    for pipeline in pipelines.values():
        outside = {name for name in pipeline.inputs() if not name.startswith("params:")}
        assert {name for name in outside if name not in entries and not resolver.match_dataset_pattern(name)} == set()


def paths(value, key=""):
    if isinstance(value, dict):
        return [path for name, inner in value.items() for path in paths(inner, name)]
    return [value] if key in {"filepath", "path"} else []


def test_whatever_is_written_lies_under_the_source(entries, choice):
    _, source = choice
    written = [path for entry in entries.values() for path in paths(entry) if not path.startswith("conf/")]
    assert written
    assert [path for path in written if f"/{source}/" not in path] == []


def test_of_the_embedded_default_everything_lies_under_data(make_context):
    for source in ("sample", "embrapa"):
        entries = make_context(source=source).config_loader["catalog"]
        found = [path for name, entry in entries.items() if name[0] != "_" for path in paths(entry)]
        assert {path.split("/")[0] for path in found} == {"conf", "data"}
        assert {path.split("/")[1] for path in found if path.startswith("data/")} == {source}


def test_declared_files_of_the_project_are_there(entries, project_root):
    found = [path for entry in entries.values() for path in paths(entry) if path.startswith("conf/")]
    assert found
    assert [path for path in found if not (project_root / path).is_file()] == []


def test_every_entry_has_a_layer(entries):
    layers = {name: entry.get("metadata", {}).get("kedro-viz", {}).get("layer") for name, entry in entries.items()}
    assert [name for name, layer in layers.items() if not layer] == []


def test_the_dataset_of_a_wrong_type_would_be_noticed(make_context):
    loader = make_context().config_loader
    loader["catalog"] = loader["catalog"] | {"wrong": {"type": "viticast.datasets.nothing.NothingDataset"}}
    context = make_context()
    context.config_loader = loader
    with pytest.raises(DatasetError, match="nothing"):
        context.catalog.get("wrong")


@pytest.mark.parametrize("name", PIPELINES)
def test_every_pipeline_folder_has_the_same_modules(name):
    for module in ("nodes", "pipeline", "params"):
        assert import_module(f"viticast.pipelines.{name}.{module}").__doc__


def test_the_sample_is_the_source_unless_another_is_named(make_context):
    assert "/sample/" in make_context().config_loader["catalog"]["panel"]["path"] + "/"
    assert isinstance(make_context().catalog.get("panel"), LakeTableDataset)
