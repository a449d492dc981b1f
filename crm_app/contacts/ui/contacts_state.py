"""The contact list as a tab holds it: what is asked for, the rows that were read, and the choices.

Rows are read with the actor's rights at every event; a cursor stays on the server. When something
of a contact changes anywhere, the rows that are shown are read anew in place.
"""

from dataclasses import dataclass
from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.accounts import queries as accounts
from crm_app.contacts import queries, service
from crm_app.contacts.queries import NOBODY, Filters, Sort
from crm_app.contacts.ui import shown
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
Choice = dict[str, str]


@dataclass(frozen=True)
class Read:
    """What one look at the list gives."""

    rows: list[ListLine]
    total: int
    after: str | None


class Contacts(PrivateState):
    """The list. ``view`` is a kind, everybody, or those that can be brought back."""

    loading: bool = True
    rows: list[ListLine] = []
    total: int = 0
    more: bool = False
    view: str = ALL
    text: str = ""
    owner: str = ""
    tag: str = ""
    sort: str = Sort.NAME.value
    owners: list[Choice] = []
    tags: list[Choice] = []
    filtered: bool = False
    _after: str | None = None

    @handler
    async def load(self) -> None:
        """The page opens: the choices and as many rows as were shown before."""
        self.owners, self.tags = await self._read(choices)
        await self._reread()
        self.loading = False

    @handler
    async def follow(self) -> None:
        """Something of a contact changed somewhere."""
        await self._reread()
        self.tags = await self._read(tag_choices)

    @handler
    async def look(self, text: str) -> None:
        """Search while one types."""
        self.text = text[:200]
        await self._from_the_top()

    @handler
    async def set_view(self, view: str) -> None:
        """Everybody, one kind, or the deleted ones."""
        self.view = view if view in {ALL, DELETED, *ContactKind} else ALL
        await self._from_the_top()

    @handler
    async def set_owner(self, owner: str) -> None:
        """Whose contacts: a user's id, 0 for nobody's, empty for all."""
        self.owner = owner if owner.isdigit() else ""
        await self._from_the_top()

    @handler
    async def set_tag(self, tag: str) -> None:
        """Only those with a tag."""
        self.tag = tag[:60]
        await self._from_the_top()

    @handler
    async def set_sort(self, sort: str) -> None:
        """Another order."""
        self.sort = Sort(sort).value if sort in set(Sort) else Sort.NAME.value
        await self._from_the_top()

    @handler
    async def clear(self) -> Any:
        """Forget the search and all filters."""
        self.text = self.owner = self.tag = ""
        await self._from_the_top()
        return rx.set_value("contacts-search", "")

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
        self._take(found)

    @handler
    async def restore(self, contact_id: int) -> Any:
        """Bring a deleted contact back: the undo of the toast."""

        def bring_back(session: Session, actor: Actor) -> None:
            contact = queries.get_contact(session, actor, contact_id, deleted=None)
            service.restore(session, actor, contact)

        await self._write(bring_back)
        await self._reread()
        return rx.toast.success(self._say(N_("The contact is back.")))

    def _wanted(self) -> Filters:
        wanted: Filters = {"text": self.text, "tag": self.tag, "deleted": self.view == DELETED}
        if self.view in set(ContactKind):
            wanted["kind"] = ContactKind(self.view)
        if self.owner:
            wanted["owner_id"] = int(self.owner) or NOBODY
        return wanted

    async def _from_the_top(self) -> None:
        self.filtered = bool(self.text.strip() or self.owner or self.tag)
        self.rows = []
        await self._reread()

    async def _reread(self) -> None:
        wanted, sort, size = self._wanted(), self.sort, max(PAGE, min(len(self.rows), LONGEST))
        found = await self._read(
            lambda session, actor: page(session, actor, wanted, sort=sort, limit=size)
        )
        self.rows = found.rows
        self._take(found)

    def _take(self, found: Read) -> None:
        self.total, self._after, self.more = found.total, found.after, found.after is not None


def page(
    session: Session,
    actor: Actor,
    wanted: Filters,
    *,
    sort: str,
    after: str | None = None,
    limit: int = PAGE,
) -> Read:
    """Rows of the list as they are shown, and how many there are in all."""
    found = queries.search(session, actor, sort=sort, after=after, limit=limit, **wanted)
    now = clock.now()
    return Read(
        rows=[shown.list_line(actor, row, now) for row in found.rows],
        total=queries.count(session, actor, **wanted),
        after=found.next,
    )


def choices(session: Session, actor: Actor) -> tuple[list[Choice], list[Choice]]:
    """The owners and the tags to filter by."""
    team = accounts.list_users(session, actor)
    mine = [user for user in team if user.id == actor.user_id]
    others = [user for user in team if user.id != actor.user_id]
    owners = [
        {"value": "", "label": translate(actor.locale, N_("Any owner"))},
        *({"value": str(user.id), "label": _me(actor, user.name)} for user in mine),
        {"value": str(NOBODY), "label": translate(actor.locale, N_("Without owner"))},
        *({"value": str(user.id), "label": user.name} for user in others),
    ]
    return owners, tag_choices(session, actor)


def _me(actor: Actor, name: str) -> str:
    return translate(actor.locale, N_("{name} (me)"), name=name)


def tag_choices(session: Session, actor: Actor) -> list[Choice]:
    """The tags to filter by."""
    return [
        {"value": "", "label": translate(actor.locale, N_("Any tag"))},
        *({"value": name, "label": name} for name in queries.list_tags(session, actor)),
    ]


def palette_hits(session: Session, actor: Actor, text: str) -> list[palette.Hit]:
    """Contacts for the command palette."""
    found = queries.search(session, actor, text=text, limit=8)
    return [
        palette.Hit(row.name, row.company or row.email, f"/contacts/{row.id}") for row in found.rows
    ]


palette.provide(palette_hits)
