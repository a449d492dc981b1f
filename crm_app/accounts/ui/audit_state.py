"""Settings > Audit log: who did what, newest first, searched and in pages (Q-5)."""

from typing import Any

from sqlmodel import Session

from crm_app.accounts import queries
from crm_app.accounts.ui import audit_words
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate
from crm_app.models import AuditEntry
from crm_app.ui import moments
from crm_app.ui.state import PrivateState, handler

Row = dict[str, str]
PAGE = 50


class AuditLog(PrivateState):
    """What is asked for, and the entries that were read."""

    loading: bool = True
    rows: list[Row] = []
    more: bool = False
    text: str = ""
    group: str = ""
    user: str = ""
    users: list[Row] = []

    @handler(admin=True)
    async def load(self) -> None:
        """The page opens: the people to choose from and the newest entries."""
        self.users = await self._read(user_choices)
        await self._from_the_top()
        self.loading = False

    @handler(admin=True)
    async def look(self, text: str) -> None:
        """Search while one types."""
        self.text = text[:200]
        await self._from_the_top()

    @handler(admin=True)
    async def set_group(self, group: str) -> None:
        """Only one part of the log."""
        self.group = group if group in dict(audit_words.GROUPS) else ""
        await self._from_the_top()

    @handler(admin=True)
    async def set_user(self, user: str) -> None:
        """Only what one person did."""
        self.user = user if user.isdigit() else ""
        await self._from_the_top()

    @handler(admin=True)
    async def load_more(self) -> None:
        """The next page below."""
        if self.rows:
            await self._add(int(self.rows[-1]["id"]))

    async def _from_the_top(self) -> None:
        self.rows = []
        await self._add(None)

    async def _add(self, before_id: int | None) -> None:
        wanted: dict[str, Any] = {
            "text": self.text,
            "action": self.group,
            "user_id": int(self.user) if self.user else None,
            "before_id": before_id,
        }
        found = await self._read(lambda session, actor: entries(session, actor, wanted))
        self.rows, self.more = [*self.rows, *found], len(found) == PAGE


def entries(session: Session, actor: Actor, wanted: dict[str, Any]) -> list[Row]:
    """A page of entries as the log shows them."""
    found = queries.search_audit(session, actor, limit=PAGE, **wanted)
    users = queries.list_users(session, actor, active_only=False)
    names = {user.id or 0: user.name for user in users}
    return [_row(entry, actor, names) for entry in found]


def _row(entry: AuditEntry, actor: Actor, names: dict[int, str]) -> Row:
    who = entry.actor_label
    if entry.actor_kind != "user":
        named = audit_words.VISITOR if entry.actor_kind == "visitor" else audit_words.SYSTEM
        who = translate(actor.locale, named)
    return {
        "id": str(entry.id),
        "who": who,
        "what": audit_words.sentence(actor.locale, entry.action),
        "action": entry.action,
        "about": audit_words.about(entry.subject_kind, entry.subject_id, names),
        "page": audit_words.page_of(entry.subject_kind, entry.subject_id),
        "detail": audit_words.details(entry.detail, names),
        "when": moments.moment(actor.locale, actor.time_zone, entry.at, clock.now()),
        "exact": moments.exact(actor.locale, actor.time_zone, entry.at),
    }


def user_choices(session: Session, actor: Actor) -> list[Row]:
    """Whose acts one can ask for."""
    anybody = {"value": "", "label": translate(actor.locale, N_("Anybody"))}
    users = queries.list_users(session, actor, active_only=False)
    return [anybody, *({"value": str(user.id), "label": user.name} for user in users)]
