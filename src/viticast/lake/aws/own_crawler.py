"""Whether a crawler is this lake's, or somebody else's of the same name."""

from collections.abc import Iterator, Mapping
from typing import Any

from viticast.lake.conformity import CatalogMismatchError


def require_own(crawler: Mapping[str, Any], database: str, lake: str) -> None:
    """Sees that a crawler makes tables of this lake only, in its database, and when a run starts it.

    What else it is, a run may set as it has to be; but a crawler of other files serves somebody else.

    Args:
        crawler: As Glue describes it.
        database: Of the lake's tables.
        lake: Address of the lake.

    Raises:
        CatalogMismatchError: It is somebody else's; the message has all that is foreign.
    """
    if foreign := list(_foreign(crawler, database, lake)):
        name = crawler["Name"]
        raise CatalogMismatchError(
            f"the crawler {name} is not of {lake}/: it has {'; '.join(foreign)}. It stays as it is. Set "
            "VITICAST_AWS_CRAWLER to another name, or delete the crawler if nobody needs it "
            f"(aws glue delete-crawler --name {name}; no file and no table is deleted), and run again"
        )


def _foreign(crawler: Mapping[str, Any], database: str, lake: str) -> Iterator[str]:
    if (other := crawler.get("DatabaseName", "")) != database:
        yield f"the database {other or '(none)'} instead of {database}"
    for kind, targets in (crawler.get("Targets") or {}).items():
        outside = [target for target in targets if not (kind == "S3Targets" and _is_inside(target, lake))]
        if outside:
            yield f"{kind} outside the lake: {', '.join(_address(target) for target in outside)}"
    if schedule := (crawler.get("Schedule") or {}).get("ScheduleExpression"):
        yield f"the schedule {schedule}"


def _is_inside(target: Mapping[str, Any], lake: str) -> bool:
    return f"{str(target.get('Path', '')).rstrip('/')}/".startswith(f"{lake.rstrip('/')}/")


def _address(target: Mapping[str, Any]) -> str:
    # Each kind of target has another name for it.
    names = ("Path", "DatabaseName", "ConnectionName")
    return str(next((target[name] for name in names if target.get(name)), "(without an address)"))
