"""Being called by Google and Microsoft, and by people who pretend to be them: SYN-10, traps 58, 60."""

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from crm_app.core import clock, crypto, db, job_runner
from crm_app.core.jobs import Job
from crm_app.models import ExternalCalendar, PushChannel, RateWindow
from crm_app.sync import http
from crm_app.sync.http import hooks
from crm_app.sync.reaching import lanes
from crm_app.ui.door import Door, Keys
from tests.servers.google import GoogleService
from tests.servers.google.person import put, timed
from tests.sync import abroad, rig

pytestmark = pytest.mark.usefixtures("lite")
SECRET = "secret-of-the-channel"


@pytest.fixture
def kate(lite: str) -> rig.Connected:
    """Somebody whose calendar has a channel called "channel"."""
    made = rig.connect()
    with db.unit_of_work() as session:
        session.add(
            PushChannel(
                external_calendar_id=made.calendar_id,
                channel_id="channel",
                resource_id="resource",
                token_hash=crypto.token_hash(SECRET),
                expires_at=clock.now() + timedelta(days=1),
                created_at=clock.now(),
            )
        )
    return made


@pytest.fixture
def service(lite: str) -> Iterator[TestClient]:
    """Whoever calls, at our door: no cookie, and any Origin."""
    keys = Keys(
        resolve=lambda _cookie: None, has_users=lambda: True, public_url=lambda: abroad.HOME
    )
    with TestClient(Door(Starlette(routes=http.routes), keys), base_url=abroad.HOME) as client:
        yield client


def called(number: int = 2, **changed: str) -> dict[str, str]:
    sent = {
        "Channel-ID": "channel",
        "Channel-Token": SECRET,
        "Resource-ID": "resource",
        "Resource-State": "exists",
        "Message-Number": str(number),
        **{name.replace("_", "-"): value for name, value in changed.items()},
    }
    return {f"X-Goog-{name}": value for name, value in sent.items()}


def told(**changed: Any) -> dict[str, Any]:
    one = {"subscriptionId": "channel", "clientState": SECRET, "changeType": "updated", **changed}
    return {"value": [one]}


def woken() -> list[int]:
    """Whose runs wait because somebody woke us."""
    with db.reading() as session:
        rows = session.exec(select(Job).where(Job.state == "ready", Job.kind == "sync.run"))
        return [row.args["calendar_id"] for row in rows if (row.key or "").startswith("wake:")]


def channel() -> PushChannel:
    with db.reading() as session:
        return session.exec(select(PushChannel)).one()


# Google.


def test_syn10_a_call_has_the_calendar_read(kate: rig.Connected, service: TestClient) -> None:
    assert service.post("/hooks/google", headers=called()).status_code == 200
    assert woken() == [kate.calendar_id]
    assert channel().last_message == 2


def test_trap58_the_same_call_again_and_older_ones_do_nothing(
    kate: rig.Connected, service: TestClient
) -> None:
    service.post("/hooks/google", headers=called(7))
    with db.unit_of_work() as session:
        for job in session.exec(select(Job)):
            session.delete(job)
    for number in (7, 7, 3, 1):
        assert service.post("/hooks/google", headers=called(number)).status_code == 200
    assert woken() == []
    service.post("/hooks/google", headers=called(8))
    assert woken() == [kate.calendar_id]


def test_trap58_many_calls_of_one_moment_are_one_run(
    kate: rig.Connected, service: TestClient
) -> None:
    for number in range(2, 30):
        service.post("/hooks/google", headers=called(number))
    assert woken() == [kate.calendar_id]


def test_syn10_the_greeting_only_says_that_the_channel_stands(
    kate: rig.Connected, service: TestClient
) -> None:
    greeting = called(1, Resource_State="sync")
    assert service.post("/hooks/google", headers=greeting).status_code == 200
    assert woken() == []
    assert channel().last_message == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"Channel_ID": "another"},
        {"Channel_ID": ""},
        {"Channel_Token": "secret-of-the-channeL"},
        {"Channel_Token": ""},
        {"Channel_Token": crypto.token_hash(SECRET)},
        {"Channel_ID": "x" * 10_000},
        {"Channel_ID": "' OR 1=1 --"},
        {"Resource_ID": "another"},
    ],
)
def test_a_call_that_is_not_googles_is_not_heard(
    kate: rig.Connected, service: TestClient, changed: dict[str, str]
) -> None:
    assert service.post("/hooks/google", headers=called(**changed)).status_code == 404
    assert woken() == []
    assert channel().last_message == 0
    with db.reading() as session:
        # Nor does it write anything.
        assert session.exec(select(RateWindow)).all() == []


@pytest.mark.parametrize("number", ["", "x", "-1", "1e9", "٣", "9" * 30, "1 OR 1"])
def test_a_number_that_is_none_does_nothing(
    kate: rig.Connected, service: TestClient, number: str
) -> None:
    headers = [(name.encode(), value.encode()) for name, value in called().items()]
    headers = [(n, number.encode() if n.endswith(b"Number") else v) for n, v in headers]
    assert service.post("/hooks/google", headers=headers).status_code == 200
    assert woken() == []


def test_calls_of_a_channel_are_limited(kate: rig.Connected, service: TestClient) -> None:
    statuses = [
        service.post("/hooks/google", headers=called(number)).status_code
        for number in range(2, 125)
    ]
    assert statuses[:120] == [200] * 120
    assert statuses[120:] == [429] * 3


def test_there_is_nothing_to_get(kate: rig.Connected, service: TestClient) -> None:
    for path in ("/hooks/google", "/hooks/microsoft"):
        assert service.get(path, headers=called()).status_code == 405
    assert service.post("/hooks/icloud", headers=called()).status_code == 404


def test_the_door_lets_services_in_whatever_their_origin(
    kate: rig.Connected, service: TestClient
) -> None:
    sent = {**called(), "Origin": "https://evil.example", "Cookie": "crm_session=x"}
    answer = service.post("/hooks/google", headers=sent)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers


# Microsoft.


@pytest.mark.parametrize(
    "word",
    [
        "Validation: Testing client application reachability for subscription Request-Id: 4f",
        "<script>alert(1)</script>",
        "a+b & c=d/é%41",
    ],
)
def test_syn10_the_address_is_confirmed_as_plain_text_only(service: TestClient, word: str) -> None:
    answer = service.post("/hooks/microsoft", params={"validationToken": word})
    assert (answer.status_code, answer.text) == (200, word)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("word", ["", "x" * 3000, "a\r\nSet-Cookie: a=b", "a\x00b", "\u202e"])
def test_words_that_no_service_sends_are_not_repeated(service: TestClient, word: str) -> None:
    answer = service.post("/hooks/microsoft", params={"validationToken": word})
    assert answer.text in ("", word.strip())
    if word:
        assert answer.status_code == 400


def test_syn10_a_notification_has_the_calendar_read(
    kate: rig.Connected, service: TestClient
) -> None:
    assert service.post("/hooks/microsoft", json=told()).status_code == 202
    assert woken() == [kate.calendar_id]


def test_one_call_may_be_about_many_and_each_is_looked_at(
    kate: rig.Connected, service: TestClient
) -> None:
    paul = rig.connect()
    with db.unit_of_work() as session:
        session.add(
            PushChannel(
                external_calendar_id=paul.calendar_id,
                channel_id="pauls",
                token_hash=crypto.token_hash("pauls secret"),
                expires_at=clock.now(),
                created_at=clock.now(),
            )
        )
    many = {
        "value": [
            *told()["value"] * 3,
            # Kate's secret does not open Paul's channel.
            {"subscriptionId": "pauls", "clientState": SECRET},
            {"subscriptionId": "nobody's", "clientState": SECRET},
        ]
    }
    assert service.post("/hooks/microsoft", json=many).status_code == 202
    assert woken() == [kate.calendar_id]


@pytest.mark.parametrize(
    "changed",
    [
        {"clientState": "wrong"},
        {"clientState": None},
        {"clientState": [SECRET]},
        {"clientState": ""},
        {"subscriptionId": "another"},
        {"subscriptionId": {"$ne": 1}},
        {"clientState": "wrong", "lifecycleEvent": "subscriptionRemoved"},
        {"clientState": "wrong", "lifecycleEvent": "reauthorizationRequired"},
    ],
)
def test_a_notification_that_is_not_microsofts_is_not_heard(
    kate: rig.Connected, service: TestClient, changed: dict[str, Any]
) -> None:
    assert service.post("/hooks/microsoft", json=told(**changed)).status_code == 202
    assert woken() == []
    assert channel().channel_id == "channel"
    with db.reading() as session:
        assert session.exec(select(Job).where(Job.kind == "sync.channel")).all() == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"value": 1}',
        b'{"value": {}}',
        b"[" * 100_000,
        b'"\xff"',
        json.dumps({"value": [{}] * 1001}).encode(),
    ],
)
def test_bodies_that_no_service_sends(
    kate: rig.Connected, service: TestClient, body: bytes
) -> None:
    answer = service.post("/hooks/microsoft", content=body)
    assert answer.status_code == 400
    assert answer.text == ""
    assert woken() == []


def test_rows_that_are_no_notifications_are_passed_over(
    kate: rig.Connected, service: TestClient
) -> None:
    body = {"value": [1, None, "x", [], {}, *told()["value"]]}
    assert service.post("/hooks/microsoft", json=body).status_code == 202
    assert woken() == [kate.calendar_id]


def test_a_giant_body_is_not_read_to_its_end(kate: rig.Connected, service: TestClient) -> None:
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        for _ in range(50):
            read += 100_000
            yield b" " * 100_000

    assert service.post("/hooks/microsoft", content=endless()).status_code == 413
    assert woken() == []
    assert read > hooks._LARGEST_BODY


def test_nothing_secret_is_in_the_log(
    kate: rig.Connected, service: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    service.post("/hooks/google", headers=called())
    service.post("/hooks/microsoft", json=told())
    service.post("/hooks/microsoft", json=told(clientState="a guess"))
    ours = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("crm_app"))
    assert SECRET not in ours
    with db.reading() as session:
        assert SECRET not in str(session.exec(select(Job)).all())


# Both sides together.


@pytest.fixture
def google(lite: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleService]:
    with abroad.google(monkeypatch) as running:
        yield running


def test_syn10_from_a_change_at_google_to_busy_time_here(google: GoogleService) -> None:
    from crm_app.sync import jobs as sync_jobs
    from crm_app.sync.connections import accounts as connections
    from tests import factories

    user = abroad.somebody()
    browser = abroad.Browser(user)
    browser.back("google", google.account.consent(browser.begin("google")))
    with db.unit_of_work() as session:
        (calendar,) = abroad.calendars()
        connections.choose_linked(session, factories.actor(user), calendar.id)
    rig.settle()
    with db.unit_of_work() as session:
        sync_jobs.tick_channels(session)
    rig.settle()
    assert abroad.deliver(google) == [200]
    assert abroad.channels()[0].last_message == 1
    settle_all()
    put(google.calendars["me@example.org"], "doctor", **timed(rig.soon(1)), summary="Doctor")
    put(google.calendars["me@example.org"], "dentist", **timed(rig.soon(2)), summary="Dentist")
    assert rig.busy(user) == []
    assert set(abroad.deliver(google, times=3, backwards=True)) == {200}
    lists = google.calls.count("events.list")
    settle_all()
    assert [row.summary for row in rig.busy(user)] == ["Doctor", "Dentist"]
    assert google.calls.count("events.list") == lists + 1


def settle_all() -> None:
    """Run also what waits a moment for more of its kind."""
    with db.unit_of_work() as session:
        for job in session.exec(select(Job).where(Job.state == "ready")):
            job.run_at = clock.now()
            session.add(job)
    job_runner.drain()


def test_trap60_a_call_during_a_run_leads_to_one_more_run(
    kate: rig.Connected, service: TestClient
) -> None:
    kate.run()
    with db.unit_of_work() as session:
        lane = lanes.take(
            session, ExternalCalendar, kate.calendar_id, now=clock.now(), follow_up=False
        )
    assert lane is not None
    for number in (2, 3, 4):
        assert service.post("/hooks/google", headers=called(number)).status_code == 200
    pulls = kate.service.calls.count("pull")
    settle_all()
    assert kate.service.calls.count("pull") == pulls
    with db.unit_of_work() as session:
        assert lanes.leave(lanes.keep(session, lane, now=clock.now()))
