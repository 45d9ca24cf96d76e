import errno
import hashlib
import logging
import os
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from viticast.lake.storage import (
    ABANDONED_AFTER_SECONDS,
    LocalStorage,
    make_folder,
    open_file,
    open_storage,
    replace_file,
    sweep,
)
from viticast.lake.writers import STALE_SUFFIX, Writer, this_host, this_writer, unfinished_path, writer_of

WRITER = textwrap.dedent(
    """
    import hashlib, itertools, sys
    from viticast.lake.storage import LocalStorage

    storage, names, rounds = LocalStorage(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
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
    return LocalStorage(str(tmp_path / "a folder [of] files*"))


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


@pytest.mark.parametrize("address", ["memory://bucket/lake", "gs://bucket", "s3a://bucket"])
def test_an_address_that_is_no_place_for_a_lake_is_refused(address):
    with pytest.raises(ValueError, match=r"is no place .* s3://<bucket>/<prefix>"):
        open_storage(address)


def test_an_address_of_a_file_is_a_path(tmp_path):
    storage, name = open_file(f"file://{tmp_path}/folder/name")
    assert (storage.root, name) == (str(tmp_path / "folder"), "name")


def test_a_name_without_a_folder_lies_in_the_current_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    storage, name = open_file("name")
    assert storage.path(name) == str(tmp_path / "name")


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
    storage = LocalStorage(str(tmp_path))
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
    storage = LocalStorage(str(tmp_path))
    reads = 0
    with writing(tmp_path, files=1, rounds=60, name="x") as one, writing(tmp_path, files=1, rounds=60, name="y") as two:
        while one.poll() is None or two.poll() is None:
            for name in storage.glob("*"):
                assert is_whole(storage.read(name))
                reads += 1
        assert (one.returncode, two.returncode) == (0, 0)
    assert reads > 10
    assert [path.name for path in tmp_path.iterdir()] == ["file-0"]


ONCE = textwrap.dedent(
    """
    import sys, time
    from viticast.lake.storage import LocalStorage

    storage, name = LocalStorage(sys.argv[1]), sys.argv[2]
    print("ready", flush=True)
    sys.stdin.readline()
    print(sum(storage.write_once(f"file-{number}", name.encode() * 1000) for number in range(300)))
    """
)


def test_of_two_writers_of_one_name_the_first_one_wins(tmp_path):
    command = [sys.executable, "-c", ONCE, str(tmp_path)]
    writers = [
        subprocess.Popen([*command, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for name in "xy"
    ]
    for writer in writers:
        writer.stdout.readline()
    for writer in writers:
        writer.stdin.write("\n")
        writer.stdin.flush()
    won = dict(zip("xy", (int(writer.communicate()[0]) for writer in writers), strict=True))
    found = [LocalStorage(str(tmp_path)).read(f"file-{number}")[:1].decode() for number in range(300)]
    assert {name: found.count(name) for name in "xy"} == won
    assert len(list(tmp_path.iterdir())) == 300


def test_a_name_that_was_taken_meanwhile_stays_with_the_first(storage, monkeypatch):
    storage.write_once("name", b"first")
    before = mtime(storage, "name")
    monkeypatch.setattr(storage, "exists", lambda name: False)
    assert not storage.write_once("name", b"second")
    assert (storage.read("name"), mtime(storage, "name")) == (b"first", before)
    assert storage.glob("*") == ["name"]


def test_a_damaged_file_is_written_anew_and_a_whole_one_is_not(storage, caplog):
    storage.write_once("name", b"whole")
    assert not storage.write_once("name", b"other", is_whole=lambda content: content == b"whole")
    assert storage.read("name") == b"whole"
    with caplog.at_level(logging.WARNING):
        assert storage.write_once("name", b"other", is_whole=lambda content: content != b"whole")
    assert storage.read("name") == b"other"
    assert "name was damaged and is written anew" in caplog.text


@pytest.mark.parametrize("answer", [errno.EPERM, errno.ENOTSUP])
def test_a_file_system_without_links_takes_files_as_well(storage, monkeypatch, answer):
    def refuse(source, target):
        raise OSError(answer, "no links here")

    monkeypatch.setattr("os.link", refuse)
    assert storage.write_once("name", b"1")
    assert storage.read("name") == b"1"
    assert [path.name for path in Path(storage.root).iterdir()] == ["name"]


def test_a_full_disk_is_not_taken_for_a_file_system_without_links(storage, monkeypatch):
    def refuse(source, target):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr("os.link", refuse)
    with pytest.raises(OSError, match="full"):
        storage.write_once("name", b"1")
    assert list(Path(storage.root).iterdir()) == []


def test_bytes_and_names_are_on_the_disk_before_a_write_ends(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr("os.fsync", lambda number: synced.append(str(Path(f"/proc/self/fd/{number}").readlink())))
    LocalStorage(str(tmp_path)).write_once("a/b/name", b"1")
    assert synced[:2] == [str(tmp_path / "a"), str(tmp_path)]
    assert STALE_SUFFIX in synced[2]
    assert synced[3:] == [str(tmp_path / "a" / "b")]
    synced.clear()
    replace_file(tmp_path / "a" / "b" / "name", b"2")
    assert synced[-1] == str(tmp_path / "a" / "b")


def test_folders_that_are_there_are_not_made_again(tmp_path):
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


def ended_process():
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def leave_unfinished(folder, host, pid, age=0):
    path = folder / f"part-0.parquet{STALE_SUFFIX}{host}-{pid}-{'0' * 32}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"half")
    os.utime(path, (time.time() - age, time.time() - age))
    return path


def test_a_sweep_takes_what_ended_writers_of_this_host_left(tmp_path):
    storage = LocalStorage(str(tmp_path))
    storage.write_once("t/part-0.parquet", b"whole")
    dead = leave_unfinished(tmp_path / "t", this_host(), ended_process())
    living = leave_unfinished(tmp_path / "t", this_host(), os.getpid())
    elsewhere = leave_unfinished(tmp_path / "t", "elsewhere", 1)
    assert sweep(str(tmp_path)) == [str(dead)]
    assert {path.name for path in (tmp_path / "t").iterdir()} == {"part-0.parquet", living.name, elsewhere.name}


def test_a_sweep_takes_what_anybody_left_a_day_ago(tmp_path):
    day = ABANDONED_AFTER_SECONDS
    old = [leave_unfinished(tmp_path / str(age), "elsewhere", 1, age=day + age) for age in (60, 3600)]
    leave_unfinished(tmp_path, "elsewhere", 1, age=day - 60)
    nameless = tmp_path / f"target{STALE_SUFFIX}by-hand"
    nameless.write_bytes(b"")
    os.utime(nameless, (0, 0))
    assert set(sweep(str(tmp_path))) == {*map(str, old), str(nameless)}


def test_a_sweep_of_nothing_finds_nothing(tmp_path):
    assert sweep(str(tmp_path / "none")) == []
    assert sweep("s3://bucket/none") == []


def test_a_writer_that_is_killed_leaves_what_a_sweep_takes(tmp_path):
    storage = LocalStorage(str(tmp_path))
    leave = "import os, signal; os.fsync = lambda number: os.kill(os.getpid(), signal.SIGKILL); "
    write = "from viticast.lake.storage import LocalStorage; LocalStorage(%r).write_once('name', b'1')" % str(tmp_path)  # noqa: UP031
    subprocess.run([sys.executable, "-c", leave + write], check=False)
    [left] = tmp_path.iterdir()
    assert storage.glob("*") == []
    assert sweep(str(tmp_path)) == [str(left)]
    assert list(tmp_path.iterdir()) == []


def test_an_unfinished_name_says_whose_it_is(tmp_path):
    assert writer_of(unfinished_path(tmp_path / "a.b-c_d").name) == this_writer()
    with_suffix = unfinished_path(tmp_path / "page.html", suffix=".html").name
    assert writer_of(with_suffix) == this_writer()
    assert with_suffix.startswith(f"page{STALE_SUFFIX}")
    assert with_suffix.endswith(".html")
    assert writer_of("part-0.parquet") is None
    assert not Writer("elsewhere", ended_process()).is_dead
    assert Writer(this_host(), ended_process()).is_dead
    assert not this_writer().is_dead
