"""SYN-1, SYN-13: iCloud's many hosts."""

from pathlib import Path

import pytest

from crm_app.core.errors import AddressRefused, LoginExpired
from crm_app.providers.caldav import CalDavCalendars
from crm_app.providers.calendar_port import Amendment, CalendarGone
from tests.factories.outgoing import outgoing
from tests.providers.ical.texts import calendar, event
from tests.servers.icloud import ENTRY, icloud
from tests.servers.radicale import RadicaleServer

pytestmark = pytest.mark.server


def opened(service: object, password: str | None = None) -> CalDavCalendars:
    return CalDavCalendars(
        f"https://{ENTRY}/",
        service.user.name,
        password or service.user.password,
        allow=("127.0.0.1",),
        network=service.network,
    )


def test_syn1_the_accounts_own_host_is_found(
    radicale_server: RadicaleServer, tmp_path: Path
) -> None:
    with icloud(radicale_server.make_user(), tmp_path) as service:
        service.user.make_calendar("office", "Office")
        (found,) = opened(service).discover()
        assert found.ref == "https://p42-caldav.icloud.com/123/calendars/office/"


def test_syn1_an_account_that_moved_is_found_again(
    radicale_server: RadicaleServer, tmp_path: Path
) -> None:
    with icloud(radicale_server.make_user(), tmp_path) as service:
        service.user.make_calendar("office", "Office")
        provider = opened(service)
        (found,) = provider.discover()
        service.host = "p77-caldav.icloud.com"
        stored = provider.create(found.ref, outgoing())
        (page,) = provider.pull(found.ref, None)
        assert [each.href for each in page.changed] == [stored.href]
        # Also with the stored ref in a later session.
        (page,) = opened(service).pull(found.ref, None)
        assert len(page.changed) == 1


def test_syn1_a_calendar_that_is_gone_is_gone_also_after_a_second_look(
    radicale_server: RadicaleServer, tmp_path: Path
) -> None:
    with icloud(radicale_server.make_user(), tmp_path) as service:
        ref = f"https://p42-caldav.icloud.com{service.outer('gone')}"
        with pytest.raises(CalendarGone):
            list(opened(service).pull(ref, None))


def test_syn13_passwords_stay_with_icloud(radicale_server: RadicaleServer, tmp_path: Path) -> None:
    with icloud(radicale_server.make_user(), tmp_path) as service:
        with pytest.raises(LoginExpired):
            opened(service, "wrong").discover()
        with pytest.raises(AddressRefused):
            list(opened(service).pull("https://icloud.com.evil.example/x/", None))
        assert service.seen_hosts == {ENTRY}


@pytest.mark.parametrize("name", [None, "20260323T100000Z"])
def test_syn9_an_event_without_an_end_gets_one_before_icloud_refuses_it(
    radicale_server: RadicaleServer, tmp_path: Path, name: str | None
) -> None:
    with icloud(radicale_server.make_user(), tmp_path) as service:
        service.user.make_calendar("office", "Office")
        rule = ["RRULE:FREQ=WEEKLY;COUNT=4"] if name else []
        raw = calendar(event("DTSTART:20260316T100000Z", "SUMMARY:Old", *rule))
        service.user.put("office", "a.ics", raw)
        provider = opened(service)
        (found,) = provider.discover()
        href = service.outer("office", "a.ics")
        stored = provider.amend(found.ref, href, None, Amendment(summary="New"), recurrence_id=name)
        assert stored is not None
        assert "SUMMARY:New" in service.user.get(service.inner(href))
