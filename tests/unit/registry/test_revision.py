import subprocess

import pytest

from viticast.registry.revision import git_revision


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout with a tag, in a folder whose name a shell would run."""
    folder = tmp_path / "a $(touch ran) folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "code.py").write_text("x = 1\n")
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "One"], ["tag", "-am", "v", "v1"]):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *command], cwd=folder, check=True)
    return folder


def head(folder):
    return subprocess.run(["git", "rev-parse", "HEAD"], cwd=folder, capture_output=True, text=True, check=True).stdout


def test_a_checkout_has_its_commit_and_says_when_files_were_changed(checkout):
    commit = head(checkout).strip()
    assert git_revision(checkout) == commit
    (checkout / "new.py").write_text("")
    assert git_revision(checkout) == commit
    (checkout / "code.py").write_text("x = 2\n")
    assert git_revision(checkout) == f"{commit}-dirty"
    assert not (checkout / "ran").exists()


def test_a_folder_outside_of_git_has_no_revision(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert git_revision(tmp_path) == "unknown"
    assert git_revision(tmp_path / "missing") == "unknown"


def test_without_a_commit_there_is_no_revision(tmp_path):
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    assert git_revision(tmp_path) == "unknown"


def test_without_git_there_is_no_revision(checkout, monkeypatch):
    monkeypatch.setenv("PATH", str(checkout))
    assert git_revision(checkout) == "unknown"
