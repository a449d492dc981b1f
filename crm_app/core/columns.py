"""Column types that every table shares: enumerations as plain text, and JSON that both databases know;
and a comparison with many texts at once."""

import json
from collections.abc import Collection
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ColumnElement, Dialect, Enum, Text, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import col


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


def among(column: Any, texts: Collection[str]) -> ColumnElement[bool]:
    """Whether a text column is one of ``texts``, all of them in one parameter.

    To be used where there may be hundreds: an IN that names each of them takes longer to spell out
    than to answer, and a database may refuse so many parameters.
    """
    each = _Each(bindparam(None, texts, type_=_Texts(), unique=True))
    found: ColumnElement[bool] = col(column).bool_op("IN")(each)
    return found


class _Texts(TypeDecorator[Collection[str]]):
    """Many texts as one value: an array where there are such, else JSON."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(Text()) if _has_arrays(dialect) else Text())

    def process_bind_param(self, value: Collection[str] | None, dialect: Dialect) -> Any:
        texts = list(value or ())
        return texts if _has_arrays(dialect) else json.dumps(texts)


def _has_arrays(dialect: Dialect) -> bool:
    return dialect.name == "postgresql"


class _Each(FunctionElement[str]):
    """The texts in a value of ``_Texts``, one a row."""

    type = Text()
    inherit_cache = True


@compiles(_Each)
def _of_json(element: _Each, compiler: SQLCompiler, **options: Any) -> str:
    texts = compiler.process(element.clauses, **options)
    return f"(SELECT value FROM json_each({texts}))"  # noqa: S608 - the name of a parameter


@compiles(_Each, "postgresql")
def _of_array(element: _Each, compiler: SQLCompiler, **options: Any) -> str:
    texts = compiler.process(element.clauses, **options)
    return f"(SELECT unnest({texts}))"
