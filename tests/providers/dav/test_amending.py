"""SYN-9: other people's events on CalDAV servers, changed under the etag that was read."""

from datetime import UTC, datetime, timedelta

import pytest

from crm_app.core.errors import PreconditionFailed, Rejected, RemoteUnavailable
from crm_app.providers.calendar_port import AccessLost, Amendment, Stored
from tests.contracts.events import MONDAYS, moved, weekly
from tests.providers.dav.scripted import CALENDAR, Script, failed, scripted
from tests.providers.ical.texts import single
from tests.servers.plain_http import Told

HREF = f"{CALENDAR}theirs.ics"
RAW = single("DTSTART:20260302T100000Z", "DTEND:20260302T110000Z", "SUMMARY:Theirs")
TELL = Told(200, {"ETag": '"1"'}, RAW.encode())
LATER = datetime(2026, 3, 25, 14, 0, tzinfo=UTC)
MOVE = Amendment(starts_at=LATER, ends_at=LATER + timedelta(hours=1))
CANCEL = Amendment(cancelled=True)


def told(raw: str, etag: str = '"1"') -> Told:
    return Told(200, {"ETag": etag}, raw.encode())


def amended(
    script: Script,
    amendment: Amendment = MOVE,
    *,
    etag: str | None = '"1"',
    name: str | None = None,
) -> tuple[Stored | None, list[tuple[str, str | None]]]:
    """What came of it, and which requests were made under which If-Match."""
    with scripted(script) as (server, provider):
        stored = provider.amend(server.url(CALENDAR), HREF, etag, amendment, recurrence_id=name)
        return stored, [(asked.method, asked.headers.get("if-match")) for asked in server.asked]


@pytest.mark.parametrize("etag", ['"1"', None])
def test_syn9_a_change_is_read_written_and_read_again(etag: str | None) -> None:
    script = Script().on("GET", HREF, TELL, told(RAW.replace("10", "14"), '"2"'))
    script.on("PUT", HREF, Told(204, {"ETag": '"2"'}))
    stored, asked = amended(script, etag=etag)
    assert stored is not None
    assert (stored.href, stored.etag) == (HREF, '"2"')
    assert asked == [("GET", None), ("PUT", '"1"'), ("GET", None)]


def test_syn9_a_cancelled_event_is_deleted_under_its_etag() -> None:
    script = Script().on("GET", HREF, TELL).on("DELETE", HREF, Told(204))
    assert amended(script, CANCEL) == (None, [("GET", None), ("DELETE", '"1"')])
    assert amended(script, CANCEL, etag=None) == (None, [("GET", None), ("DELETE", '"1"')])


def test_syn8_a_cancelled_instance_is_a_change_of_its_series() -> None:
    raw = weekly(moved("20260323", "20260324T120000Z"))
    script = Script().on("GET", HREF, told(raw)).on("PUT", HREF, Told(204))
    stored, asked = amended(script, CANCEL, name=MONDAYS[1])
    assert stored is not None
    assert asked[1] == ("PUT", '"1"')


@pytest.mark.parametrize("etag", ['"1"', None])
@pytest.mark.parametrize("status", [404, 409, 410, 412])
@pytest.mark.parametrize(("amendment", "method"), [(MOVE, "PUT"), (CANCEL, "DELETE")])
def test_syn9_a_change_between_reading_and_writing_is_not_overwritten(
    etag: str | None, status: int, amendment: Amendment, method: str
) -> None:
    script = Script().on("GET", HREF, TELL).on(method, HREF, Told(status))
    with pytest.raises(PreconditionFailed):
        amended(script, amendment, etag=etag)


@pytest.mark.parametrize("script", [Script(), Script().on("GET", HREF, told(RAW, '"2"'))])
@pytest.mark.parametrize("amendment", [MOVE, CANCEL])
def test_syn9_what_is_gone_or_at_another_etag_is_refused_unwritten(
    script: Script, amendment: Amendment
) -> None:
    with scripted(script) as (server, provider):
        with pytest.raises(PreconditionFailed):
            provider.amend(server.url(CALENDAR), HREF, '"1"', amendment)
        assert [asked.method for asked in server.asked] == ["GET"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Told(403), AccessLost),
        (failed(403, "need-privileges"), AccessLost),
        (failed(403, "valid-calendar-data"), Rejected),
        (Told(500), RemoteUnavailable),
    ],
)
@pytest.mark.parametrize(("amendment", "method"), [(MOVE, "PUT"), (CANCEL, "DELETE")])
def test_syn11_refused_changes(
    answer: Told, error: type[Exception], amendment: Amendment, method: str
) -> None:
    with pytest.raises(error) as caught:
        amended(Script().on("GET", HREF, TELL).on(method, HREF, answer), amendment)
    assert type(caught.value) is error or error is Rejected


def test_syn9_after_a_lost_answer_the_second_try_meets_the_first() -> None:
    script = Script().on("GET", HREF, TELL, told(RAW.replace("10", "14"), '"2"'))
    script.on("PUT", HREF, Told(504))
    with scripted(script) as (server, provider):
        ref = server.url(CALENDAR)
        with pytest.raises(RemoteUnavailable):
            provider.amend(ref, HREF, '"1"', MOVE)
        # It took effect: the etag moved on, and the next pull will show by whom.
        with pytest.raises(PreconditionFailed):
            provider.amend(ref, HREF, '"1"', MOVE)
