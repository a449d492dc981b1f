"""Settings > Background work: what waits, runs or needs a look, with "try again" (Q-2)."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.accounts import background
from crm_app.accounts.ui.job_words import WORDS, page_of
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate
from crm_app.core.job_board import Heap, Piece
from crm_app.ui import moments
from crm_app.ui.state import PrivateState, handler

Row = dict[str, str]


class Background(PrivateState):
    """``heap`` is the chosen part of the work."""

    loading: bool = True
    heap: str = Heap.PARKED.value
    rows: list[Row] = []
    counts: Row = {}

    @handler(admin=True)
    async def load(self) -> None:
        """Read the work; also what "Look again" and live news do."""
        await self._show()
        self.loading = False

    async def _show(self) -> None:
        heap = Heap(self.heap)
        self.counts, self.rows = await self._read(
            lambda session, actor: shown(session, actor, heap)
        )

    @handler(admin=True)
    async def set_heap(self, heap: str) -> None:
        """Show another part."""
        self.heap = heap if heap in set(Heap) else Heap.PARKED.value
        await self._show()

    @handler(admin=True)
    async def retry(self, job_id: str) -> Any:
        """Try a parked piece again."""
        number = int(job_id) if job_id.isdigit() else 0
        await self._write(lambda session, actor: background.retry(session, actor, number))
        await self._show()
        return rx.toast.success(self._say(N_("It is tried again now.")))

    @handler(admin=True)
    async def retry_all(self) -> Any:
        """Try all parked pieces again."""
        count = await self._write(background.retry_all)
        await self._show()
        return rx.toast.success(
            self._say_n(
                "{count} piece of work is tried again.",
                "{count} pieces of work are tried again.",
                count,
            )
        )

    @handler(admin=True)
    async def dismiss(self, job_id: str) -> Any:
        """Give a parked piece up."""
        number = int(job_id) if job_id.isdigit() else 0
        await self._write(lambda session, actor: background.dismiss(session, actor, number))
        await self._show()
        return rx.toast.success(self._say(N_("Given up. It is not tried again.")))


def shown(session: Session, actor: Actor, heap: Heap) -> tuple[Row, list[Row]]:
    """The counts of all heaps and the rows of one."""
    counts, pieces = background.overview(session, actor, heap)
    return (
        {one.value: str(count or "") for one, count in counts.items()},
        [_row(piece, actor) for piece in pieces],
    )


def _row(piece: Piece, actor: Actor) -> Row:
    now, zone = clock.now(), actor.time_zone
    due = piece.heap in (Heap.AGAIN, Heap.WAITING)
    return {
        "id": str(piece.id),
        "what": translate(actor.locale, WORDS[piece.kind]) if piece.kind in WORDS else piece.kind,
        "kind": piece.kind,
        "page": page_of(piece.args),
        "reason": translate(actor.locale, piece.error) if piece.error else "",
        "attempts": str(piece.attempts),
        "since": moments.moment(actor.locale, zone, piece.created_at, now),
        "next": moments.moment(actor.locale, zone, piece.run_at, now) if due else "",
    }
