"""Q-2 on Settings > Background work: why something was not done, and having it done after all."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

import crm_app.worker
from crm_app.accounts.ui.job_words import WORDS, page_of
from crm_app.accounts.ui.jobs_state import Background
from crm_app.core import db, jobs
from crm_app.core.jobs import Job
from crm_app.core.kinds import JobState
from crm_app.models import AuditEntry, User
from tests.ui.tabs import Tab

OpenTab = Callable[..., Tab]


@pytest.fixture
def parked(ada: User) -> int:
    """A mail that could not be sent."""
    return put("messages.send", JobState.PARKED, message_id=12)


def put(kind: str, state: JobState, **args: Any) -> int:
    with db.unit_of_work() as session:
        jobs.enqueue(session, kind, key=f"{kind}:{args}", **args)
        row = session.exec(select(Job).where(Job.key == f"{kind}:{args}")).one()
        row.state, row.attempts = state, 3
        row.last_error = "The mail server refused the message."
        session.add(row)
        return row.id or 0


def state_of(job_id: int) -> JobState:
    with db.reading() as session:
        return session.get_one(Job, job_id).state


def acts() -> list[str]:
    with db.reading() as session:
        return [entry.action for entry in session.exec(select(AuditEntry))]


def test_q2_parked_work_says_what_it_is_and_why_it_was_not_done(
    open_tab: OpenTab, ada: User, parked: int
) -> None:
    seen = open_tab(ada).fire(Background.load).see(Background)
    (row,) = seen.rows
    assert (row["what"], row["attempts"]) == ("Send a message", "3")
    assert row["reason"] == "The mail server refused the message."
    assert row["page"] == "/outbox/12"
    assert seen.counts["parked"] == "1"


def test_q2_the_other_heaps_are_shown_too(open_tab: OpenTab, ada: User, parked: int) -> None:
    put("appointments.mail", JobState.READY, fact_id=3)
    put("of.tomorrow", JobState.RUNNING)
    tab = open_tab(ada).fire(Background.set_heap, heap="again")
    (row,) = tab.see(Background).rows
    assert row["what"] == "Write the mails about an appointment"
    assert "Today" in row["next"]
    (row,) = tab.fire(Background.set_heap, heap="running").see(Background).rows
    assert row["what"] == "of.tomorrow"
    tab.fire(Background.set_heap, heap="secrets")
    assert tab.see(Background).heap == "parked"


def test_q2_a_piece_is_tried_again_or_given_up(open_tab: OpenTab, ada: User, parked: int) -> None:
    other = put("sync.run", JobState.PARKED, calendar_id=1)
    tab = open_tab(ada).fire(Background.load)
    tab.fire(Background.retry, job_id=str(parked))
    assert state_of(parked) is JobState.READY
    tab.fire(Background.dismiss, job_id=str(other))
    assert state_of(other) is JobState.DONE
    assert tab.see(Background).rows == []
    for handler in (Background.retry, Background.dismiss):
        assert "no longer waits" in tab.fire(handler, job_id=str(other)).said
        assert "no longer waits" in tab.fire(handler, job_id="9" * 30).said
    assert acts() == ["work.retried", "work.dismissed"]


def test_q2_all_parked_pieces_are_tried_again(open_tab: OpenTab, ada: User, parked: int) -> None:
    other = put("sync.run", JobState.PARKED, calendar_id=1)
    tab = open_tab(ada).fire(Background.load).fire(Background.retry_all)
    assert "2 pieces of work" in tab.said
    assert {state_of(parked), state_of(other)} == {JobState.READY}


def test_usr3_members_and_strangers_can_do_nothing_of_it(
    open_tab: OpenTab, ada: User, ben: User, parked: int
) -> None:
    calls: list[tuple[Any, dict[str, Any]]] = [
        (Background.load, {}),
        (Background.set_heap, {"heap": "parked"}),
        (Background.retry, {"job_id": str(parked)}),
        (Background.retry_all, {}),
        (Background.dismiss, {"job_id": str(parked)}),
    ]
    for user, answer in ((ben, "not allowed"), (None, "/login")):
        tab = open_tab(user)
        for handler, payload in calls:
            assert answer in tab.fire(handler, **payload).said
        assert "refused" not in str(tab.held)
    assert state_of(parked) is JobState.PARKED


def test_every_kind_of_work_has_words() -> None:
    assert crm_app.worker.LISTENERS
    ours = {kind for kind, handler in jobs.handlers().items() if _is_ours(handler)}
    assert ours <= set(WORDS), "add the new kind to accounts/ui/job_words.py"


def _is_ours(handler: jobs.Handler) -> bool:
    return handler.run.__module__.startswith("crm_app.")


def test_work_leads_to_what_it_is_about() -> None:
    assert page_of({"appointment_id": 4, "minutes": 60}) == "/calendar?appointment=4"
    assert page_of({"fact_id": 4}) == ""
