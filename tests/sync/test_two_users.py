"""Whatever two users do in their calendars and in the CRM, with any fault in between: once it is quiet,
each meeting is one appointment, each guest one contact, each booking fired once where it was due, and
all sides agree (SYN-4, SYN-9, SYN-10)."""

import itertools
import random
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import select

from crm_app.appointments import service as appointments
from crm_app.core import db, facts
from crm_app.core.errors import CrmError, LoginExpired, RateLimited, RemoteUnavailable
from crm_app.core.kinds import (
    HOLDING_STATUSES,
    AccountState,
    AppointmentSource,
    LinkOrigin,
    LinkState,
    SyncOption,
)
from crm_app.models import (
    Appointment,
    ConnectedAccount,
    Contact,
    ContactEmail,
    EventLink,
    ExternalCalendar,
    TimeClaim,
)
from crm_app.providers.ical import reading
from crm_app.providers.occurrence import EventStatus, Occurrence
from crm_app.sync.runs import outcome
from tests.sync import objects, rig
from tests.sync.rig import ACTOR, soon, stamp

HOURS = st.integers(0, 200)
USERS = st.integers(0, 1)
PICK = st.integers(0, 20)
CALLS = st.sampled_from([None, "pull", "page", "amend"])
ERRORS = st.sampled_from([RemoteUnavailable, RateLimited, LoginExpired, RuntimeError])
OPTIONS = st.sampled_from([SyncOption.TWO_WAY, SyncOption.TWO_WAY, *SyncOption])
GUESTS = ("nora@new.example", "omar@new.example", "ann@lead.example")
MOST = 6


def at(hour: int) -> datetime:
    return soon(3, 0) + timedelta(hours=hour)


def written(
    uid: str, begins: datetime, guests: tuple[str, ...], *lines: str, weeks: int = 1
) -> str:
    repeats = [f"RRULE:FREQ=WEEKLY;COUNT={weeks}"] if weeks > 1 else []
    return objects.event(
        *repeats,
        *lines,
        *(f"ATTENDEE:mailto:{guest}" for guest in guests),
        uid=uid,
        start=f"DTSTART:{stamp(begins)}",
        end=f"DTEND:{stamp(begins + timedelta(minutes=30))}",
        summary=f"Meeting {uid}",
    )


class TwoUsers(RuleBasedStateMachine):
    """Two users with a linked calendar each, one service whole and one in parts."""

    fresh: ClassVar[Callable[[], str]]

    @initialize(option=OPTIONS)
    def begin(self, option: SyncOption) -> None:
        db.dispose()
        db.use(self.fresh())
        self.people = [rig.connect(page_size=2), rig.connect(page_size=1, split_series=True)]
        self.number = 0
        self.trash: list[tuple[int, str, str]] = []
        for who in self.people:
            who.run()
            rig.choose(who, option)

    # What people do in their calendars.

    @rule(who=USERS, hour=HOURS, guests=st.integers(0, 3), weeks=st.sampled_from([1, 1, 3]))
    def enter(self, who: int, hour: int, guests: int, weeks: int) -> None:
        if self.number < MOST:
            self.number += 1
            raw = written(f"m{self.number}", at(hour), GUESTS[:guests], weeks=weeks)
            self.people[who].service.put(self.people[who].ref, f"m{self.number}", raw)

    @rule(hour=HOURS)
    def invite_each_other(self, hour: int) -> None:
        """The same meeting in both calendars, organized by the first."""
        if self.number < MOST:
            self.number += 1
            line = f"ORGANIZER:mailto:{self.people[0].user.email}"
            raw = written(f"m{self.number}", at(hour), GUESTS[:2], line)
            for one in self.people:
                one.service.put(one.ref, f"m{self.number}", raw)

    @rule(who=USERS, pick=PICK, hour=HOURS)
    def move_there(self, who: int, pick: int, hour: int) -> None:
        self._rewrite(who, pick, lambda raw: self._at(raw, at(hour)))

    @rule(who=USERS, pick=PICK, name=st.sampled_from(["Ann", "Bob", ""]))
    def rename_there(self, who: int, pick: int, name: str) -> None:
        self._rewrite(
            who,
            pick,
            lambda raw: raw.replace(
                f"SUMMARY:{raw.split('SUMMARY:')[1].splitlines()[0]}", f"SUMMARY:{name}"
            ),
        )

    @rule(who=USERS, pick=PICK, guest=st.sampled_from(GUESTS))
    def invite_there(self, who: int, pick: int, guest: str) -> None:
        self._rewrite(
            who,
            pick,
            lambda raw: (
                raw
                if guest in raw
                else raw.replace("SUMMARY:", f"ATTENDEE:mailto:{guest}\r\nSUMMARY:", 1)
            ),
        )

    @rule(who=USERS, pick=PICK, free=st.booleans())
    def free_or_busy(self, who: int, pick: int, free: bool) -> None:
        line = "TRANSP:TRANSPARENT\r\n"
        self._rewrite(
            who,
            pick,
            lambda raw: raw.replace(line, "").replace("SUMMARY:", f"{line * free}SUMMARY:", 1),
        )

    @rule(who=USERS, pick=PICK)
    def delete_there(self, who: int, pick: int) -> None:
        one = self.people[who]
        found = self._roots(who)
        if found:
            href = found[pick % len(found)]
            raw = one.service.calendars[one.ref].text(href)
            self.trash.append((who, href, raw))
            one.service.remove(one.ref, href)

    @precondition(lambda self: self.trash)
    @rule(pick=PICK)
    def restore_there(self, pick: int) -> None:
        who, href, raw = self.trash.pop(pick % len(self.trash))
        one = self.people[who]
        if href not in one.remote():
            one.service.put(one.ref, href.rpartition("/")[2], raw)

    def _roots(self, who: int) -> list[str]:
        one = self.people[who]
        return sorted(h for h in one.remote() if h.rpartition("/")[2].count("_") == 0)

    def _rewrite(self, who, pick, change) -> None:  # type: ignore[no-untyped-def]
        one = self.people[who]
        found = self._roots(who)
        if found:
            href = found[pick % len(found)]
            calendar = one.service.calendars[one.ref]
            calendar.store(href, change(calendar.raw(href)), series=calendar.objects[href].series)

    @staticmethod
    def _at(raw: str, begins: datetime) -> str:
        start, end = raw.split("DTSTART:")[1][:16], raw.split("DTEND:")[1][:16]
        raw = raw.replace(f"DTSTART:{start}", f"DTSTART:{stamp(begins)}")
        return raw.replace(f"DTEND:{end}", f"DTEND:{stamp(begins + timedelta(minutes=30))}")

    # What they do in the CRM.

    @rule(pick=PICK, hour=HOURS)
    def move_here(self, pick: int, hour: int) -> None:
        self._change(
            pick,
            lambda session, row: appointments.reschedule(
                session,
                ACTOR,
                row,
                starts_at=at(hour),
                ends_at=at(hour) + timedelta(minutes=30),
            ),
        )

    @rule(pick=PICK, name=st.sampled_from(["Cleo", "Dora"]))
    def rename_here(self, pick: int, name: str) -> None:
        self._change(
            pick,
            lambda session, row: appointments.edit(
                session, ACTOR, row, title=name, note="", location=row.location
            ),
        )

    @rule(pick=PICK)
    def cancel_here(self, pick: int) -> None:
        self._change(pick, lambda session, row: appointments.cancel(session, ACTOR, row, by="user"))

    def _change(self, pick, act) -> None:  # type: ignore[no-untyped-def]
        found = [row.id for row in rig.taken() if row.status in HOLDING_STATUSES]
        if found:
            try:
                with db.unit_of_work() as session:
                    act(session, session.get_one(Appointment, found[pick % len(found)]))
            except CrmError:
                pass

    @rule(who=USERS, option=OPTIONS)
    def choose(self, who: int, option: SyncOption) -> None:
        rig.choose(self.people[who], option)

    # What goes wrong, and the work itself.

    @rule(who=USERS, error=ERRORS, call=CALLS, after=st.booleans())
    def fail(self, who: int, error: type[Exception], call: str | None, after: bool) -> None:
        self.people[who].service.fail(error(), call=call, after=after)

    @rule(who=USERS)
    def lose_the_cursor(self, who: int) -> None:
        self.people[who].service.expire_cursors(self.people[who].ref)

    @rule(who=USERS)
    def die_before_the_cursor_is_saved(self, who: int) -> None:
        """What was applied is applied once more."""
        calendar_id = self.people[who].calendar_id
        before = rig.calendar(calendar_id).cursor
        self.people[who].run()
        with db.unit_of_work() as session:
            session.get_one(ExternalCalendar, calendar_id).cursor = before

    @rule(who=USERS)
    def run(self, who: int) -> None:
        self.people[who].run()

    @rule()
    def work(self) -> None:
        rig.settle()

    @rule()
    def time_passes(self) -> None:
        with db.unit_of_work() as session:
            for one in self.people:
                account = session.get_one(ConnectedAccount, one.account_id)
                account.next_attempt_at = None
                if account.state == AccountState.NEEDS_RECONNECT:
                    outcome.reconnected(session, account)
                session.get_one(ExternalCalendar, one.calendar_id).next_attempt_at = None
            for link in session.exec(select(EventLink)):
                link.next_attempt_at = None

    # What always holds, and what holds once it is quiet.

    @invariant()
    def nobody_is_doubled(self) -> None:
        addresses = rig.people() if hasattr(self, "people") else []
        assert len(addresses) == len(set(addresses)), addresses

    @invariant()
    def no_booking_fires_twice(self) -> None:
        if hasattr(self, "people"):
            fired = self._fired(facts.AppointmentBooked)
            assert len(fired) == len(set(fired)), fired

    def _fired(self, kind: type[facts.Fact]) -> list[int]:
        with db.reading() as session:
            rows = session.exec(select(facts.FactRow).where(facts.FactRow.kind == kind.__name__))
            return [row.data["appointment_id"] for row in rows if row.data["triggers"]]

    def teardown(self) -> None:
        if not hasattr(self, "people"):
            return
        for one in self.people:
            one.service._faults.clear()
        for _ in range(4):
            self.time_passes()
            rig.settle()
            for one in self.people:
                one.run()
        rig.settle()
        amended = self._amended()
        for one in self.people:
            self._agrees(one)
        self._holds_nothing()
        for one in self.people:
            one.run()
        rig.settle()
        assert self._amended() == amended, "it never settles"

    def _amended(self) -> int:
        return sum(one.service.calls.count("amend") for one in self.people)

    def _agrees(self, one: rig.Connected) -> None:
        """Each link that stands has its instance, which says the same as its appointment."""
        there = {(uid_of_event(o), o.recurrence_id or ""): o for o in self._instances(one)}
        with db.reading() as session:
            query = (
                select(EventLink, Appointment)
                .join(Appointment, Appointment.id == EventLink.appointment_id)  # type: ignore[arg-type]
                .where(
                    EventLink.external_calendar_id == one.calendar_id,
                    EventLink.origin == LinkOrigin.OUTSIDE,
                )
            )
            rows = session.exec(query).all()
        seen: set[tuple[str, str]] = set()
        for link, row in rows:
            if link.state == LinkState.GONE:
                continue
            assert link.state == LinkState.WRITTEN, link
            key = (link.href.rpartition("/")[2], link.recurrence_id)
            assert key in there, (key, sorted(there))
            assert key not in seen, "two appointments of one instance"
            seen.add(key)
            if row.status in HOLDING_STATUSES and not link.foreign:
                found = there[key]
                assert (found.starts_at, found.ends_at) == (row.starts_at, row.ends_at)
                assert found.summary in ("", row.title)
        busy = sorted(row.starts_at for row in rig.busy(one.user))
        assert busy == sorted(found.starts_at for found in there.values())

    def _instances(self, one: rig.Connected) -> list[Occurrence]:
        calendar = one.service.calendars[one.ref]
        return [
            found
            for href in {kept.series or href for href, kept in calendar.objects.items()}
            if calendar.raw(href) is not None
            for found in reading.read_occurrences(
                calendar.text(href),
                since=soon(-10),
                until=soon(400),
                calendar_zone="Europe/Berlin",
            )
            if found.status is not EventStatus.CANCELLED
        ]

    def _holds_nothing(self) -> None:
        with db.reading() as session:
            assert session.exec(select(TimeClaim.id)).all() == []
            made = session.exec(
                select(Appointment).where(Appointment.source == AppointmentSource.SYNC)
            ).all()
            contacts = set(session.exec(select(Contact.id)))
            known = set(session.exec(select(ContactEmail.contact_id)))
        assert contacts == known
        assert all(row.contact_id in contacts for row in made)
        # A series has fired once for all its instances, and only what may fire has.
        fired = self._fired(facts.AppointmentBooked)
        by_series = [row.ical_uid.partition("#")[0] for row in made if row.id in fired]
        assert len(by_series) == len(set(by_series)), by_series
        due = {row.ical_uid.partition("#")[0] for row in made if row.triggers}
        assert due == set(by_series)


def uid_of_event(found: Occurrence) -> str:
    return found.uid


@pytest.mark.slow
def test_syn4_syn9_syn10_all_sides_agree_in_the_end(sqlite_template: Path, tmp_path: Path) -> None:
    numbers = itertools.count()

    def fresh() -> str:
        path = tmp_path / f"{next(numbers)}.sqlite3"
        shutil.copy(sqlite_template, path)
        return f"sqlite:///{path}"

    TwoUsers.fresh = staticmethod(fresh)  # type: ignore[assignment]
    random.seed(0)
    run_state_machine_as_test(
        TwoUsers,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
