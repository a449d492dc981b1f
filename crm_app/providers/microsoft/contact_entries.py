"""Single contacts of a folder: read, made, changed, removed, so that a retry never makes a second one.

A contact is looked for by the key that it was made with before it is made. Changes are written as the
difference to what is there, under the etag that was read (``versions``).

Pages: https://learn.microsoft.com/graph/api/contactfolder-post-contacts,
https://learn.microsoft.com/graph/api/singlevaluelegacyextendedproperty-get
"""

from typing import Any

from crm_app.core.errors import PreconditionFailed, Rejected
from crm_app.providers.address_book_port import RemoteCard, Wanted
from crm_app.providers.microsoft.contact_folders import stands_in
from crm_app.providers.microsoft.contact_reading import Contact, remote_card
from crm_app.providers.microsoft.contact_writing import changes, created
from crm_app.providers.microsoft.errors import GONE, GraphRefused
from crm_app.providers.microsoft.etags import etag_of
from crm_app.providers.microsoft.http import GraphClient
from crm_app.providers.microsoft.marks import CARD_KEY, WITH_CARD_KEY, card_key_of, search_for
from crm_app.providers.microsoft.versions import patch, remove


def fetch(client: GraphClient, ref: str, href: str) -> RemoteCard | None:
    """The contact as it is now; None when it is not in this folder any more."""
    present = _there(client, ref, href)
    return remote_card(present) if present is not None else None


def create(client: GraphClient, ref: str, wanted: Wanted, key: str, raw: str) -> RemoteCard:
    """Make the contact, or find the one that an earlier, unanswered attempt made."""
    present = _made_with(client, ref, key)
    if present is None:
        url = client.url("contactFolders", ref, "contacts")
        present = client.ask("POST", url, created(wanted, key, raw))
    return remote_card(present, key)


def update(
    client: GraphClient, ref: str, href: str, etag: str | None, wanted: Wanted
) -> RemoteCard:
    """Write what differs from ``wanted``."""
    present = _there(client, ref, href)
    if present is None:
        raise PreconditionFailed(detail="it is gone")
    _at(present, etag)
    if trouble := remote_card(present).trouble:
        raise Rejected(trouble)
    url = _url(client, ref, href)
    told = patch(client, url, present, lambda current: changes(current, wanted), _same)
    return remote_card(told, card_key_of(present))


def delete(client: GraphClient, ref: str, href: str, etag: str | None) -> None:
    """Remove the contact; one that is gone is fine. Outlook keeps it among its deleted items."""
    present = _there(client, ref, href)
    if present is None:
        return
    _at(present, etag)
    remove(client, _url(client, ref, href), present, _same)


def address(client: GraphClient, ref: str, href: str) -> str:
    """Where a contact is read, with the key that it was made with."""
    return _url(client, ref, href, expand=WITH_CARD_KEY)


def _there(client: GraphClient, ref: str, href: str) -> Contact | None:
    """The contact if it is in the folder. Raises GraphRefused when the folder is not there."""
    try:
        told = client.ask("GET", address(client, ref, href))
    except GraphRefused as refused:
        if refused.status not in GONE:
            raise
        # Of the contact or of the folder? If that is gone too, this is the answer.
        client.ask("GET", client.url("contactFolders", ref))
        return None
    return told if stands_in(client, ref, told) else None


def _made_with(client: GraphClient, ref: str, key: str) -> Contact | None:
    link = client.url("contactFolders", ref, "contacts", filter=search_for(key, CARD_KEY), top="10")
    found: list[dict[str, Any]] = client.ask("GET", link).get("value") or []
    # Such a search may look through the whole mailbox.
    return next((each for each in found if stands_in(client, ref, each)), None)


def _at(present: Contact, etag: str | None) -> None:
    if etag is not None and etag_of(present) != etag:
        raise PreconditionFailed(detail="not at the known etag")


def _same(now: Contact, known: Contact) -> bool:
    return remote_card(now).content_hash == remote_card(known).content_hash


def _url(client: GraphClient, ref: str, href: str, **query: str) -> str:
    return client.url("contactFolders", ref, "contacts", href, **query)
