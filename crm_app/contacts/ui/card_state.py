"""The open contact: its card with a form, tags, owner, timeline and appointments.

The address says which contact is open (``/contacts/7``). Inputs keep what is typed in the browser
until it is saved; what others change meanwhile is taken over only while nothing is typed. What is
written at once is in ``card_acts``. Every handler reads the contact with the actor's rights.
"""

from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.contacts import queries, service
from crm_app.contacts.ui import beside, card_form
from crm_app.contacts.ui.card_blocks import CardBlock
from crm_app.contacts.ui.card_form import Shown
from crm_app.contacts.ui.card_reading import CardRead, company_named, read_card
from crm_app.contacts.ui.contacts_state import Contacts
from crm_app.contacts.ui.making_state import owner_choices
from crm_app.contacts.ui.shown import (
    CardHead,
    Entry,
    Happening,
    Meeting,
    OwnerChangeLine,
    Place,
)
from crm_app.contacts.views import Card
from crm_app.core.access import Actor
from crm_app.core.errors import Invalid, NotFound
from crm_app.core.i18n import N_
from crm_app.ui.state import PrivateState, handler

LIST = "/contacts"
TABS = ("details", "timeline", "appointments")


class ContactCard(PrivateState):
    """The sheet beside the list. ``version`` rises when the form has to show other values."""

    opened: bool = False
    head: CardHead = CardHead()
    blocks: list[CardBlock] = []
    top: list[str] = []
    emails: list[Entry] = []
    phones: list[Entry] = []
    places: list[Place] = []
    custom: list[Entry] = []
    quiet: list[str] = []
    happenings: list[Happening] = []
    earlier: int = 0
    meetings: list[Meeting] = []
    changes: list[OwnerChangeLine] = []
    owner_choices: list[dict[str, str]] = []
    companies: list[str] = []
    known_tags: list[str] = []
    tab: str = TABS[0]
    dirty: bool = False
    asking: bool = False
    version: int = 0
    note_version: int = 0
    _card: Card | None = None
    _shown: Shown = Shown(frozenset())
    _next_key: int = 1000

    @handler
    async def load(self) -> Any:
        """The address changed: open, change or close the card."""
        contact_id = contact_in(self.router.url.path)
        if not contact_id:
            self.opened = False
            return None
        if self.opened and self.head.id == contact_id and self.dirty:
            return None
        try:
            found = await self._read(lambda session, actor: read_card(session, actor, contact_id))
        except NotFound as error:
            self.opened = False
            return [rx.redirect(LIST, replace=True), rx.toast.error(self._say(error.user_message))]
        if self.head.id != contact_id:
            self.tab, self.errors = TABS[0], {}
        self.dirty = self.asking = False
        self._take(found)
        self.owner_choices = await self._read(owner_choices)
        self.known_tags = await self._read(queries.list_tags)
        self.opened = True
        return None

    @handler
    async def follow(self) -> None:
        """An appointment or the layout of cards changed somewhere."""
        await self._follow()

    @handler
    async def follow_contacts(self) -> Any:
        """Something of a contact changed somewhere: read the card anew, then the list."""
        await self._follow()
        return Contacts.follow

    async def _follow(self) -> None:
        if not self.opened:
            return
        contact_id = self.head.id
        try:
            found = await self._read(lambda session, actor: read_card(session, actor, contact_id))
        except NotFound:
            # Somebody gave it away: what is shown stays until one looks elsewhere.
            return
        self._take(found, keep_form=self.dirty)

    @handler
    def set_tab(self, tab: str) -> None:
        """Details, timeline, appointments, or a panel of another room."""
        known = (*TABS, *(panel.key for panel in beside.panels()))
        self.tab = tab if tab in known else TABS[0]

    @handler
    def touch(self) -> None:
        """Something was typed."""
        self.dirty = self.dirty or self.head.may_change

    @handler
    def close(self) -> Any:
        """Back to the list; asks first when something typed would be lost."""
        if self.dirty:
            self.asking = True
            return None
        return rx.redirect(LIST)

    @handler
    def keep_editing(self) -> None:
        """The answer "no, wait" to that question."""
        self.asking = False

    @handler
    async def discard(self) -> None:
        """Forget what was typed and show what is stored."""
        await self._reread()

    @handler
    async def leave(self) -> Any:
        """Forget what was typed and go back to the list."""
        self.asking = self.dirty = False
        return rx.redirect(LIST)

    @handler
    def add_line(self, kind: str) -> None:
        """One more address, number, place or own field to fill in."""
        self._next_key += 1
        key = str(self._next_key)
        if kind == "place":
            self.places = [*self.places, Place(key)]
        elif kind in _LINES:
            setattr(self, _LINES[kind], [*getattr(self, _LINES[kind]), Entry(key)])

    @handler
    def remove_line(self, kind: str, key: str) -> None:
        """Take a line away; it is gone when the card is saved."""
        if kind in _LINES:
            kept = [line for line in getattr(self, _LINES[kind]) if line.key != key]
            setattr(self, _LINES[kind], kept)
            self.dirty = self.head.may_change

    @handler
    async def look_for_company(self, name: str) -> None:
        """Suggest companies while one types, and note the change."""
        self.dirty = self.dirty or self.head.may_change
        found = await self._read(
            lambda session, actor: queries.companies(session, actor, text=name[:100], limit=8)
        )
        self.companies = [company for _, company in found]

    @handler
    async def save(self, form: dict[str, Any]) -> Any:
        """Write what was changed in the form."""
        before, shown = self._require_card(), self._shown
        lines = {kind: [line.key for line in getattr(self, name)] for kind, name in _LINES.items()}
        fields = card_form.changed_fields(before, form, lines, shown)
        company = card_form.text(form, "company")
        moved = "company" in form and "company" in shown.fields and company != before.company

        def write(session: Session, actor: Actor) -> None:
            contact = queries.changeable_contact(session, actor, before.id)
            changes = fields.copy()
            if moved:
                changes["company_id"] = company_named(session, actor, company)
            if "custom" in fields:
                now = card_form.rebased(before.custom, fields["custom"], contact.custom)
                changes["custom"] = now
            if changes:
                service.update(session, actor, contact, **changes)

        try:
            await self._write(write)
        except Invalid as error:
            raise card_form.beside_fields(error, shown) from error
        await self._reread()
        return rx.toast.success(self._say(N_("Saved.")))

    async def _reread(self, *, keep_form: bool = False) -> None:
        contact_id = self.head.id
        found = await self._read(lambda session, actor: read_card(session, actor, contact_id))
        if not keep_form:
            self.dirty, self.errors = False, {}
            # The inputs hold what was typed; a new version makes them anew.
            self.version += 1
        self._take(found, keep_form=keep_form and self.dirty)
        self.known_tags = await self._read(queries.list_tags)

    def _take(self, found: CardRead, *, keep_form: bool = False) -> None:
        changed = self._card != found.card or self.blocks != found.blocks
        self.head = found.head
        self.happenings, self.earlier = found.happenings, found.earlier
        self.meetings, self.changes = found.meetings, found.owners
        if keep_form:
            return
        self._card, self._shown = found.card, found.inputs
        self.blocks, self.top = found.blocks, found.top
        self.emails, self.phones = found.emails, found.phones
        self.places, self.custom, self.quiet = found.places, found.custom, found.quiet
        if changed:
            self.version += 1

    def _require_card(self) -> Card:
        if self._card is None or self._card.id != self.head.id:
            raise NotFound
        return self._card


_LINES = {"email": "emails", "phone": "phones", "place": "places", "custom": "custom"}


def contact_in(path: str) -> int:
    """The contact's id in an address like ``/contacts/7``; 0 when there is none."""
    head, _, last = path.rstrip("/").rpartition("/")
    return int(last) if head.endswith(LIST) and last.isascii() and last.isdigit() else 0
