"""What Graph answers about contacts (https://learn.microsoft.com/graph/api/resources/contact)."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from tests.servers.graph.contact_store import (
    MOST,
    WRITABLE,
    Contact,
    ContactStore,
    Folder,
    named,
)
from tests.servers.graph.hooks import Refused
from tests.servers.graph.paging import FILTER, Answer, page_size, state_in, token_of

_EXPAND = re.compile(r"singleValueExtendedProperties\(\$filter=id eq '([^']*)'\)")
_ADDRESS = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")
_PARTLY = {"id", "displayName", "parentFolderId", "changeKey"}


class ContactApi:
    """Answers questions about a mailbox's contacts. The switches are the ways in which servers differ:

    ``limited``: a listing tells only names. ``duplicates``: it tells changed contacts twice, first as
    they were. ``settles``: after a creation the server makes a change of its own. ``spurious``: so
    many writes are refused with 412 though nothing changed. ``siblings``: the listing of folders
    tells the main one and those beside it, not those inside it. ``other_ids``: contacts say the id of
    their folder in another spelling. ``meanwhile``: what somebody does in Outlook when a question was
    answered, one act after each.
    """

    def __init__(self, store: ContactStore) -> None:
        self.store = store
        self.base = ""
        self.limited = self.duplicates = self.settles = self.siblings = self.other_ids = False
        self.spurious = 0
        self.meanwhile: list[Callable[[], object]] = []

    def answer(
        self,
        method: str,
        path: list[str],
        query: dict[str, str],
        headers: dict[str, str],
        body: Any,
    ) -> Answer:
        """``path`` begins behind ``contactFolders``. Raises Refused."""
        told = self._answer(method, path, query, headers, body)
        if self.meanwhile:
            self.meanwhile.pop(0)()
        return told

    def _answer(
        self,
        method: str,
        path: list[str],
        query: dict[str, str],
        headers: dict[str, str],
        body: Any,
    ) -> Answer:
        if not path:
            inside = self.store.root if self.siblings else self.store.main.id
            return 200, self._folders(self.store.inside(inside), query, "contactFolders")
        folder = self._folder(path[0])
        rest = path[1:]
        if not rest:
            return 200, _shown_folder(folder)
        if rest == ["childFolders"]:
            link = f"contactFolders/{quote(folder.id, safe='')}/childFolders"
            return 200, self._folders(self.store.inside(folder.id), query, link)
        if rest == ["contacts", "delta"]:
            return 200, self._delta(folder, query, headers)
        if rest == ["contacts"]:
            if method == "POST":
                return self._create(folder, body)
            return 200, self._search(query)
        if len(rest) != 2 or rest[0] != "contacts":
            raise Refused(400, "BadRequest", f"nothing at {path}")
        return self._single(method, rest[1], query, headers, body)

    # --- finding ---------------------------------------------------------------------------------

    def _folder(self, name: str) -> Folder:
        wanted = self.store.main.id if name == "contacts" else name.removesuffix("-other")
        found = self.store.folders.get(wanted)
        if found is None:
            raise Refused(404, "ErrorItemNotFound", "The specified object was not found.")
        if not found.may_see:
            raise Refused(403, "ErrorAccessDenied", "Access is denied.")
        return found

    def _folders(self, found: list[Folder], query: dict[str, str], link: str) -> dict[str, Any]:
        size, skip = min(int(query.get("$top", "10")), 2), int(query.get("$skip", "0"))
        page: dict[str, Any] = {
            "value": [_shown_folder(each) for each in found[skip : skip + size]]
        }
        if skip + size < len(found):
            page["@odata.nextLink"] = f"{self.base}/me/{link}?$top={size}&$skip={skip + size}"
        return page

    def _search(self, query: dict[str, str]) -> dict[str, Any]:
        """By one of the properties that apps add, in the whole mailbox and whatever the case."""
        found = FILTER.fullmatch(query.get("$filter", ""))
        if found is None:
            raise Refused(400, "ErrorInvalidUrlQueryFilter", "The filter is not understood.")
        name, value = (part.replace("''", "'") for part in found.groups())
        everywhere = (*self.store.folders.values(), self.store.deleted)
        return {
            "value": [
                self._shown(contact)
                for folder in everywhere
                for contact in folder.contacts.values()
                if contact["_properties"].get(name, "").lower() == value.lower()
            ][: int(query.get("$top", "10"))]
        }

    # --- listing what changed --------------------------------------------------------------------

    def _delta(
        self, folder: Folder, query: dict[str, str], headers: dict[str, str]
    ) -> dict[str, Any]:
        if set(query) - {"$skiptoken", "$deltatoken"}:
            raise Refused(400, "ErrorInvalidUrlQuery", "The following parameters are not supported")
        state = state_in(query)
        reached = state["upto"] or state["since"]
        if query and not folder.oldest <= reached <= self.store.revision:
            raise Refused(410, "SyncStateNotFound", "The sync state generation is not found.")
        state["upto"] = state["upto"] or self.store.revision
        told = dict(folder.changed) if state["full"] else {**folder.changed, **folder.gone}
        rows = sorted(
            (at, name)
            for name, at in told.items()
            if max(state["since"], state["after"]) < at <= state["upto"]
        )
        size = page_size(headers)
        page: dict[str, Any] = {"value": self._told(folder, [name for _, name in rows[:size]])}
        link = f"{self.base}/me/contactFolders/{quote(folder.id, safe='')}/contacts/delta"
        if len(rows) > size:
            state["after"] = rows[size - 1][0]
            page["@odata.nextLink"] = f"{link}?$skiptoken={token_of(state)}"
        else:
            done = {"since": state["upto"], "upto": 0, "after": 0, "full": False}
            page["@odata.deltaLink"] = f"{link}?$deltatoken={token_of(done)}"
        return page

    def _told(self, folder: Folder, names: list[str]) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for name in names:
            contact = folder.contacts.get(name)
            if contact is None:
                kind = "#microsoft.graph.contact"
                rows.append({"@odata.type": kind, "id": name, "@removed": {"reason": "deleted"}})
            elif self.limited:
                rows.append({part: self._shown(contact)[part] for part in sorted(_PARTLY)})
            else:
                rows.append(self._shown(contact))
        if self.duplicates:
            before = [{**row, "displayName": "as it was"} for row in rows if "changeKey" in row]
            return [*before, *rows]
        return rows

    def _shown(self, contact: Contact, expand: str = "") -> dict[str, Any]:
        told = {name: value for name, value in contact.items() if not name.startswith("_")}
        told["@odata.etag"] = etag(contact)
        if self.other_ids:
            told["parentFolderId"] += "-other"
        for place, name in enumerate(("primary", "secondary", "tertiary")):
            emails = contact["emailAddresses"]
            told[f"{name}EmailAddress"] = emails[place] if place < len(emails) else None
        asked = _EXPAND.fullmatch(expand)
        if asked and asked.group(1) in contact["_properties"]:
            told["singleValueExtendedProperties"] = [
                {"id": asked.group(1), "value": contact["_properties"][asked.group(1)]}
            ]
        return told

    # --- writing ---------------------------------------------------------------------------------

    def _create(self, folder: Folder, body: Contact) -> Answer:
        _may_edit(folder)
        made = self.store.add(folder, _cleaned(body))
        told = self._shown(made)
        if self.settles:
            self.store.touch(folder, made)
        return 201, told

    def _single(
        self, method: str, name: str, query: dict[str, str], headers: dict[str, str], body: Any
    ) -> Answer:
        found = self.store.find(name)
        if found is None:
            raise Refused(404, "ErrorItemNotFound", "The specified object was not found.")
        folder, contact = found
        if method == "GET":
            return 200, self._shown(contact, query.get("$expand", ""))
        _may_edit(folder)
        self._match(contact, headers.get("if-match"))
        if method == "DELETE":
            self.store.remove(name)
            return 204, None
        given = _cleaned(body)
        if "displayName" not in given:
            # https://learn.microsoft.com/graph/api/contact-update (displayName)
            given["displayName"] = named({**contact, **given})
        self.store.set(folder, contact, given)
        return 200, self._shown(contact)

    def _match(self, contact: Contact, wanted: str | None) -> None:
        if self.spurious:
            self.spurious -= 1
            contact["changeKey"] = f"{contact['changeKey']}0"
            raise Refused(412, "ErrorIrresolvableConflict", "The send or update operation failed.")
        if wanted is not None and wanted != etag(contact):
            raise Refused(412, "ErrorIrresolvableConflict", "The change key does not match.")


def etag(contact: Contact) -> str:
    return f'W/"{contact["changeKey"]}"'


def _shown_folder(folder: Folder) -> dict[str, Any]:
    return {"id": folder.id, "displayName": folder.name, "parentFolderId": folder.parent}


def _may_edit(folder: Folder) -> None:
    if not folder.can_edit:
        raise Refused(403, "ErrorAccessDenied", "Access is denied. Check credentials.")


def _cleaned(body: Contact) -> Contact:
    unknown = set(body) - WRITABLE
    if unknown:
        raise Refused(400, "ErrorInvalidProperty", f"{sorted(unknown)} cannot be written")
    for name, most in MOST.items():
        held = body.get(name[0].lower() + name[1:]) or []
        if len(held) > most:
            raise Refused(
                400,
                "ErrorInvalidProperty",
                f"The multi value property {name} has {len(held)} entries, that exceeds the max "
                f"allowed value of {most}",
            )
    given = {
        name: value.strip() if isinstance(value, str) else value for name, value in body.items()
    }
    properties = given.pop("singleValueExtendedProperties", None)
    if properties is not None:
        given["_properties"] = {each["id"]: each["value"] for each in properties}
    if "emailAddresses" in given:
        given["emailAddresses"] = [_kept(each) for each in given["emailAddresses"]]
    return given


def _kept(email: dict[str, str]) -> dict[str, str]:
    """What Exchange cannot take for an address, it forgets and keeps the name."""
    address = email.get("address", "")
    name = email.get("name") or address
    return {"name": name, "address": address} if _ADDRESS.fullmatch(address) else {"name": name}
