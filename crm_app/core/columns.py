"""Column types that every table shares: enumerations as plain text, and JSON that both databases know."""

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Enum
from sqlalchemy.types import TypeEngine


def enum_type(kind: type[StrEnum]) -> Any:
    """``kind`` stored as its value in a text column, so that a new value needs no migration."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=32,
        values_callable=lambda members: [member.value for member in members],
        validate_strings=True,
    )


def json_type() -> TypeEngine[Any]:
    """JSON on both databases."""
    return JSON(none_as_null=True)
