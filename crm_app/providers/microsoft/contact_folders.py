"""The folders for contacts of a mailbox: each is an address book.

The folder that Outlook puts new contacts into has a name of its own among Graph's addresses and is
not among the listed ones; folders may stand inside others. A deleted contact is still found by its
id, in the folder for deleted items; so where it stands counts, not whether it is found.

Pages: https://learn.microsoft.com/graph/api/user-list-contactfolders,
https://learn.microsoft.com/graph/api/contactfolder-list-childfolders,
https://github.com/microsoftgraph/microsoft-graph-docs/pull/12673 (what is found by id)
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from crm_app.providers.address_book_port import RemoteBook
from crm_app.providers.microsoft.errors import GONE, GraphRefused
from crm_app.providers.microsoft.http import GraphClient

_DEFAULT = "contacts"
Listing = Callable[[str], Iterable[dict[str, Any]]]


def books(client: GraphClient, listed: Listing) -> list[RemoteBook]:
    """All address books, the default one first. ``listed`` gives everything at an address."""
    main = client.ask("GET", client.url("contactFolders", _DEFAULT))
    found = {str(main["id"]): _book(main, "", default=True)}
    # Whether the whole list holds the default folder, or those inside it, depends on the mailbox.
    ahead = deque([(_inside(client, main), ""), (client.url("contactFolders", top="100"), "")])
    while ahead:
        link, above = ahead.popleft()
        for folder in listed(link):
            book = _book(folder, above)
            if book.ref not in found:
                found[book.ref] = book
                ahead.append((_inside(client, folder), f"{book.name} / "))
    return list(found.values())


def stands_in(client: GraphClient, ref: str, contact: Mapping[str, Any]) -> bool:
    """Whether a contact that was found by its id is one of the folder ``ref``."""
    folder = str(contact.get("parentFolderId") or ref)
    if folder == ref:
        return True
    try:
        # A folder may have several ids; what it calls itself decides.
        told = client.ask("GET", client.url("contactFolders", folder))
    except GraphRefused as refused:
        if refused.status in GONE or refused.status == 400:
            return False
        raise
    return told.get("id") == ref


def _inside(client: GraphClient, folder: Mapping[str, Any]) -> str:
    """Where the folders right inside another are listed."""
    return client.url("contactFolders", str(folder["id"]), "childFolders", top="100")


def _book(folder: Mapping[str, Any], above: str, *, default: bool = False) -> RemoteBook:
    name = str(folder.get("displayName") or "")
    return RemoteBook(str(folder["id"]), f"{above}{name}", default=default)
