"""What a test tells the local AWS past AWS: `/_local/happenings`, and what forgets them again."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from tests.local_aws.server import happenings

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

HAPPENINGS = "/_local/happenings"
FORGET = "/_local/forget"
RESET = "/_ministack/reset"


def controlled(app: App) -> App:
    """ministack's application with the additions."""

    async def answer(scope: Message, receive: Receive, send: Send) -> None:
        path = scope.get("path")
        if path in {RESET, FORGET}:
            happenings.clear()
        if path not in {HAPPENINGS, FORGET}:
            await app(scope, receive, send)
            return
        if path == HAPPENINGS:
            happenings.add(happenings.Happening(**json.loads(await _body(receive))))
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    return answer


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body
