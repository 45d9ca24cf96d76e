"""What can go wrong between an SDK and AWS, and when it does."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.local_aws.calls import Call


@dataclass(frozen=True)
class Refusal:
    """AWS answers with an error and does nothing; `reason` is a key of `refusals.REASONS`."""

    reason: str


@dataclass(frozen=True)
class CutUpload:
    """The connection ends when AWS has got `after` bytes of the body."""

    after: int = 0


@dataclass(frozen=True)
class CutAnswer:
    """AWS does what was asked, and the connection ends after `after` bytes of the answer's body.

    With 0 there is no answer at all: the SDK cannot tell whether its call was carried out.
    """

    after: int = 0


@dataclass(frozen=True)
class Delay:
    """The call reaches AWS later."""

    seconds: float


@dataclass(frozen=True)
class Interruption:
    """Something happens at this very call, for instance a kill; then the connection ends without an answer.

    Attributes:
        happening: called with the call, in the proxy's thread.
        carried_out: whether AWS does what was asked before it happens, or never hears of it.
    """

    happening: Callable[[Call], object]
    carried_out: bool = False


Fault = Refusal | CutUpload | CutAnswer | Delay | Interruption

THROTTLED = Refusal("throttled")
DENIED = Refusal("denied")
EXPIRED = Refusal("expired")
UNKNOWN_KEY = Refusal("unknown key")
UNAVAILABLE = Refusal("unavailable")
INTERNAL_ERROR = Refusal("internal")


@dataclass
class Rule:
    """Which calls a fault strikes.

    Attributes:
        fault: what goes wrong.
        service: s3, glue, athena, …; empty for any.
        action: PutObject, StartCrawler, …; empty for any.
        resource: part of the resource's name; empty for any.
        nth: the first of the matching calls that is struck, from 1.
        times: how many are struck from there on; None for all.
        met: matching calls until now.
    """

    fault: Fault
    service: str = ""
    action: str = ""
    resource: str = ""
    nth: int = 1
    times: int | None = 1
    met: int = field(default=0, init=False)

    def strikes(self, call: Call) -> bool:
        """Whether the fault strikes this call; counts the call if it matches."""
        if self.service not in {"", call.service} or self.action not in {"", call.action}:
            return False
        if self.resource not in call.resource:
            return False
        self.met += 1
        return self.met >= self.nth and (self.times is None or self.met < self.nth + self.times)
