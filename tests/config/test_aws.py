"""The environment `aws`: overrides only, nothing outside its bucket, nothing that two sources share."""

import re
import subprocess
import sys

import pytest
import yaml
from omegaconf.errors import InterpolationResolutionError
from tests.config.conftest import SOURCES, settled

from viticast.lake.aws.settings import AwsSettings

QUERY = "viticast.datasets.lake_query.LakeQueryDataset"
READ = {"default_urls", "connection"}
CATALOG = "viticast.datasets.lake_catalog.LakeCatalogDataset"


@pytest.fixture(scope="module", params=SOURCES)
def source(request):
    return request.param


@pytest.fixture(scope="module")
def loader(make_context, source):
    return settled(make_context("aws", source=source)).config_loader


@pytest.fixture(scope="module")
def entries(loader):
    return {name: entry for name, entry in loader["catalog"].items() if name[0] != "_"}


def strings(value):
    if isinstance(value, dict):
        return [text for name, inner in value.items() if name not in READ for text in strings(inner)]
    return [value] if isinstance(value, str) else []


def overridden(project_root, name):
    with (project_root / "conf" / "aws" / f"{name}.yml").open(encoding="utf-8") as stream:
        return {key for key in yaml.safe_load(stream) if key[0] != "_"}


def test_whatever_is_written_lies_in_the_bucket_under_the_source(entries, source):
    found = {text for entry in entries.values() for text in strings(entry) if "/" in text and text[:5] != "conf/"}
    lake = {text for text in found if text.startswith(f"s3://a-bucket/viticast/{source}/")}
    assert lake
    assert found - lake == {"s3://a-bucket/viticast-athena"}


def test_no_engine_is_the_embedded_one(entries):
    engines = [entry["engine"] for entry in entries.values() if "engine" in entry]
    assert {engine["type"] for engine in engines} == {"athena", "glue"}
    assert [entry for entry in entries.values() if "duckdb" in str(entry)] == []


def test_each_source_has_a_database_and_a_crawler_of_its_own(entries, source):
    engines = [entry["engine"] for entry in entries.values() if "engine" in entry]
    asked = [engine.get("athena", engine) for engine in engines]
    assert {engine["database"] for engine in [*engines, *asked]} == {f"viticast_{source}"}
    assert {engine["crawler"] for engine in engines if "crawler" in engine} == {f"viticast-{source}"}


def test_an_override_of_a_query_or_catalog_changes_its_engine_only(make_context, entries, source, project_root):
    base = make_context("base", source=source).config_loader["catalog"]
    checked = [name for name in overridden(project_root, "catalog") if entries[name]["type"] == base[name]["type"]]
    assert {entries[name]["type"] for name in checked} == {QUERY, CATALOG}
    for name in checked:
        mine, other = ({k: v for k, v in e.items() if k not in {"engine", "path"}} for e in (entries[name], base[name]))
        assert mine == other, name


def test_every_override_changes_something(make_context, loader, project_root, source):
    base = make_context("base", source=source).config_loader
    for name in ("catalog", "globals", "mlflow"):
        same = {key for key in overridden(project_root, name) if loader[name][key] == base[name][key]}
        assert same == set(), name


def test_the_source_comes_from_the_environment_or_the_parameters(make_context, monkeypatch):
    monkeypatch.setenv("VITICAST_SOURCE", "embrapa")
    assert "/embrapa/" in make_context("aws").config_loader["catalog"]["panel"]["path"]
    assert "/sample/" in make_context("aws", source="sample").config_loader["catalog"]["panel"]["path"]


def test_there_is_no_source_by_default(make_context):
    assert make_context("aws").config_loader["globals"]["source"] is None
    with pytest.raises(InterpolationResolutionError, match=r"\.None"):
        _ = make_context("aws").config_loader["catalog"]


def test_the_environment_moves_everything(make_context, monkeypatch):
    changed = {
        "VITICAST_AWS_BUCKET": "other",
        "VITICAST_AWS_PREFIX": "deep/down",
        "VITICAST_AWS_DATABASE": "base_two",
        "VITICAST_AWS_CRAWLER": "spider",
        "VITICAST_AWS_ROLE": "arn:aws:iam::123456789012:role/spider",
        "VITICAST_AWS_WORK_GROUP": "bounded",
        "VITICAST_AWS_ENCRYPTION": "aws:kms",
        "VITICAST_AWS_KMS_KEY": "alias/lake",
    }
    for name, value in changed.items():
        monkeypatch.setenv(name, value)
    catalog = make_context("aws", source="sample").config_loader["catalog"]
    assert catalog["panel"]["path"] == "s3://other/deep/down/sample/02_lake"
    crawled = catalog["lake_catalog"]["engine"]
    assert {name: crawled[name] for name in ("database", "crawler", "role", "athena")} == {
        "database": "base_two_sample",
        "crawler": "spider-sample",
        "role": "arn:aws:iam::123456789012:role/spider",
        "athena": catalog["panel_query"]["engine"],
    }
    assert catalog["panel_query"]["engine"] == {
        "type": "athena",
        "database": "base_two_sample",
        "work_group": "bounded",
        "staging": "s3://other/deep/down-athena",
        "encryption": "aws:kms",
        "kms_key": "alias/lake",
        "timeout_seconds": 600,
    }


def test_runs_are_recorded_here_unless_a_server_is_named_and_their_artifacts_in_the_bucket(make_context, monkeypatch):
    mlflow = make_context("aws", source="sample").config_loader["mlflow"]
    assert mlflow["server"]["mlflow_tracking_uri"] == "sqlite:///data/mlflow/aws-a-bucket+viticast.db"
    experiment = mlflow["tracking"]["experiment"]
    assert experiment["name"] == "viticast"
    assert experiment["create_experiment_kwargs"] == {"artifact_location": "s3://a-bucket/viticast/mlflow/artifacts"}
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://mlflow.example")
    server = make_context("aws", source="sample").config_loader["mlflow"]["server"]
    assert server["mlflow_tracking_uri"] == "https://mlflow.example"


def test_each_bucket_and_prefix_has_a_store_of_its_own(make_context, monkeypatch):
    stores = {}
    for bucket, prefix in [("one", "a"), ("two", "a"), ("one", "a/b"), ("one", "a-b"), ("one-a", "b")]:
        monkeypatch.setenv("VITICAST_AWS_BUCKET", bucket)
        monkeypatch.setenv("VITICAST_AWS_PREFIX", prefix)
        mlflow = make_context("aws", source="sample").config_loader["mlflow"]
        place = mlflow["tracking"]["experiment"]["create_experiment_kwargs"]["artifact_location"]
        stores[place] = mlflow["server"]["mlflow_tracking_uri"]
    assert len(set(stores.values())) == len(stores) == 5
    assert stores["s3://one/a/b/mlflow/artifacts"] == "sqlite:///data/mlflow/aws-one+a+b.db"


def test_the_embedded_default_loads_nothing_of_aws():
    code = """
import sys
from pathlib import Path
from kedro.config import OmegaConfigLoader
from kedro.framework.context import KedroContext
from kedro.framework.hooks.manager import _NullPluginManager
from kedro.framework.project import configure_project, pipelines, settings
configure_project("viticast")
loader = OmegaConfigLoader(conf_source="conf", env="base", **settings.CONFIG_LOADER_ARGS)
context = KedroContext(Path.cwd(), loader, "base", "viticast", _NullPluginManager())
for name in pipelines["__default__"].datasets() - {"parameters"}:
    context.catalog.get(name)
print(sorted({name.split(".")[0] for name in sys.modules} & {"boto3", "botocore", "pyathena", "s3fs", "aiobotocore"}))
print([name for name in sys.modules if name.startswith("viticast.lake.aws.")])
"""
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.splitlines()[-2:] == ["[]", "[]"]


def test_the_documented_variables_are_those_that_are_read(project_root):
    text = (project_root / "conf" / "README.md").read_text(encoding="utf-8")
    section = text.split("## The environment `aws`", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| `([A-Z_]+)` \| ([^|]*) \|", section, re.MULTILINE)
    fields = {field.alias: field for field in AwsSettings.model_fields.values()}
    assert [name for name, _ in rows] == list(fields)
    for name, default in rows:
        field = fields[name]
        documented = default.strip().strip("`")
        if field.is_required():
            assert documented == "required", name
        elif field.default is not None:
            assert documented == field.default, name
