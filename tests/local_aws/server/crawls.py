"""The calls of Glue that are about crawlers: what ministack answers without crawling, done."""

import contextvars
import logging
import os
import threading
import time
from typing import Any

from ministack.core.responses import error_response_json, json_response, new_uuid
from ministack.services import glue
from tests.local_aws.server import happenings
from tests.local_aws.server.crawler import Crawled, crawl
from tests.local_aws.server.hive_types import UnknownTypeError
from tests.local_aws.server.objects import ObjectError

Request = dict[str, Any]
Response = tuple[int, dict[str, str], bytes]

log = logging.getLogger(__name__)
CRAWL_SECONDS = float(os.environ.get("CRAWL_SECONDS", "0.1"))
LOG_ONLY = {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}

_create_crawler = glue._create_crawler
_update_crawler = glue._update_crawler


class Crawl(threading.Thread):
    """One crawl, in the account and region of the request that started it."""

    def __init__(self, crawler: Request) -> None:
        super().__init__(daemon=True)
        self._crawler = crawler
        self._context = contextvars.copy_context()
        self._began = time.time()
        self.stopped = threading.Event()

    def run(self) -> None:
        """Crawls, and says how it ended."""
        self._context.run(self._run)

    def _run(self) -> None:
        status, message = "FAILED", "Internal Service Exception"
        try:
            status, message = self._crawl()
        except (ObjectError, UnknownTypeError) as error:
            message = str(error)
            log.warning("crawl of %s: %s", self._crawler["Name"], error)
        finally:
            self._end(status, message)

    def _crawl(self) -> tuple[str, str]:
        happening = happenings.take("crawl", self._crawler["Name"])
        if happening.outcome == "never ends":
            self._wait_until_stopped()
        else:
            self.stopped.wait(max(CRAWL_SECONDS, happening.seconds))
        if happening.outcome == "fails":
            return "FAILED", happening.message
        if self.stopped.is_set() or self._is_forgotten() or happening.outcome == "is cancelled":
            return "CANCELLED", happening.message
        done = crawl(self._crawler, set(self._crawler.get("_folders", ())))
        self._crawler["_folders"], self._crawler["_done"] = sorted(done.folders), done
        return "SUCCEEDED", ""

    def _wait_until_stopped(self) -> None:
        while not self.stopped.wait(0.1) and not self._is_forgotten():
            pass

    def _is_forgotten(self) -> bool:
        """Whether the crawler was deleted, or everything reset."""
        return glue._crawlers.get(self._crawler["Name"]) is not self._crawler

    def _end(self, status: str, message: str) -> None:
        crawler = self._crawler
        crawler["State"] = "STOPPING"
        crawler["CrawlElapsedTime"] = int((time.time() - self._began) * 1000)
        crawler["LastCrawl"] = {
            "Status": status,
            "LogGroup": "/aws-glue/crawlers",
            "LogStream": crawler["Name"],
            "MessagePrefix": new_uuid(),
            "StartTime": self._began,
            **({"ErrorMessage": message} if message else {}),
        }
        crawler["State"] = "READY"


def create_crawler(data: Request) -> Response:
    """CreateCrawler, with what AWS asks of a crawler that reads new folders only."""
    refused = _refusal(data)
    response: Response = refused or _create_crawler(data)
    return response


def update_crawler(data: Request) -> Response:
    """UpdateCrawler, likewise; a crawler that runs cannot be changed."""
    crawler = glue._crawlers.get(data["Name"])
    if crawler and crawler["State"] != "READY":
        return error("CrawlerRunningException", f"Cannot update crawler {data['Name']}: it is running")
    refused = _refusal((crawler or {}) | data)
    response: Response = refused or _update_crawler(data)
    return response


def start_crawler(data: Request) -> Response:
    """StartCrawler."""
    crawler = glue._crawlers.get(data["Name"])
    if crawler is None:
        return missing(data["Name"])
    if crawler["State"] != "READY":
        return error("CrawlerRunningException", f"Crawler with name {data['Name']} has already started")
    crawler["State"] = "RUNNING"
    crawler["_crawl"] = Crawl(crawler)
    crawler["_crawl"].start()
    return answer({})


def stop_crawler(data: Request) -> Response:
    """StopCrawler."""
    crawler = glue._crawlers.get(data["Name"])
    if crawler is None:
        return missing(data["Name"])
    if crawler["State"] != "RUNNING":
        return error("CrawlerNotRunningException", f"Crawler with name {data['Name']} is not running")
    crawler["State"] = "STOPPING"
    crawler["_crawl"].stopped.set()
    return answer({})


def get_crawler(data: Request) -> Response:
    """GetCrawler."""
    crawler = glue._crawlers.get(data["Name"])
    return missing(data["Name"]) if crawler is None else answer({"Crawler": public(crawler)})


def get_crawlers(data: Request) -> Response:
    """GetCrawlers, in one page."""
    return answer({"Crawlers": [public(crawler) for crawler in glue._crawlers.values()]})


def get_crawler_metrics(data: Request) -> Response:
    """GetCrawlerMetrics."""
    names = data.get("CrawlerNameList") or list(glue._crawlers)
    crawlers = [glue._crawlers[name] for name in names if name in glue._crawlers]
    return answer({"CrawlerMetricsList": [_metrics(crawler) for crawler in crawlers]})


def public(crawler: Request) -> Request:
    """A crawler without what only the local AWS keeps of it, and without what AWS does not say before a first crawl."""
    return {name: value for name, value in crawler.items() if not name.startswith("_") and value is not None}


def answer(found: Request) -> Response:
    """An answer of Glue."""
    response: Response = json_response(found)
    return response


def error(code: str, message: str) -> Response:
    """An error of Glue."""
    response: Response = error_response_json(code, message, 400)
    return response


def missing(name: str) -> Response:
    """The answer to whoever asks for a crawler that is not there."""
    return error("EntityNotFoundException", f"Crawler entry with name {name} does not exist")


def _refusal(data: Request) -> Response | None:
    new_only = data.get("RecrawlPolicy", {}).get("RecrawlBehavior") == "CRAWL_NEW_FOLDERS_ONLY"
    if new_only and data.get("SchemaChangePolicy") != LOG_ONLY:
        return error(
            "InvalidInputException",
            'The SchemaChangePolicy for "Crawl new folders only" Amazon S3 target can have only LOG DeleteBehavior '
            "value and LOG UpdateBehavior value.",
        )
    return None


def _metrics(crawler: Request) -> Request:
    done: Crawled = crawler.get("_done", Crawled())
    seconds = crawler["CrawlElapsedTime"] / 1000
    return {
        "CrawlerName": crawler["Name"],
        "TimeLeftSeconds": 0.0,
        "StillEstimating": False,
        "LastRuntimeSeconds": seconds,
        "MedianRuntimeSeconds": seconds,
        "TablesCreated": done.created,
        "TablesUpdated": done.updated,
        "TablesDeleted": 0,
    }


def install() -> None:
    """Lets ministack answer with the functions of this module."""
    glue._create_crawler, glue._update_crawler = create_crawler, update_crawler
    glue._start_crawler, glue._stop_crawler = start_crawler, stop_crawler
    glue._get_crawler, glue._get_crawlers = get_crawler, get_crawlers
    glue._get_crawler_metrics = get_crawler_metrics
