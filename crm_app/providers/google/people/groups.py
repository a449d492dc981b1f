"""The groups that people sort their contacts into; Google's own pages call them labels.

Their names are asked for when an entry is in one, once for an adapter: most are in none but Google's
own, whose names are known.
"""

from collections.abc import Collection, Iterator

from crm_app.providers.google.connection import Json
from crm_app.providers.google.errors import GoogleRefused, at_book
from crm_app.providers.google.people.api import PeopleApi
from crm_app.providers.google.people.reading import Person, group_of

# Google's own groups, which are in every account. Those without a name here say nothing about a
# contact: all are in the first.
_GOOGLES = {
    "contactGroups/myContacts": "",
    "contactGroups/all": "",
    "contactGroups/blocked": "",
    "contactGroups/chatBuddies": "",
    "contactGroups/starred": "Starred",
    "contactGroups/friends": "Friends",
    "contactGroups/family": "Family",
    "contactGroups/coworkers": "Coworkers",
}
_MANY = 1000


class Groups:
    """The groups of one account."""

    def __init__(self, api: PeopleApi) -> None:
        self._api = api
        self._names: dict[str, str] | None = None

    def labels(self, person: Person) -> list[str]:
        """The names of the groups that the entry is in."""
        found = (self._name(group_of(each)) for each in person.get("memberships") or ())
        return [name for name in found if name]

    def known(self) -> Collection[str]:
        """The resource names of all groups that an entry can be put into."""
        return {"contactGroups/myContacts", "contactGroups/starred", *self._asked()}

    def ask(self) -> None:
        """Ask for the names now. Raises BookClosed, LoginExpired, RemoteUnavailable."""
        self._names = {
            str(group["resourceName"]): str(group.get("name") or "")
            for group in self._pages()
            if group.get("groupType") == "USER_CONTACT_GROUP"
        }

    def _asked(self) -> dict[str, str]:
        if self._names is None:
            self.ask()
        return self._names or {}

    def _name(self, group: str) -> str:
        found = _GOOGLES.get(group) if group else ""
        return self._asked().get(group, "") if found is None else found

    def _pages(self) -> Iterator[Json]:
        asked: Json = {"pageSize": _MANY, "groupFields": "name,groupType"}
        while True:
            try:
                answer = self._api.run(self._api.groups.list(**asked))
            except GoogleRefused as refused:
                raised = at_book(refused)
                break
            yield from answer.get("contactGroups") or ()
            following = answer.get("nextPageToken")
            if not following or following == asked.get("pageToken"):
                return
            asked["pageToken"] = following
        raise raised
