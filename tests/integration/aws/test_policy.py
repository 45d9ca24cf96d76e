"""The policy of deploy/aws/template.yaml: enough for a run, and no action of it too many.

A user who has nothing else runs the five pipelines in a local AWS that checks signatures and policies. What Athena
reads, writes and looks up in the user's name is not asked for over HTTP, so that those actions are listed here by name.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from tests.integration.aws.stack import Stack, User, actions_of, deploy, make_client, without
from tests.local_aws.process import LocalAwsServer
from tests.local_aws.proxy import Proxy
from tests.pipelines.project_runs import SMALL, clean_environment, keep_tables, make_project

pytestmark = [pytest.mark.aws, pytest.mark.slow]

FEW = ("ProcessaMesa", "ImpSuco")

IN_THE_USERS_NAME = {
    "s3:GetBucketLocation",
    "s3:ListBucketMultipartUploads",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
    "glue:GetTable",
    "glue:GetPartition",
}
"""What Athena needs beside what a run asks for itself."""
WITHOUT_A_CALL = {"iam:PassRole", "glue:TagResource"}
"""What is checked when a crawler is made or changed."""
WHEN_SOMETHING_IS_WRONG = {"athena:StopQueryExecution", "glue:UpdateCrawler"}
"""A query that takes too long; files that a crawl left out."""
MAKING = {"glue:CreateDatabase", "glue:CreateCrawler"}

ALLOWING = {"HeadObject": "GetObject", "ListObjectsV2": "ListBucket"}
"""Operations of S3 that are allowed by an action of another name."""


@pytest.fixture
def stack(guarded_aws: tuple[LocalAwsServer, Proxy]) -> Stack:
    made = deploy(guarded_aws[0])
    made.allow_plain_http()
    return made


@pytest.fixture
def project(tmp_path: Path, project_root: Path) -> Path:
    folder = make_project(tmp_path / "project", project_root)
    # Another environment than `local` does not see conf/local.
    shutil.rmtree(folder / "conf" / "local")
    (folder / "conf" / "aws" / "parameters_modeling.yml").write_text(SMALL)
    keep_tables(folder, FEW)
    return folder


def run(
    project: Path, stack: Stack, user: User, endpoint: str, pipelines: str = "__default__"
) -> subprocess.CompletedProcess[str]:
    """`kedro run --env aws` with the variables of the stack and the credentials of a user."""
    environment = {
        **clean_environment(),
        **stack.variables,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": user.access_key,
        "AWS_SECRET_ACCESS_KEY": user.secret_key,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": "127.0.0.1,localhost",
    }
    command = [sys.executable, "-m", "kedro", "run", "--env", "aws", "--pipelines", pipelines]
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)


def test_the_policy_is_enough_and_has_nothing_that_nobody_asks_for(stack: Stack, project: Path) -> None:
    policy = stack.policy()
    user = stack.user("runner", policy)
    with Proxy(stack.server.port) as proxy:
        assert_done(run(project, stack, user, proxy.endpoint))
        asked = actions(proxy)
        # The stack made them, and a run finds nothing to change.
        assert asked & {*MAKING, "glue:UpdateCrawler"} == set()
        stack.client("glue").delete_crawler(Name="viticast-sample")
        stack.client("glue").delete_database(Name="viticast_sample")
        assert_done(run(project, stack, user, proxy.endpoint, "ingestion,cataloging"))
        asked = actions(proxy)
    allowed = {action for statement in policy["Statement"] for action in actions_of(statement)}
    assert asked <= allowed
    assert allowed - asked == IN_THE_USERS_NAME | WITHOUT_A_CALL | WHEN_SOMETHING_IS_WRONG


def actions(proxy: Proxy) -> set[str]:
    """What was asked of the local AWS, as a policy names it."""
    return {f"{call.service}:{ALLOWING.get(call.action, call.action)}" for call in proxy.calls()}


def assert_done(done: "subprocess.CompletedProcess[str]") -> None:
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


@pytest.mark.parametrize(
    "action",
    [
        "s3:GetObject",
        "s3:PutObject",
        "s3:ListBucket",
        "glue:StartCrawler",
        "glue:BatchCreatePartition",
        "athena:StartQueryExecution",
    ],
)
def test_without_an_action_the_run_says_which(stack: Stack, project: Path, action: str) -> None:
    done = run(project, stack, stack.user("runner", without(stack.policy(), action)), stack.server.endpoint)
    assert (done.returncode, refusal(done)) == (1, action)


def test_what_a_run_need_not_do_is_denied(stack: Stack) -> None:
    user = stack.user("runner", stack.policy())
    s3, glue, athena = (make_client(stack.server, service, user) for service in ("s3", "glue", "athena"))
    mine, role = "viticast/sample/02_lake/panel/part-0.parquet", "arn:aws:iam::000000000000:role/administrator"
    target = {"S3Targets": [{"Path": f"s3://{stack.bucket}/"}]}
    s3.put_object(Bucket=stack.bucket, Key=mine, Body=b"")
    for denied in (
        lambda: s3.delete_object(Bucket=stack.bucket, Key=mine),
        lambda: s3.put_object(Bucket=stack.bucket, Key="viticast/embrapa/part-0.parquet", Body=b""),
        lambda: s3.list_objects_v2(Bucket=stack.bucket, Prefix=""),
        lambda: s3.put_bucket_versioning(Bucket=stack.bucket, VersioningConfiguration={"Status": "Suspended"}),
        lambda: glue.get_database(Name="default"),
        lambda: glue.delete_table(DatabaseName="viticast_sample", Name="panel"),
        lambda: glue.start_crawler(Name="another"),
        lambda: glue.create_crawler(Name="mine", Role=role, DatabaseName="viticast_sample", Targets=target),
        lambda: athena.start_query_execution(QueryString="SELECT 1", WorkGroup="primary"),
    ):
        with pytest.raises(ClientError, match="not authorized to perform"):
            denied()


@pytest.mark.parametrize("action", ["iam:PassRole", "glue:CreateCrawler"])
def test_without_an_action_a_run_cannot_make_the_crawler(stack: Stack, project: Path, action: str) -> None:
    stack.client("glue").delete_crawler(Name="viticast-sample")
    user = stack.user("runner", without(stack.policy(), action))
    done = run(project, stack, user, stack.server.endpoint, "ingestion,cataloging")
    assert (done.returncode, refusal(done)) == (1, action)


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """The action that the error of a run tells to allow; all that was printed if there is no such error."""
    printed = done.stdout + done.stderr
    message = printed.partition("AccessDeniedError: ")[2]
    return message.partition("Allow ")[2].partition(" ")[0] or printed[-3000:]
