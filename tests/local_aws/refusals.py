"""What AWS answers when it refuses a call: status, code and words differ from service to service."""

import json
from dataclasses import dataclass
from xml.sax.saxutils import escape

from tests.local_aws.calls import Call

REQUEST_ID = "4442587FB7D0A2F9"
ACCOUNT = "000000000000"
NOT_AUTHORIZED = (
    "User: arn:aws:iam::{account}:user/viticast is not authorized to perform: {service}:{action} "
    "on resource: {resource} because no identity-based policy allows the {service}:{action} action"
)


@dataclass(frozen=True)
class Reason:
    """Why a call is refused: (status, code, message) of S3, and of the services that answer in JSON."""

    s3: tuple[int, str, str]
    json: tuple[int, str, str]


REASONS = {
    "throttled": Reason(
        (503, "SlowDown", "Please reduce your request rate."),
        (400, "ThrottlingException", "Rate exceeded"),
    ),
    "denied": Reason((403, "AccessDenied", NOT_AUTHORIZED), (400, "AccessDeniedException", NOT_AUTHORIZED)),
    "expired": Reason(
        (400, "ExpiredToken", "The provided token has expired."),
        (400, "ExpiredTokenException", "The security token included in the request is expired"),
    ),
    "unknown key": Reason(
        (403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."),
        (400, "UnrecognizedClientException", "The security token included in the request is invalid."),
    ),
    "unavailable": Reason(
        (503, "ServiceUnavailable", "Service is unable to handle request."),
        (503, "ServiceUnavailableException", "Service is unable to handle request."),
    ),
    "internal": Reason(
        (500, "InternalError", "We encountered an internal error. Please try again."),
        (500, "InternalServiceException", "Internal service error."),
    ),
}


@dataclass(frozen=True)
class Answer:
    """An answer of HTTP that does not come from the local AWS."""

    status: int
    headers: dict[str, str]
    body: bytes


def refuse(call: Call, reason: str) -> Answer:
    """What the call's service answers for a reason out of `REASONS`."""
    if call.service == "s3":
        status, code, words = REASONS[reason].s3
        return xml_answer(status, code, fill(words, call), call)
    status, code, words = REASONS[reason].json
    if call.service in {"iam", "sts"}:
        return query_answer(status, code.removesuffix("Exception"), fill(words, call))
    return json_answer(status, code, fill(words, call))


def fill(words: str, call: Call) -> str:
    """The message with what the call asked for; AWS names the action of a listing as policies do."""
    action = "ListBucket" if call.action.startswith("ListObjects") else call.action
    resource = f"arn:aws:{call.service}:::{call.resource}" if call.service == "s3" else "*"
    return words.format(account=ACCOUNT, service=call.service, action=action, resource=resource)


def json_answer(status: int, code: str, message: str) -> Answer:
    """An error of Glue or Athena."""
    # Services write the message with either case; the SDK reads both.
    body = json.dumps({"__type": code, "Message": message}).encode()
    return Answer(status, {"Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": REQUEST_ID}, body)


def xml_answer(status: int, code: str, message: str, call: Call) -> Answer:
    """An error of S3; to a HEAD it has no body, so that an SDK knows the status only."""
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{escape(message)}</Message>'
        f"<Resource>/{escape(call.resource)}</Resource><RequestId>{REQUEST_ID}</RequestId></Error>"
    )
    headers = {"Content-Type": "application/xml", "x-amz-request-id": REQUEST_ID}
    return Answer(status, headers, b"" if call.action.startswith("Head") else body.encode())


def query_answer(status: int, code: str, message: str) -> Answer:
    """An error of IAM or STS."""
    body = (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
        f"<RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
    )
    return Answer(status, {"Content-Type": "text/xml"}, body.encode())
