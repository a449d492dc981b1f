"""Entries on a CardDAV server: read, made so that a retry never makes a second one, changed.

A new entry's name is made of its key, so a second attempt meets the first. Changes are read, altered
and written back under the etag that was read; servers rewrite what they are given and some tell no
etag, so what was written is read once more.
"""

import re
from datetime import datetime
from urllib.parse import quote, unquote
from uuid import NAMESPACE_URL, uuid5

from crm_app.core.errors import Rejected, RemoteError
from crm_app.core.i18n import N_
from crm_app.providers.address_book_port import (
    UNREADABLE,
    RemoteCard,
    Wanted,
    content_hash_of,
)
from crm_app.providers.dav.changes import GONE
from crm_app.providers.dav.client import DavRefused
from crm_app.providers.dav.collection import ADDRESS_BOOK, Collection, Item
from crm_app.providers.dav.hrefs import path_of
from crm_app.providers.dav.writing import NOT_NEW, already_there, at_etag, replace
from crm_app.providers.dav.xml import CARDDAV, DAV, Element, element, name, prop
from crm_app.providers.vcard.amending import amend
from crm_app.providers.vcard.lines import NoCard
from crm_app.providers.vcard.reading import read
from crm_app.providers.vcard.writing import create as new_card

_LINE_END = re.compile(r"\r\n?|\n")


def remote(item: Item) -> RemoteCard:
    """An entry as it was read. XML turns ends of lines into \\n; raw has CRLF again, as the entry."""
    raw = _LINE_END.sub("\r\n", item.text.strip()) + "\r\n"
    found = read(raw, fallback=unquote(item.href.rpartition("/")[2]).removesuffix(".vcf"))
    return RemoteCard(
        href=item.href,
        etag=item.etag or None,
        uid=found.uid,
        card=found.card,
        content_hash=content_hash_of(found.card),
        raw=raw,
        trouble=found.trouble,
        key=found.key,
    )


def fetch(book: Collection, href: str) -> RemoteCard | None:
    """One entry; None when it is gone. Raises DavRefused, also when the whole book is gone."""
    try:
        return remote(book.get(href))
    except DavRefused as refused:
        if refused.status not in GONE:
            raise
    book.look()
    return None


def create(book: Collection, wanted: Wanted, *, key: str, raw: str, at: datetime) -> RemoteCard:
    """Write a new entry. Raises Rejected when another one is in its place, DavRefused."""
    href = path_of(book.url + quote(key, safe="") + ".vcf")
    try:
        text = new_card(wanted, key=key, raw=raw, at=at)
    except NoCard:
        raise Rejected(UNREADABLE) from None
    try:
        etag = book.put_new(href, text)
    except DavRefused as refused:
        if refused.status not in NOT_NEW:
            raise
        return _already_there(book, href, text, refused)
    return _kept(book, href, etag, text)


def _already_there(book: Collection, href: str, sent: str, refused: DavRefused) -> RemoteCard:
    ours = read(sent)

    def is_ours(item: Item) -> bool:
        found = read(item.text)
        return ours.key == found.key or ours.uid == found.uid

    item = already_there(book, href, refused, is_ours=is_ours, search=_with_uid(ours.uid))
    if item is None:
        raise Rejected(
            N_("The address book server refused the contact."), detail=refused.detail
        ) from None
    return _seen(item, None, sent)


def update(
    book: Collection, href: str, etag: str | None, wanted: Wanted, *, at: datetime
) -> RemoteCard:
    """See ``AddressBookProvider.update``. What says it all already is not written."""
    item = at_etag(book, href, etag)
    made_up = str(uuid5(NAMESPACE_URL, href))
    try:
        text = amend(item.text, wanted, at=at, uid=made_up)
    except NoCard:
        raise Rejected(UNREADABLE) from None
    if text == item.text:
        return remote(item)
    return _kept(book, href, replace(book, item, etag, text), text)


def _kept(book: Collection, href: str, etag: str | None, sent: str) -> RemoteCard:
    """What is there now, after ``sent`` was written."""
    try:
        return _seen(_reached(book, href, sent), etag, sent)
    except RemoteError:
        # It was written; the next pull will show how.
        return remote(Item(href, etag or "", sent))


def _reached(book: Collection, href: str, sent: str) -> Item:
    """What was written. Google's server and others give a new entry another name."""
    try:
        return book.get(href)
    except DavRefused as refused:
        elsewhere = book.query(_with_uid(read(sent).uid)) if refused.status in GONE else []
        if not elsewhere:
            raise
        return elsewhere[0]


def _seen(item: Item, etag: str | None, sent: str) -> RemoteCard:
    """The entry, if it is ours by etag or by meaning. Else somebody changed it since: what was sent,
    without an etag, so that the next pull brings theirs as a change."""
    found = remote(item)
    ours = remote(Item(item.href, "", sent))
    if found.content_hash == ours.content_hash or (etag is not None and item.etag == etag):
        return remote(Item(item.href, item.etag or etag or "", item.text))
    return ours


def _with_uid(uid: str) -> Element:
    """The question for entries with this UID (addressbook-query, RFC 6352 §8.6)."""
    match = element(name(CARDDAV, "text-match"), text=uid)
    match.set("match-type", "equals")
    return element(
        name(CARDDAV, "addressbook-query"),
        prop([name(DAV, "getetag"), ADDRESS_BOOK.data]),
        element(name(CARDDAV, "filter"), element(name(CARDDAV, "prop-filter"), match, name="UID")),
    )
