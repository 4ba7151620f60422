"""JSON from files that anyone may have written."""

import json
from typing import Any

from server.documents.decoding import decode
from server.errors import DocumentUnreadable


def read_json(content: bytes) -> Any:
    """Raises `DocumentUnreadable` with the line for what is not JSON, is nested too deeply, or is no text.

    Python's own reader, because notebooks hold `NaN`; it stops at the interpreter's recursion limit.
    """
    try:
        return json.loads(decode(content))
    except json.JSONDecodeError as error:
        raise DocumentUnreadable(f"Line {error.lineno}: is not JSON: {error.msg}.") from error
    except RecursionError:
        raise DocumentUnreadable("is JSON that is nested too deeply to be read.") from None
    except ValueError as error:  # a number of thousands of digits
        raise DocumentUnreadable(f"cannot be read: {str(error).partition(':')[0]}.") from error
