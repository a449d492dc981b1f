"""Following the contacts with ``connections.list`` and its tokens.

A token is good for seven days after the full listing that it goes back to, however often it was
renewed. What was written may show only minutes later, and the entry as it was may show meanwhile.
https://developers.google.com/people/api/rest/v1/people.connections/list
"""

from collections.abc import Iterator

from crm_app.providers.address_book_port import BookPage, RemoteCard
from crm_app.providers.google.connection import Json
from crm_app.providers.google.cursor import Cursor
from crm_app.providers.google.errors import GoogleRefused, at_book
from crm_app.providers.google.paging import expired, sheets, tokens
from crm_app.providers.google.people.api import ME, SOURCE, PeopleApi
from crm_app.providers.google.people.entries import FIELDS, Entries
from crm_app.providers.google.people.reading import Person, is_gone

# Google gives no more of these per person in lists; the rest comes with the person alone.
_MOST_LINES = 100


def pull(
    api: PeopleApi, entries: Entries, cursor: str | None, *, page_size: int
) -> Iterator[BookPage]:
    """See ``AddressBookProvider.pull``."""
    for sheet in sheets(lambda here: _list(api, here), cursor, page_size=page_size):
        changed, removed = _read(entries, sheet.answer.get("connections") or [])
        yield BookPage(changed, removed, sheet.cursor, complete=sheet.complete, full=sheet.full)


def _list(api: PeopleApi, here: Cursor) -> Json:
    # Whatever is asked for besides the tokens has to be the same in all calls.
    request = api.connections.list(
        resourceName=ME,
        personFields=FIELDS,
        sources=SOURCE,
        pageSize=here.size,
        requestSyncToken=True,
        **tokens(here),
    )
    try:
        return api.run(request)
    except GoogleRefused as refused:
        raised = expired(here, refused) or at_book(refused)
    raise raised


def _read(entries: Entries, people: list[Json]) -> tuple[tuple[RemoteCard, ...], tuple[str, ...]]:
    """What changed and what is gone; an entry that only got another name is not gone."""
    changed: list[RemoteCard] = []
    gone: list[str] = []
    for person in people:
        if is_gone(person):
            gone.append(str(person["resourceName"]))
        elif _shortened(person):
            whole = entries.fetch(str(person["resourceName"]))
            changed += [whole] if whole else []
        else:
            changed.append(entries.card(person))
    former = {name for card in changed for name in card.former}
    return tuple(changed), tuple(name for name in gone if name not in former)


def _shortened(person: Person) -> bool:
    return any(
        len(person.get(name) or ()) >= _MOST_LINES for name in ("emailAddresses", "phoneNumbers")
    )
