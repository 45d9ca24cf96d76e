"""The stack of deploy/aws/template.yaml, made in the local AWS by its own CloudFormation."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import yaml
from tests.local_aws.process import ACCESS_KEY, REGION, SECRET_KEY, LocalAwsServer

TEMPLATE = Path(__file__).resolve().parents[3] / "deploy" / "aws" / "template.yaml"
NAME = "viticast"
SOURCE = "sample"


def template() -> dict[str, Any]:
    """The template as any reader of YAML sees it."""
    found: dict[str, Any] = yaml.safe_load(TEMPLATE.read_text(encoding="utf-8"))
    return found


def exported(text: str) -> dict[str, str]:
    """`export NAME=value`, one a line -> the variables."""
    words = [shlex.split(line) for line in text.splitlines()]
    return dict(assignment.split("=", 1) for command, assignment in words if command == "export")


@dataclass(frozen=True)
class User:
    """Credentials of a user."""

    access_key: str
    secret_key: str


ROOT = User(ACCESS_KEY, SECRET_KEY)


@dataclass(frozen=True)
class Stack:
    """A deployed stack.

    Attributes:
        server: The local AWS that it is in.
        outputs: Of the template.
    """

    server: LocalAwsServer
    outputs: Mapping[str, str]
    _clients: dict[str, Any] = field(default_factory=dict)

    @property
    def variables(self) -> dict[str, str]:
        """What the stack tells to export."""
        return exported(self.outputs["Environment"])

    @property
    def bucket(self) -> str:
        """Name of the bucket."""
        return self.outputs["BucketName"]

    def client(self, service: str) -> Any:
        """A client as root of the account."""
        if service not in self._clients:
            self._clients[service] = make_client(self.server, service)
        return self._clients[service]

    def policy(self) -> dict[str, Any]:
        """Document of the policy of a run, as the stack made it."""
        iam, arn = self.client("iam"), self.outputs["RunPolicyArn"]
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        document: dict[str, Any] = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
        return document

    def user(self, name: str, policy: Mapping[str, Any]) -> "User":
        """A new user who may do what a policy says, and nothing else."""
        iam = self.client("iam")
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="run", PolicyDocument=json.dumps(policy))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return User(key["AccessKeyId"], key["SecretAccessKey"])

    def allow_plain_http(self) -> None:
        """Takes the bucket's policy away, for the local AWS speaks no TLS."""
        self.client("s3").delete_bucket_policy(Bucket=self.bucket)


def deploy(server: LocalAwsServer, **parameters: str) -> Stack:
    """Forgets what is in the local AWS and makes the stack.

    Parameters of the template that are not given keep their defaults, but for the source.
    """
    server.reset()
    given = {"Source": SOURCE, **parameters}
    cloudformation = make_client(server, "cloudformation")
    cloudformation.create_stack(
        StackName=NAME,
        TemplateBody=TEMPLATE.read_text(encoding="utf-8"),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    waiter = cloudformation.get_waiter("stack_create_complete")
    waiter.wait(StackName=NAME, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    made = cloudformation.describe_stacks(StackName=NAME)["Stacks"][0]
    stack = Stack(server, {output["OutputKey"]: output["OutputValue"] for output in made["Outputs"]})
    _keep_limit_a_number(stack)
    return stack


def without(document: Mapping[str, Any], action: str) -> dict[str, Any]:
    """The policy without one action, wherever it is allowed.

    Raises:
        KeyError: The policy does not have it.
    """
    kept, found = [], False
    for statement in document["Statement"]:
        actions = actions_of(statement)
        found = found or action in actions
        if rest := [name for name in actions if name != action]:
            kept.append({**statement, "Action": rest})
    if not found:
        raise KeyError(action)
    return {**document, "Statement": kept}


def actions_of(statement: Mapping[str, Any]) -> list[str]:
    """Actions of a statement, which may be one or a list."""
    actions = statement["Action"]
    return [actions] if isinstance(actions, str) else list(actions)


def make_client(server: LocalAwsServer, service: str, user: User = ROOT) -> Any:
    """A client past any proxy."""
    return boto3.client(
        service,
        endpoint_url=server.endpoint,
        aws_access_key_id=user.access_key,
        aws_secret_access_key=user.secret_key,
        region_name=REGION,
    )


def _keep_limit_a_number(stack: Stack) -> None:
    """ministack keeps a parameter as text; CloudFormation gives Athena a number."""
    athena, name = stack.client("athena"), stack.outputs["WorkGroupName"]
    limit = athena.get_work_group(WorkGroup=name)["WorkGroup"]["Configuration"]["BytesScannedCutoffPerQuery"]
    athena.update_work_group(WorkGroup=name, ConfigurationUpdates={"BytesScannedCutoffPerQuery": int(limit)})
