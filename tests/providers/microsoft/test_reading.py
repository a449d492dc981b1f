"""What Outlook's events mean for somebody's time (SYN-3, SYN-4, SYN-8)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from crm_app.providers.ical.fingerprint import fingerprint
from crm_app.providers.ical.reading import read
from crm_app.providers.ical.writing import write
from crm_app.providers.microsoft.reading import remote_event, uid_of
from crm_app.providers.microsoft.writing import created
from crm_app.providers.occurrence import EventStatus, Occurrence, Transparency
from tests.factories.outgoing import outgoing
from tests.providers.microsoft.given import OWNER, WEEKLY, at, guest, person, series, told

SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


def seen(event: dict[str, Any], zone: str = "Europe/Berlin", **parts: Any) -> list[Occurrence]:
    raw = remote_event(event, OWNER, **parts).raw
    found = read(raw, since=SINCE, until=UNTIL, calendar_zone=zone, own_addresses=[OWNER])
    return list(found.occurrences)


def one(event: dict[str, Any], zone: str = "Europe/Berlin") -> Occurrence:
    (found,) = seen(event, zone)
    return found


def test_syn4_texts_times_and_people() -> None:
    found = one(
        told(
            subject="Plans; of, the \\ house\n",
            body={"contentType": "text", "content": "One\r\ntwo \r\n\r\n"},
            location={"displayName": "Café, 2nd floor"},
            attendees=[guest("Ann@Lead.example", "accepted", name='Ann "A" Lead; x:y')],
        )
    )
    assert found.summary == "Plans; of, the \\ house"
    assert found.description == "One\ntwo"
    assert found.location == "Café, 2nd floor"
    assert (found.starts_at, found.ends_at) == (
        datetime(2026, 3, 2, 10, tzinfo=UTC),
        datetime(2026, 3, 2, 11, tzinfo=UTC),
    )
    (ann,) = found.attendees
    assert (ann.email, ann.name, ann.partstat) == (
        "ann@lead.example",
        "Ann 'A' Lead; x:y",
        "ACCEPTED",
    )
    assert (found.uid, found.recurring) == ("one@example.org", False)


@pytest.mark.parametrize(
    ("shown", "transparency", "status", "away"),
    [
        ("free", Transparency.FREE, EventStatus.CONFIRMED, False),
        ("workingElsewhere", Transparency.FREE, EventStatus.CONFIRMED, False),
        ("tentative", Transparency.BUSY, EventStatus.TENTATIVE, False),
        ("busy", Transparency.BUSY, EventStatus.CONFIRMED, False),
        ("oof", Transparency.BUSY, EventStatus.CONFIRMED, True),
        ("unknown", Transparency.BUSY, EventStatus.CONFIRMED, False),
        (None, Transparency.BUSY, EventStatus.CONFIRMED, False),
    ],
)
def test_trap_4_and_6_what_blocks(
    shown: str | None, transparency: Transparency, status: EventStatus, away: bool
) -> None:
    found = one(told(showAs=shown, attendees=[guest("ann@lead.example")]))
    assert (found.transparency, found.status, found.out_of_office) == (transparency, status, away)
    assert found.blocks() is (transparency is Transparency.BUSY)
    # The guests are there whatever it blocks.
    assert [each.email for each in found.attendees] == ["ann@lead.example"]


def test_trap_5_busy_free_and_back_are_changes() -> None:
    hashes = [remote_event(told(showAs=each), OWNER).content_hash for each in ("busy", "free")]
    assert hashes[0] != hashes[1]
    assert remote_event(told(), OWNER).content_hash == hashes[0]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Los_Angeles"])
@pytest.mark.parametrize("original", ["UTC", "Pacific Standard Time", "tzone://Microsoft/Custom"])
def test_trap_8_and_9_whole_days_are_dates(zone: str, original: str) -> None:
    event = told(
        isAllDay=True,
        start=at("2026-03-04T00:00"),
        end=at("2026-03-05T00:00"),
        originalStartTimeZone=original,
    )
    found = one(event, zone)
    assert found.all_day
    assert (found.local_start_date, found.local_end_date) == (date(2026, 3, 4), date(2026, 3, 5))
    assert found.blocks()
    assert not one({**event, "showAs": "free"}, zone).blocks()


def test_trap_9_a_day_that_was_converted_after_all_is_converted_back() -> None:
    found = one(
        told(
            isAllDay=True,
            start=at("2026-03-04T08:00"),
            end=at("2026-03-05T08:00"),
            originalStartTimeZone="Pacific Standard Time",
        )
    )
    assert (found.local_start_date, found.local_end_date) == (date(2026, 3, 4), date(2026, 3, 5))


def test_trap_10_days_over_the_clock_change() -> None:
    found = one(told(isAllDay=True, start=at("2026-03-27T00:00"), end=at("2026-03-31T00:00")))
    assert found.local_end_date is not None
    assert found.local_start_date is not None
    assert (found.local_end_date - found.local_start_date).days == 4
    assert found.ends_at - found.starts_at == timedelta(days=4, hours=-1)


@pytest.mark.parametrize(
    "times",
    [
        {"end": at("2026-03-02T10:00")},
        {"end": at("2026-03-02T09:00")},
    ],
)
def test_trap_11_zero_length_and_backwards_block_nothing(times: dict[str, Any]) -> None:
    assert not one(told(**times)).blocks()


@pytest.mark.parametrize("broken", [{"start": None}, {"start": {}}, {"start": at("soon")}])
def test_trap_11_what_cannot_be_read_is_an_object_without_a_time(broken: dict[str, Any]) -> None:
    made = remote_event(told(**broken), OWNER)
    assert made.href == "AAMkone"
    assert seen(told(**broken)) == []


def test_trap_13_without_guests_there_is_no_meeting() -> None:
    found = one(told())
    assert (found.attendees, found.organizer) == ((), None)


@pytest.mark.parametrize("alias", ["me.alias@example.org", "ME@Example.org"])
def test_trap_14_the_owners_answer_stands_under_his_own_address(alias: str) -> None:
    event = told(
        isOrganizer=False,
        organizer=person("boss@example.org", "Boss"),
        responseStatus={"response": "declined"},
        attendees=[guest(alias, "declined"), guest("ann@lead.example")],
    )
    found = one(event)
    assert found.declined_by_owner
    assert not found.blocks()
    assert found.organizer == "boss@example.org"
    emails = [each.email for each in found.attendees]
    assert emails.count(OWNER) == 1
    assert "ann@lead.example" in emails


@pytest.mark.parametrize("answer", ["none", "notResponded", "accepted", "tentativelyAccepted"])
def test_syn3_every_other_answer_leaves_the_event(answer: str) -> None:
    event = told(
        isOrganizer=False,
        organizer=person("boss@example.org"),
        responseStatus={"response": answer},
        attendees=[guest(OWNER)],
    )
    assert not one(event).declined_by_owner


def test_trap_22_whose_meeting_it_is() -> None:
    guests = [guest("ann@lead.example")]
    own = told(attendees=guests, organizer=person("me.alias@example.org", "Me"))
    assert one(own).organizer == OWNER
    foreign = told(attendees=guests, isOrganizer=False, organizer=person("boss@example.org"))
    assert one(foreign).organizer == "boss@example.org"


def test_syn4_rooms_are_resources() -> None:
    found = one(told(attendees=[guest("room@example.org", kind="resource"), guest("a@b.example")]))
    assert [each.is_resource for each in found.attendees] == [True, False]


@pytest.mark.parametrize(
    ("label", "private"),
    [("normal", False), ("personal", True), ("private", True), ("confidential", True)],
)
def test_syn4_private_events(label: str, private: bool) -> None:
    assert one(told(sensitivity=label)).private is private


def test_syn3_what_the_organizer_cancelled_stays_and_blocks_nothing() -> None:
    found = one(told(isCancelled=True, showAs="tentative", isOrganizer=False))
    assert found.status is EventStatus.CANCELLED
    assert not found.blocks()


# --- series --------------------------------------------------------------------------------------

MONDAYS = told(
    type="seriesMaster",
    start=at("2026-03-16T08:00"),
    end=at("2026-03-16T09:00"),
    originalStartTimeZone="W. Europe Standard Time",
    recurrence=series(WEEKLY, startDate="2026-03-16", type="numbered", numberOfOccurrences=4),
)


def exception(**changes: Any) -> dict[str, Any]:
    return told(
        id="AAMkexception",
        type="exception",
        seriesMasterId="AAMkone",
        originalStart="2026-03-30T07:00:00Z",
        originalStartTimeZone="W. Europe Standard Time",
        **changes,
    )


def starts(found: list[Occurrence]) -> list[str]:
    return [f"{each.starts_at:%m-%d %H:%M}" for each in found]


def test_trap_26_a_moved_instance() -> None:
    moved = exception(start=at("2026-03-31T12:00"), end=at("2026-03-31T13:00"), subject="Moved")
    found = seen(MONDAYS, exceptions=[moved])
    assert starts(found) == ["03-16 08:00", "03-23 08:00", "03-31 12:00", "04-06 07:00"]
    assert found[2].recurrence_id == "20260330T070000Z"
    assert [each.summary for each in found] == ["Call", "Call", "Moved", "Call"]
    assert {each.uid for each in found} == {"one@example.org"}


def test_trap_27_cancelled_instances_free_only_their_slot() -> None:
    found = seen(MONDAYS, cancelled=["OID.AAMkone.2026-03-23", "OID.AAMk.one=.2026-03-30", "odd"])
    assert starts(found) == ["03-16 08:00", "04-06 07:00"]
    gone = exception(isCancelled=True, start=at("2026-03-30T07:00"), end=at("2026-03-30T08:00"))
    found = seen(MONDAYS, exceptions=[gone])
    assert [each.blocks() for each in found] == [True, True, False, True]


@pytest.mark.parametrize(
    ("original", "zone"),
    [("2026-04-04T00:00:00Z", "UTC"), ("2026-04-03T22:00:00Z", "W. Europe Standard Time")],
)
def test_syn8_an_instance_of_whole_days(original: str, zone: str) -> None:
    fair = told(
        isAllDay=True,
        start=at("2026-03-04T00:00"),
        end=at("2026-03-06T00:00"),
        recurrence=series({"type": "absoluteMonthly", "dayOfMonth": 4}, startDate="2026-03-04"),
    )
    timed = exception(start=at("2026-04-10T12:00"), end=at("2026-04-10T13:00")) | {
        "originalStart": original,
        "originalStartTimeZone": zone,
    }
    found = seen(fair, exceptions=[timed], cancelled=["OID.x.2026-05-04"])[:3]
    assert [each.recurrence_id for each in found] == ["20260304", "20260404", "20260604"]
    assert [each.all_day for each in found] == [True, False, True]


def test_syn8_a_whole_day_in_a_series_of_hours() -> None:
    whole = exception(isAllDay=True, start=at("2026-03-30T00:00"), end=at("2026-03-31T00:00"))
    found = seen(MONDAYS, exceptions=[whole])
    assert [each.all_day for each in found] == [False, False, True, False]
    assert found[2].local_start_date == date(2026, 3, 30)


def test_syn8_one_uid_for_the_instances_of_a_series() -> None:
    exchange = "040000008200E00074C5B7101A82E0080000000040ABCDEF"
    dated = "040000008200E00074C5B7101A82E00807EA030940ABCDEF"
    assert uid_of({"iCalUId": dated}) == uid_of({"iCalUId": exchange}) == exchange
    assert uid_of({"iCalUId": "abc@google.com"}) == "abc@google.com"
    assert uid_of({"id": "AAMk"}) == "AAMk"


def test_syn8_the_etag_of_a_series_covers_its_parts() -> None:
    plain = remote_event(MONDAYS, OWNER).etag
    with_one = remote_event(MONDAYS, OWNER, exceptions=[exception()]).etag
    changed = exception() | {"@odata.etag": 'W/"two=="'}
    etags = {
        plain,
        with_one,
        remote_event(MONDAYS, OWNER, exceptions=[changed]).etag,
        remote_event(MONDAYS, OWNER, cancelled=["OID.x.2026-03-23"]).etag,
    }
    assert len(etags) == 4
    assert {str(each).partition(" ")[0] for each in etags} == {'W/"one=="'}


def test_syn3_a_meeting_of_hundreds_still_takes_its_time() -> None:
    crowd = [guest(f"person{number}@example.org", "accepted") for number in range(500)]
    crowd.append(guest(OWNER, "accepted"))
    daily = told(
        isOrganizer=False,
        organizer=person("boss@example.org"),
        responseStatus={"response": "accepted"},
        attendees=crowd,
        body={"contentType": "text", "content": "x" * 3000},
        recurrence=series({"type": "daily"}, type="numbered", numberOfOccurrences=90),
    )
    first = datetime(2026, 3, 2, 10, tzinfo=UTC)
    declined = {
        "responseStatus": {"response": "declined"},
        "start": at("2026-03-02T12:00"),
        "end": at("2026-03-02T13:00"),
    }
    parts = [
        {
            **daily,
            **declined,
            "id": f"AAMk{number}",
            "recurrence": None,
            "seriesMasterId": "AAMkone",
            "originalStart": f"{first + timedelta(days=number):%Y-%m-%dT%H:%M:%SZ}",
        }
        for number in range(80)
    ]
    found = seen(daily, exceptions=parts)
    assert len(found) == 90
    assert sum(each.blocks() for each in found) == 10
    assert {each.organizer for each in found} == {"boss@example.org"}


# --- zones ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["W. Europe Standard Time", "Europe/Berlin"])
def test_trap_32_a_time_is_read_in_the_zone_beside_it(name: str) -> None:
    found = one(told(start=at("2026-03-02T10:00", name), end=at("2026-03-02T11:00", name)))
    assert found.starts_at == datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize("name", ["tzone://Microsoft/Custom", 'Nowhere; "Time": 1'])
def test_trap_33_and_34_an_unknown_zone_is_the_calendars_with_a_warning(name: str) -> None:
    found = one(told(start=at("2026-03-02T10:00", name), end=at("2026-03-02T11:00", name)))
    assert found.starts_at == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert [each.value for each in found.warnings] == ["unknown_zone"]


@pytest.mark.parametrize("name", ["UTC", "tzone://Microsoft/Utc", "Etc/GMT"])
def test_syn3_names_of_utc(name: str) -> None:
    found = one(told(start=at("2026-03-02T10:00", name), end=at("2026-03-02T11:00", name)))
    assert found.starts_at == datetime(2026, 3, 2, 10, tzinfo=UTC)


# --- strangers' texts and our own ----------------------------------------------------------------


def test_trap_92_nothing_breaks_out_of_its_line() -> None:
    nasty = "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\nUID:evil\x00\x1f\ud800"
    event = told(
        subject=nasty,
        body={"contentType": "text", "content": nasty},
        location={"displayName": nasty},
        iCalUId=nasty,
        attendees=[guest("a@b.example", name=nasty), guest("bad\r\nATTENDEE:x@y.example")],
        organizer=person("me@example.org", nasty),
    )
    made = remote_event(event, OWNER)
    assert made.raw.split("\r\n").count("BEGIN:VEVENT") == 1
    (found,) = seen(event)
    assert found.summary.startswith("x\nEND:VEVENT")
    assert [each.email for each in found.attendees] == ["a@b.example"]
    made.raw.encode()
    assert made.uid == "xEND:VEVENTBEGIN:VEVENTUID:evil?"
    assert f"UID:{made.uid}\r\n" in made.raw


def test_syn4_html_that_was_not_asked_for() -> None:
    body = {"contentType": "html", "content": "<p>secret <b>page</b></p>"}
    assert one(told(body=body, bodyPreview="secret page")).description == "secret page"


def test_syn9_a_copy_of_ours_reads_as_what_we_wrote() -> None:
    wanted = outgoing(
        description="Line\nline; with, all", location="Café", url="https://crm.example/a"
    )
    json = {**created(wanted), "id": "AAMk", "@odata.etag": 'W/"x"', "isOrganizer": True}
    found = remote_event(json, OWNER)
    assert found.uid == wanted.uid
    assert found.content_hash == fingerprint(write(wanted))
    assert one(json).tandem_id == "apt_1"


def test_trap_38_what_servers_do_to_a_text_is_no_change() -> None:
    wanted = outgoing(description="Line\nline", url="https://crm.example/a")
    json = {**created(wanted), "id": "AAMk"}
    text = json["body"]["content"].replace("\n", " \r\n") + "\r\n\r\n"
    rewritten = {
        **json,
        "body": {"contentType": "text", "content": text},
        "subject": " Call with Ann ",
    }
    hashes = {remote_event(each, OWNER).content_hash for each in (json, rewritten)}
    assert len(hashes) == 1
