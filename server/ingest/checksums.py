"""By what a change is known."""

import hashlib
from typing import Any

import orjson


def checksum(content: bytes) -> str:
    """Hex SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


def checksum_of(value: Any) -> str:
    """Hex SHA-256 of what JSON can say, dataclasses included."""
    return checksum(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))
