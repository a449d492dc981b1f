"""What Graph answers about calendars (https://learn.microsoft.com/graph/api/resources/calendar), and
who answers the rest."""

from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from tests.servers.graph import views, zones
from tests.servers.graph.contact_api import ContactApi
from tests.servers.graph.hooks import Hooks, Refused, now
from tests.servers.graph.paging import FILTER, Answer, page_size, state_in, token_of
from tests.servers.graph.store import Calendar, Event, Mailbox

_WRITABLE = {
    "subject",
    "body",
    "start",
    "end",
    "isAllDay",
    "location",
    "showAs",
    "sensitivity",
    "attendees",
    "recurrence",
    "categories",
    "isReminderOn",
    "reminderMinutesBeforeStart",
    "transactionId",
    "singleValueExtendedProperties",
    "isOnlineMeeting",
    "importance",
}


class Api:
    """Answers questions about one mailbox. The switches are the ways in which servers differ:

    ``limited``: a listing tells only times and kinds. ``duplicates``: it tells changed events twice,
    first as they were. ``used_up`` is what a repeated transaction id is answered with: the event of
    the first time, or 409. ``settles``: after a creation the server makes a change of its own.
    ``spurious``: so many writes are refused with 412 though nothing changed. ``cuts`` is the length
    to which subjects are cut.
    """

    def __init__(self, mailbox: Mailbox, hooks: Hooks, contacts: ContactApi) -> None:
        self.mailbox, self.hooks, self.contacts = mailbox, hooks, contacts
        self.base = ""
        self.limited = self.duplicates = self.settles = False
        self.used_up = "answer"
        self.spurious = 0
        self.cuts = 255
        self.person: dict[str, Any] = {
            "id": "66666666-7777-8888-9999-aaaaaaaaaaaa",
            "mail": mailbox.owner,
            "userPrincipalName": mailbox.owner,
            "otherMails": [],
            "proxyAddresses": [f"SMTP:{mailbox.owner}"],
        }

    def answer(self, method: str, target: str, headers: dict[str, str], body: Any) -> Answer:
        """``target`` is the path below the version, with its query. Raises Refused."""
        parts = urlsplit(target)
        path = [unquote(part) for part in parts.path.strip("/").split("/")]
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        if path == ["$batch"]:
            return 200, self._batch(body)
        if path[0] == "subscriptions":
            return self._subscriptions(method, path[1:], body)
        if path == ["me"]:
            return 200, _selected(self.person, query)
        if path == ["me", "calendars"]:
            return 200, self._calendars(query, headers)
        if path[:2] == ["me", "contactFolders"]:
            return self.contacts.answer(method, path[2:], query, headers, body)
        if path[:2] != ["me", "calendars"]:
            raise Refused(400, "BadRequest", f"nothing at {parts.path}")
        calendar = self._calendar(path[2])
        rest = path[3:]
        if not rest:
            return 200, views.calendar(calendar, self.mailbox)
        if rest == ["calendarView"]:
            return 200, self._view(list(calendar.events.values()), query, headers, target)
        if rest == ["events", "delta"]:
            return 200, self._delta(calendar, query, headers)
        if rest == ["events"]:
            if method == "POST":
                return self._create(calendar, body, headers)
            return 200, self._search(calendar, query, headers)
        if rest[2:] == ["instances"]:
            return 200, self._view([self._event(calendar, rest[1])], query, headers, target)
        return self._single(method, calendar, rest[1], query, headers, body)

    # --- finding ---------------------------------------------------------------------------------

    def _calendar(self, name: str) -> Calendar:
        found = self.mailbox.calendars.get(name)
        if found is None:
            raise Refused(404, "ErrorItemNotFound", "The specified object was not found.")
        if not found.may_see:
            raise Refused(403, "ErrorAccessDenied", "Access is denied.")
        return found

    def _event(self, calendar: Calendar, name: str) -> Event:
        found = self.mailbox.find(calendar, name)
        if found is None:
            raise Refused(404, "ErrorItemNotFound", "The specified object was not found.")
        return found

    def _calendars(self, query: dict[str, str], headers: dict[str, str]) -> dict[str, Any]:
        told = [views.calendar(each, self.mailbox) for each in self.mailbox.calendars.values()]
        size, skip = int(query.get("$top", "10")), int(query.get("$skip", "0"))
        page: dict[str, Any] = {"value": told[skip : skip + size]}
        if skip + size < len(told):
            page["@odata.nextLink"] = f"{self.base}/me/calendars?$top={size}&$skip={skip + size}"
        return page

    def _search(
        self, calendar: Calendar, query: dict[str, str], headers: dict[str, str]
    ) -> dict[str, Any]:
        found = FILTER.fullmatch(query.get("$filter", ""))
        if found is None:
            raise Refused(400, "ErrorInvalidUrlQueryFilter", "The filter is not understood.")
        name, value = (part.replace("''", "'") for part in found.groups())
        return {
            "value": [
                views.shown(event, headers.get("prefer", ""))
                for event in calendar.events.values()
                if event["_properties"].get(name) == value
            ][: int(query.get("$top", "10"))]
        }

    def _view(
        self, events: list[Event], query: dict[str, str], headers: dict[str, str], target: str
    ) -> dict[str, Any]:
        since, until = (
            datetime.fromisoformat(query[name]) for name in ("startDateTime", "endDateTime")
        )
        found = [each for event in events for each in self.mailbox.instances(event, since, until)]
        size, skip = page_size(headers), int(query.get("$skip", "0"))
        prefer = headers.get("prefer", "")
        page: dict[str, Any] = {
            "value": [views.shown(each, prefer) for each in found[skip : skip + size]]
        }
        if skip + size < len(found):
            plain = target.lstrip("/").partition("&$skip")[0]
            page["@odata.nextLink"] = f"{self.base}/{plain}&$skip={skip + size}"
        return page

    # --- listing what changed --------------------------------------------------------------------

    def _delta(
        self, calendar: Calendar, query: dict[str, str], headers: dict[str, str]
    ) -> dict[str, Any]:
        for refused in ("$select", "$filter", "$expand", "$orderby", "$search", "endDateTime"):
            if refused in query:
                raise Refused(400, "ErrorInvalidRequest", f"{refused} is not supported here")
        state = state_in(query)
        begins = not {"$skiptoken", "$deltatoken"} & set(query)
        reached = state["upto"] or state["since"]
        if not begins and not calendar.oldest <= reached <= self.mailbox.revision:
            raise Refused(410, "SyncStateNotFound", "The sync state generation is not found.")
        state["upto"] = state["upto"] or self.mailbox.revision
        rows = self._rows(calendar, state)
        size = page_size(headers)
        page = rows[:size]
        told: dict[str, Any] = {"value": self._told(calendar, page, headers.get("prefer", ""))}
        if len(rows) > size:
            state["after"] = page[-1][0]
            link = f"$skiptoken={token_of(state)}"
            told["@odata.nextLink"] = self._link(calendar, link)
        else:
            done = {"since": state["upto"], "upto": 0, "after": 0, "full": False}
            told["@odata.deltaLink"] = self._link(calendar, f"$deltatoken={token_of(done)}")
        return told

    def _link(self, calendar: Calendar, token: str) -> str:
        return f"{self.base}/me/calendars/{quote(calendar.id, safe='')}/events/delta?{token}"

    def _rows(self, calendar: Calendar, state: dict[str, Any]) -> list[tuple[int, str]]:
        """Positions and ids: of a full listing in the order in which events were made, else in the
        order of their changes."""
        if state["full"]:
            parts = [
                exception
                for event in calendar.events.values()
                for exception in event["_exceptions"].values()
            ]
            everything = [*calendar.events.values(), *parts]
            found = [(event["_seq"], event["id"]) for event in everything]
        else:
            both = {**calendar.changed, **calendar.gone}
            found = [(rev, name) for name, rev in both.items() if rev > state["since"]]
            found = [(rev, name) for rev, name in found if rev <= state["upto"]]
        return sorted(row for row in found if row[0] > state["after"])

    def _told(
        self, calendar: Calendar, page: list[tuple[int, str]], prefer: str
    ) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for _, name in page:
            event = self.mailbox.find(calendar, name)
            if event is None:
                rows.append(
                    {
                        "@odata.type": "#microsoft.graph.event",
                        "id": name,
                        "@removed": {"reason": "deleted"},
                    }
                )
                continue
            rows.append(views.shown(event, prefer, limited=self.limited))
        if self.duplicates:
            stale = [{**row, "subject": "as it was"} for row in rows if "subject" in row]
            return [*stale, *rows]
        return rows

    # --- writing ---------------------------------------------------------------------------------

    def _create(self, calendar: Calendar, body: Event, headers: dict[str, str]) -> Answer:
        self._may_edit(calendar)
        if not {"start", "end"} <= set(body):
            raise Refused(400, "ErrorPropertyValidationFailure", "start and end are needed")
        used = self.mailbox.transactions.get(body.get("transactionId") or "")
        if used is not None:
            present = self.mailbox.find(calendar, used)
            if self.used_up != "answer" or present is None:
                raise Refused(409, "ErrorDuplicateTransactionId", "The id was used already.")
            return 201, views.shown(present, headers.get("prefer", ""))
        made = self.mailbox.add(calendar, self._cleaned(body))
        self._mail("invitation", made)
        told = views.shown(made, headers.get("prefer", ""))
        if self.settles:
            self.mailbox.touch(calendar, made["id"])
        return 201, told

    def _single(
        self,
        method: str,
        calendar: Calendar,
        name: str,
        query: dict[str, str],
        headers: dict[str, str],
        body: Any,
    ) -> Answer:
        event = self._event(calendar, name)
        prefer = headers.get("prefer", "")
        if method == "GET":
            asked = {"select": query.get("$select", ""), "expand": query.get("$expand", "")}
            return 200, views.shown(event, prefer, **asked)
        self._may_edit(calendar)
        self._match(event, headers.get("if-match"))
        if method == "DELETE":
            self._mail("cancellation", event)
            self.mailbox.remove(calendar, name)
            return 204, None
        changed = self.mailbox.change(calendar, name, self._cleaned(body))
        self._mail("update", changed)
        return 200, views.shown(changed, prefer)

    def _may_edit(self, calendar: Calendar) -> None:
        if not calendar.can_edit:
            raise Refused(403, "ErrorAccessDenied", "Access is denied. Check credentials.")

    def _match(self, event: Event, wanted: str | None) -> None:
        if self.spurious:
            self.spurious -= 1
            key = event["changeKey"]
            event["changeKey"] = key[::-1] if key[::-1] != key else f"{key}0"
            raise Refused(412, "ErrorIrresolvableConflict", "The send or update operation failed.")
        if wanted is not None and wanted != views.etag(event):
            raise Refused(412, "ErrorIrresolvableConflict", "The change key does not match.")

    def _mail(self, kind: str, event: Event) -> None:
        for guest in event.get("attendees") or []:
            if event["isOrganizer"]:
                self.mailbox.mails.append((kind, guest["emailAddress"]["address"]))

    def _cleaned(self, body: Event) -> Event:
        unknown = set(body) - _WRITABLE
        if unknown:
            raise Refused(400, "ErrorInvalidProperty", f"{sorted(unknown)} cannot be written")
        given = dict(body)
        properties = given.pop("singleValueExtendedProperties", None)
        if properties is not None:
            given["_properties"] = {each["id"]: each["value"] for each in properties}
        if "subject" in given:
            given["subject"] = given["subject"].strip()[: self.cuts]
        if "location" in given:
            given["location"] = {"locationType": "default", **given["location"]}
        for name in ("start", "end"):
            if name in given:
                zones.parse(given[name])
        return given

    # --- the rest --------------------------------------------------------------------------------

    def _batch(self, body: dict[str, Any]) -> dict[str, Any]:
        if len(body["requests"]) > 20:
            raise Refused(400, "BadRequest", "a batch takes 20 requests")
        responses = [self._of_batch(each) for each in body["requests"]]
        # In any order.
        return {"responses": responses[::-1]}

    def _of_batch(self, asked: dict[str, Any]) -> dict[str, Any]:
        headers = {name.lower(): value for name, value in asked.get("headers", {}).items()}
        try:
            status, told = self.answer(asked["method"], asked["url"], headers, asked.get("body"))
        except Refused as refused:
            status, told = refused.status, problem(refused)
        return {"id": asked["id"], "status": status, "headers": {}, "body": told}

    def _subscriptions(self, method: str, path: list[str], body: Any) -> Answer:
        if method == "POST":
            parts = body["resource"].split("/")
            if parts[:2] != ["me", "calendars"] or parts[3:] != ["events"]:
                raise Refused(400, "InvalidRequest", "The resource is not known.")
            self._calendar(parts[2])
            return 201, self.hooks.subscribe(body, now())
        if method == "PATCH":
            return 200, self.hooks.renew(path[0], body, now())
        self.hooks.end(path[0])
        return 204, None


def problem(refused: Refused) -> dict[str, Any]:
    """An error as Graph tells it."""
    return {"error": {"code": refused.code, "message": refused.message, "innerError": {}}}


def _selected(value: dict[str, Any], query: dict[str, str]) -> dict[str, Any]:
    named = query.get("$select", "").split(",")
    return {name: one for name, one in value.items() if name in named} if named != [""] else value
