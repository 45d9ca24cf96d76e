"""Which revision of the project's files made a model."""

import shutil
import subprocess
from pathlib import Path

UNKNOWN = "unknown"
SECONDS = 30


def git_revision(folder: Path) -> str:
    """The commit that a folder has checked out, with `-dirty` behind it where tracked files were changed since.

    Args:
        folder: The project.

    Returns:
        `unknown` where the folder is no git checkout, or there is no git.
    """
    git = shutil.which("git")
    if git is None:
        return UNKNOWN
    command = [git, "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603 - a list, no shell
    except subprocess.TimeoutExpired:
        return UNKNOWN
    return done.stdout.strip() if done.returncode == 0 else UNKNOWN
