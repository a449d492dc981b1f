"""Writing into Outlook: once, only what differs, and without a mail (SYN-2, SYN-9)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crm_app.core.errors import PreconditionFailed, Rejected, RemoteUnavailable
from crm_app.providers.calendar_port import AccessLost, Amendment
from crm_app.providers.microsoft.calendars import GraphCalendars
from crm_app.providers.microsoft.marks import Mark, mark_of, transaction_id
from crm_app.providers.occurrence import EventStatus
from tests.contracts.events import MONDAYS, held, occurrences, simple, weekly
from tests.factories.outgoing import START, outgoing
from tests.servers.graph import Graph
from tests.servers.graph.outside import Outside
from tests.servers.graph.store import Calendar, Event

LATER = Amendment(starts_at=START + timedelta(days=2), ends_at=START + timedelta(days=2, hours=1))
TEAMS = (
    "<html><head></head><body><div>Our words</div><br>"
    f'<div style="x"><span>{"_" * 80}</span></div>'
    '<div class="me-email-text"><a href="https://teams.example/join">Join</a></div>'
    f"<div>{'_' * 80}</div></body></html>"
)


def asked(graph: Graph, method: str) -> list[str]:
    return [path for each, path in graph.asked if each == method]


def only(work: Calendar) -> Event:
    (event,) = work.events.values()
    return event


def test_trap_37_a_lost_answer_makes_no_second_event(
    graph: Graph, calendars: GraphCalendars, work: Calendar
) -> None:
    graph.lose_answer("POST")
    with pytest.raises(RemoteUnavailable):
        calendars.create(work.id, outgoing())
    stored = calendars.create(work.id, outgoing())
    assert list(work.events) == [stored.href]
    assert stored.etag is not None


@pytest.mark.parametrize("used_up", ["answer", "409"])
def test_trap_37_the_transaction_id_holds_where_the_search_is_behind(
    graph: Graph, calendars: GraphCalendars, work: Calendar, used_up: str
) -> None:
    graph.api.used_up = used_up
    first = calendars.create(work.id, outgoing())
    search = graph.api._search
    behind = iter([True])

    def late(*arguments: Any) -> dict[str, Any]:
        return {"value": []} if next(behind, False) else search(*arguments)

    graph.api._search = late  # type: ignore[method-assign]
    assert calendars.create(work.id, outgoing()) == first
    assert len(work.events) == 1


@pytest.mark.parametrize("used_up", ["answer", "409"])
def test_syn9_written_again_after_it_was_deleted(
    graph: Graph, calendars: GraphCalendars, work: Calendar, used_up: str
) -> None:
    graph.api.used_up = used_up
    hrefs = []
    for _ in range(3):
        stored = calendars.create(work.id, outgoing())
        hrefs.append(stored.href)
        calendars.delete(work.id, stored.href, stored.etag)
    again = calendars.create(work.id, outgoing())
    assert again.href not in hrefs
    (found,) = held(calendars, work.id).values()
    assert (found.uid, occurrences([found])[0].tandem_id) == (outgoing().uid, "apt_1")


def test_syn9_transaction_ids_without_end_are_refused(
    graph: Graph, calendars: GraphCalendars, work: Calendar
) -> None:
    for attempt in range(9):
        used = transaction_id(Mark("apt_1", outgoing().uid), attempt)
        graph.mailbox.transactions[used] = "gone"
    with pytest.raises(Rejected):
        calendars.create(work.id, outgoing())


def test_syn9_marks() -> None:
    mark = Mark("apt_1", "a:b@c")
    assert mark_of({"transactionId": transaction_id(mark, 3)}) == mark
    for other in (None, 7, "", "tandem:", "tandem:apt_1", "tandem:a:x:u", "7b6c-guid"):
        assert mark_of({"transactionId": other}) is None


def test_syn9_a_quote_in_a_uid(graph: Graph, calendars: GraphCalendars, work: Calendar) -> None:
    wanted = outgoing(uid="o'clock & more@tandem")
    assert calendars.create(work.id, wanted) == calendars.create(work.id, wanted)


def test_syn2_guests_are_never_told_to_exchange(
    graph: Graph, calendars: GraphCalendars, work: Calendar
) -> None:
    wanted = outgoing(attendees=(("ann@lead.example", "Ann"),), organizer=("me@example.org", "Me"))
    stored = calendars.create(work.id, wanted)
    moved = replace(wanted, starts_at=wanted.starts_at + timedelta(minutes=5))
    stored = calendars.update(work.id, stored.href, stored.etag, moved)
    assert only(work)["attendees"] == []
    calendars.delete(work.id, stored.href, stored.etag)
    assert graph.mailbox.mails == []


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, "busy"),
        ({"busy": False}, "free"),
        ({"status": EventStatus.TENTATIVE}, "tentative"),
        ({"status": EventStatus.CANCELLED}, "free"),
    ],
)
def test_syn2_how_it_is_shown(
    calendars: GraphCalendars, work: Calendar, changes: dict[str, Any], shown: str
) -> None:
    calendars.create(work.id, outgoing(private=True, **changes))
    assert (only(work)["showAs"], only(work)["sensitivity"]) == (shown, "private")


def test_syn9_finer_states_of_the_person_stay(
    graph: Graph, calendars: GraphCalendars, work: Calendar
) -> None:
    stored = calendars.create(work.id, outgoing(private=True))
    own = {"showAs": "oof", "sensitivity": "confidential", "categories": ["Blue"]}
    graph.mailbox.change(work, stored.href, own)
    calendars.update(work.id, stored.href, None, outgoing(private=True, summary="New"))
    event = only(work)
    assert {name: event[name] for name in own} == own
    assert event["subject"] == "New"
    calendars.update(work.id, stored.href, None, outgoing(busy=False))
    assert (only(work)["showAs"], only(work)["sensitivity"]) == ("free", "normal")


def test_syn9_nothing_is_written_where_nothing_differs(
    graph: Graph, calendars: GraphCalendars, work: Calendar
) -> None:
    wanted = outgoing(description="One\ntwo", location="Here", url="https://crm.example/a")
    stored = calendars.create(work.id, wanted)
    assert calendars.update(work.id, stored.href, stored.etag, wanted) == stored
    assert asked(graph, "PATCH") == []


def test_syn9_only_what_differs_is_written(
    graph: Graph, calendars: GraphCalendars, work: Calendar
) -> None:
    stored = calendars.create(work.id, outgoing(description="Old"))
    # A guest that the person added is none of our business.
    guest = {"emailAddress": {"address": "x@y.example", "name": ""}, "type": "required"}
    graph.mailbox.change(work, stored.href, {"attendees": [guest]})
    written: list[dict[str, Any]] = []
    cleaned = graph.api._cleaned
    graph.api._cleaned = lambda body: written.append(body) or cleaned(body)  # type: ignore[method-assign,func-returns-value]
    calendars.update(work.id, stored.href, None, outgoing(description="Old", summary="New"))
    assert written == [{"subject": "New"}]


def test_syn9_the_zone_that_the_person_chose_stays(
    graph: Graph, calendars: GraphCalendars, work: Calendar
) -> None:
    stored = calendars.create(work.id, outgoing())
    zone = "W. Europe Standard Time"
    times = {
        "start": {"dateTime": "2026-03-02T11:00:00", "timeZone": zone},
        "end": {"dateTime": "2026-03-02T12:00:00", "timeZone": zone},
    }
    graph.mailbox.change(work, stored.href, times)
    calendars.update(work.id, stored.href, None, outgoing())
    assert only(work)["start"] == {"dateTime": "2026-03-02T10:00:00", "timeZone": zone}
    # The doubled hour cannot be told on that clock.
    doubled = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    wanted = outgoing(starts_at=doubled, ends_at=doubled + timedelta(minutes=15))
    calendars.update(work.id, stored.href, None, wanted)
    assert only(work)["start"] == {"dateTime": "2026-10-25T01:30:00", "timeZone": "UTC"}


def test_syn9_made_a_whole_day_by_hand_it_becomes_a_time_again(
    graph: Graph, calendars: GraphCalendars, work: Calendar
) -> None:
    stored = calendars.create(work.id, outgoing())
    day = {"dateTime": "2026-03-02T00:00:00", "timeZone": "UTC"}
    end = {"dateTime": "2026-03-03T00:00:00", "timeZone": "UTC"}
    graph.mailbox.change(work, stored.href, {"isAllDay": True, "start": day, "end": end})
    changed = calendars.update(work.id, stored.href, None, outgoing())
    assert only(work)["isAllDay"] is False
    assert changed.content_hash == stored.content_hash


# --- 412 -----------------------------------------------------------------------------------------


def test_syn9_a_spurious_refusal_is_asked_once_more(
    graph: Graph, calendars: GraphCalendars, work: Calendar
) -> None:
    stored = calendars.create(work.id, outgoing())
    graph.api.spurious = 1
    changed = calendars.update(work.id, stored.href, stored.etag, outgoing(summary="New"))
    assert only(work)["subject"] == "New"
    graph.api.spurious = 1
    calendars.delete(work.id, stored.href, changed.etag)
    assert work.events == {}


def test_syn9_a_lasting_refusal_is_believed(
    graph: Graph, calendars: GraphCalendars, work: Calendar
) -> None:
    stored = calendars.create(work.id, outgoing())
    graph.api.spurious = 2
    with pytest.raises(PreconditionFailed):
        calendars.update(work.id, stored.href, stored.etag, outgoing(summary="New"))
    assert len(asked(graph, "PATCH")) == 2


@pytest.mark.parametrize("act", ["update", "delete"])
@pytest.mark.parametrize("gone", [False, True])
def test_syn9_a_change_between_reading_and_writing_is_not_overwritten(
    graph: Graph, calendars: GraphCalendars, work: Calendar, act: str, gone: bool
) -> None:
    stored = calendars.create(work.id, outgoing())
    match = graph.api._match

    def meanwhile(event: Event, wanted: str | None) -> None:
        graph.api._match = match  # type: ignore[method-assign]
        if gone:
            graph.mailbox.remove(work, stored.href)
            event = {**event, "changeKey": "new"}
        else:
            graph.mailbox.change(work, stored.href, {"subject": "Theirs"})
        match(event, wanted)

    graph.api._match = meanwhile  # type: ignore[method-assign]
    acts: dict[str, Callable[[], object]] = {
        "update": lambda: calendars.update(
            work.id, stored.href, stored.etag, outgoing(summary="Ours")
        ),
        "delete": lambda: calendars.delete(work.id, stored.href, stored.etag),
    }
    with pytest.raises(PreconditionFailed):
        acts[act]()
    assert [event["subject"] for event in work.events.values()] == ([] if gone else ["Theirs"])


def test_syn9_changes_of_the_server_itself_after_a_creation(
    graph: Graph, calendars: GraphCalendars, work: Calendar
) -> None:
    graph.api.settles = True
    stored = calendars.create(work.id, outgoing())
    (found,) = held(calendars, work.id).values()
    # Another version that says the same.
    assert found.etag != stored.etag
    assert found.content_hash == stored.content_hash


def test_trap_38_a_cut_title_is_corrected_at_most_once(
    graph: Graph, calendars: GraphCalendars, work: Calendar
) -> None:
    graph.api.cuts = 20
    wanted = outgoing(summary="A very long title that Exchange cuts")
    stored = calendars.create(work.id, wanted)
    assert stored.etag is None
    stored = calendars.update(work.id, stored.href, None, wanted)
    (found,) = held(calendars, work.id).values()
    assert (found.etag, found.content_hash) == (stored.etag, stored.content_hash)


# --- meetings with Teams -------------------------------------------------------------------------


def test_syn9_the_joining_information_stays(
    graph: Graph, calendars: GraphCalendars, work: Calendar
) -> None:
    wanted = outgoing(description="Our words", url="https://crm.example/a")
    stored = calendars.create(work.id, wanted)
    body = {
        "contentType": "html",
        "content": TEAMS.replace("Our words", "Our words<br><br>https://crm.example/a"),
    }
    graph.mailbox.change(work, stored.href, {"isOnlineMeeting": True, "body": body})
    (found,) = held(calendars, work.id).values()
    # What Teams added is no edit of ours.
    assert found.content_hash == stored.content_hash
    moved = replace(wanted, starts_at=START + timedelta(minutes=5))
    calendars.update(work.id, stored.href, None, moved)
    assert only(work)["body"] == body

    calendars.update(work.id, stored.href, None, replace(moved, description="New <words>"))
    content = only(work)["body"]["content"]
    assert "https://teams.example/join" in content
    assert "New &lt;words&gt;<br><br>https://crm.example/a" in content
    assert "Our words" not in content
    assert content.count("_" * 80) == 2
    (found,) = held(calendars, work.id).values()
    assert occurrences([found])[0].description == "New <words>"


# --- events of others ----------------------------------------------------------------------------


@pytest.mark.parametrize("amendment", [LATER, Amendment(cancelled=True)])
def test_trap_22_somebody_elses_meeting_is_not_changed(
    graph: Graph, calendars: GraphCalendars, work: Calendar, amendment: Amendment
) -> None:
    outside = Outside(graph, work)
    lines = ("ORGANIZER:mailto:boss@example.org", "ATTENDEE:mailto:me@example.org")
    href = outside.put("a", simple("a", *lines))
    with pytest.raises(AccessLost):
        calendars.amend(work.id, href, None, amendment)
    assert len(work.events) == 1


def test_syn8_an_instance_far_from_its_place_is_found(
    graph: Graph, calendars: GraphCalendars, work: Calendar
) -> None:
    outside = Outside(graph, work)
    href = outside.put("weekly", weekly())
    calendars.amend(work.id, href, None, LATER, recurrence_id=MONDAYS[3])
    stored = calendars.amend(
        work.id, href, None, Amendment(summary="Far"), recurrence_id=MONDAYS[3]
    )
    (found,) = held(calendars, work.id).values()
    assert stored is not None
    assert (stored.href, stored.etag, stored.content_hash) == (
        href,
        found.etag,
        found.content_hash,
    )
    assert "Far" in found.raw
