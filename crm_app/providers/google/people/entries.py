"""Single entries of the address book: reading, and writing so that a retry never makes a second one.

Google has no ids of our making. An entry that we make bears a key among its client data, and before
one is made those that changed last are looked through, once for an adapter. A change names the version
that it replaces; removing cannot, so the version is looked at right before.
"""

from crm_app.core.errors import PreconditionFailed, Rejected, RemoteError
from crm_app.providers.address_book_port import UNREADABLE, RemoteCard, Wanted
from crm_app.providers.google.connection import Json
from crm_app.providers.google.errors import GoogleRefused, at_book, at_entry
from crm_app.providers.google.people.api import ME, SOURCE, PeopleApi
from crm_app.providers.google.people.groups import Groups
from crm_app.providers.google.people.reading import Person, etag_of, is_gone, key_of, remote_card
from crm_app.providers.google.people.writing import (
    WRITABLE,
    changed_person,
    changes,
    new_person,
)

# All of an entry, so that it can be brought back.
FIELDS = ",".join(("metadata", *WRITABLE))
_GONE = {404, 410}
# As many as one page of a list may have.
_LATEST = 1000


class Entries:
    """The entries of one account."""

    def __init__(self, api: PeopleApi, groups: Groups) -> None:
        self._api, self._groups = api, groups
        self._made: dict[str, str] | None = None

    def card(self, person: Person) -> RemoteCard:
        """The person as the port has it."""
        return remote_card(person, self._groups.labels(person))

    def fetch(self, href: str) -> RemoteCard | None:
        """See ``AddressBookProvider.fetch``."""
        person = self._get(href)
        return None if person is None else self.card(person)

    def create(self, wanted: Wanted, *, key: str, raw: str = "") -> RemoteCard:
        """See ``AddressBookProvider.create``."""
        if (there := self._made_with(key)) is not None:
            return there
        body = new_person(wanted, key=key, raw=raw, groups=self._groups.known() if raw else ())
        request = self._api.people.createContact(body=body, personFields=FIELDS, sources=SOURCE)
        # Until the answer is here nobody knows what was made.
        known, self._made = self._made, None
        try:
            person = self._api.run(request)
        except GoogleRefused as refused:
            self._made = known
            raised = at_book(refused)
        else:
            self._made = {**(known or {}), key: str(person["resourceName"])}
            return self.card(person)
        raise raised

    def update(self, href: str, etag: str | None, wanted: Wanted) -> RemoteCard:
        """See ``AddressBookProvider.update``."""
        present = self._at(href, etag)
        there = self.card(present)
        if there.trouble:
            raise Rejected(UNREADABLE)
        said = changes(wanted, present)
        if not said:
            return there
        request = self._api.people.updateContact(
            resourceName=href,
            body=changed_person(said, present),
            updatePersonFields=",".join(said),
            personFields=FIELDS,
            sources=SOURCE,
        )
        try:
            return self.card(self._api.run(request))
        except GoogleRefused as refused:
            raised = at_entry(refused)
        raise raised

    def delete(self, href: str, etag: str | None) -> None:
        """See ``AddressBookProvider.delete``."""
        if etag is not None:
            present = self._get(href)
            if present is None:
                return
            _match(present, etag)
        elif not _is_name(href):
            return
        try:
            self._api.run(self._api.people.deleteContact(resourceName=href))
        except GoogleRefused as refused:
            if refused.status not in _GONE:
                raise at_book(refused) from None

    def _at(self, href: str, etag: str | None) -> Json:
        """The entry as it is now. Raises PreconditionFailed when it is gone or not at ``etag``."""
        present = self._get(href)
        if present is None:
            raise PreconditionFailed(detail="gone")
        if etag is not None:
            _match(present, etag)
        return present

    def _get(self, href: str) -> Json | None:
        """The person; None when there is none, or none who is in the address book."""
        if not _is_name(href):
            return None
        request = self._api.people.get(resourceName=href, personFields=FIELDS, sources=SOURCE)
        try:
            person = self._api.run(request)
        except GoogleRefused as refused:
            if refused.status in _GONE:
                return None
            raised: RemoteError = at_book(refused)
        else:
            return None if is_gone(person) else person
        raise raised

    def _made_with(self, key: str) -> RemoteCard | None:
        """What an earlier attempt left, whose answer never came."""
        if self._made is None:
            self._made = self._latest()
        return self.fetch(self._made[key]) if key in self._made else None

    def _latest(self) -> dict[str, str]:
        """Where the entries with a key are among those that were changed last."""
        request = self._api.connections.list(
            resourceName=ME,
            personFields="clientData,metadata",
            sources=SOURCE,
            pageSize=_LATEST,
            sortOrder="LAST_MODIFIED_DESCENDING",
        )
        try:
            people: list[Json] = self._api.run(request).get("connections") or []
        except GoogleRefused as refused:
            raised = at_book(refused)
        else:
            # Of a person's own copies of an entry the oldest is meant.
            return {key_of(each): str(each["resourceName"]) for each in people if key_of(each)}
        raise raised


def _match(present: Person, etag: str) -> None:
    if etag_of(present) != etag:
        raise PreconditionFailed(detail="not at the known etag")


def _is_name(href: str) -> bool:
    """Whether Google could ever have given that name; its library refuses others with an error."""
    kind, _, rest = href.partition("/")
    return kind == "people" and bool(rest) and "/" not in rest
