import time

import pytest
from botocore.exceptions import ClientError

from viticast.lake.aws import waiting
from viticast.lake.aws.waiting import once_settled, waits


def refusal(code):
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "CreateTable")


def test_waits_grow_and_end_at_the_bound():
    begin = time.monotonic()
    passed = list(waits(first=0.02, longest=0.08, bound=0.3))
    assert 0.3 <= time.monotonic() - begin < 1
    assert passed[-1] >= 0.3
    first, *middle, _ = (later - earlier for earlier, later in zip([0, *passed], passed, strict=False))
    assert 0.02 <= first < 0.04
    assert all(wait >= 0.04 for wait in middle)


def test_without_time_there_is_no_turn():
    assert list(waits(first=1, longest=1, bound=0)) == []


def test_what_is_not_known_yet_is_asked_again():
    answers = [refusal("EntityNotFoundException"), refusal("EntityNotFoundException"), None]

    def call():
        answer = answers.pop(0)
        if answer:
            raise answer
        return "made"

    assert once_settled(call) == "made"
    assert answers == []


def test_another_refusal_is_not_asked_again():
    calls = []

    def call():
        calls.append(1)
        raise refusal("AccessDeniedException")

    with pytest.raises(ClientError, match="AccessDenied"):
        once_settled(call)
    assert len(calls) == 1


def test_what_is_never_known_is_refused_in_the_end(monkeypatch):
    monkeypatch.setattr(waiting, "SETTLED_AFTER", 0.3)

    def call():
        raise refusal("EntityNotFoundException")

    with pytest.raises(ClientError, match="EntityNotFound"):
        once_settled(call)
