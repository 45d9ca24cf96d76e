"""Files of the lake in the bucket of a local AWS: who wins, what readers see, what is sent, and what goes wrong."""

import hashlib
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Event

import pandas as pd
import pytest
from tests.local_aws.faults import DENIED, EXPIRED, THROTTLED, CutAnswer, CutUpload, Delay

from viticast.lake.aws.clients import client, forget_clients
from viticast.lake.aws.s3 import ROUNDS, S3Storage
from viticast.lake.errors import (
    AccessDeniedError,
    BucketMissingError,
    CredentialsError,
    ServiceError,
    ThrottledError,
    UnreachableError,
)
from viticast.lake.storage import DamagedFileError, open_file, open_storage
from viticast.lake.table import FILE_NAME, LakeTable

pytestmark = pytest.mark.aws

WRITERS = 8


@pytest.fixture(autouse=True)
def clients(aws):
    forget_clients()
    yield
    forget_clients()


@pytest.fixture
def storage(aws):
    aws.client("s3").put_bucket_versioning(Bucket=aws.bucket, VersioningConfiguration={"Status": "Enabled"})
    return S3Storage(f"s3://{aws.bucket}/a prefix/of+keys")


def versions(aws, storage, name):
    """Every content that a name ever had, the newest first."""
    key = storage.path(name).removeprefix(f"s3://{aws.bucket}/")
    s3 = aws.client("s3")
    found = s3.list_object_versions(Bucket=aws.bucket, Prefix=key).get("Versions", [])
    ids = [one["VersionId"] for one in found if one["Key"] == key]
    return [s3.get_object(Bucket=aws.bucket, Key=key, VersionId=one)["Body"].read() for one in ids]


def objects(aws):
    """All that tells one state of the bucket from another."""
    s3 = aws.client("s3")
    found = s3.list_object_versions(Bucket=aws.bucket).get("Versions", [])
    return sorted((one["Key"], one["VersionId"], one["ETag"], one["LastModified"]) for one in found)


def at_once(act, items):
    """What each call gives, all of them let go together."""
    gate = Barrier(len(items))

    def wait(item):
        gate.wait()
        return act(item)

    with ThreadPoolExecutor(len(items)) as threads:
        return list(threads.map(wait, items))


@contextmanager
def sending(operation):
    """Headers of the requests of one operation, as they leave."""
    sent = []
    events = client("s3").meta.events

    def note(request, **_):
        sent.append({name.lower(): value for name, value in request.headers.items()})

    events.register(f"before-send.s3.{operation}", note)
    try:
        yield sent
    finally:
        events.unregister(f"before-send.s3.{operation}", note)


def test_an_address_opens_the_bucket(aws):
    storage = open_storage(f"s3://{aws.bucket}/lake/")
    assert isinstance(storage, S3Storage)
    assert storage.path("t/part") == f"s3://{aws.bucket}/lake/t/part"
    whole, name = open_file(f"s3://{aws.bucket}/receipt.json")
    assert (whole.root, name) == (f"s3://{aws.bucket}", "receipt.json")
    whole.write_once(name, b"{}")
    assert aws.get("receipt.json") == b"{}"


def test_an_address_without_a_bucket_is_refused():
    with pytest.raises(ValueError, match="names no bucket"):
        open_storage("s3:///lake")


def test_bytes_come_back(aws, storage):
    assert not storage.exists("t/k=a%2Fb/part")
    assert storage.write_once("t/k=a%2Fb/part", b"1")
    assert storage.exists("t/k=a%2Fb/part")
    assert storage.read("t/k=a%2Fb/part") == b"1"
    assert aws.keys() == ["a prefix/of+keys/t/k=a%2Fb/part"]
    assert not storage.exists("t")
    with pytest.raises(FileNotFoundError, match=r"s3://.*/a prefix/of\+keys/none is not there"):
        storage.read("none")


def test_names_are_found_as_in_a_folder(tmp_path, storage):
    local = open_storage(str(tmp_path))
    for name in (
        "t/k=1/part-0",
        "t/k=2/part-0",
        "t/k=2/other",
        "t/k=1/j=2/part-0",
        "tt/k=1/part-0",
        "t/k=3/part.tmp-x",
    ):
        storage.write_once(name, b"")
        local.write_once(name, b"")
    for pattern in ("t/*/part-0", "t/k=2/*", "t/**/part-0", "**/part-0", "t/k=2/part-0", "t/*/part*", "none/*"):
        assert storage.glob(pattern) == local.glob(pattern), pattern
    assert storage.glob("t/*/part-0") == ["t/k=1/part-0", "t/k=2/part-0"]


def test_a_listing_goes_on_over_its_pages_and_begins_where_the_pattern_does(aws, storage):
    names = [f"t/k={number:04}/part" for number in range(1010)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda name: aws.put(f"a prefix/of+keys/{name}", b""), names))
    with aws.proxy.counting() as calls:
        assert storage.glob("t/*/part") == names
    assert calls == {("s3", "ListObjectsV2"): 2}
    with aws.proxy.counting() as calls:
        assert storage.glob("t/k=0007/*") == ["t/k=0007/part"]
    assert calls == {("s3", "ListObjectsV2"): 1}


def test_of_many_writers_of_one_name_the_first_one_wins(aws, storage):
    contents = [bytes([number]) * 50_000 for number in range(WRITERS)]
    won = at_once(lambda content: storage.write_once("name", content), contents)
    assert sorted(won) == [False] * (WRITERS - 1) + [True]
    assert versions(aws, storage, "name") == [contents[won.index(True)]]


def test_a_name_that_is_taken_between_a_look_and_a_write_stays_with_the_first(aws, storage):
    aws.proxy.fail(Delay(0.5), "s3", "PutObject")
    with ThreadPoolExecutor(1) as other:
        slow = other.submit(storage.write_once, "name", b"second")
        wait_for(aws, "PutObject")
        aws.put("a prefix/of+keys/name", b"first")
        assert not slow.result()
    assert versions(aws, storage, "name") == [b"first"]


def wait_for(aws, action):
    while not aws.proxy.count("s3", action):
        time.sleep(0.005)


def test_a_change_that_was_overtaken_is_made_upon_what_overtook_it(aws, storage):
    storage.write_changed("name", b"old")
    aws.proxy.clear()
    aws.proxy.fail(Delay(0.5), "s3", "PutObject")
    with ThreadPoolExecutor(1) as other:
        slow = other.submit(storage.write_changed, "name", b"mine")
        wait_for(aws, "PutObject")
        aws.put("a prefix/of+keys/name", b"yours")
        assert slow.result()
    assert versions(aws, storage, "name") == [b"mine", b"yours", b"old"]
    # read, refused, read again, written
    assert [call.action for call in aws.proxy.calls()] == ["GetObject", "PutObject"] * 2


def test_a_change_that_another_run_made_meanwhile_is_not_made_twice(aws, storage):
    storage.write_changed("name", b"old")
    aws.proxy.clear()
    aws.proxy.fail(Delay(0.5), "s3", "PutObject")
    with ThreadPoolExecutor(1) as other:
        slow = other.submit(storage.write_changed, "name", b"same")
        wait_for(aws, "PutObject")
        aws.put("a prefix/of+keys/name", b"same")
        assert not slow.result()
    assert versions(aws, storage, "name") == [b"same", b"old"]


def test_a_change_of_an_object_that_was_deleted_meanwhile_makes_it_again(aws, storage):
    storage.write_changed("name", b"old")
    aws.proxy.clear()
    aws.proxy.fail(Delay(0.5), "s3", "PutObject")
    with ThreadPoolExecutor(1) as other:
        slow = other.submit(storage.write_changed, "name", b"mine")
        wait_for(aws, "PutObject")
        aws.client("s3").delete_object(Bucket=aws.bucket, Key="a prefix/of+keys/name")
        assert slow.result()
    assert storage.read("name") == b"mine"


def test_nobody_overwrites_what_it_has_not_seen(aws, storage):
    contents = [bytes([number]) * 20_000 for number in range(WRITERS)]
    assert at_once(lambda content: storage.write_changed("name", content), contents) == [True] * WRITERS
    assert sorted(versions(aws, storage, "name")) == contents


def test_a_name_that_never_rests_is_an_error_that_says_so(aws, storage):
    storage.write_changed("name", b"0")
    done = Event()

    def write():
        number = 0
        while not done.is_set():
            number += 1
            aws.put("a prefix/of+keys/name", str(number).encode())

    aws.proxy.fail(Delay(0.1), "s3", "PutObject", times=None)
    with ThreadPoolExecutor(1) as other:
        other.submit(write)
        try:
            with pytest.raises(ServiceError, match=rf"other runs wrote it {ROUNDS} times meanwhile\. Run again"):
                storage.write_changed("name", b"mine")
        finally:
            done.set()


def test_readers_see_whole_objects_while_they_are_written(aws, storage):
    def body(number):
        content = str(number).encode() * 100_000
        return content + hashlib.sha256(content).digest()

    def whole(content):
        return hashlib.sha256(content[:-32]).digest() == content[-32:]

    storage.write_changed("name", body(0))
    with ThreadPoolExecutor(1) as other:
        writing = other.submit(lambda: [storage.write_changed("name", body(number)) for number in range(1, 15)])
        seen = set()
        while not writing.done():
            content = storage.read("name")
            assert whole(content)
            seen.add(content)
        assert writing.result() == [True] * 14
    assert len(seen) > 1


def test_a_second_write_changes_no_object(aws, storage):
    rows = pd.DataFrame({"k": ["a", "b"], "v": [1.0, None]}).astype({"k": "str"})
    tables = [LakeTable(storage.root, name, ["k"], name) for name in ("never", "changed")]

    def write():
        storage.write_changed("receipt.json", b"{}")
        storage.write_once("raw", b"1", is_whole=lambda content: True)
        storage.write_once("other", b"1")
        return [table.write(rows) for table in tables]

    assert [len(names) for names in write()] == [2, 2]
    before = objects(aws)
    assert len(before) == 7
    with aws.proxy.counting() as calls:
        assert write() == [[], []]
    assert objects(aws) == before
    assert calls == {("s3", "GetObject"): 7}


def test_a_damaged_object_is_written_anew_and_a_whole_one_is_not(aws, storage, caplog):
    table = LakeTable(storage.root, "t", ["k"], "never")
    rows = pd.DataFrame({"k": ["a"], "v": [1]}).astype({"k": "str"})
    [name] = table.write(rows)
    assert table.write(rows.assign(v=2)) == []
    aws.put(f"a prefix/of+keys/{name}", b"junk")
    with pytest.raises(DamagedFileError, match=rf"{name} is damaged"):
        table.read()
    with caplog.at_level(logging.WARNING):
        assert table.write(rows) == [name]
    pd.testing.assert_frame_equal(table.read(), rows)
    assert "was damaged and is written anew" in caplog.text


def test_no_access_list_and_no_encryption_is_sent_unasked(storage):
    with sending("PutObject") as sent:
        storage.write_once("name", b"1")
        storage.write_changed("name", b"2")
    assert len(sent) == 2
    for headers in sent:
        assert not [name for name in headers if "acl" in name or "grant" in name or "encryption" in name]
        assert [name for name in headers if name.startswith("x-amz-checksum-") or name == "x-amz-trailer"]


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"VITICAST_AWS_ENCRYPTION": "bucket"}, {}),
        ({"VITICAST_AWS_ENCRYPTION": "AES256"}, {"x-amz-server-side-encryption": b"AES256"}),
        (
            {"VITICAST_AWS_ENCRYPTION": "aws:kms", "VITICAST_AWS_KMS_KEY": "alias/lake"},
            {
                "x-amz-server-side-encryption": b"aws:kms",
                "x-amz-server-side-encryption-aws-kms-key-id": b"alias/lake",
            },
        ),
    ],
)
def test_objects_are_encrypted_as_the_environment_says(storage, monkeypatch, environment, expected):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with sending("PutObject") as sent:
        storage.write_once("once", b"1")
        storage.write_changed("changed", b"1")
    for headers in sent:
        assert {name: value for name, value in headers.items() if "encryption" in name} == expected


def test_without_a_key_of_its_own_the_account_s_is_asked_for(storage, monkeypatch):
    monkeypatch.setenv("VITICAST_AWS_ENCRYPTION", "aws:kms")
    # The local AWS has no key of the account, as Amazon's has.
    with sending("PutObject") as sent, pytest.raises(ServiceError, match="requires a key id"):
        storage.write_once("once", b"1")
    [headers] = sent
    encryption = {name: value for name, value in headers.items() if "encryption" in name}
    assert encryption == {"x-amz-server-side-encryption": b"aws:kms"}


def test_an_upload_that_breaks_off_is_made_again_and_leaves_no_half(aws, storage):
    content = b"x" * 300_000
    aws.proxy.fail(CutUpload(100_000), "s3", "PutObject")
    assert storage.write_once("name", content)
    assert aws.proxy.count("s3", "PutObject") == 2
    assert versions(aws, storage, "name") == [content]


def test_an_upload_whose_answer_is_lost_was_made_once(aws, storage):
    aws.proxy.fail(CutAnswer(), "s3", "PutObject", times=2)
    storage.write_once("name", b"1", is_whole=lambda content: True)
    storage.write_changed("other", b"2")
    assert versions(aws, storage, "name") == [b"1"]
    assert versions(aws, storage, "other") == [b"2"]


def test_a_download_that_breaks_off_is_made_again(aws, storage):
    content = b"x" * 300_000
    storage.write_once("name", content)
    aws.proxy.fail(CutAnswer(100_000), "s3", "GetObject", times=2)
    assert storage.read("name") == content


def test_a_download_that_breaks_off_for_ever_is_an_error(aws, storage):
    storage.write_once("name", b"x" * 300_000)
    aws.proxy.fail(CutAnswer(100_000), "s3", "GetObject", times=None)
    with pytest.raises(UnreachableError, match=r"could not read s3://viticast-test/a prefix/of\+keys/name.*Run again"):
        storage.read("name")


ACTS = {
    "exists": lambda storage: storage.exists("name"),
    "read": lambda storage: storage.read("name"),
    "glob": lambda storage: storage.glob("*"),
    "once": lambda storage: storage.write_once("name", b"1"),
    "whole": lambda storage: storage.write_once("name", b"1", is_whole=lambda content: True),
    "changed": lambda storage: storage.write_changed("name", b"1"),
}


@pytest.mark.parametrize("act", ACTS)
def test_a_bucket_that_is_not_there_is_named(act):
    with pytest.raises(BucketMissingError, match=r"s3://no-such-bucket/lake.*VITICAST_AWS_BUCKET"):
        ACTS[act](S3Storage("s3://no-such-bucket/lake"))


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(("fault", "error"), [(DENIED, AccessDeniedError), (EXPIRED, CredentialsError)])
def test_what_is_refused_is_named_with_its_address(aws, storage, act, fault, error):
    aws.proxy.fail(fault, "s3", times=None)
    with pytest.raises(error, match=r"s3://viticast-test/a prefix/of\+keys"):
        ACTS[act](storage)
    assert aws.proxy.count("s3") == 1


def test_what_is_asked_too_often_is_asked_five_times(aws, storage):
    aws.proxy.fail(THROTTLED, "s3", times=None)
    with pytest.raises(ThrottledError, match=r"s3://viticast-test/a prefix/of\+keys/name"):
        storage.read("name")
    assert aws.proxy.count("s3") == 5


def test_many_partitions_are_read_at_once_and_in_their_order(aws, storage):
    table = LakeTable(storage.root, "t", ["k"], "changed")
    rows = pd.DataFrame({"k": [f"{number:02}" for number in range(40)], "v": range(40)}).astype({"k": "str"})
    table.write(rows)
    aws.proxy.clear()
    aws.proxy.fail(Delay(0.25), "s3", "GetObject", times=None)
    began = time.monotonic()
    pd.testing.assert_frame_equal(table.read(), rows)
    # One after the other they would take ten seconds.
    assert time.monotonic() - began < 5
    assert aws.proxy.counts() == {("s3", "ListObjectsV2"): 1, ("s3", "GetObject"): 40}


def test_the_first_fault_of_many_reads_ends_them(aws, storage):
    table = LakeTable(storage.root, "t", ["k"], "changed")
    table.write(pd.DataFrame({"k": [f"{number:02}" for number in range(40)], "v": 1}).astype({"k": "str"}))
    aws.proxy.fail(DENIED, "s3", "GetObject", times=None)
    with pytest.raises(AccessDeniedError, match=r"k=00/part-0\.parquet"):
        table.read()


def test_a_partition_is_found_without_a_look_at_the_others(aws, storage):
    table = LakeTable(storage.root, "t", ["k", "j"], "changed")
    table.write(pd.DataFrame({"k": ["a", "a/b", "b"], "j": "x", "v": [1, 2, 3]}).astype({"k": "str", "j": "str"}))
    asked = []
    client("s3").meta.events.register(
        "before-parameter-build.s3.ListObjectsV2", lambda params, **_: asked.append(params)
    )
    assert table.read({"k": "a/b"})["v"].tolist() == [2]
    assert table.partitions({"k": "b", "j": "x"}) == [f"t/k=b/j=x/{FILE_NAME}"]
    assert [one["Prefix"].removeprefix("a prefix/of+keys/") for one in asked] == [
        "t/k=a%2Fb/",
        f"t/k=b/j=x/{FILE_NAME}",
    ]
