"""Writing single events at Google, so that a retry never makes a second one.

An event's id is made of its appointment's UID, so a second attempt meets the first. Changes name the
version that they replace (If-Match). Google is asked each time to send nobody mail: that is done by
Tandem, or by nobody.
"""

from typing import Any

from crm_app.core.errors import PreconditionFailed, Rejected, RemoteError
from crm_app.core.i18n import N_
from crm_app.providers.calendar_port import Amendment, OutgoingEvent, Stored, WholeSeries
from crm_app.providers.google.api import Api, Json
from crm_app.providers.google.errors import GoogleRefused, at_calendar, at_event
from crm_app.providers.google.reading import OUR_UID, remote_event, series_of, uid_of
from crm_app.providers.google.writing import (
    amended_body,
    changed_body,
    event_ids,
    is_ours,
    new_body,
)

_SILENT = {"sendUpdates": "none", "conferenceDataVersion": 1}
_TAKEN = 409
_GONE = {404, 410}
_NOT_OURS = N_("Only the organizer can change this event.")


class Objects:
    """The events of one calendar; ``owner`` is the account's address."""

    def __init__(self, api: Api, calendar_id: str, owner: str) -> None:
        self._api, self._calendar_id, self._owner = api, calendar_id, owner

    def create(self, event: OutgoingEvent) -> Stored:
        """See ``CalendarProvider.create``."""
        if (there := self._by_uid(event.uid)) is not None:
            return self._found(there, event)
        for event_id in event_ids(event.uid):
            try:
                return self._stored(self._insert(event_id, event))
            except GoogleRefused as refused:
                if refused.status != _TAKEN:
                    raise at_calendar(refused) from None
            present = self._get(event_id)
            if present is not None and present.get("status") != "cancelled":
                return self._found(present, event)
            if present is not None and (stored := self._revived(present, event)) is not None:
                return stored
        raise Rejected(N_("Google refused the appointment."), detail="all ids are taken")

    def update(self, event_id: str, etag: str | None, event: OutgoingEvent) -> Stored:
        """See ``CalendarProvider.update``."""
        present = self._at(event_id, etag)
        if not is_ours(present, event.uid):
            raise PreconditionFailed(detail="another event in its place")
        return self._patched(present, changed_body(event, present))

    def delete(self, event_id: str, etag: str | None) -> None:
        """See ``CalendarProvider.delete``."""
        request = self._api.events.delete(
            calendarId=self._calendar_id, eventId=event_id, sendUpdates="none"
        )
        try:
            self._api.run(request, etag=etag)
        except GoogleRefused as refused:
            if refused.status not in _GONE:
                raise at_calendar(refused) from None
        except PreconditionFailed:
            # Also deleting is a change: whoever asks again has the version from before.
            if self._get(event_id, alive=True) is not None:
                raise

    def amend(
        self, event_id: str, etag: str | None, amendment: Amendment, recurrence_id: str | None
    ) -> Stored | None:
        """See ``CalendarProvider.amend``."""
        if recurrence_id is not None:
            present = self._instance(event_id, recurrence_id, etag)
        else:
            present = self._at(event_id, etag)
            if present.get("recurrence") and amendment.starts_at is not None:
                raise WholeSeries
        self._check_right(present)
        if amendment.cancelled:
            self._delete_known(present)
            return None
        stored = self._patched(present, amended_body(amendment, present))
        return stored if recurrence_id is None else None

    def _insert(self, event_id: str, event: OutgoingEvent) -> Json:
        body = {"id": event_id, **new_body(event)}
        return self._api.run(
            self._api.events.insert(calendarId=self._calendar_id, body=body, **_SILENT)
        )

    def _revived(self, deleted: Json, event: OutgoingEvent) -> Stored | None:
        """The deleted event, standing again as ``event``; None when Google will not have it."""
        request = self._api.events.update(
            calendarId=self._calendar_id, eventId=deleted["id"], body=new_body(event), **_SILENT
        )
        try:
            return self._stored(self._api.run(request, etag=deleted.get("etag")))
        except GoogleRefused as refused:
            if refused.status in {400, 403, *_GONE}:
                return None
            raise at_event(refused) from None

    def _by_uid(self, uid: str) -> Json | None:
        """Our copy wherever it was put, found by what we noted at it."""
        asked = self._api.events.list(
            calendarId=self._calendar_id,
            privateExtendedProperty=[f"{OUR_UID}={uid}"],
            singleEvents=False,
            maxResults=10,
        )
        try:
            items: list[Json] = self._api.run(asked).get("items") or []
        except GoogleRefused as refused:
            raise at_calendar(refused) from None
        alive = [one for one in items if one.get("status") != "cancelled" and not series_of(one)]
        return alive[0] if alive else None

    def _found(self, present: Json, event: OutgoingEvent) -> Stored:
        """What an earlier, unanswered attempt left. Its etag counts only if it still is our text."""
        if not is_ours(present, event.uid):
            raise Rejected(N_("Google refused the appointment."), detail="another event is there")
        stored = self._stored(present)
        if changed_body(event, present):
            return Stored(stored.href, None, stored.content_hash)
        return stored

    def _at(self, event_id: str, etag: str | None) -> Json:
        """The event as it is now. Raises PreconditionFailed when it is gone or not at ``etag``."""
        present = self._get(event_id, alive=True)
        if present is None or (etag is not None and present.get("etag") != etag):
            raise PreconditionFailed(detail="not at the known etag")
        return present

    def _get(self, event_id: str, *, alive: bool = False) -> Json | None:
        """The event, deleted ones too unless ``alive``; None when there is none."""
        try:
            found = self._api.run(
                self._api.events.get(calendarId=self._calendar_id, eventId=event_id)
            )
        except GoogleRefused as refused:
            if refused.status in _GONE:
                return None
            raised: RemoteError = at_calendar(refused)
        else:
            return None if alive and found.get("status") == "cancelled" else found
        raise raised

    def _instance(self, series: str, recurrence_id: str, etag: str | None) -> Json:
        """One instance of the series that is at ``etag``.

        Whoever was invited to single instances only cannot see their series. A series that was split
        off another one ("this and following") has its own id, and its instances may bear the first
        one's.
        """
        master = self._get(series)
        if master is not None and (
            master.get("status") == "cancelled" or etag not in {None, master.get("etag")}
        ):
            raise PreconditionFailed(detail="not at the known etag")
        for base in dict.fromkeys([series, series.rpartition("_R")[0] or series]):
            found = self._get(f"{base}_{recurrence_id}", alive=True)
            if found is not None and series_of(found) == series:
                return found
        raise PreconditionFailed(detail="no such instance")

    def _check_right(self, present: Json) -> None:
        """Google lets guests change their own copy, which then differs from everybody else's."""
        organizer: dict[str, Any] = present.get("organizer") or {"self": True}
        foreign = not organizer.get("self") and (
            str(organizer.get("email", "")).lower() != self._owner
        )
        if present.get("locked") or (foreign and not present.get("guestsCanModify")):
            raise Rejected(_NOT_OURS, detail="not the organizer")

    def _patched(self, present: Json, body: Json) -> Stored:
        if not body:
            return self._stored(present)
        request = self._api.events.patch(
            calendarId=self._calendar_id, eventId=present["id"], body=body, **_SILENT
        )
        try:
            return self._stored(self._api.run(request, etag=present.get("etag")))
        except GoogleRefused as refused:
            raised = at_event(refused)
        raise raised

    def _delete_known(self, present: Json) -> None:
        request = self._api.events.delete(
            calendarId=self._calendar_id, eventId=present["id"], sendUpdates="none"
        )
        try:
            self._api.run(request, etag=present.get("etag"))
        except GoogleRefused as refused:
            if refused.status not in _GONE:
                raise at_event(refused) from None

    def _stored(self, present: Json) -> Stored:
        uid = uid_of(present) or str(present["id"])
        event = remote_event(present, owner=self._owner, uid=uid)
        return Stored(event.href, event.etag, event.content_hash)
