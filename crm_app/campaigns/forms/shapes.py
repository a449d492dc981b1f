"""The plain values that a form's JSON is made of, each refused with ValueError or TypeError. Pure."""

import re
from typing import Any

_ID = re.compile(r"[a-z0-9]{1,16}")


def text(value: object, longest: int) -> str:
    """A text of at most ``longest`` characters; "" where there is none."""
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > longest:
        raise ValueError(value)
    return value


def short_id(value: object) -> str:
    """An id of a page or field."""
    return matching(value, _ID)


def matching(value: object, pattern: re.Pattern[str]) -> str:
    """A text that the whole pattern fits."""
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(value)
    return value


def row_id(value: object) -> int | None:
    """The id of a row, or none."""
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(value)
    return value


def one_of(value: Any, allowed: tuple[Any, ...]) -> Any:
    """One of the values that are allowed."""
    if value not in allowed:
        raise ValueError(value)
    return value
