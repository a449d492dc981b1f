"""The contact list as a tab holds it: what is asked for, the rows that were read, and who is chosen.

Rows are read with the actor's rights at every event; a cursor stays on the server. When something
of a contact changes anywhere, the rows that are shown are read anew in place. Filters, saved views and
what is done with the chosen ones are substates beside this one.
"""

from dataclasses import dataclass
from typing import Any

import reflex as rx
from babel.numbers import format_decimal
from sqlmodel import Session

from crm_app.accounts import queries as accounts
from crm_app.contacts import queries, service
from crm_app.contacts.filters import ViewSpec, parse
from crm_app.contacts.queries import NOBODY, Filters, Sort
from crm_app.contacts.ui import filter_form, shown
from crm_app.contacts.ui.filter_form import Given, Picked
from crm_app.contacts.ui.shown import ListLine
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate
from crm_app.core.kinds import ContactKind
from crm_app.ui import palette
from crm_app.ui.state import PrivateState, handler

PAGE = 50
# As many as are read again at once when something changed.
LONGEST = 200
ALL, DELETED = "all", "deleted"
SEARCH = "contacts-search"
Choice = dict[str, str]


@dataclass(frozen=True)
class Read:
    """What one look at the list gives."""

    rows: list[ListLine]
    total: int
    after: str | None


class Contacts(PrivateState):
    """The list. ``view`` is a kind, everybody, those that can be brought back, or a saved view.

    ``chosen`` are the ticked contacts; ``all_fit``: all that fit are meant, shown or not. ``differs``:
    the list shows something else than the open saved view remembers, or what no view does.
    """

    loading: bool = True
    rows: list[ListLine] = []
    total: int = 0
    counted: str = ""
    more: bool = False
    view: str = ALL
    text: str = ""
    sort: str = Sort.NAME.value
    picked: Picked = filter_form.nothing_picked()
    given: Given = {}
    said: dict[str, str] = {}
    options: dict[str, list[Choice]] = {}
    filtered: bool = False
    differs: bool = False
    chosen: list[int] = []
    all_fit: bool = False
    _after: str | None = None
    _anchor: int = 0
    _remembered: ViewSpec | None = None

    @handler
    async def load(self) -> None:
        """The page opens: the choices and as many rows as were shown before."""
        self.options = await self._read(choices)
        await self._reread()
        self.loading = False

    @handler
    async def follow(self) -> None:
        """Something of a contact changed somewhere."""
        await self._reread()
        self.options = {**self.options, "tags": await self._read(tag_choices)}

    @handler
    async def look(self, text: str) -> None:
        """Search while one types."""
        self.text = text[:200]
        await self._from_the_top()

    @handler
    async def set_sort(self, sort: str) -> None:
        """Another order."""
        self.sort = Sort(sort).value if sort in set(Sort) else Sort.NAME.value
        await self._from_the_top()

    @handler
    async def turn(self, column: str) -> None:
        """A click on a column's head: sort by it, and the other way round with the next click."""
        down = column if column.startswith("-") else f"-{column}"
        first = down if column in ("created", "changed") else column
        other = column if first == down else down
        wanted = other if self.sort == first else first
        self.sort = wanted if wanted in set(Sort) else Sort.NAME.value
        await self._from_the_top()

    @handler
    async def clear(self) -> Any:
        """Forget the search and all filters."""
        self.text, self.picked, self.given = "", filter_form.nothing_picked(), {}
        await self._from_the_top()
        return rx.set_value(SEARCH, "")

    @handler
    async def load_more(self) -> None:
        """The next page below."""
        if self._after is None:
            return
        after, wanted, sort = self._after, self._wanted(), self.sort
        found = await self._read(
            lambda session, actor: page(session, actor, wanted, sort=sort, after=after)
        )
        self.rows = [*self.rows, *found.rows]
        self._after, self.more = found.after, found.after is not None

    @handler
    async def restore(self, contact_id: int) -> Any:
        """Bring a deleted contact back: the undo of the toast."""

        def bring_back(session: Session, actor: Actor) -> None:
            contact = queries.get_contact(session, actor, contact_id, deleted=None)
            service.restore(session, actor, contact)

        await self._write(bring_back)
        await self._reread()
        return rx.toast.success(self._say(N_("The contact is back.")))

    @handler
    def choose(self, contact_id: int, through: bool) -> None:
        """Tick a contact or not; ``through``: also all between it and the one before (Shift)."""
        shown_ids = [row.id for row in self.rows]
        if contact_id not in shown_ids:
            return
        chosen = list(shown_ids) if self.all_fit else list(self.chosen)
        self.all_fit = False
        if through and self._anchor in shown_ids:
            ends = sorted((shown_ids.index(self._anchor), shown_ids.index(contact_id)))
            between = shown_ids[ends[0] : ends[1] + 1]
            self.chosen = [*chosen, *(each for each in between if each not in chosen)]
        elif contact_id in chosen:
            self.chosen = [each for each in chosen if each != contact_id]
        else:
            self.chosen = [*chosen, contact_id]
        self._anchor = contact_id

    @handler
    def choose_shown(self) -> None:
        """Tick all that are shown; when they are, none."""
        ids = [row.id for row in self.rows]
        every = bool(ids) and set(ids) <= set(self.chosen)
        self.chosen, self.all_fit = [] if every else ids, False

    @handler
    def choose_all(self) -> None:
        """Mean all that fit, shown or not."""
        self.chosen, self.all_fit = [row.id for row in self.rows], True

    @handler
    def choose_none(self) -> None:
        """Nobody is chosen any more."""
        self._choose_none()

    def _choose_none(self) -> None:
        self.chosen, self.all_fit, self._anchor = [], False, 0

    def _wanted(self) -> Filters:
        wanted = filter_form.to_filters(self.picked, self.given)
        if self.text.strip():
            wanted["text"] = self.text
        if self.view == DELETED:
            wanted["deleted"] = True
        if self.view in set(ContactKind):
            wanted["kind"] = ContactKind(self.view)
        return wanted

    def _spec(self) -> ViewSpec:
        """What a saved view would remember now."""
        wanted = self._wanted()
        if kind := wanted.pop("kind", None):
            wanted["kinds"] = [kind.value]
        return ViewSpec(parse(wanted), self.sort)

    def _compare(self) -> None:
        if self._remembered is not None:
            self.differs = self._spec() != self._remembered
        else:
            self.differs = self.filtered and self.view != DELETED

    def _labels(self) -> dict[str, dict[str, str]]:
        listed = {
            name: {choice["value"]: choice["label"] for choice in choices}
            for name, choices in self.options.items()
        }
        return {**filter_form.static_labels(self._locale), **listed}

    async def _from_the_top(self) -> None:
        self.said = filter_form.said(self._locale, self.picked, self.given, self._labels())
        self.filtered = bool(self.text.strip() or self.said)
        self._compare()
        self.rows = []
        self._choose_none()
        await self._reread()

    async def _reread(self) -> None:
        wanted, sort, size = self._wanted(), self.sort, max(PAGE, min(len(self.rows), LONGEST))
        found = await self._read(
            lambda session, actor: first_page(session, actor, wanted, sort=sort, limit=size)
        )
        self.rows, self.total = found.rows, found.total
        self._after, self.more = found.after, found.after is not None
        self.counted = str(format_decimal(found.total, locale=self._locale))


def first_page(
    session: Session, actor: Actor, wanted: Filters, *, sort: str, limit: int = PAGE
) -> Read:
    """The first rows of the list as they are shown, and how many there are in all."""
    found, total = queries.search_and_count(session, actor, sort=sort, limit=limit, **wanted)
    now = clock.now()
    return Read([shown.list_line(actor, row, now) for row in found.rows], total, found.next)


def page(session: Session, actor: Actor, wanted: Filters, *, sort: str, after: str) -> Read:
    """The rows behind ``after``; they are not counted again."""
    found = queries.search(session, actor, sort=sort, after=after, limit=PAGE, **wanted)
    now = clock.now()
    return Read([shown.list_line(actor, row, now) for row in found.rows], 0, found.next)


def choices(session: Session, actor: Actor) -> dict[str, list[Choice]]:
    """What can be chosen: owners and tags to filter by, and whom contacts can be given to."""
    team = [user for user in accounts.list_users(session, actor) if user.active]
    mine = [user for user in team if user.id == actor.user_id]
    others = [user for user in team if user.id != actor.user_id]
    nobody = {"value": str(NOBODY), "label": translate(actor.locale, N_("Without owner"))}
    people = [
        *({"value": str(user.id), "label": _me(actor, user.name)} for user in mine),
        *({"value": str(user.id), "label": user.name} for user in others),
    ]
    return {"owners": [*people[:1], nobody, *people[1:]], "tags": tag_choices(session, actor)}


def _me(actor: Actor, name: str) -> str:
    return translate(actor.locale, N_("{name} (me)"), name=name)


def tag_choices(session: Session, actor: Actor) -> list[Choice]:
    """The tags to filter by."""
    return [{"value": name, "label": name} for name in queries.list_tags(session, actor)]


def palette_hits(session: Session, actor: Actor, text: str) -> list[palette.Hit]:
    """Contacts for the command palette."""
    found = queries.search(session, actor, text=text, limit=8)
    return [
        palette.Hit(row.name, row.company or row.email, f"/contacts/{row.id}") for row in found.rows
    ]


palette.provide(palette_hits)
