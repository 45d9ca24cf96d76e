"""Datasets whose files are in the bucket of a local AWS."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import mlflow
import pandas as pd
import pytest
from kedro.io import DatasetError
from kedro.io.core import parse_dataset_definition
from kedro.validation import DataValidationError
from tests.unit.datasets.landings import landings

from viticast.contracts.receipts import IngestionReceipt
from viticast.contracts.vintages import Vintages
from viticast.datasets.atomic import AtomicDataset
from viticast.datasets.bytes_file import BytesDataset
from viticast.datasets.lake_partitions import LakePartitionsDataset
from viticast.datasets.lake_table import LakeTableDataset
from viticast.datasets.raw_store import RawStoreDataset
from viticast.datasets.receipt import ReceiptDataset
from viticast.lake.aws.clients import forget_clients

pytestmark = pytest.mark.aws

FRAME = pd.DataFrame({"a": [1, 2], "b": ["x", "ç"]})
FORMATS = {
    "json": ({"type": "json.JSONDataset"}, {"a": [1, "ç"]}, {"a": [2]}),
    "html": ({"type": "text.TextDataset"}, "olá\n", "tchau"),
    "csv": ({"type": "pandas.CSVDataset", "save_args": {"index": False}}, FRAME, FRAME.head(1)),
    "png": ({"type": "viticast.datasets.bytes_file.BytesDataset"}, b"\x89PNG", b"\x00"),
}


@pytest.fixture(autouse=True)
def clients(aws):
    forget_clients()
    yield
    forget_clients()


@pytest.fixture
def root(aws):
    return f"s3://{aws.bucket}/viticast/sample"


def state(aws, key):
    found = aws.client("s3").head_object(Bucket=aws.bucket, Key=key)
    return found["ETag"], found["LastModified"]


def states(aws):
    keys = aws.keys()
    return {key: state(aws, key) for key in keys}


@pytest.mark.parametrize("suffix", FORMATS)
def test_any_format_comes_back_and_is_sent_only_when_it_changes(aws, root, suffix):
    definition, first, second = FORMATS[suffix]
    dataset = AtomicDataset(filepath=f"{root}/08/page.{suffix}", dataset=definition)
    assert not dataset.exists()
    dataset.save(first)
    assert dataset.exists()
    key = f"viticast/sample/08/page.{suffix}"
    assert aws.keys() == [key]
    before = state(aws, key)
    with aws.proxy.counting() as calls:
        dataset.save(first)
    assert calls == {("s3", "GetObject"): 1}
    assert state(aws, key) == before
    other = AtomicDataset(filepath=f"{root}/08/page.{suffix}", dataset=definition)
    assert pd.DataFrame(other.load()).equals(first) if suffix == "csv" else other.load() == first
    dataset.save(second)
    assert state(aws, key)[0] != before[0]


@pytest.fixture
def mlflow_store(tmp_path):
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/mlflow.db")
    yield
    mlflow.set_tracking_uri(before)


@pytest.mark.usefixtures("mlflow_store")
def test_mlflow_keeps_the_file_that_was_sent(aws, root, tmp_path):
    mlflow.create_experiment("x", artifact_location=str(tmp_path / "artifacts"))
    mlflow.set_experiment("x")
    kind, arguments = parse_dataset_definition(
        {
            "type": "kedro_mlflow.io.artifacts.MlflowArtifactDataset",
            "artifact_path": "evidently",
            "dataset": {
                "type": "viticast.datasets.atomic.AtomicDataset",
                "filepath": f"{root}/08/page.html",
                "dataset": {"type": "text.TextDataset"},
            },
        }
    )
    dataset = kind(**arguments)
    with mlflow.start_run() as run:
        dataset.save("<p>olá")
    [kept] = (tmp_path / "artifacts" / run.info.run_id).rglob("*.html")
    assert kept.parts[-2:] == ("evidently", "page.html")
    assert kept.read_bytes() == aws.get("viticast/sample/08/page.html") == "<p>olá".encode()


SAVES = """
import sys
from viticast.datasets.atomic import AtomicDataset
for folder in ("one", "two"):
    dataset = AtomicDataset(filepath=f"{sys.argv[1]}/{folder}/page.txt", dataset={"type": "text.TextDataset"})
    dataset.save(folder)
    with open(str(dataset._filepath), encoding="utf-8") as stream:
        print(dataset._filepath, stream.read(), sep="=")
"""


def test_local_copies_stay_apart_and_go_with_the_process(aws, root):
    done = subprocess.run([sys.executable, "-c", SAVES, root], capture_output=True, text=True, check=True)
    copies = dict(line.split("=") for line in done.stdout.splitlines())
    assert list(copies.values()) == ["one", "two"]
    assert not any(Path(copy).exists() for copy in copies)
    assert {Path(copy).name for copy in copies} == {"page.txt"}


def test_what_cannot_be_saved_is_not_sent(aws, root):
    dataset = AtomicDataset(filepath=f"{root}/a.json", dataset={"type": "json.JSONDataset"})
    dataset.save({"a": 1})
    with pytest.raises(DatasetError):
        dataset.save({"a": object()})
    assert json.loads(aws.get("viticast/sample/a.json")) == {"a": 1}


def test_bytes_are_kept_as_they_are(aws, root):
    dataset = BytesDataset(filepath=f"{root}/totals.png")
    assert not dataset.exists()
    dataset.save(b"\x89PNG\r\n")
    assert dataset.exists()
    assert dataset.load() == aws.get("viticast/sample/totals.png") == b"\x89PNG\r\n"


def test_a_receipt_comes_back(aws, root):
    content = {
        "source": "sample",
        "source_url": "data/00_sample",
        "is_synthetic": True,
        "raw_files": 0,
        "tables": [],
        "refused": [],
        "not_fetched": [],
    }
    arguments = {
        "filepath": f"{root}/02_lake/ingestion_receipt.json",
        "contract": f"{IngestionReceipt.__module__}.IngestionReceipt",
    }
    with pytest.raises(DatasetError, match=rf"{root}.* is missing: .*kedro run"):
        ReceiptDataset(**arguments).load()
    ReceiptDataset(**arguments).save(content)
    assert ReceiptDataset(**arguments).load() == content
    assert aws.keys() == ["viticast/sample/02_lake/ingestion_receipt.json"]


def test_raw_files_are_written_at_once_and_never_again(aws, root):
    files = {hashlib.sha256(content).hexdigest(): content for content in (b"%d" % number for number in range(20))}
    store = RawStoreDataset(path=f"{root}/01_raw/files")
    assert not store.exists()
    store.save(files)
    before = states(aws)
    aws.proxy.clear()
    store.save(files)
    assert aws.proxy.counts() == {("s3", "GetObject"): 20}
    assert states(aws) == before
    assert store.load() == files
    [name, *_] = sorted(files)
    aws.put(f"viticast/sample/01_raw/files/{name}", b"other")
    with pytest.raises(DatasetError, match=rf"s3://.*/{name} is damaged"):
        store.load()
    store.save(files)
    assert store.load() == files


def vintages(root, **more):
    settings = {"table": "vintages", "partition_by": ["table_name", "vintage_id", "landing_id"], "overwrite": "never"}
    return LakeTableDataset(path=f"{root}/02_lake", **settings | more)


def known(root, contract="viticast.contracts.vintages.Vintages"):
    partition_by = ["table_name", "vintage_id", "landing_id"]
    return LakePartitionsDataset(path=f"{root}/02_lake", table="vintages", partition_by=partition_by, contract=contract)


def test_a_run_asks_as_often_whatever_the_lake_holds_already(aws, root):
    asked = []
    for older in ([], range(40)):
        if older:
            vintages(root).save(landings(*older))
        run = vintages(root, loads="saved")
        with aws.proxy.counting() as calls:
            run.save(landings(1000 + len(asked), 2000 + len(asked)))
            loaded = run.load()
        assert len(loaded) == 2
        Vintages.validate(loaded)
        asked.append(calls)
    assert asked[0] == asked[1] == {("s3", "GetObject"): 4, ("s3", "PutObject"): 2}
    assert len(vintages(root, loads="saved").load()) == 44


def test_what_is_known_is_read_only_where_it_is_asked_for(aws, root):
    assert known(root).load() == {}
    vintages(root).save(landings(*range(30)))
    with aws.proxy.counting() as calls:
        partitions = known(root).load()
    assert calls == {("s3", "ListObjectsV2"): 1}
    key = ("Producao", f"{7:016x}", f"{7:016x}")
    with aws.proxy.counting() as calls:
        assert partitions[key]()["raw_sha256"].tolist() == [f"{7:064x}"]
    assert calls == {("s3", "GetObject"): 1}
    with pytest.raises(DataValidationError):
        known(root, "viticast.contracts.raw.RawManifest").load()[key]()
