"""Addresses as they may be logged: a password, a token or a key may stand in one."""

import re

# No lock and no path of a file: a sign such as @ or ? is part of a name there.
_ADDRESS = re.compile(r"(?<![\w+.-])(?!(?:sqlite|file|s3)\b)([A-Za-z][\w+.-]*://)([^\s\"'<>]+)")


def masked(words: str) -> str:
    """Words without users, passwords, queries and fragments of the addresses in them.

    Addresses of files (`sqlite`, `file`) and of S3 stay as they are.

    Args:
        words: An address, or what a program says of one.
    """
    return _ADDRESS.sub(lambda found: found[1] + _shown(found[2]), words)


def _shown(address: str) -> str:
    # The last @ of all: whoever did not encode a password may have any sign in it.
    _, user, rest = address.rpartition("@")
    kept, secret = re.match(r"([^?#]*)([?#]?)", rest).groups()  # type: ignore[union-attr] # it fits any text
    return f"{'***@' if user else ''}{kept}{f'{secret}***' if secret else ''}"
