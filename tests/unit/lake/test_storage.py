import hashlib
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import contextmanager

import pytest

from viticast.lake.storage import STALE_SUFFIX, Storage, replace_file

WRITER = textwrap.dedent(
    """
    import hashlib, itertools, sys
    from viticast.lake.storage import Storage

    storage, names, rounds = Storage(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    print("ready", flush=True)
    for number in itertools.count() if rounds == 0 else range(rounds):
        body = f"{sys.argv[4]}{number}".encode() * 200_000
        storage.write_changed(f"file-{number % names}", body + hashlib.sha256(body).digest())
    """
)


@contextmanager
def writing(folder, *, files, rounds=0, name="w"):
    """Another process that writes `rounds` times, or until it is killed."""
    command = [sys.executable, "-c", WRITER, str(folder), str(files), str(rounds), name]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


def is_whole(content):
    return hashlib.sha256(content[:-32]).digest() == content[-32:]


@pytest.fixture
def storage(tmp_path):
    return Storage(str(tmp_path / "a folder [of] files*"))


def mtime(storage, name):
    return storage.fs.info(storage.path(name))["mtime"]


def test_bytes_come_back(storage):
    assert storage.write_once("a/b/c", b"1")
    assert storage.read("a/b/c") == b"1"
    assert storage.exists("a/b/c")
    assert not storage.exists("a/b")


def test_what_is_written_once_stays(storage):
    storage.write_once("name", b"first")
    before = mtime(storage, "name")
    assert not storage.write_once("name", b"second")
    assert (storage.read("name"), mtime(storage, "name")) == (b"first", before)


def test_a_file_that_would_not_change_keeps_its_time(storage):
    assert storage.write_changed("name", b"first")
    before = mtime(storage, "name")
    assert not storage.write_changed("name", b"first")
    assert mtime(storage, "name") == before


def test_a_file_that_changes_is_replaced(storage):
    storage.write_changed("name", b"first")
    assert storage.write_changed("name", b"second")
    assert storage.read("name") == b"second"
    assert storage.glob("*") == ["name"]


def test_names_are_sorted_and_unfinished_files_are_not_among_them(storage):
    for name in ("t/k=2/part", "t/k=1/part", f"t/k=3/part{STALE_SUFFIX}0", "other"):
        storage.write_once(name, b"")
    assert storage.glob("t/*/part*") == ["t/k=1/part", "t/k=2/part"]
    assert storage.glob("nothing/*") == []


def test_an_object_store_takes_the_same_names():
    storage = Storage("memory://bucket/prefix")
    storage.write_once("t/part", b"1")
    assert not storage.is_local
    assert (storage.glob("*/part"), storage.read("t/part")) == (["t/part"], b"1")
    assert not storage.write_changed("t/part", b"1")


class BrokenDiskError(OSError):
    pass


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    target = tmp_path / "name"
    target.write_bytes(b"old")

    def fail(_):
        raise BrokenDiskError

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(BrokenDiskError):
        replace_file(target, b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["name"]
    assert target.read_bytes() == b"old"


def test_a_killed_writer_leaves_only_whole_files(tmp_path):
    storage = Storage(str(tmp_path))
    for round_number in range(4):
        with writing(tmp_path, files=3, name=f"w{round_number}-") as process:
            while not storage.glob("*"):
                assert process.poll() is None
            time.sleep(0.013 * round_number)
            process.send_signal(signal.SIGKILL)
            process.wait()
        names = storage.glob("*")
        assert set(names) <= {"file-0", "file-1", "file-2"}
        assert all(is_whole(storage.read(name)) for name in names)


def test_two_writers_and_a_reader_do_each_other_no_harm(tmp_path):
    storage = Storage(str(tmp_path))
    reads = 0
    with writing(tmp_path, files=1, rounds=60, name="x") as one, writing(tmp_path, files=1, rounds=60, name="y") as two:
        while one.poll() is None or two.poll() is None:
            for name in storage.glob("*"):
                assert is_whole(storage.read(name))
                reads += 1
        assert (one.returncode, two.returncode) == (0, 0)
    assert reads > 10
    assert [path.name for path in tmp_path.iterdir()] == ["file-0"]
