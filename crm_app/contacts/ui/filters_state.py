"""Editing the filters of the list: ticking, typing, taking away. The list follows at once."""

from sqlmodel import Session

from crm_app.contacts import queries, search
from crm_app.contacts.ui.contacts_state import Choice, Contacts
from crm_app.contacts.ui.filter_form import FIELDS, PICKED, RANGE
from crm_app.core.access import Actor
from crm_app.ui.state import handler

_KEYS = {each.key for each in FIELDS}
# Single values by the filter that they belong to.
_PARTS: dict[str, tuple[str, ...]] = {
    "tags": ("tags_how",),
    "company": ("company", "company_id"),
    "created": ("created", "created_from", "created_to"),
    "changed": ("changed", "changed_from", "changed_to"),
    "custom": ("custom_key", "custom_how", "custom_value"),
}


class ListFilters(Contacts):
    """``editing`` is the filter whose choices are open; ``added`` one that has no value yet."""

    editing: str = ""
    added: str = ""
    companies: list[Choice] = []
    own_fields: list[Choice] = []

    @handler
    async def open_filter(self, key: str, opened: bool) -> None:
        """Open a filter's choices, or close them; one without a value goes with that."""
        if opened and key in _KEYS:
            self.editing = key
            self.added = "" if key in self.said else key
            if key == "custom" and not self.own_fields:
                self.own_fields = await self._read(_own_fields)
        elif self.editing == key:
            self.editing = self.added = ""

    @handler
    async def pick(self, name: str, value: str) -> None:
        """Tick a choice or not."""
        if name not in PICKED:
            return
        before = self.picked.get(name, [])
        after = [each for each in before if each != value]
        if len(after) == len(before):
            after = [*before, value[:200]]
        self.picked = {**self.picked, name: after}
        await self._from_the_top()

    @handler
    async def give(self, name: str, value: str) -> None:
        """Type or choose a single value."""
        known = {*_KEYS, *(part for parts in _PARTS.values() for part in parts)}
        if name in known and name not in PICKED:
            days = {name.rpartition("_")[0]: RANGE} if name.endswith(("_from", "_to")) else {}
            self.given = {**self.given, name: value[:200], **days}
            await self._from_the_top()

    @handler
    async def remove(self, key: str) -> None:
        """Take a filter away."""
        parts = {key, *_PARTS.get(key, ())}
        self.picked = {name: [] if name == key else names for name, names in self.picked.items()}
        self.given = {name: value for name, value in self.given.items() if name not in parts}
        self.editing = self.added = ""
        await self._from_the_top()

    @handler
    async def look_for_company(self, text: str) -> None:
        """Companies to filter by, while one types."""

        def read(session: Session, actor: Actor) -> list[Choice]:
            found = queries.companies(session, actor, text=text[:100], limit=8)
            return [{"value": str(company_id), "label": name} for company_id, name in found]

        self.companies = await self._read(read)

    @handler
    async def set_company(self, company_id: str, name: str) -> None:
        """Only those who belong to the company."""
        self.given = {**self.given, "company_id": company_id[:12], "company": name[:200]}
        await self._from_the_top()


def _own_fields(session: Session, actor: Actor) -> list[Choice]:
    return [{"value": name, "label": name} for name in search.own_fields(session, actor)]
