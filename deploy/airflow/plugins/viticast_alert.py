"""The one alert of a DAG run that failed: a JSON document to a webhook. No framework."""

import json
import logging
import time
import urllib.error
import urllib.request
from collections.abc import Mapping

TRIES = 3
SECONDS_BETWEEN = 2.0
SECONDS_TO_ANSWER = 10.0

log = logging.getLogger(__name__)


def post(address: str, document: Mapping[str, object], token: str | None = None) -> bool:
    """Posts a document, and says whether it was taken. A webhook that is away is logged and changes nothing else.

    Args:
        address: http or https; it may hold a secret, so it is never logged.
        document: What JSON can say.
        token: Sent as a bearer token.
    """
    if not address.startswith(("http://", "https://")):
        log.error("the alert was not sent: the address of the webhook must start with http:// or https://")
        return False
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    body = json.dumps(document).encode()
    for attempt in range(1, TRIES + 1):
        try:
            request = urllib.request.Request(address, data=body, headers=headers, method="POST")  # noqa: S310
            with urllib.request.urlopen(request, timeout=SECONDS_TO_ANSWER):  # noqa: S310
                return True
        except (urllib.error.URLError, OSError, ValueError) as error:
            reason = getattr(error, "code", None) or type(getattr(error, "reason", error)).__name__
            log.warning("attempt %d of %d to send the alert failed: %s", attempt, TRIES, reason)
        if attempt < TRIES:
            time.sleep(SECONDS_BETWEEN)
    log.error("the alert was not sent: the webhook took none of %d attempts", TRIES)
    return False
