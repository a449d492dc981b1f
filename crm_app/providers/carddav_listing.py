"""The address books in the listings of an account's homes."""

from collections.abc import Iterable
from dataclasses import replace

from crm_app.providers.address_book_port import RemoteBook
from crm_app.providers.dav.listing import NAME, RIGHTS, TYPE, ref_of, shown_name, writable
from crm_app.providers.dav.multistatus import MultiStatus, Resource
from crm_app.providers.dav.xml import CARDDAV, name

LISTED = (TYPE, NAME, RIGHTS)


def books_in(listings: Iterable[MultiStatus]) -> list[RemoteBook]:
    """The address books, in the server's order.

    CardDAV does not tell which one new entries belong in; where just one can be written, it is that.
    """
    found = {
        book.ref: book
        for listing in listings
        for resource in listing.resources
        if resource.has(TYPE, name(CARDDAV, "addressbook"))
        for book in [_book(listing.url, resource)]
    }
    open_ones = [ref for ref, book in found.items() if book.writable]
    return [replace(book, default=[ref] == open_ones) for ref, book in found.items()]


def _book(base: str, resource: Resource) -> RemoteBook:
    ref = ref_of(base, resource)
    return RemoteBook(ref, shown_name(ref, resource), writable=writable(resource))
