"""What stands behind the bell in the frame of every page: how many, the latest, read or not."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.messaging import notifications
from crm_app.ui import moments
from crm_app.ui.state import PrivateState, handler

Row = dict[str, str]
_MOST_COUNTED = 99


class Bell(PrivateState):
    """``count`` is empty when everything is read. ``rows`` are there while the list is open."""

    count: str = ""
    rows: list[Row] = []
    opened: bool = False

    @handler
    async def refresh(self) -> None:
        """A page opens, or there is something new."""
        self.count = counted(await self._read(notifications.unread))
        if self.opened:
            self.rows = await self._read(lines)

    @handler
    async def set_opened(self, opened: bool) -> None:
        """Open or close the list."""
        self.opened = opened
        self.rows = await self._read(lines) if opened else []

    @handler
    async def follow(self, notification_id: str) -> Any:
        """Open what a line is about; it counts as read from now on."""
        wanted = int(notification_id) if _is_number(notification_id) else 0
        path = next((row["path"] for row in self.rows if row["id"] == notification_id), "")
        await self._write(lambda session, actor: notifications.mark_read(session, actor, wanted))
        self.opened, self.rows = False, []
        self.count = counted(await self._read(notifications.unread))
        return rx.redirect(path) if path.startswith("/") else None

    @handler
    async def read_all(self) -> None:
        """Everything is read."""
        await self._write(notifications.mark_read)
        self.count = ""
        self.rows = await self._read(lines)


def counted(number: int) -> str:
    """What the bell shows; empty for none."""
    return "" if not number else str(number) if number <= _MOST_COUNTED else f"{_MOST_COUNTED}+"


def lines(session: Session, actor: Actor) -> list[Row]:
    """The latest, as the list shows them."""
    now = clock.now()
    return [
        {
            "id": str(one.id),
            "text": one.text,
            "when": moments.moment(actor.locale, actor.time_zone, one.at, now),
            "path": one.path,
            "kind": one.kind,
            "unread": "" if one.read else "yes",
        }
        for one in notifications.latest(session, actor)
    ]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
