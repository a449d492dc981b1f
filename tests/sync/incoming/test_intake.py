"""What external events become: SYN-4, SYN-5, SYN-7, SYN-8, SYN-12 and traps 1-5, 12-15, 22, 25, 45, 54, 65."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from crm_app.appointments import busy, queries
from crm_app.contacts import queries as contacts
from crm_app.core import db, facts
from crm_app.core.access import system
from crm_app.core.kinds import (
    AppointmentSource,
    CalendarRole,
    Intake,
    LinkOrigin,
    SyncOption,
)
from crm_app.models import (
    Appointment,
    Calendar,
    Contact,
    ExternalCalendar,
    ExternalObject,
    GuestFilter,
    Message,
    TimeClaim,
    User,
    Workspace,
)
from crm_app.sync.choices import review
from tests import factories
from tests.sync import rig
from tests.sync.rig import soon, stamp

pytestmark = pytest.mark.usefixtures("database")

GUEST = "ATTENDEE;CN=Nora New:mailto:nora@new.example"
ANN = "ATTENDEE;CN=Ann:mailto:ann@lead.example"


def linked(option: SyncOption | None = SyncOption.TWO_WAY, **values: object) -> rig.Connected:
    """A user whose linked calendar was read once, and has that option since."""
    kate = rig.connect(**values)  # type: ignore[arg-type]
    kate.run()
    if option is not None:
        rig.choose(kate, option)
    return kate


def lead(name: str = "Ann", email: str = "ann@lead.example") -> Contact:
    with db.unit_of_work() as session:
        found: Contact = factories.contact(session, name=name, email=email)
        return found


def objects() -> list[ExternalObject]:
    with db.reading() as session:
        return list(session.exec(select(ExternalObject).order_by(ExternalObject.href)))


CASES = [
    # option, guest is known, contacts after, appointments, loud bookings
    (SyncOption.ONE_WAY, False, 0, 0, 0),
    (SyncOption.TWO_WAY, False, 1, 1, 1),
    (SyncOption.SMART, False, 0, 0, 0),
    (SyncOption.DISABLE_TRIGGER, False, 1, 1, 0),
    (SyncOption.ONE_WAY, True, 1, 0, 0),
    (SyncOption.TWO_WAY, True, 1, 1, 1),
    (SyncOption.SMART, True, 1, 1, 1),
    (SyncOption.DISABLE_TRIGGER, True, 1, 1, 0),
]


@pytest.mark.parametrize(("option", "known", "people", "appointments", "loud"), CASES)
def test_syn4_traps1_2_the_four_options(
    option: SyncOption, known: bool, people: int, appointments: int, loud: int
) -> None:
    if known:
        kate = linked(None)
        lead("Nora", "Nora@New.example")
        rig.choose(kate, option)
    else:
        kate = linked(option)
    kate.put("meeting", soon(), GUEST, summary="Kick-off")
    for _ in range(2):
        kate.run()
        rig.settle()
    assert len(rig.people()) == people
    assert len(rig.taken()) == appointments
    assert rig.fired(facts.AppointmentBooked) == loud
    made_loudly = int(option is SyncOption.TWO_WAY and not known)
    assert rig.fired(facts.ContactCreated) == made_loudly
    # The time is taken once, by the event.
    assert len(rig.busy(kate.user)) == 1
    with db.reading() as session:
        assert session.exec(select(TimeClaim.id)).all() == []
        assert session.exec(select(Message.id)).all() == []


def test_syn4_what_the_appointment_says() -> None:
    kate = linked(SyncOption.TWO_WAY, name="Kate")
    kate.put("meeting", soon(), GUEST, ANN, "LOCATION:Room 1", summary="Kick-off", minutes=45)
    kate.run()
    (made,) = rig.taken()
    assert (made.title, made.location) == ("Kick-off", "Room 1")
    assert (made.starts_at, made.ends_at) == (soon(), soon() + timedelta(minutes=45))
    assert made.user_id == kate.user.id
    assert made.ical_uid == "meeting"
    assert (made.lead_name, made.lead_email) == ("Nora New", "nora@new.example")
    assert made.guests == [{"name": "Ann", "email": "ann@lead.example"}]
    assert (made.organized_elsewhere, made.all_day, made.triggers) == (False, False, True)
    with db.reading() as session:
        calendar = session.get_one(Calendar, made.calendar_id)
        assert (calendar.active, calendar.name) == (False, "Connected calendar of Kate")
        actor = factories.actor(kate.user)
        assert [one.name for one in queries.contacts_of(session, made)] == ["Nora New", "Ann"]
        for one in queries.contacts_of(session, made):
            (line,) = contacts.appointments_of(session, system("test"), one.id or 0)
            assert line.id == made.id
            assert (
                "connected calendar"
                in contacts.timeline(session, actor, one.id or 0).lines[0].message
            )
    (link,) = rig.links()
    assert (link.origin, link.foreign, link.recurrence_id) == (LinkOrigin.OUTSIDE, False, "")
    assert objects()[0].intake == Intake.TAKEN


def test_trap3_smart_of_two_guests_links_the_known_one_only() -> None:
    kate = linked(None)
    ann = lead()
    rig.choose(kate, SyncOption.SMART)
    kate.put("meeting", soon(), GUEST, ANN)
    kate.run()
    (made,) = rig.taken()
    assert made.contact_id == ann.id
    assert rig.people() == ["ann@lead.example"]
    assert [guest["email"] for guest in made.guests] == ["nora@new.example"]
    assert rig.fired(facts.AppointmentBooked) == 1


@pytest.mark.parametrize("line", ["TRANSP:TRANSPARENT", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"])
def test_trap4_a_free_event_blocks_nothing_and_is_taken_in(line: str) -> None:
    kate = linked()
    kate.put("meeting", soon(), GUEST, line)
    kate.run()
    assert len(rig.taken()) == 1
    assert [row.blocks for row in rig.busy(kate.user)] == [False]


def test_syn12_traps8_10_whole_days_keep_their_dates() -> None:
    kate = linked()
    raw = rig.objects.event(
        GUEST,
        uid="fair",
        start="DTSTART;VALUE=DATE:20270327",
        end="DTEND;VALUE=DATE:20270330",
        summary="Fair",
    )
    kate.service.put(kate.ref, "fair", raw)
    kate.run()
    (made,) = rig.taken()
    assert (made.all_day, made.time_zone) == (True, "Europe/Berlin")
    # The clocks change on the second day.
    assert made.starts_at == datetime(2027, 3, 26, 23, tzinfo=UTC)
    assert made.ends_at == datetime(2027, 3, 29, 22, tzinfo=UTC)


def test_trap5_busy_to_free_and_back_without_a_second_trigger() -> None:
    kate = linked()
    href = kate.put("meeting", soon(), GUEST, "TRANSP:OPAQUE")
    blocked = []
    for old, new in (("OPAQUE", "TRANSPARENT"), ("TRANSPARENT", "OPAQUE"), ("OPAQUE", "OPAQUE")):
        kate.run()
        rig.settle()
        blocked.append(rig.busy(kate.user)[0].blocks)
        kate.edit(href, f"TRANSP:{old}", f"TRANSP:{new}")
    assert blocked == [True, False, True]
    assert rig.told(facts.AppointmentBooked) == 1
    assert rig.told(facts.AppointmentRescheduled) == rig.told(facts.AppointmentEdited) == 0


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("ATTENDEE:mailto:{own}",),
        ("ATTENDEE:mailto:alias@kate.example",),
        ("ATTENDEE:mailto:{colleague}",),
        ("ATTENDEE;CUTYPE=ROOM:mailto:room@hotel.example",),
        (GUEST, "CLASS:PRIVATE"),
        (GUEST, "X-MICROSOFT-CDO-BUSYSTATUS:OOF"),
        ("ATTENDEE;PARTSTAT=DECLINED:mailto:{own}", GUEST),
        ("ATTENDEE:mailto:someone@team-ag.example",),
    ],
    ids=["none", "self", "alias", "colleague", "room", "private", "away", "declined", "filtered"],
)
def test_syn7_syn12_traps12_13_14_15_what_never_becomes_anything(lines: tuple[str, ...]) -> None:
    kate = linked()
    with db.unit_of_work() as session:
        colleague = factories.user(session).email
        account = session.get_one(rig.models.ConnectedAccount, kate.account_id)
        account.aliases = ["alias@kate.example"]
        session.add(
            GuestFilter(pattern="@team-ag.example", own=True, created_at=factories.LONG_AGO)
        )
    put = [line.format(own=kate.user.email, colleague=colleague) for line in lines]
    kate.put("meeting", soon(), *put)
    kate.run()
    assert rig.taken() == []
    assert rig.people() == []
    assert rig.told(facts.AppointmentBooked) == rig.told(facts.ContactCreated) == 0


def test_syn3_a_conflict_calendar_makes_nothing() -> None:
    kate = rig.connect(roles=(CalendarRole.CONFLICT,))
    kate.run()
    rig.choose(kate, SyncOption.TWO_WAY)
    kate.put("meeting", soon(), GUEST)
    kate.run()
    assert rig.taken() == []
    assert rig.people() == []
    assert len(rig.busy(kate.user)) == 1


def test_trap22_the_organizer_decides_whose_meeting_it_is() -> None:
    kate = linked()
    kate.put("own", soon(), f"ORGANIZER:mailto:{kate.user.email.upper()}", GUEST)
    kate.put("others", soon(4), "ORGANIZER;CN=Boss:mailto:boss@firm.example", GUEST)
    kate.run()
    own, others = rig.taken()
    assert (own.organized_elsewhere, others.organized_elsewhere) == (False, True)
    # The organizer is a guest of ours like the others, and the first of them.
    assert others.lead_email == "boss@firm.example"


# --- what was here before ---------------------------------------------------------------------------


def test_trap54_the_first_listing_makes_nothing_and_goes_on_when_killed() -> None:
    kate = rig.connect(page_size=2)
    rig.choose(kate, SyncOption.TWO_WAY)
    for number in range(5):
        kate.put(f"old-{number}", soon(2 + number), GUEST)
    kate.service.fail(RuntimeError("killed"), call="page")
    kate.run()
    assert 0 < len(rig.busy(kate.user)) < 5
    with db.unit_of_work() as session:
        session.get_one(ExternalCalendar, kate.calendar_id).next_attempt_at = None
    kate.run()
    assert len(rig.busy(kate.user)) == 5
    assert rig.taken() == []
    kate.put("new", soon(9), GUEST)
    kate.run()
    assert [row.ical_uid for row in rig.taken()] == ["new"]


def test_trap65_what_was_here_is_taken_when_it_changes_and_fires_nothing() -> None:
    kate = rig.connect()
    href = kate.put("old", soon(), GUEST)
    kate.run()
    rig.choose(kate, SyncOption.TWO_WAY)
    kate.run()
    assert rig.taken() == []
    kate.edit(href, "SUMMARY:Busy", "SUMMARY:Kick-off")
    kate.run()
    (made,) = rig.taken()
    assert (made.title, made.triggers) == ("Kick-off", False)
    assert rig.told(facts.AppointmentBooked) == 1
    assert rig.fired(facts.AppointmentBooked) == rig.fired(facts.ContactCreated) == 0


def test_trap46_a_lost_cursor_takes_nothing_in_twice() -> None:
    kate = linked()
    kate.put("one", soon(), GUEST)
    kate.run()
    kate.service.expire_cursors(kate.ref)
    kate.put("two", soon(4), GUEST)
    kate.run()
    rig.settle()
    assert [row.ical_uid for row in rig.taken()] == ["one", "two"]
    assert rig.fired(facts.AppointmentBooked) == 2
    assert rig.fired(facts.ContactCreated) == 1


def test_syn7_accepted_by_a_person_only_the_chosen_become_contacts() -> None:
    kate = rig.connect()
    kate.put("old", soon(), GUEST, ANN)
    kate.run()
    rig.choose(kate, SyncOption.TWO_WAY, review=True)
    kate.put("new", soon(4), GUEST, ANN)
    kate.run()
    assert rig.taken() == []
    new, old = objects()
    assert (new.intake, old.intake) == (Intake.REVIEW, Intake.NONE)
    actor = factories.actor(kate.user)
    with db.unit_of_work() as session:
        review.accept(session, actor, new.id or 0, emails=["Ann@lead.example"], now=rig.clock.now())
    (made,) = rig.taken()
    assert rig.people() == ["ann@lead.example"]
    assert made.lead_email == "ann@lead.example"
    assert rig.fired(facts.AppointmentBooked) == 1
    kate.edit(new.href, "SUMMARY:Busy", "SUMMARY:Kick-off")
    kate.run()
    assert objects()[0].intake == Intake.TAKEN
    assert rig.people() == ["ann@lead.example"]
    assert rig.taken()[0].title == "Kick-off"


# --- where appointments stand -----------------------------------------------------------------------


def test_syn5_a_default_calendar_takes_them_and_is_no_seat_in_a_class() -> None:
    kate = linked(None)
    with db.unit_of_work() as session:
        chosen = factories.calendar(session, kate.user, kind="class", seats=1)
        row = session.get_one(ExternalCalendar, kate.calendar_id)
        row.for_team, row.default_calendar_id, row.triggers = True, chosen.id, False
    kate.put("one", soon(), GUEST)
    kate.put("two", soon(), GUEST)
    kate.run()
    assert [row.calendar_id for row in rig.taken()] == [chosen.id, chosen.id]
    assert rig.told(facts.AppointmentBooked) == 2
    assert rig.fired(facts.AppointmentBooked) == 0


@pytest.mark.parametrize(
    ("assign", "keep", "owner"),
    [(True, True, "paul"), (True, False, "kate"), (False, False, "paul")],
)
def test_own1_trap71_each_contact_follows_the_owner_rule(
    assign: bool, keep: bool, owner: str
) -> None:
    kate = linked(None)
    with db.unit_of_work() as session:
        paul = factories.user(session)
        workspace = session.get_one(Workspace, 1)
        workspace.assign_owner_on_booking, workspace.keep_existing_owner = assign, keep
        ann = factories.contact(session, name="Ann", email="ann@lead.example", owner_id=paul.id)
    rig.choose(kate, SyncOption.TWO_WAY)
    kate.put("meeting", soon(), GUEST, ANN)
    kate.run()
    with db.reading() as session:
        users = {"kate": kate.user.id, "paul": paul.id}
        assert session.get_one(Contact, ann.id).owner_id == users[owner]
        nora = session.exec(select(Contact).where(Contact.name == "Nora New")).one()
        assert nora.owner_id == (kate.user.id if assign else None)


def test_syn12_the_grey_box_is_known_to_be_taken() -> None:
    kate = linked()
    kate.put("meeting", soon(), GUEST)
    kate.put("other", soon(4))
    kate.run()
    with db.reading() as session:
        paul = factories.actor(
            User(id=99, name="x", slug="x", email="x", email_key="x", created_at=soon())
        )
        for actor, expected in (
            (factories.actor(kate.user), [True, False]),
            (paul, [False, False]),
        ):
            rows = busy.external(
                session, actor, [kate.user.id or 0], soon(1), soon(9), blocking_only=False
            )
            assert [row.taken for row in rows] == expected


# --- one meeting in several calendars ----------------------------------------------------------------


def test_trap45_the_same_meeting_in_two_users_calendars_is_one_appointment() -> None:
    kate, paul = linked(), linked()
    organizer = f"ORGANIZER:mailto:{kate.user.email}"
    for who in (paul, kate):
        who.put("meeting", soon(), organizer, f"ATTENDEE:mailto:{paul.user.email}", GUEST)
        who.run()
        rig.settle()
    (made,) = rig.taken()
    assert made.user_id == paul.user.id
    assert [link.foreign for link in rig.links()] == [True, False]
    assert made.organized_elsewhere is False
    assert rig.people() == ["nora@new.example"]
    assert rig.fired(facts.AppointmentBooked) == rig.fired(facts.ContactCreated) == 1
    assert len(rig.busy(kate.user)) == len(rig.busy(paul.user)) == 1


def test_trap45_two_calendars_read_at_the_same_time_make_it_once() -> None:
    """Many meetings, in another order and with the guests in another order."""
    team = [linked(), linked()]
    for number in range(6):
        for who, guests, place in (
            (team[0], (GUEST, ANN), number),
            (team[1], (ANN, GUEST), -number),
        ):
            name = f"{place:+}"
            who.service.put(who.ref, name, rig.entry(f"m{number}", soon(3 + number), *guests))
    begin = threading.Barrier(2)

    def run(who: rig.Connected) -> None:
        begin.wait()
        who.run()

    threads = [threading.Thread(target=run, args=(who,)) for who in team]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [rig.calendar(who.calendar_id).last_error for who in team] == ["", ""]
    assert len(rig.taken()) == 6
    assert len(rig.links()) == 12
    assert rig.people() == ["ann@lead.example", "nora@new.example"]
    assert rig.fired(facts.AppointmentBooked) == rig.told(facts.AppointmentBooked) == 6
    assert rig.fired(facts.ContactCreated) == 2
    assert [len(rig.busy(who.user)) for who in team] == [6, 6]


def test_trap45_the_same_uid_of_another_meeting_is_another_appointment() -> None:
    kate, paul = linked(), linked()
    kate.put("meeting", soon(), GUEST)
    paul.put("meeting", soon(5), ANN)
    kate.run()
    paul.run()
    paul.run()
    assert sorted(row.lead_email for row in rig.taken()) == ["ann@lead.example", "nora@new.example"]


def test_syn9_trap36_a_copy_of_ours_is_never_taken_in() -> None:
    kate, paul = linked(), linked()
    ann = lead()
    made = rig.book(kate.user, at=soon(), contact=ann)
    rig.settle()
    kate.run()
    (raw,) = kate.remote().values()
    # Ann's lead was invited from there, and a colleague has the same entry in his calendar.
    paul.service.put(paul.ref, "copy", raw.replace("END:VEVENT", f"{ANN}\r\nEND:VEVENT"))
    (href,) = kate.remote()
    kate.edit(href, "END:VEVENT", f"{GUEST}\r\nEND:VEVENT")
    kate.run()
    paul.run()
    rig.settle()
    with db.reading() as session:
        assert [row.id for row in session.exec(select(Appointment))] == [made.id]
    assert rig.people() == ["ann@lead.example"]
    assert rig.told(facts.AppointmentBooked) == 1


def test_trap53_a_page_that_comes_again_does_nothing() -> None:
    kate = linked()
    kate.put("meeting", soon(), GUEST)
    with db.reading() as session:
        cursor = session.get_one(ExternalCalendar, kate.calendar_id).cursor
    kate.run()
    with db.unit_of_work() as session:
        session.get_one(ExternalCalendar, kate.calendar_id).cursor = cursor
    kate.run()
    rig.settle()
    assert len(rig.taken()) == len(rig.links()) == 1
    assert rig.told(facts.AppointmentBooked) == rig.told(facts.ContactCreated) == 1


def test_syn2_an_appointment_from_outside_is_never_written_out() -> None:
    kate = linked()
    href = kate.put("meeting", soon(), GUEST)
    kate.run()
    rig.settle()
    kate.run()
    assert list(kate.remote()) == [href]
    assert not {"create", "update", "delete", "amend"} & set(kate.service.calls)
    assert stamp(soon()) in kate.remote()[href]
    (made,) = rig.taken()
    assert made.source == AppointmentSource.SYNC
