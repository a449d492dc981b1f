"""Following one of Google's lists by its tokens, which calendars and contacts have alike.

A list comes in pages, and ends with a token by which the next one brings only what changed. Every
page's cursor is good to go on from.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from crm_app.core.errors import CursorExpired, RemoteUnavailable
from crm_app.providers.google.cursor import Cursor, load
from crm_app.providers.google.errors import GoogleRefused

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page as Google gave it; the other fields mean what they do in ``calendar_port.Page``."""

    answer: Json
    cursor: str | None
    complete: bool
    full: bool


def sheets(ask: Callable[[Cursor], Json], cursor: str | None, *, page_size: int) -> Iterator[Sheet]:
    """All pages since ``cursor``. Raises CursorExpired, and what ``ask`` raises."""
    here = Cursor(page_size) if cursor is None else load(cursor)
    while True:
        answer = ask(here)
        following = str(answer.get("nextPageToken") or "")
        if following and following == here.page:
            raise RemoteUnavailable(detail="the same page again")
        reached = _after(here, following, answer)
        yield Sheet(answer, reached, complete=not following, full=here.full)
        if not following:
            return
        here = replace(here, page=following)


def tokens(here: Cursor) -> dict[str, str]:
    """The parameters that lead to where the list was left."""
    asked = {"syncToken": here.sync, "pageToken": here.page}
    return {name: token for name, token in asked.items() if token}


def expired(here: Cursor, refused: GoogleRefused) -> CursorExpired | None:
    """Whether the refusal is about the tokens.

    The calendar documents 410, contacts 400 (EXPIRED_SYNC_TOKEN); a token that Google cannot even
    read is answered with 400 by both.
    """
    if here.fresh or refused.status not in {400, 410}:
        return None
    return CursorExpired(detail=refused.detail)


def _after(here: Cursor, following: str, answer: Json) -> str | None:
    """The cursor behind a page. A list that gives no sync token is read anew each time."""
    if following:
        return replace(here, page=following).dump()
    token = str(answer.get("nextSyncToken") or "")
    return Cursor(here.size, sync=token).dump() if token else None
