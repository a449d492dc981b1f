"""SYN-10: changes of a calendar, on servers with all their manners."""

from datetime import UTC, datetime

import pytest

from crm_app.core.errors import AddressRefused, CursorExpired, Rejected, RemoteUnavailable
from crm_app.providers.calendar_port import AccessLost, CalendarGone, Page
from crm_app.providers.dav.xml import parse
from crm_app.providers.ical.reading import read
from crm_app.providers.occurrence import Trouble
from tests.factories.outgoing import outgoing
from tests.providers.dav.scripted import (
    CALENDAR,
    SYNCS,
    Script,
    data,
    etag,
    failed,
    found,
    gone,
    many,
    scripted,
)
from tests.providers.ical.texts import calendar, event
from tests.servers.plain_http import Asked, Told, plain_server


def raw(uid: str) -> str:
    return calendar(event("DTSTART:20260302T100000Z", uid=uid))


def entry(number: int) -> str:
    return f"{CALENDAR}{number:03}.ics"


def reports(
    sync: list[Told], missing: tuple[str, ...] = (), silent: tuple[str, ...] = ()
) -> Script:
    """A server with sync tokens: ``sync`` are its answers one by one; in a multiget it has nothing
    at ``missing`` and says nothing of ``silent``."""
    answers = list(sync)

    def report(asked: Asked) -> Told:
        root = parse(asked.body)
        if "sync-collection" in str(root.tag):
            return answers.pop(0) if len(answers) > 1 else answers[0]
        hrefs = [str(each.text) for each in root.iter("{DAV:}href")]
        return many(
            *(
                gone(href) if href in missing else found(href, data(raw(href), f'"{href}"'))
                for href in hrefs
                if href not in silent
            )
        )

    return (
        Script()
        .on("REPORT", CALENDAR, report)
        .on("PROPFIND", CALENDAR, many(found(CALENDAR, SYNCS)))
    )


def pages_of(script: Script, cursor: str | None = None, **options: object) -> list[Page]:
    with scripted(script, **options) as (server, provider):
        return list(provider.pull(server.url(CALENDAR), cursor))


def hrefs(pages: list[Page]) -> list[str]:
    return [each.href for page in pages for each in page.changed]


def test_syn10_answers_that_the_server_cut_are_followed() -> None:
    first = many(
        *(found(entry(n), etag(f'"{n}"')) for n in range(60)),
        gone(CALENDAR, "507 Insufficient Storage"),
        token="t1",
    )
    second = many(found(entry(60), etag('"60"')), gone(entry(3)), found(CALENDAR), token="t2")
    pages = pages_of(reports([first, second]))
    assert hrefs(pages) == [entry(n) for n in range(61)]
    assert [page.complete for page in pages] == [False, False, True]
    assert all(page.full for page in pages)
    assert [page.removed for page in pages] == [(), (), (entry(3),)]
    # In the middle of a cut answer there is nothing to resume but the answer itself.
    assert '"value": ""' in (pages[0].cursor or "")
    assert '"value": "t1"' in (pages[1].cursor or "")
    assert '"full": true' in (pages[1].cursor or "")
    assert '"full"' not in (pages[2].cursor or "")


def test_syn10_a_cut_answer_that_does_not_advance_ends() -> None:
    stuck = many(found(entry(1)), gone(CALENDAR, "507 Insufficient Storage"), token="t1")
    with pytest.raises(RemoteUnavailable):
        pages_of(reports([stuck]))


def test_syn10_members_that_vanish_or_are_left_out_of_a_multiget() -> None:
    told = many(*(found(entry(n), etag(f'"{n}"')) for n in range(3)), token="t1")
    script = reports([told], missing=(entry(0),), silent=(entry(1),))
    script.on("GET", entry(1), Told(200, {"ETag": 'W/"weak"'}, raw("one").encode()))
    (page,) = pages_of(script)
    assert sorted(hrefs([page])) == [entry(1), entry(2)]
    assert page.removed == (entry(0),)
    assert next(each.etag for each in page.changed if each.href == entry(1)) == '"weak"'


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (failed(403, "valid-sync-token"), CursorExpired),
        (failed(412, "valid-sync-token"), CursorExpired),
        (failed(409, "valid-sync-token"), CursorExpired),
        (Told(410), CursorExpired),
        (Told(403), AccessLost),
        (failed(403, "need-privileges"), AccessLost),
        (Told(404), CalendarGone),
        (Told(500), RemoteUnavailable),
        (many(found(CALENDAR)), RemoteUnavailable),
    ],
)
def test_syn10_refused_tokens(told: Told, error: type[Exception]) -> None:
    with pytest.raises(error):
        pages_of(reports([told]), '{"v": 1, "kind": "sync-token", "value": "old"}')


def test_syn10_a_failure_in_the_middle_keeps_what_was_done() -> None:
    told = many(*(found(entry(n), etag(f'"{n}"')) for n in range(120)), token="t1")
    script = reports([told])
    answer = script.lines["REPORT", CALENDAR][0]
    calls: list[Asked] = []

    def flaky(asked: Asked) -> Told:
        calls.append(asked)
        return Told(500) if len(calls) == 4 else answer(asked)

    script.on("REPORT", CALENDAR, flaky)
    with scripted(script) as (server, provider):
        pages = provider.pull(server.url(CALENDAR), None)
        done = [next(pages), next(pages)]
        with pytest.raises(RemoteUnavailable):
            next(pages)
        rest = list(provider.pull(server.url(CALENDAR), done[-1].cursor))
    assert hrefs([*done, *rest]) == [entry(n) for n in range(120)]
    assert rest[-1].complete


@pytest.mark.parametrize("href", ["http://evil.example/ann/meetings/x.ics", "//evil.example/x.ics"])
def test_syn13_members_on_another_host_are_refused(href: str) -> None:
    with pytest.raises(AddressRefused):
        pages_of(reports([many(found(href, etag('"1"')), token="t1")]))
    listing = many(found(CALENDAR), found(href, etag('"1"')))
    with pytest.raises(AddressRefused):
        pages_of(Script().on("PROPFIND", CALENDAR, many(found(CALENDAR)), listing))


def test_syn10_members_elsewhere_on_the_host_are_not_ours() -> None:
    told = many(
        found("/other/x.ics", etag('"1"')),
        found(f"{CALENDAR}folder/", etag('"1"')),
        found(f"{CALENDAR}a%20b.ics".replace("work", "w%6Frk"), etag('"1"')),
        token="t1",
    )
    (page,) = pages_of(reports([told]))
    assert hrefs([page]) == [f"{CALENDAR}a%20b.ics"]


def by_etags(ctag: str, *members: tuple[int, str], itself: bool = True) -> Script:
    state = many(found(CALENDAR, f"<CS:getctag>{ctag}</CS:getctag>" if ctag else ""))
    listing = many(
        *([found(CALENDAR, "<D:resourcetype><D:collection/></D:resourcetype>")] if itself else []),
        *(found(entry(n), etag(value)) for n, value in members),
    )

    def propfind(asked: Asked) -> Told:
        return state if asked.headers["depth"] == "0" else listing

    return reports([Told(501)]).on("PROPFIND", CALENDAR, propfind)


def test_syn10_without_tokens_etags_are_compared() -> None:
    (first,) = pages_of(by_etags("c1", (1, '"a"'), (2, 'W/"b"')))
    assert first.full
    assert hrefs([first]) == [entry(1), entry(2)]
    (second,) = pages_of(by_etags("c2", (2, '"b"'), (3, '"c"')), first.cursor)
    assert hrefs([second]) == [entry(3)]
    assert second.removed == (entry(1),)
    assert not second.full


def test_syn10_an_unmoved_ctag_is_one_question() -> None:
    (first,) = pages_of(by_etags("c1", (1, '"a"')))
    with scripted(by_etags("c1", (9, '"z"'))) as (server, provider):
        (page,) = provider.pull(server.url(CALENDAR), first.cursor)
        assert (page.changed, page.removed, page.complete) == ((), (), True)
        assert len(server.asked) == 1


def test_syn10_without_a_ctag_etags_alone_tell() -> None:
    (first,) = pages_of(by_etags("", (1, '"a"')))
    (second,) = pages_of(by_etags("", (1, '"b"')), first.cursor)
    assert hrefs([second]) == [entry(1)]


def test_syn10_a_short_listing_deletes_nothing() -> None:
    (first,) = pages_of(by_etags("c1", (1, '"a"')))
    for script in (
        by_etags("c2", itself=False),
        by_etags("c2").on(
            "PROPFIND",
            CALENDAR,
            many(found(CALENDAR)),
            many(gone(CALENDAR, "507 Insufficient Storage")),
        ),
    ):
        with pytest.raises(RemoteUnavailable):
            pages_of(script, first.cursor)


def test_syn10_a_listing_that_is_suddenly_empty_is_listed_anew() -> None:
    (first,) = pages_of(by_etags("c1", (1, '"a"')))
    with pytest.raises(CursorExpired):
        pages_of(by_etags("c2"), first.cursor)
    (anew,) = pages_of(by_etags("c2"))
    assert (anew.changed, anew.removed, anew.full) == ((), (), True)


def test_syn10_a_cursor_of_another_version_is_expired() -> None:
    for cursor in ('{"v": 2, "kind": "ctag", "value": ""}', '{"v": 1}', "[]", "", "null"):
        with pytest.raises(CursorExpired):
            pages_of(Script(), cursor)


def test_syn10_one_odd_object_among_many_costs_only_itself() -> None:
    odd = {
        entry(3): "rubbish",
        entry(4): raw("x").replace("END:VEVENT", ""),
        entry(5): raw("same"),
        entry(6): raw("same"),
        entry(7): calendar(event("DTSTART:20260302T100000Z", uid=None)),
        entry(8): calendar(event("DTSTART:20260302T100000Z", "X-PHOTO:" + "A" * 2_500_000)),
        entry(9): "",
    }
    told = many(*(found(entry(n), etag(f'"{n}"')) for n in range(40)), token="t1")

    def report(asked: Asked) -> Told:
        root = parse(asked.body)
        if "sync-collection" in str(root.tag):
            return told
        hrefs_ = [str(each.text) for each in root.iter("{DAV:}href")]
        return many(*(found(href, data(odd.get(href, raw(href)))) for href in hrefs_))

    pages = pages_of(reports([told]).on("REPORT", CALENDAR, report))
    assert pages[-1].complete
    came = {each.href: each for page in pages for each in page.changed}
    assert {entry(n) for n in range(40)} - set(odd) <= set(came)
    assert {entry(5), entry(6), entry(7), entry(8)} <= set(came)
    assert not {entry(3), entry(9)} & set(came)
    window = {"since": datetime(2026, 1, 1, tzinfo=UTC), "until": datetime(2027, 1, 1, tzinfo=UTC)}
    for each in came.values():
        reading = read(each.raw, calendar_zone="UTC", **window)
        broken = {entry(4): Trouble.BROKEN, entry(8): Trouble.TOO_LARGE}.get(each.href)
        assert reading.warnings == ((broken,) if broken else ())


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("method", ["PROPFIND", "REPORT", "PUT", "DELETE"])
def test_syn13_a_redirect_takes_the_password_nowhere_else(status: int, method: str) -> None:
    with plain_server(lambda asked: Told(207)) as elsewhere:
        away = Told(status, {"Location": elsewhere.url(CALENDAR)})
        script = reports([many(token="t1")]).on(method, CALENDAR, away)
        script.on(method, entry(1), away)
        with scripted(script) as (server, provider):
            calls = {
                "PROPFIND": lambda: list(provider.pull(server.url(CALENDAR), None)),
                "REPORT": lambda: list(provider.pull(server.url(CALENDAR), None)),
                "PUT": lambda: provider.create(server.url(CALENDAR), outgoing(uid="001")),
                "DELETE": lambda: provider.delete(server.url(CALENDAR), entry(1), None),
            }
            with pytest.raises(AddressRefused):
                calls[method]()
        assert elsewhere.asked == []


@pytest.mark.parametrize(
    "bomb", ["<!DOCTYPE lolz [<!ENTITY a 'ha'>]>", "<!DOCTYPE x SYSTEM 'file:///etc/passwd'>"]
)
def test_syn13_entities_in_a_list_of_changes_are_refused(bomb: str) -> None:
    told = many(found(entry(1), etag('"1"')), token="t1")
    harmful = told.body.decode().replace("<D:multistatus", f"{bomb}<D:multistatus", 1)
    with pytest.raises(Rejected):
        pages_of(reports([Told(207, {}, harmful.encode())]))
