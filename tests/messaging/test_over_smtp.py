"""From a queued message to a real server, and what survives when a real process is killed on the way."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from sqlmodel import select

import crm_app.worker  # noqa: F401 - declares the handlers
from crm_app.core import clock, db, job_runner
from crm_app.core.kinds import MessageState
from crm_app.messaging import imip, service
from crm_app.models import Message
from tests import factories
from tests.messaging.test_imip import NOW, _meeting
from tests.servers.smtp import Received, SmtpSink

pytestmark = pytest.mark.server
MANY = 24


def _queue_many(url: str, many: int) -> None:
    with db.unit_of_work() as session:
        factories.workspace(session, smtp_url=url, mail_from="Team <crm@team.example>")
        for number in range(many):
            service.queue(
                session,
                key=f"k{number}",
                kind="booked",
                to_name="Lea",
                to_address=f"lea{number}@lead.example",
                from_name="Anna via Team",
                reply_to="anna@team.example",
                subject="Termin bestätigt",
                text="Text",
                html="<p>Text</p>",
                ics=imip.request(_meeting(), now=NOW),
                ics_method=imip.REQUEST,
            )


def _states() -> dict[str, MessageState]:
    with db.reading() as session:
        return {row.message_id: row.state for row in session.exec(select(Message))}


def test_inv4_an_invitation_arrives_whole(lite: str, smtp_sink: SmtpSink) -> None:
    _queue_many(smtp_sink.url, 1)
    job_runner.drain()
    [received] = smtp_sink.received
    mail = received.mail
    assert (received.sender, received.recipient) == ("crm@team.example", "lea0@lead.example")
    assert mail["From"] == "Anna via Team <crm@team.example>"
    assert mail["Reply-To"] == "anna@team.example"
    assert mail["Subject"] == "Termin bestätigt"
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    calendar = list(mail.walk())[4]
    assert calendar["Content-Type"].params["method"] == "REQUEST"
    parsed = Calendar.from_ical(calendar.get_payload(decode=True))
    [event] = parsed.walk("VEVENT")
    assert (parsed["METHOD"], event["UID"], event["SEQUENCE"]) == ("REQUEST", "u1@crm.example", 3)
    assert str(event["ATTENDEE"][0]) == "mailto:lea@lead.example"
    assert list(_states().values()) == [MessageState.SENT]


_WORKER = """
import threading
import crm_app.worker
from crm_app.core.job_runner import Runner
Runner(threads=4, poll_seconds=0.05).start()
threading.Event().wait()
"""


def _start_worker(database: str, folder: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | {"CRM_DATABASE_URL": database, "CRM_DATA_DIR": str(folder)}
    return subprocess.Popen([sys.executable, "-c", _WORKER], env=environment)


@pytest.mark.slow
@pytest.mark.parametrize("answered", [True, False], ids=["between two mails", "inside a mail"])
def test_cam8_a_killed_worker_loses_nothing_and_sends_nothing_twice(
    database: str, tmp_path: Path, smtp_sink: SmtpSink, answered: bool
) -> None:
    _queue_many(smtp_sink.url, MANY)
    third_reached = threading.Event()

    def kill_at_a_third(_: Received) -> None:
        if len(smtp_sink.received) >= MANY // 3 and not third_reached.is_set():
            third_reached.set()
            if not answered:
                os.kill(process.pid, signal.SIGKILL)

    smtp_sink.on_data = kill_at_a_third
    process = _start_worker(database, tmp_path / "worker")
    assert third_reached.wait(60)
    process.kill()
    process.wait(10)

    # The leases of the dead run out; another process goes on.
    with db.unit_of_work() as session:
        job_runner.reap(session, now=clock.now() + timedelta(minutes=5))
    job_runner.drain()

    arrived = Counter(received.mail["Message-ID"] for received in smtp_sink.received)
    states = _states()
    unknown = {key for key, state in states.items() if state is MessageState.UNKNOWN}
    assert set(arrived.values()) == {1}
    assert set(states.values()) <= {MessageState.SENT, MessageState.UNKNOWN}
    assert len(unknown) <= 4
    assert set(states) - unknown <= set(arrived)
    if not answered:
        assert unknown
