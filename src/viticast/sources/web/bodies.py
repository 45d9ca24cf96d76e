"""What stands in a JSON body; a body that is no JSON holds nothing."""

import json

import jmespath
from jmespath.exceptions import JMESPathError


def parsed(content: bytes) -> object:
    """The body, None where it is no JSON."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def found(path: str, body: object) -> object:
    """What stands at a JMESPath, None where nothing does, or where a function of the path cannot work on it."""
    if body is None:
        return None
    try:
        return jmespath.search(path, body)
    except JMESPathError:
        return None
