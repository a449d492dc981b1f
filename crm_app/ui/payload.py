"""Does a value from a browser fit an annotation? Reflex only warns when it does not, then calls anyway.

The rule is strict on purpose: an ``int`` is never a bool or a text, a dict's keys and values are
looked at too, and an annotation that is not known here fits nothing. ``Any`` means any JSON value
and is allowed only inside a dict, where the handler reads fields by name and converts them itself.
"""

import types
from collections.abc import Mapping
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin, is_typeddict

_PLAIN: tuple[type, ...] = (str, bool, int, float, dict, list)
_LARGEST_WHOLE = 2**53


def fits(value: object, hint: Any) -> bool:
    """Whether ``value``, as JSON gave it, is of the annotated type, all the way down."""
    if hint is Any:
        return True
    if hint is None or hint is type(None):
        return value is None
    origin = get_origin(hint)
    if origin is not None:
        return _fits_generic(value, origin, get_args(hint))
    if is_typeddict(hint):
        return isinstance(value, dict) and _fits_fields(value, hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return isinstance(value, (str, int)) and value in {member.value for member in hint}
    return hint in _PLAIN and _fits_plain(value, hint)


def _fits_plain(value: object, hint: type) -> bool:
    if hint is bool:
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    if hint is float:
        return isinstance(value, (int, float))
    if hint is int:
        # Beyond 2**53 a browser's number is not the one that was meant.
        return isinstance(value, int) and abs(value) <= _LARGEST_WHOLE
    return isinstance(value, hint)


def _fits_generic(value: object, origin: Any, args: tuple[Any, ...]) -> bool:
    if origin in (Union, types.UnionType):
        return any(fits(value, arg) for arg in args)
    if origin is Literal:
        return any(type(value) is type(arg) and value == arg for arg in args)
    if origin in (list, set, frozenset):
        return isinstance(value, list) and all(fits(each, args[0]) for each in value)
    if origin is tuple:
        return _fits_tuple(value, args)
    if origin in (dict, Mapping):
        return isinstance(value, dict) and all(
            fits(key, args[0]) and fits(each, args[1]) for key, each in value.items()
        )
    return False


def _fits_tuple(value: object, args: tuple[Any, ...]) -> bool:
    if not isinstance(value, list):
        return False
    if len(args) == 2 and args[1] is Ellipsis:
        return all(fits(each, args[0]) for each in value)
    return len(value) == len(args) and all(map(fits, value, args))


def _fits_fields(value: Mapping[str, object], hint: Any) -> bool:
    hints: dict[str, Any] = hint.__annotations__
    return (
        set(value) <= set(hints)
        and hint.__required_keys__ <= set(value)
        and all(fits(each, hints[name]) for name, each in value.items())
    )
