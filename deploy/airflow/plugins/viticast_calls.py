"""What a task of a DAG runs: arguments and environment of one `kedro` command, made of checked values. No framework.

Values come from whoever triggers a DAG run. None of them reaches a shell: a call is a list of arguments. None of them
reaches Kedro before its pattern holds: a comma would begin another parameter, and `${` would make the configuration
read the environment.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

LONGEST_PLAIN = 150
"""Of a longer name only its beginning is kept, with a hash of all of it."""

CLOSED = ("finished", "failed")

PATTERNS: Mapping[str, tuple[str, str]] = {
    "source": ("sample|embrapa|api|database", "one of sample, embrapa, api, database"),
    "source_url": (r"[\w/.~:@%+=&?#()\[\] -]{1,2000}", "an address or a folder without comma, quote, $ and brace"),
    "as_of": (r"\d{4}-\d{2}-\d{2}", "a date such as 2024-06-01"),
    "promote": ("never|gate|force", "one of never, gate, force"),
    "allow_partial": ("true|false", "true or false"),
    "delivery": (r"[A-Za-z0-9_][A-Za-z0-9._+:-]{0,199}", "200 letters, digits and . _ : + - at most"),
    "tables": (r"[A-Za-z][A-Za-z0-9]*( [A-Za-z][A-Za-z0-9]*)*", "names of tables, with a space between them"),
}
"""Parameter -> what it must match as a whole, and how to say so."""

WORDS: Mapping[str, tuple[str, str]] = {
    "environment": (r"[A-Za-z][A-Za-z0-9_-]*", "the name of a folder of conf"),
    "run": (r"[0-9a-f]{32}", "the id of an MLflow run: 32 hexadecimal digits"),
    "name": (r"[A-Za-z][\w.-]*/[\w.~:+@-]{1,500}", "<id of the DAG>/<id of its run>"),
    "pipeline": (r"[a-z][a-z_]*", "the name of a pipeline"),
    "tags": (r"[a-z][a-z_]*", "a tag of nodes"),
}


class RefusedValueError(ValueError):
    """A value that no command may be given."""


@dataclass(frozen=True)
class Call:
    """A command of the project.

    Attributes:
        arguments: What follows `python -m`, beginning with `kedro`.
        environment: Variables of this call alone.
    """

    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


def run_pipeline(
    pipeline: str,
    *,
    run: str,
    tags: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    env: str | None = None,
) -> Call:
    """`kedro run` of a pipeline, or of the nodes of it that have a tag.

    Args:
        pipeline: Its name.
        run: Id of the MLflow run of the DAG run.
        tags: A tag, None for the whole pipeline.
        parameters: Name -> value; None means not given. With `tables` the call logs into a child run of its own.
        env: Folder of conf that overrides `base`.

    Raises:
        RefusedValueError: Names the parameter, its value and what it may be.
    """
    given = {name: text for name, value in (parameters or {}).items() if (text := checked(name, value)) is not None}
    words = ["kedro", "run", f"--pipelines={_word('pipeline', pipeline)}"]
    words += ["--tags", _word("tags", tags)] if tags else []
    words += ["--env", _word("environment", env)] if env else []
    words += ["--params", ",".join(f"{name}={text}" for name, text in given.items())] if given else []
    environment = {"VITICAST_SHARED_RUN_ID": _word("run", run)}
    if "tables" in given:
        environment["VITICAST_SHARED_RUN_CHILD"] = f"{pipeline}.{tags}/{given['tables'].replace(' ', '+')}"
    return Call(tuple(words), environment)


def open_run(name: str, *, source: Any = None, env: str | None = None) -> Call:  # noqa: ANN401 - whatever was given
    """`kedro shared-run open`: gets or creates the MLflow run of a DAG run and prints its id."""
    return Call(("kedro", "shared-run", "open", "--name", _word("name", name), *_place(source, env)))


def close_run(run: str, status: str, states: Mapping[str, str], *, env: str | None = None) -> Call:
    """`kedro shared-run close`: sets the status of the MLflow run of a DAG run, with the states of its tasks."""
    if status not in CLOSED:
        raise RefusedValueError(f"status '{status}' is none of {', '.join(CLOSED)}")
    told = json.dumps(dict(sorted(states.items())))
    words = ("kedro", "shared-run", "close", "--run-id", _word("run", run), "--status", status, "--states", told)
    return Call((*words, *_place(None, env)))


def ask(command: str, *, source: Any = None, env: str | None = None) -> Call:  # noqa: ANN401 - whatever was given
    """`kedro champion` or `kedro verdict`, whose exit status is the answer."""
    if command not in ("champion", "verdict"):
        raise RefusedValueError(f"command '{command}' is none whose exit status is an answer")
    return Call(("kedro", command, *_place(source, env)))


def delivery_name(dag_id: str, run_id: str) -> str:
    """By what name the tasks of a DAG run find what one of them fetched; no two DAG runs have the same."""
    whole = f"{dag_id}.{run_id}"
    plain = re.sub(r"[^A-Za-z0-9._+:-]", "_", whole)[:LONGEST_PLAIN]
    return plain if plain == whole else f"{plain}.{hashlib.sha256(whole.encode()).hexdigest()[:16]}"


def checked(name: str, value: Any) -> str | None:  # noqa: ANN401 - whatever was given
    """A parameter's value as `kedro run --params` takes it, None for one that was not given.

    Raises:
        RefusedValueError: Names the parameter, its value and what it may be.
    """
    if name not in PATTERNS:
        raise RefusedValueError(f"parameter '{name}' is unknown. There are: {', '.join(PATTERNS)}")
    if value is None or value == "":
        return None
    text = _text(value)
    pattern, meaning = PATTERNS[name]
    if re.fullmatch(pattern, text) is None or (name == "as_of" and not _is_date(text)):
        raise RefusedValueError(
            f"parameter '{name}' is {text!r}, and must be {meaning}: trigger the DAG again with such"
        )
    return text


def _text(value: Any) -> str:  # noqa: ANN401 - whatever was given
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return " ".join(map(str, value))
    return str(value)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _word(what: str, value: str) -> str:
    pattern, meaning = WORDS[what]
    if re.fullmatch(pattern, str(value)) is None:
        raise RefusedValueError(f"{what} {value!r} is refused: it must be {meaning}")
    return str(value)


def _place(source: Any, env: str | None) -> list[str]:  # noqa: ANN401 - whatever was given
    named = checked("source", source)
    words = ["--source", named] if named else []
    return words + (["--env", _word("environment", env)] if env else [])
