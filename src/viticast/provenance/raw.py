"""The raw files: whether their bytes are still what they were, and which of them is meant."""

import hashlib
import re

import pandas as pd

from viticast.provenance.errors import SeveralFilesError, UnknownFileError
from viticast.provenance.records import RawFile, RawState

SHORTEST_PREFIX = 4
_HASH = re.compile(r"[0-9a-f]{4,64}")
_LISTED = 5


def raw_file(sha256: str, path: str, content: bytes | None) -> RawFile:
    """A file of the raw layer, with its bytes checked against its hash.

    Args:
        sha256: Hash under which it was landed.
        path: Where it is kept.
        content: Its bytes as they are now, None if there are none.
    """
    return RawFile(sha256, path, _state(sha256, content))


def file_hash(content: bytes) -> str:
    """The name that bytes have in the raw layer."""
    return hashlib.sha256(content).hexdigest()


def landed_files(*frames: pd.DataFrame) -> pd.DataFrame:
    """Every file that ever landed: raw_sha256 and address, from the manifest, the vintages and the findings."""
    known = pd.concat([frame[["raw_sha256", "address"]] for frame in frames], ignore_index=True)
    return known.drop_duplicates().sort_values(["raw_sha256", "address"], ignore_index=True)


def find_landed(asked: str, content: bytes | None, landed: pd.DataFrame) -> str:
    """The hash of the file that is meant.

    Args:
        asked: Path, address, hash or the beginning of a hash.
        content: The bytes if `asked` is the path of a file, else None.
        landed: As `landed_files` gives them.

    Returns:
        64 hexadecimal digits.

    Raises:
        UnknownFileError: No such file has landed.
        SeveralFilesError: The beginning or the address stands for several.
    """
    if content is not None:
        return _by_content(asked, content, landed)
    by_address = landed.loc[landed["address"] == asked, "raw_sha256"].unique().tolist()
    if by_address:
        return _only_one(f"the address {asked}", by_address, landed)
    if not _HASH.fullmatch(asked.lower()):
        raise UnknownFileError(
            f"'{asked}' is neither a file, nor an address that was fetched, nor {SHORTEST_PREFIX} to 64 hexadecimal "
            f"digits of a hash. The hashes are the names in the folder of raw files"
        )
    found = landed.loc[landed["raw_sha256"].str.startswith(asked.lower()), "raw_sha256"].unique().tolist()
    if not found:
        raise UnknownFileError(
            f"no file with a hash that begins with {asked} has landed; {landed['raw_sha256'].nunique()} files have. "
            "Is it of another source (--source)?"
        )
    return _only_one(f"the beginning {asked}", found, landed)


def _by_content(path: str, content: bytes, landed: pd.DataFrame) -> str:
    sha256 = file_hash(content)
    if (landed["raw_sha256"] == sha256).any():
        return sha256
    earlier = landed.loc[landed["address"] == path, "raw_sha256"].unique().tolist()
    hint = f" From this address came {', '.join(earlier)}." if earlier else ""
    raise UnknownFileError(
        f"the bytes of {path} ({sha256}) have never landed.{hint} Ingest them first, or name another source (--source)"
    )


def _only_one(what: str, found: list[str], landed: pd.DataFrame) -> str:
    if len(found) == 1:
        return str(found[0])
    first = landed[landed["raw_sha256"].isin(found)].drop_duplicates("raw_sha256").head(_LISTED)
    lines = [f"  {row.raw_sha256}  {row.address}" for row in first.itertuples(index=False)]
    more = f"\n  and {len(found) - len(first)} more" if len(found) > len(first) else ""
    raise SeveralFilesError(f"{what} stands for {len(found)} files; give one hash:\n" + "\n".join(lines) + more)


def _state(sha256: str, content: bytes | None) -> RawState:
    if content is None:
        return "missing"
    return "ok" if file_hash(content) == sha256 else "damaged"
