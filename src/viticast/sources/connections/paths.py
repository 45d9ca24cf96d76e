"""Paths into JSON: JMESPath expressions, checked when the declaration is read."""

from typing import Annotated

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator


def _is_expression(text: str) -> str:
    try:
        jmespath.compile(text)
    except JMESPathError as error:
        msg = f"{text!r} is no JMESPath expression: {error}"
        raise ValueError(msg) from error
    return text


JsonPath = Annotated[str, AfterValidator(_is_expression)]
"""A JMESPath expression, e.g. `result.data` or `dados[].produtos[]`; other names are quoted: `"ano-base"`."""
