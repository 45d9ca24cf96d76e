"""deploy/aws/template.yaml: what a linter, the local AWS and the code of a run have to say about it."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.integration.aws.stack import TEMPLATE, Stack, actions_of, deploy, exported, make_client, template
from tests.local_aws.process import LocalAwsServer
from tests.local_aws.proxy import Proxy

from viticast.lake.aws.settings import AwsSettings, require_settings


@pytest.fixture(scope="module")
def stack(guarded_aws: tuple[LocalAwsServer, Proxy]) -> Stack:
    """The stack in a local AWS that asks for permission."""
    return deploy(guarded_aws[0])


def lint(python: Path, path: Path) -> tuple[int, str]:
    """Exit status and findings of the linter, with what it only recommends."""
    program = python.parent / "cfn-lint"
    assert program.is_file(), "cfn-lint is not installed beside the local AWS: run make test-aws"
    command = [str(program), "--format", "parseable", "--include-checks", "I", "--", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.aws
def test_the_linter_has_nothing_to_say(aws_python: Path) -> None:
    assert lint(aws_python, TEMPLATE) == (0, "")


@pytest.mark.aws
def test_the_linter_looks_into_the_policies(aws_python: Path, tmp_path: Path) -> None:
    broken = tmp_path / "template.yaml"
    broken.write_text(TEMPLATE.read_text(encoding="utf-8").replace("glue:StartCrawler", "glue:StartCrawling"))
    status, said = lint(aws_python, broken)
    assert status != 0
    assert "startcrawling" in said


def test_only_results_of_queries_expire() -> None:
    rules = template()["Resources"]["Bucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    expiring = [rule["Prefix"] for rule in rules if "ExpirationInDays" in rule]
    assert expiring == [{"Fn::Sub": "${Prefix}-athena/"}]


def test_a_run_may_delete_nothing_and_every_action_is_named() -> None:
    actions = [action for statement in statements("RunPolicy") for action in actions_of(statement)]
    assert [action for action in actions if "*" in action or "Delete" in action] == []


def test_only_what_knows_no_resource_is_allowed_on_all() -> None:
    everywhere = [actions_of(statement) for statement in statements("RunPolicy") if statement["Resource"] == "*"]
    assert everywhere == [["glue:CreateCrawler"]]


def test_the_exported_variables_are_those_that_a_run_reads() -> None:
    given = exported(template()["Outputs"]["Environment"]["Value"]["Fn::Sub"])
    fields = AwsSettings.model_fields.values()
    assert {str(field.alias) for field in fields if field.is_required()} <= set(given)
    assert set(given) <= {str(field.alias) for field in fields}


@pytest.mark.aws
def test_a_run_with_the_exported_variables_finds_what_the_stack_made(stack: Stack) -> None:
    settings = require_settings(environ=stack.variables)
    crawler = stack.client("glue").get_crawler(Name=f"{settings.crawler}-{settings.source}")["Crawler"]
    assert crawler["DatabaseName"] == f"{settings.database}_{settings.source}"
    assert crawler["Role"] == settings.role
    group = stack.client("athena").get_work_group(WorkGroup=settings.work_group)["WorkGroup"]["Configuration"]
    assert group["ResultConfiguration"]["OutputLocation"] == f"{settings.staging}/"
    assert group["EnforceWorkGroupConfiguration"]


@pytest.mark.aws
def test_over_a_plain_connection_the_bucket_answers_nobody(stack: Stack) -> None:
    s3 = make_client(stack.server, "s3", stack.user("plain", stack.policy()))
    with pytest.raises(ClientError) as refused:
        s3.put_object(Bucket=stack.bucket, Key="viticast/sample/02_lake/x", Body=b"")
    assert "explicit deny in a resource-based policy" in str(refused.value)


@pytest.mark.aws
def test_the_bucket_takes_no_access_control_list(stack: Stack) -> None:
    with pytest.raises(ClientError, match="AccessControlListNotSupported"):
        stack.client("s3").put_object(Bucket=stack.bucket, Key="x", Body=b"", ACL="public-read")


def statements(resource: str) -> list[dict[str, Any]]:
    """Statements of a policy of the template, those with a condition among them."""
    found = template()["Resources"][resource]["Properties"]["PolicyDocument"]["Statement"]
    return [statement["Fn::If"][1] if "Fn::If" in statement else statement for statement in found]
