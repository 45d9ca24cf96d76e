"""A crawler of Glue: made as it has to be, started, and waited for."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from viticast.lake.aws.clients import client
from viticast.lake.aws.failures import error_code, error_words, naming_errors
from viticast.lake.aws.own_crawler import require_own
from viticast.lake.aws.waiting import NOT_FOUND, once_settled, waits
from viticast.lake.errors import CrawlCancelledError, CrawlFailedError, CrawlTimeoutError, ServiceError

logger = logging.getLogger(__name__)

RUNNING = "CrawlerRunningException"
EXISTS = "AlreadyExistsException"
INVALID = "InvalidInputException"
READY = "READY"
STOPPING = "STOPPING"
LOG_GROUP = "/aws-glue/crawlers"

AFTER_INGESTION = "kedro run --env=aws --pipelines=cataloging,feature,modeling,monitoring"

FIRST_WAIT = 1.0
LONGEST_WAIT = 30.0
"""Seconds between two looks at a crawl."""

NEW_FOLDERS = "CRAWL_NEW_FOLDERS_ONLY"
EVERYTHING = "CRAWL_EVERYTHING"

_CONFIGURATION = {
    "Version": 1.0,
    # One table for each target, whatever its partitions are; Glue's guess would be one table for each vintage.
    "Grouping": {"TableGroupingPolicy": "CombineCompatibleSchemas"},
    # A partition's own columns would be those of one file, and Athena compares them with the table's.
    "CrawlerOutput": {"Partitions": {"AddOrUpdateBehavior": "InheritFromTable"}},
}
_SCHEMA_CHANGES = {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}
"""The only policy that Glue takes with `NEW_FOLDERS`: new tables and partitions are made, no old one is changed."""


@dataclass(frozen=True)
class CrawlerOptions:
    """What a crawler is.

    Attributes:
        name: Name of the crawler.
        database: In which it makes tables.
        role: ARN or name of the role that it reads the lake with.
        lake: Address of the lake, which all targets lie in.
        targets: Addresses of the folders, one for each table.
        timeout_seconds: How long all crawls of one registration are waited for.
    """

    name: str
    database: str
    role: str
    lake: str
    targets: tuple[str, ...]
    timeout_seconds: float = 1800


class Crawler:
    """A crawler that looks only into folders that are new; into all of them where that is asked.

    Args:
        options: What it is.
    """

    def __init__(self, options: CrawlerOptions) -> None:
        self.options = options

    def crawl(self, *, everything: bool = False) -> None:
        """Makes the crawler as it has to be, starts it and waits for its end.

        A crawl that is running is waited for, and another is started then: it may have passed where new files are.
        After a crawl of everything the next one sets the crawler back to new folders.

        Args:
            everything: Look into all folders; else only into those that no crawl has seen. The first crawl of a
                crawler looks into all of them.

        Raises:
            CatalogMismatchError: A crawler of the name is somebody else's.
            CrawlFailedError: The crawl failed.
            CrawlCancelledError: Somebody stopped it.
            CrawlTimeoutError: It did not end within the bound.
            ServiceError: The crawler cannot be made, started or looked at.
        """
        watch = _Watch(self.options)
        current = watch.until_ready()
        while not self._start(current, everything=everything):
            watch.wait("of another run")
            current = watch.until_ready()
        logger.info("crawler %s: started", self.options.name)
        _judge(self.options.name, watch.until_crawled(_last_start(current)))

    def _start(self, current: Mapping[str, Any] | None, *, everything: bool) -> bool:
        """Starts the crawler; false if another run has started it meanwhile."""
        name = self.options.name
        with naming_errors("glue", f"set and start the crawler {name}"):
            try:
                self._ensure(current, everything=everything)
                once_settled(lambda: client("glue").start_crawler(Name=name))
            except ClientError as error:
                # Made meanwhile, perhaps by somebody else: it is looked at again.
                if _is_running(error) or error_code(error) == EXISTS:
                    return False
                if error_code(error) == INVALID:
                    raise ServiceError(
                        f"Glue could not set the crawler {name}: {error.operation_name} was refused "
                        f"({error_words(error)}). See that VITICAST_AWS_ROLE ({self.options.role}) is a role that "
                        "glue.amazonaws.com may assume, and that it may read the bucket; deploy/aws has one."
                    ) from error
                raise
        return True

    def _ensure(self, current: Mapping[str, Any] | None, *, everything: bool) -> None:
        """Makes the crawler, or changes what is not as it has to be."""
        wanted = _settings(self.options, everything=everything)
        if current is None:
            self._create(wanted)
            return
        changed = [name for name in wanted if _comparable(name, current) != _comparable(name, wanted)]
        if not changed:
            return
        logger.info("crawler %s: setting anew: %s", self.options.name, ", ".join(changed))
        if "Targets" in changed:
            # Glue changes no targets of a crawler of new folders only, and such a one makes no table for a new target.
            wanted = _settings(self.options, everything=True)
            self._update({name: wanted[name] for name in ("RecrawlPolicy", "SchemaChangePolicy")})
        self._update(wanted)

    def _create(self, wanted: Mapping[str, Any]) -> None:
        once_settled(lambda: client("glue").create_crawler(Name=self.options.name, **wanted))
        logger.info("crawler %s: made, for %s", self.options.name, ", ".join(self.options.targets))

    def _update(self, wanted: Mapping[str, Any]) -> None:
        client("glue").update_crawler(Name=self.options.name, **wanted)


class _Watch:
    """Looks at a crawler ever less often, until a bound.

    Args:
        options: What the crawler is.
    """

    def __init__(self, options: CrawlerOptions) -> None:
        self.options = options
        self._waits = waits(FIRST_WAIT, LONGEST_WAIT, options.timeout_seconds)

    def until_ready(self) -> Mapping[str, Any] | None:
        """The crawler, when no crawl is running; None if there is no such crawler.

        Raises:
            CatalogMismatchError: It is somebody else's; its crawls are not waited for.
            CrawlTimeoutError: The bound is reached.
        """
        while (crawler := self._look()) is not None:
            require_own(crawler, self.options.database, self.options.lake)
            if crawler["State"] == READY:
                break
            self.wait(f"of another run ({crawler['State']})")
        return crawler

    def until_crawled(self, before: datetime | None) -> Mapping[str, Any]:
        """How the crawl ended that started after the one that started at `before`.

        Raises:
            CrawlCancelledError: The crawler was deleted.
            CrawlTimeoutError: The bound is reached.
        """
        state = "STARTING"
        while True:
            self.wait(f"of this run ({state})")
            crawler = self._look()
            if crawler is None:
                raise CrawlCancelledError(
                    f"somebody deleted the crawler {self.options.name} while it ran. Run again, it is made anew: "
                    f"{AFTER_INGESTION}"
                )
            state = crawler["State"]
            # While it stops it still makes tables.
            if _last_start(crawler) != before and state != STOPPING:
                last: Mapping[str, Any] = crawler["LastCrawl"]
                return last

    def wait(self, crawl: str) -> None:
        """Waits for the next look.

        Raises:
            CrawlTimeoutError: The bound is reached.
        """
        name = self.options.name
        passed = next(self._waits, None)
        if passed is None:
            raise CrawlTimeoutError(
                f"the crawler {name} did not end the crawl {crawl} within {self.options.timeout_seconds:g} seconds; it "
                f"goes on. Look at it: aws glue get-crawler --name {name}. When it is READY, run again: "
                f"{AFTER_INGESTION}. To wait longer: crawl_timeout_seconds of lake_catalog in conf/aws/catalog.yml"
            )
        logger.info("crawler %s: waiting for the crawl %s, %.0f s", name, crawl, passed)

    def _look(self) -> Mapping[str, Any] | None:
        name = self.options.name
        with naming_errors("glue", f"look at the crawler {name}"):
            try:
                found: Mapping[str, Any] = client("glue").get_crawler(Name=name)["Crawler"]
            except ClientError as error:
                if error_code(error) != NOT_FOUND:
                    raise
                return None
        return found


def _settings(options: CrawlerOptions, *, everything: bool) -> dict[str, Any]:
    return {
        "Role": options.role,
        "DatabaseName": options.database,
        "Targets": {"S3Targets": [{"Path": target} for target in options.targets]},
        "TablePrefix": "",
        "SchemaChangePolicy": _SCHEMA_CHANGES,
        "RecrawlPolicy": {"RecrawlBehavior": EVERYTHING if everything else NEW_FOLDERS},
        "Configuration": json.dumps(_CONFIGURATION),
    }


def _comparable(name: str, settings: Mapping[str, Any]) -> object:
    """A setting in one form, whichever Glue gives it back in."""
    value: Any = settings.get(name) or {}
    if name == "Role":
        # An ARN comes back as a name; names are unique, whatever path is before them.
        return str(value).rsplit("/", 1)[-1]
    if name == "Configuration":
        return json.loads(value) if value else {}
    return _comparable_targets(value) if name == "Targets" else value


def _comparable_targets(targets: Mapping[str, Sequence[Mapping[str, Any]]]) -> object:
    given = {kind: several for kind, several in targets.items() if several}
    return {
        kind: sorted(json.dumps({key: value for key, value in one.items() if value}, sort_keys=True) for one in several)
        for kind, several in given.items()
    }


def _is_running(error: ClientError) -> bool:
    # UpdateCrawler is known to name it in words only.
    return error_code(error) == RUNNING or (error_code(error) == INVALID and "while running" in error_words(error))


def _last_start(crawler: Mapping[str, Any] | None) -> datetime | None:
    start: datetime | None = ((crawler or {}).get("LastCrawl") or {}).get("StartTime")
    return start


def _judge(name: str, last: Mapping[str, Any]) -> None:
    status = last.get("Status")
    group = last.get("LogGroup", LOG_GROUP)
    log = f"aws logs tail {group} --log-stream-names {last.get('LogStream', name)}"
    if status == "CANCELLED":
        raise CrawlCancelledError(
            f"the crawler {name} was stopped before its end. Run again when nobody stops it: {AFTER_INGESTION}. "
            f"Its log: {log}"
        )
    if status != "SUCCEEDED":
        words = " ".join(str(last.get("ErrorMessage", "without a word")).split())
        raise CrawlFailedError(
            f"the crawler {name} failed: {words}. See what its log says ({log}), that its role may read the lake and "
            f"write to the database, and run again: {AFTER_INGESTION}"
        )
    logger.info("crawler %s: done", name)
