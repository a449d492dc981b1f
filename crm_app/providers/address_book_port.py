"""The port to somebody's address books: what Tandem needs of Google, Microsoft and CardDAV.

An adapter talks to one account. It is used by one thread at a time, within one job, and closed.
All errors are ``crm_app.core.errors.RemoteError``. ``book_ref``, hrefs, etags and cursors are opaque
to the caller, who stores them and hands them back.

A card is more than what Tandem reads of it. ``update`` changes the details that are given and
carries everything else of the entry: unknown properties, pictures, other fields (SCT-7).
"""

import hashlib
import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from crm_app.core.errors import Rejected
from crm_app.core.i18n import N_
from crm_app.core.marks import bearable

UNREADABLE = N_("This entry could not be read.")


class BookGone(Rejected):
    """The address book itself is not there any more. This says nothing about its cards."""

    default_message = N_("This address book does not exist any more in the other service.")


class BookClosed(Rejected):
    """The account may no longer see or change this address book. Its cards are not deleted."""

    default_message = N_("The other service no longer grants access to this address book.")


class CardKind(StrEnum):
    """What a card stands for. ``group``: a list of other cards, nobody to write to."""

    PERSON = "person"
    COMPANY = "company"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class CardEmail:
    """An e-mail address as it stands there. ``label`` is one word in lower case (home, work, other)
    or what the person called it; empty when nothing is said."""

    address: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class CardPhone:
    """A number as it stands there. Labels besides: mobile, main, home fax, work fax, pager."""

    number: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class CardAddress:
    """A postal address. ``street`` may have several lines."""

    street: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    label: str = ""

    @property
    def empty(self) -> bool:
        """Whether there is nothing but a label."""
        return not (self.street or self.postal_code or self.city or self.region or self.country)


@dataclass(frozen=True, slots=True)
class Card:
    """What Tandem reads of an entry, in the entry's own order.

    ``name`` is how the entry is shown, made from the parts, the organization or the first address
    where the entry has none; it is never empty. ``labels`` are the groups or categories that it is
    in, by name.
    """

    name: str
    kind: CardKind = CardKind.PERSON
    first_name: str = ""
    last_name: str = ""
    organization: str = ""
    emails: tuple[CardEmail, ...] = ()
    phones: tuple[CardPhone, ...] = ()
    addresses: tuple[CardAddress, ...] = ()
    note: str = ""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RemoteBook:
    """An address book of the account. ``default``: where the service itself puts new entries."""

    ref: str
    name: str
    writable: bool = True
    default: bool = False


@dataclass(frozen=True, slots=True)
class RemoteCard:
    """One entry. ``raw`` is the entry as the service has it (vCard or JSON text).

    ``content_hash`` covers what Tandem reads of it and stays the same when a server only rewrites the
    text. ``trouble`` is a message id when the entry could not be read; ``card`` then holds as much as
    there is. ``key``: the entry was made by us with this key. ``former`` are hrefs that it had
    before (Google renames entries).
    """

    href: str
    etag: str | None
    uid: str
    card: Card
    content_hash: str
    raw: str = field(repr=False, default="")
    trouble: str = ""
    key: str = ""
    former: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BookPage:
    """A part of what changed; the fields mean what they do in ``calendar_port.Page``."""

    changed: tuple[RemoteCard, ...]
    removed: tuple[str, ...]
    cursor: str | None
    complete: bool
    full: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an entry is to say. None leaves that part of the entry alone.

    ``first_name``, ``last_name``, ``company`` (the organization) and ``kind`` are given together
    as ``names``. A list is given whole, in its order.
    """

    names: "WantedNames | None" = None
    emails: tuple[CardEmail, ...] | None = None
    phones: tuple[CardPhone, ...] | None = None
    addresses: tuple[CardAddress, ...] | None = None


@dataclass(frozen=True, slots=True)
class WantedNames:
    """How the entry is called; ``name`` alone for companies."""

    name: str
    kind: CardKind = CardKind.PERSON
    first_name: str = ""
    last_name: str = ""
    organization: str = ""


class AddressBookProvider(Protocol):
    """One account's address books."""

    @property
    def stale_seconds(self) -> int:
        """How long after a write the service may still show the entry as it was before; 0: never."""
        ...

    @property
    def relist_seconds(self) -> int:
        """After how long a full listing is due although cursors work; 0: never. Google's cursors end
        seven days after the full listing that they go back to."""
        ...

    def discover(self) -> list[RemoteBook]:
        """All address books. Raises LoginExpired, Rejected, RemoteUnavailable."""
        ...

    def pull(self, book_ref: str, cursor: str | None) -> Iterator[BookPage]:
        """What changed since ``cursor`` (None: everything), page by page; at least one page.

        An entry that cannot be read comes with its ``trouble`` and never ends the listing. Raises
        CursorExpired when everything has to be listed anew, BookGone, BookClosed.
        """
        ...

    def fetch(self, book_ref: str, href: str) -> RemoteCard | None:
        """One entry as it is now; None when it is gone. Raises BookGone, BookClosed."""
        ...

    def create(self, book_ref: str, wanted: Wanted, *, key: str, raw: str = "") -> RemoteCard:
        """Make an entry; calling it again with the same ``key`` (a UUID) leads to the same single
        entry. ``raw`` is a former ``RemoteCard.raw`` of the entry, whose other fields come back with
        it. Gives the entry as the service keeps it, which may be less than was wanted.
        """
        ...

    def update(self, book_ref: str, href: str, etag: str | None, wanted: Wanted) -> RemoteCard:
        """Change an entry, carrying what is not ``wanted``; gives it as the service keeps it.

        Raises PreconditionFailed when it is gone, or is not at ``etag`` any more. Without an etag
        whatever is there now is changed.
        """
        ...

    def delete(self, book_ref: str, href: str, etag: str | None) -> None:
        """Remove an entry; one that is gone already is fine. Raises PreconditionFailed."""
        ...

    def close(self) -> None:
        """Let go of connections. May be called twice."""
        ...


def as_json(card: Card) -> dict[str, Any]:
    """A card as it is stored. Written out, because every entry of a listing passes here."""
    return {
        "name": card.name,
        "kind": card.kind.value,
        "first_name": card.first_name,
        "last_name": card.last_name,
        "organization": card.organization,
        "emails": [{"address": each.address, "label": each.label} for each in card.emails],
        "phones": [{"number": each.number, "label": each.label} for each in card.phones],
        "addresses": [
            {
                "street": each.street,
                "postal_code": each.postal_code,
                "city": each.city,
                "region": each.region,
                "country": each.country,
                "label": each.label,
            }
            for each in card.addresses
        ],
        "note": card.note,
        "labels": list(card.labels),
    }


def from_json(stored: Mapping[str, Any]) -> Card:
    """A card that was stored; what an older version did not have is empty."""
    return Card(
        name=str(stored.get("name", "")),
        kind=CardKind(stored.get("kind", CardKind.PERSON)),
        first_name=str(stored.get("first_name", "")),
        last_name=str(stored.get("last_name", "")),
        organization=str(stored.get("organization", "")),
        emails=tuple(CardEmail(**each) for each in stored.get("emails", ())),
        phones=tuple(CardPhone(**each) for each in stored.get("phones", ())),
        addresses=tuple(CardAddress(**each) for each in stored.get("addresses", ())),
        note=str(stored.get("note", "")),
        labels=tuple(stored.get("labels", ())),
    )


def content_hash_of(card: Card) -> str:
    """A fingerprint of all that Tandem reads of an entry.

    Ends of lines, spaces around texts, composed or decomposed letters and the order of labels make
    no difference: services rewrite these.
    """
    names = (card.name, card.kind.value, card.first_name, card.last_name, card.organization)
    rows = [
        (*names, card.note),
        *(("email", each.address, each.label) for each in card.emails),
        *(("phone", each.number, each.label) for each in card.phones),
        *(
            (each.street, each.postal_code, each.city, each.region, each.country, each.label)
            for each in card.addresses
        ),
        ("labels", *sorted(card.labels)),
    ]
    said = json.dumps([[_plain(text) for text in row] for row in rows])
    return hashlib.sha256(said.encode()).hexdigest()


def _plain(text: str) -> str:
    text = text.strip()
    if text.isascii() and "\r" not in text:
        return text
    return unicodedata.normalize("NFC", bearable(text.replace("\r\n", "\n")))
