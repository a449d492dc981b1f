"""SYN-1: from a typed address to the calendars."""

import pytest

from crm_app.core.errors import (
    AddressRefused,
    LoginExpired,
    RateLimited,
    Rejected,
    RemoteUnavailable,
)
from crm_app.providers.caldav import CalDavCalendars
from crm_app.providers.calendar_port import RemoteCalendar
from crm_app.providers.dav.client import retry_after
from tests.providers.dav.scripted import HOME, Script, found, many, scripted
from tests.servers.plain_http import Told

PRINCIPAL = "<D:current-user-principal><D:href>{}</D:href></D:current-user-principal>"
HOME_SET = "<C:calendar-home-set><D:href>{}</D:href></C:calendar-home-set>"
IS_CALENDAR = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"


def listing() -> Told:
    return many(
        found(HOME, "<D:resourcetype><D:collection/></D:resourcetype>"),
        found(
            "/ann/m%65etings",
            f"{IS_CALENDAR}<D:displayname>Work &amp; more</D:displayname>"
            "<A:calendar-color>#FF8800FF</A:calendar-color>"
            "<C:calendar-timezone>BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\n"
            "TZID:W. Europe Standard Time\nEND:VTIMEZONE\nEND:VCALENDAR</C:calendar-timezone>"
            "<D:current-user-privilege-set><D:privilege><D:read/></D:privilege>"
            "<D:privilege><D:write-content/></D:privilege></D:current-user-privilege-set>",
        ),
        found(
            "/ann/shared/",
            f"{IS_CALENDAR}<A:calendar-color>orange</A:calendar-color>"
            "<C:calendar-timezone-id>Asia/Tokyo</C:calendar-timezone-id>"
            "<D:current-user-privilege-set><D:privilege><D:read/></D:privilege>"
            "</D:current-user-privilege-set>",
        ),
        found(
            "/ann/tasks/",
            f'{IS_CALENDAR}<C:supported-calendar-component-set><C:comp name="VTODO"/>'
            "</C:supported-calendar-component-set>",
        ),
        found("/ann/inbox/", "<D:resourcetype><D:collection/><C:schedule-inbox/></D:resourcetype>"),
    )


def complete() -> Script:
    return (
        Script()
        .on("PROPFIND", "/.well-known/caldav", Told(301, {"Location": "/dav/"}))
        .on("PROPFIND", "/dav/", many(found("/dav/", PRINCIPAL.format("/dav/me/"))))
        .on("PROPFIND", "/dav/me/", many(found("/dav/me/", HOME_SET.format(HOME))))
        .on("PROPFIND", HOME, listing())
    )


def test_syn1_well_known_principal_home_calendars() -> None:
    with scripted(complete()) as (server, provider):
        calendars = provider.discover()
        base = server.url()[:-1]
        assert calendars == [
            RemoteCalendar(
                f"{base}/ann/meetings/", "Work & more", "#ff8800", True, "Europe/Berlin"
            ),
            RemoteCalendar(f"{base}/ann/shared/", "shared", "", False, "Asia/Tokyo"),
        ]
        assert [asked.headers["depth"] for asked in server.asked] == ["0", "0", "0", "1"]
        for asked in server.asked:
            assert asked.headers["authorization"] == "Basic YW5uOnMzY3JldA=="
            assert asked.headers["content-type"].startswith("application/xml")


@pytest.mark.parametrize(
    "missing", [Told(404), Told(405), Told(200, {}, b"<html>Hi</html>"), Told(403)]
)
def test_syn1_without_a_well_known_place_the_root_is_asked(missing: Told) -> None:
    script = complete().on("PROPFIND", "/.well-known/caldav", missing)
    script.on("PROPFIND", "/", many(found("/", PRINCIPAL.format("/dav/me/"))))
    with scripted(script) as (_, provider):
        assert len(provider.discover()) == 2


def test_syn1_a_typed_path_comes_first() -> None:
    script = complete()
    with scripted(script) as (server, _):
        typed = CalDavCalendars(server.url("/dav/me/"), "ann", "x", allow=("127.0.0.1",))
        assert len(typed.discover()) == 2
        assert server.asked[0].path == "/dav/me/"
        typed.close()


def test_syn1_nothing_there() -> None:
    with scripted(Script()) as (_, provider), pytest.raises(Rejected, match="No calendar"):
        provider.discover()


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (Told(401), LoginExpired),
        (Told(500), RemoteUnavailable),
        (Told(503), RemoteUnavailable),
        (Told(429), RateLimited),
        (Told(503, {"Retry-After": "7"}), RateLimited),
    ],
)
def test_syn11_what_statuses_mean(told: Told, error: type[Exception]) -> None:
    script = complete().on("PROPFIND", "/.well-known/caldav", told)
    with scripted(script) as (server, provider):
        with pytest.raises(error):
            provider.discover()
        assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "120"}, 120.0),
        (
            {
                "Retry-After": "Sun, 22 Nov 2026 10:00:30 GMT",
                "Date": "Sun, 22 Nov 2026 10:00:00 GMT",
            },
            30.0,
        ),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)
def test_syn11_retry_after_by_the_servers_own_clock(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after({name.lower(): value for name, value in headers.items()}) == seconds


def test_syn11_an_unauthenticated_principal_is_a_wrong_password() -> None:
    nobody = "<D:current-user-principal><D:unauthenticated/></D:current-user-principal>"
    script = complete().on("PROPFIND", "/dav/", many(found("/dav/", nobody)))
    with scripted(script) as (_, provider), pytest.raises(LoginExpired):
        provider.discover()


@pytest.mark.parametrize(
    "href",
    [
        "http://evil.example/me/", "//evil.example/me/", "https://127.0.0.1:1/me/", "ftp://x/",
        "http://user:pw@127.0.0.1/", "http://169.254.169.254/",
    ],
)  # fmt: skip
def test_syn13_hrefs_to_other_hosts_are_refused(href: str) -> None:
    for script in (
        complete().on("PROPFIND", "/dav/", many(found("/dav/", PRINCIPAL.format(href)))),
        complete().on("PROPFIND", "/dav/me/", many(found("/dav/me/", HOME_SET.format(href)))),
    ):
        with scripted(script) as (_, provider), pytest.raises(AddressRefused):
            provider.discover()


BOMB = (
    b'<?xml version="1.0"?>\n<!-- harmless --><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">'
    b'<!ENTITY x SYSTEM "file:///etc/passwd">]><D:multistatus xmlns:D="DAV:">&b;&x;</D:multistatus>'
)
DOCUMENTS = {
    "entities": BOMB,
    "entities in utf-16": BOMB.decode().encode("utf-16"),
    "entities behind a mark": b"\xef\xbb\xbf  " + BOMB,
    "entities in utf-7": b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE x>',
    "not well-formed": b"<D:multistatus xmlns:D='DAV:'>",
    "not a multistatus": b"<html/>",
    "empty": b"",
    "deep": b"<a>" * 100_000,
}


@pytest.mark.parametrize("body", DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_syn1_harmful_or_broken_xml_is_refused(body: bytes) -> None:
    script = Script()
    for path in ("/.well-known/caldav", "/"):
        script.on("PROPFIND", path, Told(207, {}, body))
    with scripted(script) as (_, provider), pytest.raises(Rejected):
        provider.discover()


def test_syn1_html_in_cdata_is_no_doctype() -> None:
    name = "<D:displayname><![CDATA[<!DOCTYPE html> \x0bcalendar]]></D:displayname>"
    script = complete().on("PROPFIND", HOME, many(found("/ann/meetings/", IS_CALENDAR + name)))
    with scripted(script) as (_, provider):
        assert provider.discover()[0].name == "<!DOCTYPE html> calendar"


def test_syn1_own_addresses_as_far_as_the_server_knows() -> None:
    addresses = (
        "<C:calendar-user-address-set><D:href>mailto:Ann@Example.org</D:href>"
        "<D:href>/dav/me/</D:href></C:calendar-user-address-set>"
    )
    home = HOME_SET.format(HOME) + addresses
    with scripted(complete().on("PROPFIND", "/dav/me/", many(found("/dav/me/", home)))) as (_, p):
        assert p.addresses() == ["ann@example.org"]


def test_syn1_an_address_without_a_scheme_means_https() -> None:
    provider = CalDavCalendars("cal.example", "ann", "x")
    assert repr(provider) == "CalDavCalendars(...)"
    with pytest.raises(AddressRefused):
        CalDavCalendars("ftp://cal.example", "ann", "x")
