"""Whatever happens in whatever order, with any fault in between: once it is quiet, both sides agree,
nothing stands twice and nothing is lost (SYN-9, SYN-10)."""

import random
from datetime import datetime, timedelta

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
from crm_app.core import clock, db
from crm_app.core.errors import Conflict, CrmError, LoginExpired, RateLimited, RemoteUnavailable
from crm_app.core.kinds import HOLDING_STATUSES, AccountState, CalendarRole
from crm_app.models import (
    Appointment,
    ConnectedAccount,
    EventLink,
    ExternalCalendar,
    ExternalObject,
)
from crm_app.providers.ical.objects import uid_of
from crm_app.sync import service
from crm_app.sync.rules import copies
from crm_app.sync.runs import outcome
from tests.sync import rig
from tests.sync.rig import ACTOR, soon, stamp

HOURS = st.integers(0, 60)
CALLS = st.sampled_from([None, "pull", "page", "create", "update", "delete"])
ERRORS = st.sampled_from([RemoteUnavailable, RateLimited, LoginExpired, RuntimeError])
LINKED = 0


def at(hour: int) -> datetime:
    return soon(2, 0) + timedelta(hours=hour)


class TwoCalendars(RuleBasedStateMachine):
    """A user with a linked and a conflict calendar; who acts and what fails is drawn."""

    @initialize()
    def begin(self) -> None:
        self.kate = rig.connect(
            calendars=2, roles=(CalendarRole.LINKED, CalendarRole.CONFLICT), page_size=2
        )
        self.made: list[int] = []
        self.trash: list[tuple[int, str, str]] = []
        self.foreign = 0

    # What is done in the CRM.

    @rule(hour=HOURS)
    def book(self, hour: int) -> None:
        if len(self.made) >= 5:
            return
        try:
            made = rig.book(self.kate.user, at=at(hour), title=f"Lead {len(self.made)}")
        except Conflict:
            return
        self.made.append(made.id or 0)

    @precondition(lambda self: self.made)
    @rule(which=st.integers(0, 9), hour=HOURS)
    def move_here(self, which: int, hour: int) -> None:
        self._change(
            which,
            lambda session, row: appointments.reschedule(
                session,
                ACTOR,
                row,
                starts_at=at(hour),
                ends_at=at(hour) + timedelta(minutes=30),
            ),
        )

    @precondition(lambda self: self.made)
    @rule(which=st.integers(0, 9), name=st.sampled_from(["Ann", "Bob", "Cleo"]))
    def rename_here(self, which: int, name: str) -> None:
        self._change(
            which,
            lambda session, row: appointments.edit(
                session, ACTOR, row, title=name, note="", location=row.location
            ),
        )

    @precondition(lambda self: self.made)
    @rule(which=st.integers(0, 9))
    def cancel_here(self, which: int) -> None:
        self._change(
            which, lambda session, row: appointments.cancel(session, ACTOR, row, by="user")
        )

    def _change(self, which: int, act) -> None:  # type: ignore[no-untyped-def]
        try:
            with db.unit_of_work() as session:
                act(session, session.get_one(Appointment, self.made[which % len(self.made)]))
        except CrmError:
            pass

    # What the owner does in his calendar.

    @rule(which=st.integers(0, 1), hour=HOURS)
    def enter_there(self, which: int, hour: int) -> None:
        if self.foreign < 6:
            self.foreign += 1
            self.kate.put(f"foreign-{self.foreign}", at(hour), which=which)

    @rule(which=st.integers(0, 1), entry=st.integers(0, 20))
    def delete_there(self, which: int, entry: int) -> None:
        found = sorted(self.kate.remote(which))
        if found:
            href = found[entry % len(found)]
            self.trash.append((which, href, self.kate.remote(which)[href]))
            self.kate.service.remove(self.kate.refs[which], href)

    @precondition(lambda self: self.trash)
    @rule(entry=st.integers(0, 20))
    def restore_there(self, entry: int) -> None:
        which, href, raw = self.trash.pop(entry % len(self.trash))
        present = {uid_of(text) for number in (0, 1) for text in self.kate.remote(number).values()}
        if uid_of(raw) not in present:
            self.kate.service.calendars[self.kate.refs[which]].store(href, raw)

    @rule(which=st.integers(0, 1), entry=st.integers(0, 20), hour=HOURS)
    def move_there(self, which: int, entry: int, hour: int) -> None:
        found = sorted(self.kate.remote(which))
        if not found:
            return
        href = found[entry % len(found)]
        raw = self.kate.remote(which)[href]
        start, end = raw.split("DTSTART:")[1][:16], raw.split("DTEND:")[1][:16]
        raw = raw.replace(f"DTSTART:{start}", f"DTSTART:{stamp(at(hour))}")
        raw = raw.replace(f"DTEND:{end}", f"DTEND:{stamp(at(hour) + timedelta(minutes=30))}")
        self.kate.service.calendars[self.kate.refs[which]].store(href, raw)

    @rule(entry=st.integers(0, 20))
    def carry_to_the_other_calendar(self, entry: int) -> None:
        found = sorted(self.kate.remote(LINKED))
        if found:
            href = found[entry % len(found)]
            raw = self.kate.remote(LINKED)[href]
            self.kate.service.remove(self.kate.refs[0], href)
            name = href.rpartition("/")[2]
            self.kate.service.calendars[self.kate.refs[1]].store(f"{self.kate.refs[1]}{name}", raw)

    # What goes wrong, and the work itself.

    @rule(error=ERRORS, call=CALLS, after=st.booleans())
    def fail(self, error: type[Exception], call: str | None, after: bool) -> None:
        self.kate.service.fail(error(), call=call, after=after)

    @rule(which=st.integers(0, 1))
    def lose_the_cursor(self, which: int) -> None:
        self.kate.service.expire_cursors(self.kate.refs[which])

    @rule(which=st.integers(0, 1))
    def run(self, which: int) -> None:
        self.kate.run(which)

    @rule()
    def work(self) -> None:
        rig.settle()

    @rule()
    def time_passes(self) -> None:
        self._all_due()

    def _all_due(self) -> None:
        with db.unit_of_work() as session:
            account = session.get_one(ConnectedAccount, self.kate.account_id)
            account.next_attempt_at = None
            if account.state == AccountState.NEEDS_RECONNECT:
                outcome.reconnected(session, account)
            for calendar_id in self.kate.calendar_ids:
                session.get_one(ExternalCalendar, calendar_id).next_attempt_at = None
            for link in session.exec(select(EventLink)):
                link.next_attempt_at = None

    # What always holds, and what holds once it is quiet.

    @invariant()
    def no_uid_stands_twice_in_a_calendar(self) -> None:
        if not hasattr(self, "kate"):
            return
        for which in (0, 1):
            uids = [uid_of(raw) for raw in self.kate.remote(which).values()]
            assert len(uids) == len(set(uids)), uids

    def teardown(self) -> None:
        if not hasattr(self, "kate"):
            return
        self.kate.service._faults.clear()
        for _ in range(4):
            self._all_due()
            rig.settle()
            for which in (0, 1):
                self.kate.run(which)
            self._say_yes()
        rig.settle()
        self._agree()
        writes = [c for c in self.kate.service.calls if c in {"create", "update", "delete"}]
        for which in (0, 1):
            self.kate.run(which)
        rig.settle()
        after = [c for c in self.kate.service.calls if c in {"create", "update", "delete"}]
        assert after == writes, "it never settles"

    def _say_yes(self) -> None:
        """A calendar that was emptied and then listed anew waits for somebody's yes (SYN-10)."""
        with db.unit_of_work() as session:
            for calendar_id in self.kate.calendar_ids:
                if session.get_one(ExternalCalendar, calendar_id).deletions_waiting:
                    service.delete_missing(session, ACTOR, calendar_id, now=clock.now())

    def _agree(self) -> None:
        remote = {uid_of(raw): raw for which in (0, 1) for raw in self.kate.remote(which).values()}
        total = sum(len(self.kate.remote(which)) for which in (0, 1))
        assert len(remote) == total, "something stands in both calendars"
        own = {row.ical_uid: row for row in map(rig.appointment, self.made)}
        for uid, row in own.items():
            stands = row.status in HOLDING_STATUSES
            assert (uid in remote) is stands or self._kept_apart(row), (row, remote.keys())
            if stands:
                found = copies.read(remote[uid], near=row.starts_at, zone="Europe/Berlin")
                assert found is not None
                assert (found.copy.title, found.copy.starts_at, found.copy.ends_at) == (
                    row.title,
                    row.starts_at,
                    row.ends_at,
                )
        foreign = sorted(
            raw.split("DTSTART:")[1][:16] for uid, raw in remote.items() if uid not in own
        )
        shown = sorted(
            stamp(row.starts_at)
            for row in rig.busy(self.kate.user)
            if not self._is_own_leftover(row.external_object_id)
        )
        assert foreign == shown

    def _kept_apart(self, row: Appointment) -> bool:
        """Restored outside when its time was taken, or after it was cancelled here."""
        return row.status not in HOLDING_STATUSES

    def _is_own_leftover(self, object_id: int) -> bool:
        with db.reading() as session:
            uid = session.get_one(ExternalObject, object_id).uid
            return (
                session.exec(select(Appointment.id).where(Appointment.ical_uid == uid)).first()
                is not None
            )


@pytest.mark.usefixtures("lite")
@pytest.mark.slow
def test_syn9_syn10_both_sides_agree_in_the_end() -> None:
    random.seed(0)
    run_state_machine_as_test(
        TwoCalendars,
        settings=settings(
            max_examples=10,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
