"""Tells from a request which action of which AWS service it asks for."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from urllib.parse import parse_qs, unquote, urlsplit

SCOPE = re.compile(r"Credential=[^,]*?/\d{8}/[^/]+/([^/]+)/aws4_request")
# Parts of a bucket or of an object that have an action of their own, as S3 names them in the query.
PARTS = {
    "acl": "Acl",
    "encryption": "Encryption",
    "lifecycle": "LifecycleConfiguration",
    "ownershipControls": "OwnershipControls",
    "policy": "Policy",
    "publicAccessBlock": "PublicAccessBlock",
    "tagging": "Tagging",
    "versioning": "Versioning",
}
OBJECT_ACTIONS = {"GET": "GetObject", "HEAD": "HeadObject", "PUT": "PutObject", "DELETE": "DeleteObject"}
BUCKET_ACTIONS = {"GET": "ListObjects", "HEAD": "HeadBucket", "PUT": "CreateBucket", "DELETE": "DeleteBucket"}
MULTIPART_ACTIONS = {
    "GET": "ListParts",
    "PUT": "UploadPart",
    "POST": "CompleteMultipartUpload",
    "DELETE": "AbortMultipartUpload",
}


@dataclass
class Call:
    """One request of an SDK; a request that the SDK repeats is a call each time.

    Attributes:
        service: as in the request's signature: s3, glue, athena, iam, sts.
        action: as in an IAM policy without the service, but ListObjectsV2 for its listing: PutObject, StartCrawler.
        resource: `bucket/key` for S3; table, crawler, database or query for Glue and Athena; else empty.
        request: the body as JSON, for the services that take JSON.
        fault: what the proxy did to it, empty if nothing.
        status: of the answer, 0 if there was none.
        sent: bytes of the body that the SDK sent.
        received: bytes of the answer's body.
        seconds: from the arrival of the request to the end of the answer.
    """

    service: str
    action: str
    resource: str = ""
    request: dict[str, object] = field(default_factory=dict)
    fault: str = ""
    status: int = 0
    sent: int = 0
    received: int = 0
    seconds: float = 0.0


def service_of(headers: Message) -> str:
    """The service that a request is signed for; `unsigned` if it is not signed."""
    found = SCOPE.search(headers.get("Authorization", ""))
    return found[1] if found else "unsigned"


def name_call(service: str, method: str, target: str, headers: Message, body: bytes) -> Call:
    """Names a request.

    Args:
        service: from `service_of`.
        method: of HTTP.
        target: path and query as sent.
        headers: looked up in any case.
        body: all of it, but for S3, whose bodies tell nothing.

    Returns:
        The call, without an answer yet.
    """
    if service == "s3":
        parts = urlsplit(target)
        query = parse_qs(parts.query, keep_blank_values=True)
        bucket, _, key = unquote(parts.path).lstrip("/").partition("/")
        copies = "x-amz-copy-source" in headers
        return Call(service, s3_action(method, bucket, key, query, copies=copies), f"{bucket}/{key}".rstrip("/"))
    if "X-Amz-Target" in headers:
        request = json.loads(body or b"{}")
        return Call(service, headers["X-Amz-Target"].rpartition(".")[2], json_resource(request), request)
    form = parse_qs(body.decode("utf-8", "replace"))
    return Call(service, form.get("Action", ["Unknown"])[0])


def s3_action(method: str, bucket: str, key: str, query: Mapping[str, list[str]], *, copies: bool) -> str:
    """The S3 action of a method on a path."""
    if not bucket:
        return "ListBuckets"
    part = next((PARTS[name] for name in query if name in PARTS), None)
    if part:
        return f"{method.capitalize()}{'Object' if key else 'Bucket'}{part}"
    return object_action(method, query, copies=copies) if key else bucket_action(method, query)


def object_action(method: str, query: Mapping[str, list[str]], *, copies: bool) -> str:
    """The S3 action of a method on a key."""
    if "uploadId" in query:
        return MULTIPART_ACTIONS[method]
    if method == "POST":
        return "CreateMultipartUpload" if "uploads" in query else "PostObject"
    if method == "PUT" and copies:
        return "CopyObject"
    return OBJECT_ACTIONS[method]


def bucket_action(method: str, query: Mapping[str, list[str]]) -> str:
    """The S3 action of a method on a bucket."""
    if method == "POST":
        return "DeleteObjects"
    if method == "GET":
        named = {"list-type": "ListObjectsV2", "location": "GetBucketLocation", "versions": "ListObjectVersions"}
        return next((named[name] for name in query if name in named), BUCKET_ACTIONS[method])
    return BUCKET_ACTIONS[method]


def json_resource(request: Mapping[str, object]) -> str:
    """What a call of Glue or Athena is about."""
    for name in ("TableName", "CrawlerName", "QueryExecutionId", "Name", "WorkGroup", "DatabaseName"):
        if isinstance(request.get(name), str):
            return str(request[name])
    table = request.get("TableInput")
    return str(table.get("Name", "")) if isinstance(table, dict) else ""
