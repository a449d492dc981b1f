"""What was sent with a form, as a table for a spreadsheet (FRM-1). Pure.

What a stranger typed never becomes a formula on the desk of whoever opens the file.
"""

from collections.abc import Iterable, Mapping, Sequence

from crm_app.core.spreadsheet import MARK, harmless, lines

__all__ = ["as_csv", "columns", "harmless"]

Answer = Mapping[str, str]


def columns(answers: Iterable[Sequence[Answer]], order: Sequence[str]) -> list[tuple[str, str]]:
    """(field id, label) of all that was ever asked; today's fields first, in today's order.

    A field that was worded anew keeps its column, under the newest words.
    """
    labels: dict[str, str] = {}
    for row in answers:
        for each in row:
            labels.setdefault(each.get("field") or each["label"], each["label"])
    first = [field_id for field_id in order if field_id in labels]
    return [(key, labels[key]) for key in (*first, *(k for k in labels if k not in first))]


def as_csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A file that spreadsheets open: UTF-8 with a mark, commas, quotes where they are needed."""
    table = [head, *rows]
    return MARK + b"".join(lines([harmless(cell) for cell in row] for row in table))
