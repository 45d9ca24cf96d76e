"""Files of the lake that are damaged or gone."""

import hashlib

from tests.faults.case import Group
from tests.faults.workspace import NEWER, OLDER, TABLES, Workspace

from viticast.lake.writers import STALE_SUFFIX, this_host

GROUP = Group("stored files")
RECEIPT = "02_lake/ingestion_receipt.json"
REMEDY = "Run again the pipeline that writes it"
OBSERVATIONS = "02_lake/observations/table_name=ExpVinho/*/part-0.parquet"
FROM_A_BACKUP = "Put a copy from a backup in its place"


def _without_ingestion(workspace: Workspace) -> None:
    workspace.pipelines = "cataloging,feature"
    workspace.delivered = []


def _garbage(content: bytes) -> bytes:
    return b"garbage" * (len(content) // 7)


def _half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _flipped(content: bytes) -> bytes:
    middle = len(content) // 3
    return content[:middle] + bytes([content[middle] ^ 0x55]) + content[middle + 1 :]


@GROUP.error("DatasetError", "ingestion_receipt.json is damaged", remedy=REMEDY)
def receipt_of_garbage(workspace: Workspace) -> None:
    """The receipt of ingestion is no JSON, and cataloging and feature run alone."""
    workspace.damage(RECEIPT, _garbage)
    _without_ingestion(workspace)


@GROUP.error("DatasetError", "ingestion_receipt.json is damaged", remedy=REMEDY)
def receipt_without_a_byte(workspace: Workspace) -> None:
    """The receipt of ingestion is empty, and cataloging and feature run alone."""
    workspace.damage(RECEIPT, lambda _content: b"")
    _without_ingestion(workspace)


@GROUP.error("DatasetError", "ingestion_receipt.json is incomplete", "source: Field required", remedy=REMEDY)
def receipt_without_entries(workspace: Workspace) -> None:
    """The receipt of ingestion is `{}`, and cataloging and feature run alone."""
    workspace.damage(RECEIPT, lambda _content: b"{}")
    _without_ingestion(workspace)


@GROUP.error("DatasetError", "ingestion_receipt.json is missing", remedy="kedro run --pipelines=ingestion; or run")
def receipt_missing(workspace: Workspace) -> None:
    """The receipt of ingestion is gone, and cataloging and feature run alone."""
    workspace.remove(RECEIPT)
    _without_ingestion(workspace)


@GROUP.accepted()
def receipts_of_garbage_in_a_whole_run(workspace: Workspace) -> None:
    """Both receipts are no JSON, and all three pipelines run: they are written anew."""
    workspace.damage(RECEIPT, _garbage)
    workspace.damage("02_lake/feature_receipt.json", _garbage)


@GROUP.error("DamagedFileError", "observations/table_name=ExpVinho", "is damaged", remedy=FROM_A_BACKUP, is_late=True)
def observations_of_garbage(workspace: Workspace) -> None:
    """The partition of ExpVinho in observations is no Parquet file."""
    workspace.damage(OBSERVATIONS, _garbage)


@GROUP.error("DamagedFileError", "observations/table_name=ExpVinho", "is damaged", remedy=FROM_A_BACKUP, is_late=True)
def observations_cut(workspace: Workspace) -> None:
    """The partition of ExpVinho in observations was cut in half."""
    workspace.damage(OBSERVATIONS, _half)


@GROUP.error("DamagedFileError", "observations/table_name=ExpVinho", "is damaged", remedy=FROM_A_BACKUP, is_late=True)
def observations_rotten(workspace: Workspace) -> None:
    """One byte of the partition of ExpVinho in observations has changed on the disk."""
    workspace.damage(OBSERVATIONS, _flipped)


@GROUP.error("DamagedFileError", "vintages/table_name=ExpVinho", "is damaged", remedy=FROM_A_BACKUP, is_late=True)
def vintages_cut(workspace: Workspace) -> None:
    """The partition of ExpVinho in vintages was cut in half."""
    workspace.damage("02_lake/vintages/table_name=ExpVinho/*/*/part-0.parquet", _half)


@GROUP.error("DamagedFileError", "findings/table_name=ExpVinho", "is damaged", remedy=FROM_A_BACKUP, is_late=True)
def findings_cut(workspace: Workspace) -> None:
    """The partition of ExpVinho in findings was cut in half."""
    workspace.damage("02_lake/findings/table_name=ExpVinho/*/*/part-0.parquet", _half)


@GROUP.error("DamagedFileError", "crosswalk", "is damaged", remedy=FROM_A_BACKUP, is_late=True)
def crosswalk_batch_of_garbage(workspace: Workspace) -> None:
    """A batch of the crosswalk is no Parquet file."""
    workspace.damage("03_primary/crosswalk/*/*/part-0.parquet", _garbage)


@GROUP.accepted("was damaged and is written anew")
def raw_file_damaged(workspace: Workspace) -> None:
    """A raw file has lost its second half, and comes in again: it is put right."""
    # The address is part of what is recorded of a file: it comes from where it came from before.
    sample = workspace.project / "data" / "00_sample"
    contents = [(sample / name / f"{table}.csv").read_bytes() for name in (OLDER, NEWER) for table in TABLES]
    workspace.damage(f"01_raw/files/{hashlib.sha256(contents[0]).hexdigest()}", _half)
    workspace.params["source_url"] = str(sample)
    workspace.delivered = contents


@GROUP.accepted()
def catalog_of_garbage(workspace: Workspace) -> None:
    """lake.duckdb is no database: it holds no figures, and is built anew."""
    workspace.damage("02_lake/lake.duckdb", _garbage)


@GROUP.accepted()
def catalog_missing(workspace: Workspace) -> None:
    """lake.duckdb is gone."""
    workspace.remove("02_lake/lake.duckdb")


@GROUP.accepted()
def unfinished_file_of_a_killed_run(workspace: Workspace) -> None:
    """A run that was killed has left half a file: it is swept."""
    whole = workspace.written("02_lake/panel/*/part-0.parquet")
    # No system gives a process so high a number.
    unfinished = f"{whole.name}{STALE_SUFFIX}{this_host()}-4999999-{'0' * 32}"
    workspace.add(whole.with_name(unfinished), b"PAR1")


@GROUP.error("DamagedFileError", "panel/", "is damaged", remedy=FROM_A_BACKUP, is_late=True)
def panel_cut(workspace: Workspace) -> None:
    """The panel of the snapshot before was cut in half."""
    workspace.damage("02_lake/panel/*/part-0.parquet", _half)
