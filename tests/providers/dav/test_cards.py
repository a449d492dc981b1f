"""Address books on servers with all their manners (SCT-1, SCT-2, SCT-7, SCT-8)."""

from collections.abc import Callable

import pytest

from crm_app.core.errors import (
    AddressRefused,
    PreconditionFailed,
    Rejected,
    RemoteUnavailable,
)
from crm_app.providers.address_book_port import (
    BookClosed,
    BookGone,
    BookPage,
    CardEmail,
    CardKind,
    RemoteBook,
    Wanted,
    WantedNames,
)
from crm_app.providers.carddav import CardDavBooks
from crm_app.providers.dav.xml import parse
from crm_app.providers.vcard.reading import read
from tests.providers.dav.scripted import (
    BOOK,
    SYNCS,
    Script,
    card_data,
    etag,
    failed,
    found,
    gone,
    many,
    scripted_books,
)
from tests.providers.vcard import cards
from tests.providers.vcard.cards import card
from tests.servers.plain_http import Asked, Told, plain_server

KEY = "2b0b5a52-4d33-4c55-9b4b-27a7a7b1b1aa"
HREF = f"{BOOK}{KEY}.vcf"
ANN = Wanted(WantedNames("Ann Lee", CardKind.PERSON, "Ann", "Lee"))
NEW = (CardEmail("new@lee.example", "work"),)
HOME_SET = "<K:addressbook-home-set><D:href>/ann/</D:href></K:addressbook-home-set>"
IS_BOOK = "<D:resourcetype><D:collection/><K:addressbook/></D:resourcetype>"
READ_ONLY = (
    "<D:current-user-privilege-set><D:privilege><D:read/></D:privilege>"
    "</D:current-user-privilege-set>"
)


def entry(number: int) -> str:
    return f"{BOOK}{number:03}.vcf"


def book(raws: dict[str, str], answer: Callable[[list[str]], Told] | None = None) -> Script:
    """A server with sync tokens that has these entries; ``answer`` is what it says to a multiget."""
    listed = many(*(found(href, etag(f'"{href}"')) for href in raws), token="t1")

    def report(asked: Asked) -> Told:
        root = parse(asked.body)
        if "sync-collection" in str(root.tag):
            return listed
        hrefs = [str(each.text) for each in root.iter("{DAV:}href")]
        if answer is not None:
            return answer(hrefs)
        return many(*(found(href, card_data(raws[href], f'"{href}"')) for href in hrefs))

    script = Script().on("REPORT", BOOK, report).on("PROPFIND", BOOK, many(found(BOOK, SYNCS)))
    for href, raw in raws.items():
        script.on("GET", href, Told(200, {"ETag": f'"{href}"'}, raw.encode()))
    return script


def pages_of(script: Script, cursor: str | None = None, **options: object) -> list[BookPage]:
    with scripted_books(script, **options) as (server, books):
        return list(books.pull(server.url(BOOK), cursor))


def test_sct1_from_a_host_to_the_address_books() -> None:
    script = (
        Script()
        .on("PROPFIND", "/.well-known/carddav", Told(301, {"Location": "/dav/"}))
        .on("PROPFIND", "/dav/", many(found("/dav/", HOME_SET)))
        .on(
            "PROPFIND",
            "/ann/",
            many(
                found("/ann/", "<D:resourcetype><D:collection/></D:resourcetype>"),
                found("/ann/contacts", f"{IS_BOOK}<D:displayname>Everybody</D:displayname>"),
                found("/ann/company/", IS_BOOK + READ_ONLY),
                found("/ann/meetings/", "<D:resourcetype><C:calendar/></D:resourcetype>"),
            ),
        )
    )
    with scripted_books(script) as (server, books):
        assert books.discover() == [
            RemoteBook(server.url(BOOK), "Everybody", writable=True, default=True),
            RemoteBook(server.url("/ann/company/"), "company", writable=False, default=False),
        ]
        assert repr(books) == "CardDavBooks(...)"
        assert (books.stale_seconds, books.relist_seconds) == (0, 0)


def test_sct2_row_87_odd_cards_among_500_cost_only_themselves() -> None:
    raws = {entry(n): card(f"UID:u{n}", f"FN:Person {n}") for n in range(500)}
    odd = {
        entry(3): "rubbish",
        entry(4): cards.BROKEN,
        entry(5): card("UID:same", "FN:One"),
        entry(6): card("UID:same", "FN:Other"),
        entry(7): card("FN:No UID"),
        entry(8): cards.with_photo(),
        entry(9): cards.GROUP,
        entry(10): cards.NAMELESS,
        entry(11): cards.OLD,
        entry(12): cards.NEW,
        entry(13): "",
    }
    pages = pages_of(book(raws | odd))
    came = {each.href: each for page in pages for each in page.changed}
    assert set(came) == set(raws)
    assert {href for href, each in came.items() if each.trouble} == {entry(3), entry(4), entry(13)}
    assert (came[entry(3)].card.name, came[entry(4)].card.name) == ("003", "Cut off")
    assert [came[entry(n)].uid for n in (5, 6, 7)] == ["same", "same", ""]
    assert came[entry(9)].card.kind is CardKind.GROUP
    assert came[entry(8)].card.emails[0].address == "berta@bild.example"
    assert came[entry(10)].card.name == "who@nobody.example"
    assert came[entry(11)].card.name == "Jörg Müller"
    assert came[entry(499)].card.name == "Person 499"


def test_sct2_row_87_cards_too_large_together_come_apart_and_one_too_large_without_its_text() -> (
    None
):
    raws = {entry(n): card(f"UID:u{n}", f"FN:Person {n}") for n in range(8)}
    raws[entry(5)] = cards.with_photo(21_000_000)
    asked: list[int] = []

    def answer(hrefs: list[str]) -> Told:
        asked.append(len(hrefs))
        return many(*(found(href, card_data(raws[href])) for href in hrefs))

    (page,) = pages_of(book(raws, answer))
    assert asked == [8, 4, 4, 2, 1, 1, 2]
    troubled = {each.href for each in page.changed if each.trouble}
    assert (len(page.changed), troubled) == (8, {entry(5)})


def test_sct2_row_87_a_card_that_spoils_the_answer_spoils_only_itself() -> None:
    raws = {entry(n): card(f"UID:u{n}", f"FN:Person {n}") for n in range(4)}

    def answer(hrefs: list[str]) -> Told:
        told = many(*(found(href, card_data(raws[href])) for href in hrefs))
        if entry(2) in hrefs:
            return Told(207, told.headers, told.body.replace(b"Person 2]", b"Person 2]]>&<"))
        return told

    raws[entry(2)] = card("FN:Person 2]")
    (page,) = pages_of(book(raws, answer))
    names = sorted(each.card.name for each in page.changed)
    assert names == ["Person 0", "Person 1", "Person 2]", "Person 3"]


@pytest.mark.parametrize(
    "bomb", ["<!DOCTYPE lolz [<!ENTITY a 'ha'>]>", "<!DOCTYPE x SYSTEM 'file:///etc/passwd'>"]
)
def test_sct8_row_91_entities_are_refused(bomb: str) -> None:
    asked: list[int] = []

    def answer(hrefs: list[str]) -> Told:
        asked.append(len(hrefs))
        told = many(*(found(href, card_data("&a;")) for href in hrefs))
        harmful = told.body.decode().replace("<D:multistatus", f"{bomb}<D:multistatus", 1)
        return Told(207, {}, harmful.encode())

    with pytest.raises(Rejected):
        pages_of(book({entry(n): "" for n in range(8)}, answer))
    assert asked == [8]


@pytest.mark.parametrize("href", ["http://evil.example/a.vcf", "//evil.example/ann/contacts/a.vcf"])
def test_sct8_row_91_entries_on_another_host_are_refused(href: str) -> None:
    with pytest.raises(AddressRefused):
        pages_of(book({href: ""}))


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_sct8_row_91_a_redirect_takes_the_password_nowhere_else(status: int) -> None:
    with plain_server(lambda asked: Told(207)) as elsewhere:
        away = Told(status, {"Location": elsewhere.url(BOOK)})
        script = Script().on("PROPFIND", BOOK, away).on("PUT", HREF, away).on("GET", HREF, away)
        with scripted_books(script) as (server, books):
            for call in (
                lambda: list(books.pull(server.url(BOOK), None)),
                lambda: books.create(server.url(BOOK), ANN, key=KEY),
                lambda: books.update(server.url(BOOK), HREF, None, ANN),
                lambda: books.fetch(server.url(BOOK), HREF),
            ):
                with pytest.raises(AddressRefused):
                    call()
        assert elsewhere.asked == []


def test_sct8_row_91_private_addresses_are_refused() -> None:
    with plain_server(lambda asked: Told(207)) as server:
        books = CardDavBooks(server.url(), "ann", "s3cret")
        with pytest.raises(AddressRefused):
            books.discover()
        assert server.asked == []
    with scripted_books(Script()) as (_, books), pytest.raises(AddressRefused):
        list(books.pull("https://elsewhere.example/ann/contacts/", None))


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (Told(404), BookGone),
        (Told(410), BookGone),
        (Told(403), BookClosed),
        (failed(403, "need-privileges"), BookClosed),
        (Told(500), RemoteUnavailable),
    ],
)
def test_sct8_row_90_refusals_of_a_whole_book_say_nothing_of_its_cards(
    told: Told, error: type[Exception]
) -> None:
    with pytest.raises(error):
        pages_of(Script().on("PROPFIND", BOOK, told))
    script = Script().on("GET", HREF, told).on("PROPFIND", BOOK, told)
    with scripted_books(script) as (server, books), pytest.raises(error):
        books.fetch(server.url(BOOK), HREF)


def test_sct8_row_90_a_book_that_is_suddenly_empty_is_listed_anew() -> None:
    def by_etags(ctag: str, *hrefs: str) -> Script:
        state = f"<CS:getctag>{ctag}</CS:getctag>"
        script = book({href: card("FN:Ann") for href in hrefs})
        listing = many(found(BOOK, state), *(found(href, etag('"1"')) for href in hrefs))
        return script.on("PROPFIND", BOOK, many(found(BOOK, state)), listing)

    (first,) = pages_of(by_etags("c1", entry(1)), sync_tokens=False)
    with pytest.raises(Exception, match="full synchronisation"):
        pages_of(by_etags("c2"), first.cursor, sync_tokens=False)


def test_sct7_writes_are_conditional_and_read_back() -> None:
    kept = card("UID:u", "N:Lee;Ann;;;", "FN:Ann Lee", "X-SERVER:1")
    script = (
        Script()
        .on("PUT", HREF, Told(201))
        .on("GET", HREF, Told(200, {"ETag": '"1"'}, kept.encode()))
        .on("DELETE", HREF, Told(204))
    )
    with scripted_books(script) as (server, books):
        ref = server.url(BOOK)
        made = books.create(ref, ANN, key=KEY)
        assert (made.href, made.etag, made.raw) == (HREF, '"1"', kept)
        books.update(ref, HREF, '"1"', Wanted(emails=NEW))
        books.delete(ref, HREF, '"1"')
        first, second = [asked for asked in server.asked if asked.method == "PUT"]
        assert first.headers["if-none-match"] == "*"
        assert second.headers["if-match"] == '"1"'
        assert second.headers["content-type"] == "text/vcard; charset=utf-8"
        assert b"X-SERVER:1" in second.body
        assert server.asked[-1].headers["if-match"] == '"1"'
        # What says it all already is not written.
        books.update(ref, HREF, '"1"', ANN)
        assert len([asked for asked in server.asked if asked.method == "PUT"]) == 2


def test_sct7_a_change_between_reading_and_writing_is_refused() -> None:
    script = book({HREF: card("FN:Ann")}).on("PUT", HREF, Told(412))
    with scripted_books(script) as (server, books):
        for etag_ in ('"another"', None):
            with pytest.raises(PreconditionFailed):
                books.update(server.url(BOOK), HREF, etag_, Wanted(emails=NEW))


def test_sct5_a_lost_answer_and_a_second_try_make_one_entry() -> None:
    kept: list[bytes] = []

    def put(asked: Asked) -> Told:
        if kept:
            return Told(412)
        kept.append(asked.body)
        return Told(504)

    script = Script().on("PUT", HREF, put)
    script.on("GET", HREF, lambda asked: Told(200, {"ETag": '"1"'}, kept[0]))
    with scripted_books(script) as (server, books):
        with pytest.raises(RemoteUnavailable):
            books.create(server.url(BOOK), ANN, key=KEY)
        made = books.create(server.url(BOOK), ANN, key=KEY)
        assert (made.etag, made.key, made.uid) == ('"1"', KEY, KEY)


def test_sct5_an_entry_that_its_owner_put_back_himself_is_that_entry() -> None:
    raw = cards.APPLE
    named = b'<D:error xmlns:D="DAV:"><D:no-uid-conflict><D:href>%s</D:href></D:no-uid-conflict></D:error>'
    script = book({entry(1): raw}).on("PUT", HREF, Told(409, {}, named % entry(1).encode()))
    with scripted_books(script) as (server, books):
        made = books.create(server.url(BOOK), Wanted(emails=None), key=KEY, raw=raw)
        assert (made.href, made.uid) == (entry(1), read(raw).uid)
        with pytest.raises(Rejected):
            books.create(server.url(BOOK), ANN, key="no-card", raw="no card")


def test_sct5_another_entry_in_its_place_is_not_taken_for_ours() -> None:
    script = book({HREF: card("UID:other", "FN:Other")}).on("PUT", HREF, Told(412))
    script.on("REPORT", BOOK, many())
    with scripted_books(script) as (server, books), pytest.raises(Rejected):
        books.create(server.url(BOOK), ANN, key=KEY)


def test_sct5_a_server_may_give_a_new_entry_another_name() -> None:
    sent: list[str] = []

    def put(asked: Asked) -> Told:
        sent.append(asked.body.decode())
        return Told(201)

    def report(asked: Asked) -> Told:
        assert KEY in asked.body.decode()
        return many(found(entry(1), card_data(sent[0])))

    script = Script().on("PUT", HREF, put).on("REPORT", BOOK, report)
    with scripted_books(script) as (server, books):
        made = books.create(server.url(BOOK), ANN, key=KEY)
        assert (made.href, made.etag, made.key) == (entry(1), '"1"', KEY)


@pytest.mark.parametrize("told_etag", ['"1"', None])
def test_sct7_what_others_changed_meanwhile_is_not_taken_for_ours(told_etag: str | None) -> None:
    theirs = card("UID:u", "FN:Theirs", "EMAIL:theirs@lee.example")
    script = (
        Script()
        .on("PUT", HREF, Told(204, {"ETag": told_etag} if told_etag else {}))
        .on(
            "GET",
            HREF,
            Told(200, {"ETag": '"0"'}, card("UID:u", "FN:Ann").encode()),
            Told(200, {"ETag": '"2"'}, theirs.encode()),
        )
    )
    with scripted_books(script) as (server, books):
        reached = books.update(server.url(BOOK), HREF, '"0"', Wanted(emails=NEW))
        # As we wrote it and without an etag: the next pull brings theirs as a change.
        assert (reached.card.name, reached.card.emails, reached.etag) == ("Ann", NEW, None)


def test_sct7_what_a_server_keeps_of_what_it_was_given() -> None:
    fewer = card("UID:u", "FN:Ann")
    script = (
        Script()
        .on("PUT", HREF, Told(204, {"ETag": '"1"'}))
        .on(
            "GET",
            HREF,
            Told(200, {"ETag": '"0"'}, fewer.encode()),
            Told(200, {"ETag": '"1"'}, fewer.encode()),
        )
    )
    with scripted_books(script) as (server, books):
        reached = books.update(server.url(BOOK), HREF, '"0"', Wanted(emails=NEW))
        assert (reached.card.emails, reached.etag) == ((), '"1"')


def test_sct7_written_but_not_read_back_is_written() -> None:
    script = Script().on("PUT", HREF, Told(201, {"ETag": '"1"'})).on("GET", HREF, Told(503))
    with scripted_books(script) as (server, books):
        made = books.create(server.url(BOOK), ANN, key=KEY)
        assert (made.card.name, made.etag, made.href) == ("Ann Lee", '"1"', HREF)


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (Told(403), BookClosed),
        (failed(403, "need-privileges"), BookClosed),
        (failed(403, "max-resource-size"), Rejected),
        (Told(413), Rejected),
        (Told(503), RemoteUnavailable),
    ],
)
def test_sct8_refused_writes(told: Told, error: type[Exception]) -> None:
    script = book({entry(1): card("FN:Ann")}).on("PUT", HREF, told).on("PUT", entry(1), told)
    with scripted_books(script) as (server, books):
        for call in (
            lambda: books.create(server.url(BOOK), ANN, key=KEY),
            lambda: books.update(server.url(BOOK), entry(1), None, ANN),
        ):
            with pytest.raises(error):
                call()


def test_sct7_a_broken_card_is_not_written_over() -> None:
    script = book({HREF: "rubbish"}).on("PUT", HREF, Told(204))
    with scripted_books(script) as (server, books):
        with pytest.raises(Rejected):
            books.update(server.url(BOOK), HREF, None, ANN)
        assert [asked.method for asked in server.asked] == ["GET"]


@pytest.mark.parametrize("status", [404, 410, 412])
def test_sct5_deleting_what_is_gone_is_done(status: int) -> None:
    with scripted_books(Script().on("DELETE", HREF, Told(status))) as (server, books):
        books.delete(server.url(BOOK), HREF, '"1"')


def test_sct2_a_member_that_vanishes_between_listing_and_reading_is_gone() -> None:
    script = book({entry(1): ""}, lambda hrefs: many(gone(entry(1))))
    script.on("GET", entry(1), Told(404))
    (page,) = pages_of(script)
    assert (page.changed, page.removed) == ((), (entry(1),))
