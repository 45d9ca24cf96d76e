"""The crawler in the local AWS: how it is made, joined, judged and set anew."""

import threading
import time

import pytest
from tests.local_aws import refusals
from tests.local_aws.faults import DENIED, CutAnswer, Interruption, Refusal
from tests.unit.lake.aws.cataloged_lake import CRAWLER, DATABASE, ROLE, crawler, lake, settings, write

from viticast.lake.aws.crawler import EVERYTHING, NEW_FOLDERS
from viticast.lake.aws.database import GlueDatabase
from viticast.lake.conformity import CatalogMismatchError
from viticast.lake.errors import (
    AccessDeniedError,
    CrawlCancelledError,
    CrawlFailedError,
    CrawlTimeoutError,
    ServiceError,
)

pytestmark = pytest.mark.aws


def refuse(monkeypatch, message, code="InvalidInputException"):
    """Lets `Refusal("this")` be in these words."""
    words = (400, code, message)
    monkeypatch.setitem(refusals.REASONS, "this", refusals.Reason(words, words))


LOG_ONLY = {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}


@pytest.fixture(autouse=True)
def database(aws):
    database = GlueDatabase(DATABASE, lake(aws))
    database.ensure()
    write(aws, "series", snapshot_id="0123456789abcdef")
    aws.through.clear()
    return database


def tables(aws):
    return sorted(table["Name"] for table in aws.client("glue").get_tables(DatabaseName=DATABASE)["TableList"])


def test_the_first_crawl_makes_the_crawler_as_it_has_to_be(aws):
    crawler(aws, "series").crawl()
    made = settings(aws)
    assert tables(aws) == ["series"]
    assert made["Role"] == ROLE
    assert made["DatabaseName"] == DATABASE
    assert [target["Path"] for target in made["Targets"]["S3Targets"]] == [f"{lake(aws)}/series/"]
    assert made["RecrawlPolicy"] == {"RecrawlBehavior": NEW_FOLDERS}
    assert made["SchemaChangePolicy"] == LOG_ONLY
    assert made["LastCrawl"]["Status"] == "SUCCEEDED"


def test_the_second_crawl_changes_no_setting(aws):
    crawler(aws, "series").crawl()
    with aws.through.counting() as calls:
        crawler(aws, "series").crawl()
    assert calls["glue", "StartCrawler"] == 1
    assert calls["glue", "UpdateCrawler"] == calls["glue", "CreateCrawler"] == 0


def test_settings_that_glue_gives_back_in_other_words_are_the_same(aws):
    """Glue tells a role by its name and path, orders JSON as it likes and names exclusions that nobody gave."""
    crawler(aws, "series", "panel").crawl()
    made = settings(aws)
    aws.client("glue").update_crawler(
        Name=CRAWLER,
        Role="service-role/crawler",
        Configuration=made["Configuration"].replace(" ", ""),
        Targets={
            "S3Targets": [{"Path": target["Path"], "Exclusions": []} for target in made["Targets"]["S3Targets"]][::-1]
        },
    )
    with aws.through.counting() as calls:
        crawler(aws, "series", "panel").crawl()
    assert calls["glue", "UpdateCrawler"] == 0


@pytest.mark.parametrize(
    "drift",
    [
        {"Role": "arn:aws:iam::000000000000:role/other"},
        {"TablePrefix": "old_"},
        {"RecrawlPolicy": {"RecrawlBehavior": EVERYTHING}},
        {
            "RecrawlPolicy": {"RecrawlBehavior": EVERYTHING},
            "SchemaChangePolicy": {"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "DELETE_FROM_DATABASE"},
        },
        {"Configuration": "{}"},
    ],
)
def test_settings_that_somebody_changed_are_set_anew(aws, drift):
    crawler(aws, "series").crawl()
    before = settings(aws)
    aws.client("glue").update_crawler(Name=CRAWLER, **drift)
    crawler(aws, "series").crawl()
    after = settings(aws)
    assert {name: after[name] for name in drift} == {name: before[name] for name in drift}


@pytest.mark.parametrize(
    ("foreign", "named"),
    [
        ({"DatabaseName": "accounting"}, "the database accounting instead of viticast_sample"),
        ({"Targets": {"S3Targets": [{"Path": "s3://somebody/else/"}]}}, "s3://somebody/else/"),
        ({"Targets": {"S3Targets": [{"Path": "s3://viticast-test/viticast/sample/02_lake_old/a/"}]}}, "02_lake_old/a/"),
        ({"Schedule": "cron(0 3 * * ? *)"}, "the schedule cron(0 3 * * ? *)"),
    ],
)
def test_a_crawler_of_somebody_else_is_left_alone(aws, foreign, named):
    crawler(aws, "series").crawl()
    aws.client("glue").update_crawler(Name=CRAWLER, **foreign)
    before = settings(aws)
    with aws.through.counting() as calls, pytest.raises(CatalogMismatchError) as caught:
        crawler(aws, "series").crawl()
    assert named in str(caught.value)
    assert f"the crawler {CRAWLER} is not of {lake(aws)}/" in str(caught.value)
    assert "Set VITICAST_AWS_CRAWLER to another name, or delete the crawler" in str(caught.value)
    assert calls["glue", "UpdateCrawler"] == calls["glue", "StartCrawler"] == 0
    assert settings(aws) == before


def test_a_crawler_that_somebody_else_makes_meanwhile_is_left_alone(aws):
    theirs = {"Role": ROLE, "DatabaseName": "accounting", "Targets": {"S3Targets": [{"Path": "s3://somebody/else/"}]}}
    others = Interruption(lambda call: aws.client("glue").create_crawler(Name=CRAWLER, **theirs), carried_out=False)
    aws.through.fail(others, "glue", "CreateCrawler")
    with pytest.raises(CatalogMismatchError):
        crawler(aws, "series").crawl()
    assert aws.through.calls("glue", "StartCrawler") == []


def test_a_new_target_is_looked_into_with_everything_else_once(aws):
    crawler(aws, "series").crawl()
    write(aws, "panel", snapshot_id="0123456789abcdef")
    aws.through.clear()
    crawler(aws, "series", "panel").crawl()
    # Glue takes no new targets of a crawler that looks into new folders only.
    first, second = aws.through.calls("glue", "UpdateCrawler")
    assert "Targets" not in first.request
    assert first.request["RecrawlPolicy"] == second.request["RecrawlPolicy"] == {"RecrawlBehavior": EVERYTHING}
    assert tables(aws) == ["panel", "series"]
    crawler(aws, "series", "panel").crawl()
    assert settings(aws)["RecrawlPolicy"] == {"RecrawlBehavior": NEW_FOLDERS}


def test_an_exclusion_that_somebody_added_is_taken_away(aws):
    crawler(aws, "series").crawl()
    target = {"Path": f"{lake(aws)}/series/", "Exclusions": ["**"]}
    aws.client("glue").update_crawler(Name=CRAWLER, Targets={"S3Targets": [target]})
    crawler(aws, "series").crawl()
    assert settings(aws)["Targets"] == {"S3Targets": [{"Path": f"{lake(aws)}/series/"}]}


def test_a_crawl_that_is_running_is_waited_for_and_ours_comes_after_it(aws):
    crawler(aws, "series").crawl()
    aws.server.let("crawl", "succeeds", seconds=2)
    aws.client("glue").start_crawler(Name=CRAWLER)
    aws.through.clear()
    begin = time.monotonic()
    crawler(aws, "series").crawl()
    assert time.monotonic() - begin > 2
    assert [call.status for call in aws.through.calls("glue", "StartCrawler")] == [200]


def test_a_crawl_that_starts_between_look_and_start_is_waited_for(aws):
    crawler(aws, "series").crawl()
    before = settings(aws)["LastCrawl"]["StartTime"]
    aws.server.let("crawl", "succeeds", seconds=4)
    aws.through.clear()
    others = Interruption(lambda call: aws.client("glue").start_crawler(Name=CRAWLER), carried_out=False)
    aws.through.fail(others, "glue", "StartCrawler")
    crawler(aws, "series").crawl()
    # Cut off, refused while the other crawl runs, and started after it.
    assert [call.status for call in aws.through.calls("glue", "StartCrawler")] == [0, 400, 200]
    assert settings(aws)["LastCrawl"]["StartTime"] > before


def test_settings_wait_for_a_crawl_that_starts_between_look_and_change(aws):
    crawler(aws, "series").crawl()
    aws.client("glue").update_crawler(Name=CRAWLER, TablePrefix="old_")
    aws.server.let("crawl", "succeeds", seconds=1)
    others = Interruption(lambda call: aws.client("glue").start_crawler(Name=CRAWLER), carried_out=False)
    aws.through.fail(others, "glue", "UpdateCrawler")
    crawler(aws, "series").crawl()
    assert settings(aws)["TablePrefix"] == ""


def test_an_answer_that_got_lost_does_no_harm(aws):
    aws.through.fail(CutAnswer(), "glue", "CreateCrawler")
    aws.through.fail(CutAnswer(), "glue", "StartCrawler")
    crawler(aws, "series").crawl()
    assert tables(aws) == ["series"]


def test_two_runs_crawl_one_after_the_other(aws):
    failures = []

    def run():
        try:
            crawler(aws, "series").crawl()
        except ServiceError as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert tables(aws) == ["series"]


def test_a_failure_is_told_in_the_crawlers_words(aws):
    aws.server.let("crawl", "fails", "Internal Service Exception")
    with pytest.raises(CrawlFailedError, match="Internal Service Exception") as caught:
        crawler(aws, "series").crawl()
    assert "aws logs tail /aws-glue/crawlers" in str(caught.value)
    assert "kedro run --env=aws" in str(caught.value)


def test_a_failure_of_the_crawl_before_is_not_ours(aws):
    aws.server.let("crawl", "fails", "Internal Service Exception")
    with pytest.raises(CrawlFailedError):
        crawler(aws, "series").crawl()
    crawler(aws, "series").crawl()
    assert tables(aws) == ["series"]


def test_a_crawl_that_somebody_stopped_is_named(aws):
    aws.server.let("crawl", "is cancelled")
    with pytest.raises(CrawlCancelledError, match=CRAWLER):
        crawler(aws, "series").crawl()


def test_a_crawler_that_somebody_deletes_while_it_runs_is_named(aws):
    aws.server.let("crawl", "never ends")
    deletion = Interruption(lambda call: aws.client("glue").delete_crawler(Name=CRAWLER), carried_out=False)
    # The second look is the first after the start.
    aws.through.fail(deletion, "glue", "GetCrawler", nth=2)
    with pytest.raises(CrawlCancelledError, match="deleted the crawler"):
        crawler(aws, "series").crawl()


def test_a_crawl_that_never_ends_is_waited_for_until_the_bound(aws):
    aws.server.let("crawl", "never ends")
    begin = time.monotonic()
    with pytest.raises(CrawlTimeoutError, match="within 2 seconds") as caught:
        crawler(aws, "series", timeout_seconds=2).crawl()
    assert 2 <= time.monotonic() - begin < 6
    assert f"aws glue get-crawler --name {CRAWLER}" in str(caught.value)
    assert settings(aws)["State"] == "RUNNING"


def test_a_crawl_of_another_run_that_never_ends_is_waited_for_until_the_bound(aws):
    crawler(aws, "series").crawl()
    aws.server.let("crawl", "never ends")
    aws.client("glue").start_crawler(Name=CRAWLER)
    with pytest.raises(CrawlTimeoutError, match="of another run"):
        crawler(aws, "series", timeout_seconds=1).crawl()


@pytest.mark.parametrize("action", ["GetCrawler", "CreateCrawler", "StartCrawler", "UpdateCrawler"])
def test_an_action_that_is_not_allowed_is_named(aws, action):
    if action == "UpdateCrawler":
        crawler(aws, "series").crawl()
        aws.client("glue").update_crawler(Name=CRAWLER, TablePrefix="old_")
    aws.through.fail(DENIED, "glue", action)
    with pytest.raises(AccessDeniedError, match=f"Allow glue:{action} to the credentials") as caught:
        crawler(aws, "series").crawl()
    assert CRAWLER in str(caught.value)


def test_a_role_that_glue_may_not_use_is_named(aws, monkeypatch):
    refuse(monkeypatch, "Service is unable to assume provided role. Please verify role's TrustPolicy")
    aws.through.fail(Refusal("this"), "glue", "CreateCrawler")
    with pytest.raises(ServiceError, match="unable to assume") as caught:
        crawler(aws, "series").crawl()
    assert f"VITICAST_AWS_ROLE ({ROLE})" in str(caught.value)


def test_a_change_that_is_refused_because_a_crawl_runs_is_made_after_it(aws, monkeypatch):
    """UpdateCrawler says in words only that a crawl is running."""
    crawler(aws, "series").crawl()
    aws.client("glue").update_crawler(Name=CRAWLER, TablePrefix="old_")
    refuse(monkeypatch, "Cannot update Crawler while running. Please stop crawl or wait until it completes to update.")
    aws.through.fail(Refusal("this"), "glue", "UpdateCrawler")
    crawler(aws, "series").crawl()
    assert settings(aws)["TablePrefix"] == ""


def test_a_database_that_not_all_of_glue_knows_yet_is_waited_for(aws, monkeypatch):
    refuse(monkeypatch, "Database viticast_sample not found.", code="EntityNotFoundException")
    aws.through.fail(Refusal("this"), "glue", "CreateCrawler", times=2)
    crawler(aws, "series").crawl()
    assert tables(aws) == ["series"]
