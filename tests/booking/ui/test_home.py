"""Home: the day, the new leads, what asks for somebody, and the two plots, each by its reader's rights."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlmodel import Session, select

from crm_app.booking.ui.home_figures import WEEKS
from crm_app.booking.ui.home_state import Home
from crm_app.core import crypto, db, jobs
from crm_app.core.jobs import Job
from crm_app.core.kinds import (
    AccountState,
    AppointmentSource,
    AppointmentStatus,
    JobState,
    MessageState,
)
from crm_app.messaging import service as messages
from crm_app.models import (
    Appointment,
    Calendar,
    ConnectedAccount,
    DrawEntry,
    User,
)
from tests import factories
from tests.ui.tabs import Tab

OpenTab = Callable[..., Tab]
# A Tuesday, 23:30 in Berlin and 10:30 of Wednesday in Auckland.
NOW = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def clock_stands() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def ada(lite: str) -> User:
    with db.unit_of_work() as session:
        factories.workspace(session)
        return factories.admin(session, name="Ada Byron", slug="ada")


@pytest.fixture
def ben(ada: User) -> User:
    with db.unit_of_work() as session:
        return factories.user(session, name="Ben Nowak", slug="ben")


@pytest.fixture
def advice(ada: User, ben: User) -> Calendar:
    """A team calendar that both serve."""
    with db.unit_of_work() as session:
        return factories.calendar(session, ada, ben, name="Advice", slug="advice")


def meet(calendar: Calendar, user: User, starts_at: datetime, **values: Any) -> int:
    with db.unit_of_work() as session:
        defaults: dict[str, Any] = {
            "title": "Lea Lind",
            "lead_name": "Lea Lind",
            "source": AppointmentSource.PAGE,
            "created_at": NOW,
            "changed_at": NOW,
        }
        row = Appointment(
            public_id=crypto.new_token(),
            ical_uid=crypto.new_token(),
            calendar_id=calendar.id,
            user_id=user.id,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=30),
            **(defaults | values),
        )
        session.add(row)
        session.flush()
        return row.id or 0


def see(open_tab: OpenTab, user: User) -> Any:
    tab = open_tab(user).fire(Home.load)
    assert not tab.failures
    return tab.see(Home)


def titles(rows: list[dict[str, str]]) -> list[str]:
    return [row["title"] for row in rows]


def test_the_agenda_is_the_readers_own_day_in_his_zone(
    open_tab: OpenTab, ada: User, ben: User, advice: Calendar
) -> None:
    meet(advice, ada, NOW - 12 * HOUR, title="Morning")
    meet(advice, ada, NOW + timedelta(minutes=10), title="Late")
    meet(advice, ada, NOW + HOUR, title="Tomorrow")
    meet(advice, ada, NOW + 30 * HOUR, title="After")
    meet(advice, ben, NOW + timedelta(minutes=10), title="Of Ben")
    meet(advice, ada, NOW - 2 * HOUR, title="Gone", status=AppointmentStatus.CANCELLED)
    seen = see(open_tab, ada)
    assert titles(seen.agenda) == ["Morning", "Late"]
    assert [row["state"] for row in seen.agenda] == ["over", "ahead"]
    assert (seen.agenda[1]["start"], seen.agenda[1]["end"]) == ("23:40", "00:10")
    assert seen.agenda[1]["calendar"] == "Advice"
    assert seen.next_one["title"] == "Tomorrow"
    assert seen.today == "Tuesday, 24 November 2026"
    with db.unit_of_work() as session:
        session.get_one(User, ada.id).time_zone = "Pacific/Auckland"
    seen = see(open_tab, ada)
    assert titles(seen.agenda) == ["Late", "Tomorrow"]
    assert seen.today.startswith("Wednesday")


def test_the_agenda_says_who_comes_when_the_title_does_not(
    open_tab: OpenTab, ada: User, advice: Calendar
) -> None:
    meet(advice, ada, NOW, title="Lea Lind", location="https://meet.example/1")
    meet(advice, ada, NOW, title="Second call", lead_name="")
    first, second = see(open_tab, ada).agenda
    assert (first["with"], first["link"]) == ("", "https://meet.example/1")
    assert (second["with"], second["link"]) == ("", "")
    meet(advice, ada, NOW + timedelta(minutes=1), title="Review")
    assert see(open_tab, ada).agenda[2]["with"] == "Lea Lind"


def test_new_leads_are_those_of_seven_days_that_the_reader_may_see(
    open_tab: OpenTab, ada: User, ben: User
) -> None:
    with db.unit_of_work() as session:
        for name, age, owner in (
            ("Fresh", 1, ben.id),
            ("Fresher", 0, ada.id),
            ("Stale", 8, ben.id),
        ):
            factories.contact(session, name=name, created_at=NOW - age * DAY, owner_id=owner)
        factories.contact(session, name="Firm", kind="company", created_at=NOW)
    seen = see(open_tab, ada)
    assert [row["name"] for row in seen.leads] == ["Fresher", "Fresh"]
    assert seen.lead_count == "2"
    assert seen.leads[1]["owner"] == "Ben Nowak"
    assert [row["name"] for row in see(open_tab, ben).leads] == ["Fresh"]


def test_what_waits_for_a_yes_is_named_to_those_who_may_give_it(
    open_tab: OpenTab, ada: User, ben: User, advice: Calendar
) -> None:
    with db.unit_of_work() as session:
        own = factories.calendar(session, ada, name="Ada's")
        stranger = factories.user(session, name="Carl")
    new = {"status": AppointmentStatus.NEW}
    first = meet(advice, ben, NOW + HOUR, title="Ask", **new)
    meet(own, ada, NOW + 2 * HOUR, title="Private ask", **new)
    meet(advice, ben, NOW - 5 * HOUR, title="Too late", **new)
    assert titles(see(open_tab, ada).attention) == ["Confirm: Ask", "Confirm: Private ask"]
    (row,) = see(open_tab, ben).attention
    assert (row["title"], row["page"]) == ("Confirm: Ask", f"/calendar?appointment={first}")
    assert see(open_tab, stranger).attention == []
    for step in range(5):
        meet(advice, ben, NOW + (3 + step) * HOUR, **new)
    assert titles(see(open_tab, ben).attention)[-1] == "2 more wait for a yes"


def account(session: Session, user: User, label: str, state: AccountState) -> None:
    session.add(
        ConnectedAccount(
            user_id=user.id or 0,
            provider="caldav",
            label=label,
            secret="hidden-word",
            state=state,
            created_at=NOW,
        )
    )


def test_syn11_a_connection_that_needs_somebody_is_told_to_him_and_administrators(
    open_tab: OpenTab, ada: User, ben: User
) -> None:
    with db.unit_of_work() as session:
        account(session, ben, "iCloud", AccountState.NEEDS_RECONNECT)
        account(session, ada, "Fine", AccountState.ACTIVE)
        other = factories.user(session, name="Carl")
    (row,) = see(open_tab, ben).attention
    assert (row["title"], row["text"]) == ("iCloud", "Needs to be reconnected")
    assert row["page"] == "/settings/connections"
    assert titles(see(open_tab, ada).attention) == ["iCloud · Ben Nowak"]
    assert see(open_tab, other).attention == []
    assert "hidden-word" not in str(open_tab(ada).fire(Home.load).held)


def write(key: str, state: MessageState, user: User) -> None:
    with db.unit_of_work() as session:
        message = messages.queue(
            session,
            key=key,
            kind="booked",
            to_name="Lea",
            to_address="lea@guests.example",
            subject="Hi",
            text="Hi",
            user_id=user.id,
        )
        message.state = state
        session.add(message)


def test_cam8_mails_that_need_a_decision_are_counted(
    open_tab: OpenTab, ada: User, ben: User
) -> None:
    write("a", MessageState.UNKNOWN, ben)
    write("b", MessageState.FAILED, ben)
    write("c", MessageState.FAILED, ada)
    write("d", MessageState.OUTBOX, ada)
    write("e", MessageState.SENT, ada)
    assert titles(see(open_tab, ada).attention) == [
        "1 mail may have arrived",
        "2 mails could not be sent",
        "1 mail waits in the Outbox",
    ]
    assert titles(see(open_tab, ben).attention) == [
        "1 mail may have arrived",
        "1 mail could not be sent",
    ]


def test_q2_parked_work_is_told_to_administrators_only(
    open_tab: OpenTab, ada: User, ben: User
) -> None:
    with db.unit_of_work() as session:
        jobs.enqueue(session, "messages.send", key="x", message_id=1)
        row = session.exec(select(Job).where(Job.key == "x")).one()
        row.state = JobState.PARKED
        session.add(row)
    (row_shown,) = see(open_tab, ada).attention
    assert row_shown["title"] == "1 piece of background work needs a look"
    assert see(open_tab, ben).attention == []


def test_bookings_are_counted_by_week_in_the_readers_zone(
    open_tab: OpenTab, ada: User, ben: User, advice: Calendar
) -> None:
    with db.unit_of_work() as session:
        own = factories.calendar(session, ada, name="Ada's")
    # Sunday 23:30 UTC is Monday in Berlin.
    for calendar, made in (
        (advice, NOW),
        (advice, datetime(2026, 11, 22, 23, 30, tzinfo=UTC)),
        (advice, datetime(2026, 11, 22, 22, 30, tzinfo=UTC)),
        (own, NOW),
        (own, NOW - timedelta(weeks=9)),
    ):
        meet(calendar, ada, NOW + HOUR, created_at=made)
    meet(advice, ada, NOW + HOUR, status=AppointmentStatus.INVALID)
    weeks = see(open_tab, ada).weeks
    assert len(weeks) == WEEKS
    assert [week["count"] for week in weeks[-2:]] == ["1", "3"]
    assert (weeks[-1]["words"], weeks[-1]["percent"]) == ("3 bookings", "100")
    assert (weeks[-1]["label"], weeks[-1]["now"]) == ("23 Nov", "yes")
    assert [week["count"] for week in see(open_tab, ben).weeks[-2:]] == ["1", "2"]


def test_cal4_the_balance_of_turns_stands_beside_the_fair_share(
    open_tab: OpenTab, ada: User, ben: User, advice: Calendar
) -> None:
    appointment = meet(advice, ben, NOW + HOUR)
    with db.unit_of_work() as session:
        session.add(
            DrawEntry(
                calendar_id=advice.id or 0,
                appointment_id=appointment,
                user_id=ben.id or 0,
                at=NOW - DAY,
                shares={},
            )
        )
        stranger = factories.user(session, name="Carl")
    (team,) = see(open_tab, ben).teams
    assert team["name"] == "Advice"
    assert [
        (one["name"], one["turns"], one["percent"], one["fair"]) for one in team["members"]
    ] == [
        ("Ada Byron", "0", "0", "50"),
        ("Ben Nowak", "1", "100", "50"),
    ]
    assert see(open_tab, stranger).teams == []


def steps(seen: Any) -> dict[str, str]:
    return {row["key"]: row["done"] for row in seen.steps}


def test_a_new_workspace_is_led_to_its_first_booking(
    open_tab: OpenTab, ada: User, ben: User
) -> None:
    seen = see(open_tab, ada)
    assert steps(seen) == {"calendar": "", "connect": "", "hours": "", "share": ""}
    assert seen.steps[0]["page"] == "/settings/calendars"
    assert [row["key"] for row in seen.steps if row["next"]] == ["calendar"]
    assert (seen.agenda, seen.next_one, seen.leads, seen.weeks) == ([], {}, [], [])
    members = see(open_tab, ben)
    assert members.steps[0]["page"] == ""
    assert [row["key"] for row in members.steps if row["next"]] == ["connect"]
    with db.unit_of_work() as session:
        calendar = factories.calendar(session, ada)
        account(session, ada, "iCloud", AccountState.ACTIVE)
        session.get_one(User, ada.id).hours = {"weekly": {"0": [[540, 600]]}, "overrides": {}}
    assert steps(see(open_tab, ada)) == {
        "calendar": "yes",
        "connect": "yes",
        "hours": "yes",
        "share": "",
    }
    meet(calendar, ada, NOW + DAY)
    assert see(open_tab, ada).steps == []


def test_a_stranger_gets_nothing(open_tab: OpenTab, ada: User, advice: Calendar) -> None:
    meet(advice, ada, NOW)
    tab = open_tab(None).fire(Home.load)
    assert "/login" in tab.said
    assert "Lea" not in str(tab.held)
