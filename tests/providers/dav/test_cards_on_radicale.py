"""Odd cards on a real Radicale, and contacts on iCloud's many hosts (SCT-2, SCT-6, SCT-7)."""

from dataclasses import replace
from pathlib import Path

import pytest

from crm_app.core.errors import AddressRefused, LoginExpired
from crm_app.providers.address_book_port import (
    BookGone,
    CardAddress,
    CardEmail,
    CardKind,
    CardPhone,
    Wanted,
    WantedNames,
)
from crm_app.providers.carddav import CardDavBooks
from crm_app.providers.vcard.lines import card_lines
from tests.contracts.cards import held, pulled
from tests.providers.vcard import cards
from tests.servers.icloud import CONTACTS, ICloud, icloud
from tests.servers.radicale import RadicaleServer, RadicaleUser

pytestmark = pytest.mark.server

KEY = "2b0b5a52-4d33-4c55-9b4b-27a7a7b1b1aa"
# What Radicale takes: it insists on FN and UID, and on one UID an entry.
TAKEN = {
    "apple": cards.APPLE,
    "company": cards.COMPANY,
    "group": cards.GROUP,
    "new": cards.NEW,
    "old": cards.OLD_ON_A_SERVER,
    "photo": cards.with_photo(),
}


def opened(server: RadicaleServer, user: RadicaleUser) -> CardDavBooks:
    return CardDavBooks(server.url, user.name, user.password, allow=("127.0.0.1",))


def stored(user: RadicaleUser, entry: str) -> list[str]:
    """The lines of an entry as a plain HTTP client reads them, names in capitals."""
    lines = [line.text for line in card_lines(user.get(user.path("book", f"{entry}.vcf"))).lines]
    return [f"{head.partition(';')[0].upper()}:{value}" for head, _, value in split(lines)]


def split(lines: list[str]) -> list[tuple[str, str, str]]:
    return [line.partition(":") for line in lines]


@pytest.fixture
def user(radicale_server: RadicaleServer) -> RadicaleUser:
    made = radicale_server.make_user()
    made.make_book("book", "Mine")
    return made


def test_sct2_row_87_odd_cards_on_a_real_server(
    radicale_server: RadicaleServer, user: RadicaleUser
) -> None:
    for entry, raw in TAKEN.items():
        user.put("book", f"{entry}.vcf", raw)
    # A card that was spoiled on the server's disk.
    disk = radicale_server.users_file.parent / "data/collection-root" / user.name / "book"
    (disk / "broken.vcf").write_text(cards.BROKEN)
    books = opened(radicale_server, user)
    (ref,) = [book.ref for book in books.discover()]
    found = {
        href.rpartition("/")[2].removesuffix(".vcf"): each
        for href, each in held(books, ref).items()
    }
    # Radicale itself hides what it cannot read.
    assert set(TAKEN) == set(found)
    assert {entry: each.card.kind for entry, each in found.items()} == {
        **dict.fromkeys(TAKEN, CardKind.PERSON),
        "company": CardKind.COMPANY,
        "group": CardKind.GROUP,
    }
    assert found["apple"].card.addresses[0].street == "Hauptstr. 1\nHinterhaus"
    assert found["apple"].card.emails[1] == CardEmail("pferde@kornblume.example", "Stall")
    assert found["old"].card.name == "Jörg Müller"
    assert found["photo"].card.emails[0].address == "berta@bild.example"
    assert not any(each.trouble for each in found.values())
    # Each can be written to, whatever its version.
    for entry in TAKEN:
        each = found[entry]
        phones = (CardPhone("+49 2; ö", "Büro"), *each.card.phones)
        reached = books.update(ref, each.href, each.etag, Wanted(phones=phones))
        assert reached.card == replace(each.card, phones=phones)
        assert reached.etag


def test_sct6_row_85_an_apple_card_is_changed_and_keeps_all_the_rest(
    radicale_server: RadicaleServer, user: RadicaleUser
) -> None:
    user.put("book", "apple.vcf", cards.APPLE)
    before = stored(user, "apple")
    books = opened(radicale_server, user)
    (ref,) = [book.ref for book in books.discover()]
    (found,) = held(books, ref).values()
    home, work = found.card.addresses
    wanted = Wanted(
        emails=(CardEmail("new@kornblume.example", "work"), *found.card.emails),
        phones=(replace(found.card.phones[0], number="+49 171 9"), found.card.phones[1]),
        addresses=(replace(home, street="Neue Str. 5"), work, CardAddress(city="Ulm")),
    )
    reached = books.update(ref, found.href, found.etag, wanted)
    assert reached.card == replace(
        found.card, emails=wanted.emails, phones=wanted.phones, addresses=wanted.addresses
    )
    after = stored(user, "apple")
    assert sorted(set(before) - set(after)) == [
        "ITEM3.ADR:;;Hauptstr. 1\\nHinterhaus;Bonn;NRW;53111;Deutschland",
        "REV:2026-03-01T08:00:00Z",
        "TEL:+49 171 5550101",
    ]
    for kept in (
        "ITEM3.X-ABADR:de",
        "ITEM5.X-ABDATE:2011-07-09",
        "BDAY:1604-05-05",
        "X-SOCIALPROFILE:https://social.example/dee",
        "ITEM6.URL:https://kornblume.example",
        "IMPP:xmpp:dee@kornblume.example",
    ):
        assert kept in after, kept
    # And nothing is seen as somebody else's change.
    assert held(books, ref) == {found.href: reached}


def test_sct7_a_picture_of_2_mb_goes_there_and_back(
    radicale_server: RadicaleServer, user: RadicaleUser
) -> None:
    user.put("book", "photo.vcf", cards.with_photo())
    books = opened(radicale_server, user)
    (ref,) = [book.ref for book in books.discover()]
    (found,) = held(books, ref).values()
    books.update(ref, found.href, found.etag, Wanted(phones=(CardPhone("+49 1", "home"),)))
    (photo,) = [line for line in stored(user, "photo") if line.startswith("PHOTO")]
    (before,) = [line.text for line in card_lines(cards.with_photo()).lines if line.name == "PHOTO"]
    assert photo.partition(":")[2] == before.partition(":")[2]


def test_sct5_what_was_removed_comes_back_with_its_picture_and_notes(
    radicale_server: RadicaleServer, user: RadicaleUser
) -> None:
    user.put("book", "apple.vcf", cards.APPLE)
    books = opened(radicale_server, user)
    (ref,) = [book.ref for book in books.discover()]
    (found,) = held(books, ref).values()
    books.delete(ref, found.href, found.etag)
    made = books.create(ref, Wanted(), key=KEY, raw=found.raw)
    assert (made.card, made.uid, made.key) == (found.card, found.uid, KEY)
    assert books.create(ref, Wanted(), key=KEY, raw=found.raw) == made


def at_icloud(service: ICloud, password: str = "") -> CardDavBooks:
    return CardDavBooks(
        service.entry_url,
        service.user.name,
        password or service.user.password,
        allow=("127.0.0.1",),
        network=service.network,
    )


def test_sct1_sct6_icloud_contacts_have_hosts_of_their_own(
    radicale_server: RadicaleServer, tmp_path: Path
) -> None:
    with icloud(radicale_server.make_user(), tmp_path, service=CONTACTS) as service:
        service.user.make_book("card", "Contacts")
        service.user.put("card", "apple.vcf", cards.APPLE)
        books = at_icloud(service)
        (found,) = books.discover()
        assert found.ref == "https://p42-contacts.icloud.com/123/carddavhome/card/"
        ((href, apple),) = held(books, found.ref).items()
        assert href == "/123/carddavhome/card/apple.vcf"
        assert [each.city for each in apple.card.addresses] == ["Bonn", "Köln"]
        # The account moves; what was stored leads there all the same.
        service.host = "p77-contacts.icloud.com"
        made = books.create(found.ref, Wanted(WantedNames("Ann")), key=KEY)
        assert set(held(at_icloud(service), found.ref)) == {href, made.href}
        with pytest.raises(BookGone):
            pulled(books, found.ref.replace("/card/", "/gone/"))


def test_sct8_row_91_passwords_stay_with_icloud(
    radicale_server: RadicaleServer, tmp_path: Path
) -> None:
    with icloud(radicale_server.make_user(), tmp_path, service=CONTACTS) as service:
        with pytest.raises(LoginExpired):
            at_icloud(service, "wrong").discover()
        with pytest.raises(AddressRefused):
            list(at_icloud(service).pull("https://icloud.com.evil.example/x/", None))
        assert service.seen_hosts == {CONTACTS.entry}
