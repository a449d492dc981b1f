"""What every address book owes us when it is read (SCT-1, SCT-2, SCT-8)."""

import pytest

from crm_app.core.errors import CursorExpired, LoginExpired, RemoteError
from crm_app.providers.address_book_port import (
    AddressBookProvider,
    BookGone,
    CardKind,
    Wanted,
    content_hash_of,
)
from tests.contracts.address_books import BookWorld
from tests.contracts.cards import held, listed, person, pulled

KEY = "7f0c52aa-13c5-4c53-a7a4-3a4cbf2dd1f0"


def test_sct1_discover(book_world: BookWorld, books: AddressBookProvider) -> None:
    (found,) = books.discover()
    assert (found.ref, found.name, found.writable) == (book_world.ref, book_world.name, True)


def test_sct1_wrong_password(book_world: BookWorld) -> None:
    with pytest.raises(LoginExpired):
        book_world.open_with_wrong_password().discover()
    with pytest.raises(LoginExpired):
        list(book_world.open_with_wrong_password().pull(book_world.ref, None))


def test_sct1_nothing_shows_the_password(book_world: BookWorld) -> None:
    books = book_world.open_with_wrong_password()
    with pytest.raises(RemoteError) as caught:
        books.discover()
    assert "wrong" not in repr(books) + repr(caught.value) + str(caught.value)


def test_sct2_an_empty_book(book_world: BookWorld, books: AddressBookProvider) -> None:
    (page,) = pulled(books, book_world.ref)
    assert (page.changed, page.removed, page.full) == ((), (), True)
    (again,) = pulled(books, book_world.ref, page.cursor)
    assert (again.changed, again.removed, again.full) == ((), (), False)


def test_sct2_a_card_is_read_as_it_stands(
    book_world: BookWorld, books: AddressBookProvider
) -> None:
    card = person()
    href = book_world.put_outside("ann", card)
    (found,) = held(books, book_world.ref).values()
    assert found.href == href
    assert (found.card.name, found.card.kind) == ("Ann Lee", CardKind.PERSON)
    assert (found.card.first_name, found.card.last_name) == ("Ann", "Lee")
    assert found.card.organization == "Lee Ltd"
    assert [each.address for each in found.card.emails] == ["ann@lee.example"]
    assert found.card.phones == card.phones
    assert found.card.addresses == card.addresses
    assert found.content_hash == content_hash_of(found.card)
    assert (found.trouble, found.former) == ("", ())
    assert found.uid
    assert found.raw
    if book_world.labelled:
        assert found.card.emails == card.emails


def test_sct2_changes_come_once(book_world: BookWorld, books: AddressBookProvider) -> None:
    first = book_world.put_outside("a", person("A"))
    second = book_world.put_outside("b b@ü", person("B"))
    pages = pulled(books, book_world.ref)
    found = listed(pages)
    assert {each.card.first_name for each in found.values()} == {"A", "B"}
    assert set(found) == {first, second}
    assert all(page.full for page in pages)
    assert len({each.uid for each in found.values()}) == 2
    cursor = pages[-1].cursor

    book_world.change_outside(first, person("A", "New"))
    book_world.remove_outside(second)
    third = book_world.put_outside("c", person("C"))
    pages = pulled(books, book_world.ref, cursor)
    assert {href: each.card.name for href, each in listed(pages).items()} == {
        first: "A New",
        third: "C Lee",
    }
    assert [href for page in pages for href in page.removed] == [second]
    assert not any(page.full for page in pages)

    (page,) = pulled(books, book_world.ref, pages[-1].cursor)
    assert (page.changed, page.removed) == ((), ())


def test_sct8_row_90_the_last_card_is_named_or_everything_is_listed_anew(
    book_world: BookWorld, books: AddressBookProvider
) -> None:
    href = book_world.put_outside("a", person())
    cursor = pulled(books, book_world.ref)[-1].cursor
    book_world.remove_outside(href)
    try:
        pages = pulled(books, book_world.ref, cursor)
        assert [gone for page in pages for gone in page.removed] == [href]
    except CursorExpired:
        pages = pulled(books, book_world.ref)
        assert all(page.full and not page.removed for page in pages)
    assert listed(pages) == {}
    (again,) = pulled(books, book_world.ref, pages[-1].cursor)
    assert (again.changed, again.removed) == ((), ())


def test_sct2_an_interrupted_first_listing_goes_on(
    book_world: BookWorld, books: AddressBookProvider
) -> None:
    for number in range(120):
        book_world.put_outside(f"{number:03}", person(f"N{number}"))
    pages = books.pull(book_world.ref, None)
    begun = next(pages)
    assert not begun.complete
    # Meanwhile a card that was read changes, another goes, and one comes.
    changed, gone = begun.changed[0], begun.changed[1]
    book_world.change_outside(changed.href, person("Changed"))
    book_world.remove_outside(gone.href)
    added = book_world.put_outside("000a", person("Late"))

    rest = pulled(books, book_world.ref, begun.cursor)
    assert all(page.full for page in rest)
    seen = listed([begun, *rest])
    names = {each.card.first_name for each in seen.values()}
    assert {f"N{number}" for number in range(120)} - {changed.card.first_name} <= names
    assert sum(len(page.changed) for page in rest) < 120

    after = [*rest, *pulled(books, book_world.ref, rest[-1].cursor)]
    assert listed(after)[changed.href].card.first_name == "Changed"
    assert added in listed(after)
    assert gone.href in {href for page in after for href in page.removed}


def test_sct2_expired_cursor(book_world: BookWorld, books: AddressBookProvider) -> None:
    book_world.put_outside("a", person())
    cursor = pulled(books, book_world.ref)[-1].cursor
    assert cursor is not None
    with pytest.raises(CursorExpired):
        list(books.pull(book_world.ref, book_world.spoil(cursor)))
    with pytest.raises(CursorExpired):
        list(books.pull(book_world.ref, "rubbish"))
    assert len(held(books, book_world.ref)) == 1


def test_sct8_row_90_a_book_that_is_gone(book_world: BookWorld, books: AddressBookProvider) -> None:
    cursor = pulled(books, book_world.ref)[-1].cursor
    for attempt in (None, cursor):
        with pytest.raises(BookGone):
            list(books.pull(book_world.absent_ref, attempt))
    with pytest.raises(BookGone):
        books.create(book_world.absent_ref, Wanted(emails=()), key=KEY)


def test_sct2_one_entry_is_asked_for(book_world: BookWorld, books: AddressBookProvider) -> None:
    href = book_world.put_outside("a", person())
    found = books.fetch(book_world.ref, href)
    assert found == held(books, book_world.ref)[href]
    book_world.remove_outside(href)
    assert books.fetch(book_world.ref, href) is None
