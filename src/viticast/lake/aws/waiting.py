"""Waiting for a service: ever longer, and not for ever."""

import time
from collections.abc import Callable, Iterator
from itertools import chain
from typing import TypeVar

from botocore.exceptions import ClientError

from viticast.lake.aws.failures import error_code

Result = TypeVar("Result")

NOT_FOUND = "EntityNotFoundException"
SETTLED_AFTER = 10.0
"""Seconds within which Glue knows everywhere what was made in one place."""


def waits(first: float, longest: float, bound: float) -> Iterator[float]:
    """Sleeps before each turn of a loop, twice as long as before, and ends when the bound is reached.

    Args:
        first: Seconds of the first wait.
        longest: Seconds of a wait at most.
        bound: Seconds after which there is no other turn.

    Yields:
        Seconds since the waiting began.
    """
    begin = time.monotonic()
    wait = first
    while (passed := time.monotonic() - begin) < bound:
        # The last turn is at the bound, not before it.
        time.sleep(min(wait, bound - passed))
        wait = min(2 * wait, longest)
        yield time.monotonic() - begin


def once_settled(call: Callable[[], Result]) -> Result:
    """Asks Glue for something that needs what was made just before, which not all of Glue may know yet.

    Raises:
        ClientError: It was refused for another reason, or is not known after `SETTLED_AFTER` seconds either.
    """
    for _ in chain([0.0], waits(first=0.25, longest=2, bound=SETTLED_AFTER)):
        try:
            return call()
        except ClientError as error:
            if error_code(error) != NOT_FOUND:
                raise
            refusal = error
    raise refusal
