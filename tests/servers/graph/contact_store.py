"""The contacts of a mailbox as Exchange keeps them: folders inside folders, and deleted items.

Every change gets a revision, so that a listing can tell what changed since. A deleted contact goes to
the deleted items and is still found by its id there. Contacts are kept as Graph shows them; names
with an underscore before them are the mailbox's own and never told.
"""

import base64
from dataclasses import dataclass, field
from typing import Any

from tests.servers.graph.store import NOW, new_id

Contact = dict[str, Any]
ADDRESSES = ("businessAddress", "homeAddress", "otherAddress")
_TEXTS = (
    *("assistantName", "birthday", "businessHomePage", "companyName", "department", "displayName"),
    *("fileAs", "generation", "givenName", "initials", "jobTitle", "manager", "middleName"),
    *("mobilePhone", "nickName", "officeLocation", "personalNotes", "profession", "spouseName"),
    *("surname", "title", "yomiCompanyName", "yomiGivenName", "yomiSurname"),
)
_LISTS = ("businessPhones", "categories", "children", "emailAddresses", "homePhones", "imAddresses")
WRITABLE = {*_TEXTS, *_LISTS, *ADDRESSES, "singleValueExtendedProperties"}
# https://github.com/microsoftgraph/microsoft-graph-docs/issues/15276
MOST = {"EmailAddresses": 3, "BusinessPhones": 2, "HomePhones": 2}


@dataclass
class Folder:
    """A folder for contacts. ``changed`` and ``gone`` are revisions by id; ``oldest`` is the first
    revision from which a listing may go on."""

    id: str
    name: str
    parent: str
    may_see: bool = True
    can_edit: bool = True
    contacts: dict[str, Contact] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    gone: dict[str, int] = field(default_factory=dict)
    oldest: int = 0


class ContactStore:
    """All folders of one mailbox; ``main`` is the one that Outlook begins with."""

    def __init__(self) -> None:
        self.root, self.revision = new_id("root"), 0
        self.folders: dict[str, Folder] = {}
        self.main = self.add_folder("Contacts", self.root)
        self.deleted = Folder(new_id("deleted"), "Deleted Items", self.root)

    # --- folders ---------------------------------------------------------------------------------

    def add_folder(self, name: str, parent: str | None = None) -> Folder:
        """A new empty folder, inside the main one unless said otherwise."""
        made = Folder(new_id(name), name, parent if parent is not None else self.main.id)
        self.folders[made.id] = made
        return made

    def inside(self, parent: str) -> list[Folder]:
        """The folders right inside another."""
        return [each for each in self.folders.values() if each.parent == parent]

    def drop_folder(self, folder: Folder) -> None:
        """Remove a whole folder with all that is in it."""
        del self.folders[folder.id]

    # --- contacts --------------------------------------------------------------------------------

    def find(self, contact_id: str) -> tuple[Folder, Contact] | None:
        """A contact wherever it is, deleted ones too."""
        for folder in (*self.folders.values(), self.deleted):
            if contact_id in folder.contacts:
                return folder, folder.contacts[contact_id]
        return None

    def add(self, folder: Folder, given: Contact) -> Contact:
        """A new contact of ``given``'s properties."""
        made: Contact = {
            "id": new_id("contact"),
            **dict.fromkeys(_TEXTS),
            **{name: [] for name in _LISTS},
            **{name: {} for name in ADDRESSES},
            "createdDateTime": NOW,
            "parentFolderId": folder.id,
            "_properties": {},
        }
        folder.contacts[made["id"]] = made
        self.set(folder, made, {"displayName": named(given), "fileAs": filed(given), **given})
        return made

    def set(self, folder: Folder, contact: Contact, given: Contact) -> None:
        """Change a contact, of addresses only the parts that are given."""
        for name, value in given.items():
            if name in ADDRESSES:
                parts = {**contact[name], **(value or {})}
                value = {part: text for part, text in parts.items() if text}
            contact[name] = value
        self.touch(folder, contact)

    def touch(self, folder: Folder, contact: Contact) -> None:
        """A change of the server's own, or anybody's: a new version."""
        self.revision += 1
        key = base64.b64encode(f"contact {self.revision:09}".encode()).decode()
        contact |= {"changeKey": key, "lastModifiedDateTime": NOW}
        folder.changed[contact["id"]] = self.revision
        folder.gone.pop(contact["id"], None)

    def move(self, contact_id: str, to: Folder) -> None:
        """Carry a contact to another folder, under the id that it has."""
        found = self.find(contact_id)
        assert found is not None
        source, contact = found
        del source.contacts[contact_id]
        source.changed.pop(contact_id, None)
        self.revision += 1
        source.gone[contact_id] = self.revision
        contact["parentFolderId"] = to.id
        to.contacts[contact_id] = contact
        self.touch(to, contact)

    def remove(self, contact_id: str) -> None:
        """Delete a contact as Outlook does: it moves to the deleted items."""
        self.move(contact_id, self.deleted)

    def empty_deleted(self) -> None:
        """Nothing is found of the deleted ones any more."""
        self.deleted.contacts.clear()


def named(given: Contact) -> str | None:
    """The name that Exchange makes up."""
    parts = (given.get("givenName"), given.get("surname"))
    return " ".join(part for part in parts if part) or given.get("companyName") or None


def filed(given: Contact) -> str | None:
    """Where Exchange files a contact that nobody filed."""
    parts = (given.get("surname"), given.get("givenName"))
    return ", ".join(part for part in parts if part) or given.get("companyName") or None
