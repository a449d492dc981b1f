"""What every address book owes us when it is written (SCT-5, SCT-7)."""

import pytest

from crm_app.core.errors import PreconditionFailed
from crm_app.providers.address_book_port import (
    AddressBookProvider,
    BookClosed,
    Card,
    CardAddress,
    CardEmail,
    CardKind,
    CardPhone,
    RemoteCard,
    Wanted,
    WantedNames,
)
from tests.contracts.address_books import BookWorld
from tests.contracts.cards import BONN, held, person

KEY = "7f0c52aa-13c5-4c53-a7a4-3a4cbf2dd1f0"
OTHER_KEY = "f7d2ce2b-8f0b-4f3e-9a55-5ad1f0bf2b11"
NEW = (CardEmail("new@lee.example", "work"),)


def wanted(card: Card) -> Wanted:
    """All of a card."""
    names = WantedNames(card.name, card.kind, card.first_name, card.last_name, card.organization)
    return Wanted(names, card.emails, card.phones, card.addresses)


def said(card: Card) -> list[object]:
    """What an entry says, labels aside; services have an order of their own for phones and places."""
    return [
        (card.name, card.kind, card.first_name, card.last_name, card.organization),
        [each.address for each in card.emails],
        sorted(each.number for each in card.phones),
        sorted((a.street, a.postal_code, a.city, a.region, a.country) for a in card.addresses),
    ]


def in_the_book(books: AddressBookProvider, world: BookWorld) -> dict[str, RemoteCard]:
    world.settle()
    return held(books, world.ref)


def test_sct5_create_and_read_back(book_world: BookWorld, books: AddressBookProvider) -> None:
    made = books.create(book_world.ref, wanted(person()), key=KEY)
    assert said(made.card) == said(person())
    assert made.key == KEY
    assert said(book_world.card_of(made.href)) == said(person())
    assert in_the_book(books, book_world) == {made.href: made}
    assert books.fetch(book_world.ref, made.href) == made


def test_sct5_a_company_is_a_company(book_world: BookWorld, books: AddressBookProvider) -> None:
    names = WantedNames("Lee Ltd", CardKind.COMPANY)
    made = books.create(book_world.ref, Wanted(names, emails=NEW), key=KEY)
    assert (made.card.name, made.card.kind) == ("Lee Ltd", CardKind.COMPANY)
    assert (made.card.first_name, made.card.last_name) == ("", "")
    assert made.card.organization == "Lee Ltd"


def test_sct5_creating_twice_makes_one_entry(
    book_world: BookWorld, books: AddressBookProvider
) -> None:
    first = books.create(book_world.ref, wanted(person()), key=KEY)
    again = books.create(book_world.ref, wanted(person()), key=KEY)
    assert again == first
    other = books.create(book_world.ref, wanted(person()), key=OTHER_KEY)
    assert other.href != first.href
    assert set(in_the_book(books, book_world)) == {first.href, other.href}


def test_sct5_an_entry_that_was_removed_comes_back_with_all_it_had(
    book_world: BookWorld, books: AddressBookProvider
) -> None:
    href = book_world.put_outside("ann", person())
    rest = book_world.rest_of(href)
    found = held(books, book_world.ref)[href]
    books.delete(book_world.ref, href, found.etag)
    made = books.create(book_world.ref, Wanted(emails=NEW), key=KEY, raw=found.raw)
    assert book_world.rest_of(made.href) == rest
    assert said(made.card) == said(person(emails=NEW))


def test_sct7_row_85_an_update_carries_what_it_is_not_about(
    book_world: BookWorld, books: AddressBookProvider
) -> None:
    href = book_world.put_outside("ann", person())
    rest = book_world.rest_of(href)
    found = held(books, book_world.ref)[href]
    reached = books.update(book_world.ref, href, found.etag, Wanted(emails=NEW))
    assert said(reached.card) == said(person(emails=NEW))
    assert reached.etag != found.etag
    assert reached.content_hash != found.content_hash
    assert book_world.rest_of(href) == rest
    assert said(book_world.card_of(href)) == said(person(emails=NEW))
    assert in_the_book(books, book_world) == {href: reached}


def test_sct7_each_part_is_changed_alone(book_world: BookWorld, books: AddressBookProvider) -> None:
    href = book_world.put_outside("ann", person())
    rest = book_world.rest_of(href)
    phones = (CardPhone("+49 171 5", "mobile"), CardPhone("+49 228 123456", "home"))
    away = CardAddress("1 Main St\nFloor 2", "10115", "Berlin", "", "Germany", "work")
    parts = [
        (Wanted(phones=phones), person(phones=phones)),
        (Wanted(addresses=(away,)), person(phones=phones, addresses=[away])),
        (
            Wanted(names=WantedNames("Anna Li", CardKind.PERSON, "Anna", "Li", "Li Inc")),
            person("Anna", "Li", organization="Li Inc", phones=phones, addresses=[away]),
        ),
        (
            Wanted(emails=(), phones=(), addresses=()),
            person("Anna", "Li", organization="Li Inc", emails=[], phones=[], addresses=[]),
        ),
    ]
    for part, expected in parts:
        reached = books.update(book_world.ref, href, None, part)
        assert said(reached.card) == said(expected)
        assert book_world.rest_of(href) == rest


def test_sct7_nothing_changes_where_nothing_is_new(
    book_world: BookWorld, books: AddressBookProvider
) -> None:
    href = book_world.put_outside("ann", person())
    found = held(books, book_world.ref)[href]
    reached = books.update(book_world.ref, href, found.etag, wanted(found.card))
    assert reached.content_hash == found.content_hash


def test_sct7_lines_change_in_their_places(
    book_world: BookWorld, books: AddressBookProvider
) -> None:
    one, two = CardEmail("one@lee.example", "home"), CardEmail("two@lee.example", "work")
    href = book_world.put_outside("ann", person(emails=[one, two]))
    reached = books.update(book_world.ref, href, None, Wanted(emails=(two, one)))
    assert [each.address for each in reached.card.emails] == [two.address, one.address]
    assert [each.address for each in book_world.card_of(href).emails] == [
        two.address,
        one.address,
    ]


def test_sct7_labels_stay_with_their_lines(
    book_world: BookWorld, books: AddressBookProvider
) -> None:
    if not book_world.labelled:
        return
    card = person(
        emails=[CardEmail("a@x.example", "home"), CardEmail("b@x.example", "Stables")],
        phones=[CardPhone("+49 1", "mobile"), CardPhone("+49 2", "work fax")],
        addresses=[CardAddress(city="Bonn", label="Stables"), CardAddress(city="Köln")],
    )
    made = books.create(book_world.ref, wanted(card), key=KEY)
    assert made.card == card


def test_sct7_what_a_service_cannot_keep_is_no_error(
    book_world: BookWorld, books: AddressBookProvider
) -> None:
    card = person(
        emails=[CardEmail(f"{n}@lee.example", "other") for n in range(5)],
        phones=[CardPhone(f"+49 228 {n}00", "home") for n in range(5)],
        addresses=[CardAddress(city=f"City {n}", label=label) for n, label in _PLACES],
    )
    made = books.create(book_world.ref, wanted(card), key=KEY)
    limits = book_world.limits
    assert said(made.card)[1:] == [
        [each.address for each in card.emails[: limits.emails]],
        [each.number for each in card.phones[: limits.phones]],
        [("", "", each.city, "", "") for each in card.addresses[: limits.addresses]],
    ]
    assert in_the_book(books, book_world) == {made.href: made}


_PLACES = [(1, "home"), (2, "work"), (3, "other"), (4, "home"), (5, "work")]


def test_sct7_row_92_texts_are_only_texts(
    book_world: BookWorld, books: AddressBookProvider
) -> None:
    odd = 'a;b,c\\n"d": <b>é</b> 😀'
    card = person(
        "=1+1",
        f"{odd} End",
        organization=odd,
        addresses=[CardAddress(f"{odd}\nNOTE:injected", "1;2", odd, "", "Österreich", "home")],
    )
    made = books.create(book_world.ref, wanted(card), key=KEY)
    assert said(made.card) == said(card)
    assert said(book_world.card_of(made.href)) == said(card)
    assert made.card.note == ""


def test_sct7_a_changed_entry_is_not_written_over(
    book_world: BookWorld, books: AddressBookProvider
) -> None:
    made = books.create(book_world.ref, wanted(person()), key=KEY)
    book_world.change_outside(made.href, person(emails=[CardEmail("theirs@lee.example")]))
    with pytest.raises(PreconditionFailed):
        books.update(book_world.ref, made.href, made.etag, Wanted(emails=NEW))
    with pytest.raises(PreconditionFailed):
        books.delete(book_world.ref, made.href, made.etag)
    assert book_world.card_of(made.href).emails[0].address == "theirs@lee.example"
    # Whoever has no etag changes what is there now.
    reached = books.update(book_world.ref, made.href, None, Wanted(phones=()))
    assert reached.card.emails[0].address == "theirs@lee.example"


def test_sct7_a_removed_entry_is_not_made_again_by_a_change(
    book_world: BookWorld, books: AddressBookProvider
) -> None:
    made = books.create(book_world.ref, wanted(person()), key=KEY)
    book_world.remove_outside(made.href)
    for etag in (made.etag, None):
        with pytest.raises(PreconditionFailed):
            books.update(book_world.ref, made.href, etag, Wanted(emails=NEW))
    assert in_the_book(books, book_world) == {}


def test_sct5_removing_twice_is_fine(book_world: BookWorld, books: AddressBookProvider) -> None:
    made = books.create(book_world.ref, wanted(person()), key=KEY)
    books.delete(book_world.ref, made.href, made.etag)
    books.delete(book_world.ref, made.href, made.etag)
    books.delete(book_world.ref, made.href, None)
    assert in_the_book(books, book_world) == {}
    with pytest.raises(LookupError):
        book_world.card_of(made.href)
    # And it can be made again, by the same key.
    again = books.create(book_world.ref, wanted(person(addresses=[BONN])), key=KEY)
    assert list(in_the_book(books, book_world)) == [again.href]


def test_sct8_whoever_may_not_write_is_told_so(book_world: BookWorld) -> None:
    href = book_world.put_outside("ann", person())
    books = book_world.open_as_reader()
    with pytest.raises(BookClosed):
        books.create(book_world.ref, wanted(person()), key=KEY)
    with pytest.raises(BookClosed):
        books.update(book_world.ref, href, None, Wanted(emails=NEW))
    with pytest.raises(BookClosed):
        books.delete(book_world.ref, href, None)
    assert said(book_world.card_of(href)) == said(person())
    books.close()
