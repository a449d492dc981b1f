"""What was sent with a form, as the builder's second tab; a line opens beside the list."""

from typing import Any

import reflex as rx

from crm_app.campaigns.forms import queries
from crm_app.campaigns.forms.ui import rows
from crm_app.campaigns.forms.ui.builder_state import FormBuilder
from crm_app.campaigns.forms.ui.rows import SentRow
from crm_app.core.access import Actor
from crm_app.ui.state import handler

_PAGE = 50


class SentForms(FormBuilder):
    """The lines; ``open_row`` is the one beside the list."""

    lines: list[SentRow] = []
    more: bool = False
    opened: bool = False
    open_row: SentRow = SentRow()

    @handler
    async def arrive(self) -> None:
        """The page was opened: read what was sent."""
        self.opened, self.lines = False, []
        if self.form_id:
            await self._reread()

    @handler
    async def follow(self) -> Any:
        """Something of a form changed somewhere."""
        gone = await self._follow()
        if gone is None and self.form_id:
            await self._reread()
        return gone

    @handler
    async def load_more(self) -> None:
        """The next page below."""
        if self.lines:
            found = await self._page(before_id=int(self.lines[-1].id))
            self.lines, self.more = [*self.lines, *found], len(found) == _PAGE

    @handler
    def open(self, line_id: str) -> None:
        """Show all answers of a line."""
        found = next((line for line in self.lines if line.id == line_id), None)
        if found is not None:
            self.open_row, self.opened = found, True

    @handler
    def close(self) -> Any:
        """Back to the list."""
        self.opened = False

    async def _reread(self) -> None:
        self.lines = await self._page()
        self.more = len(self.lines) == _PAGE

    async def _page(self, before_id: int | None = None) -> list[SentRow]:
        form_id = self.form_id

        def read(session: Any, actor: Actor) -> list[SentRow]:
            form = queries.get_form(session, actor, form_id)
            found = queries.submissions(session, actor, form, before_id=before_id, limit=_PAGE)
            return rows.sent(rows.Reader(actor.locale, actor.time_zone), found)

        return await self._read(read)


def download_of(form_id: rx.Var[int]) -> rx.Var[str]:
    """Where all of it can be had as a file."""
    return "/forms/" + form_id.to_string() + "/submissions.csv"
