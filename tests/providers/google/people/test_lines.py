"""Whatever was there and whatever is wanted: the lists read as wanted, and know nothing less (SCT-7)."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crm_app.providers.address_book_port import CardAddress, CardEmail, CardPhone
from crm_app.providers.google.people.lines import ADDRESSES, EMAILS, PHONES, changed
from crm_app.providers.google.people.reading import card_of
from tests.providers.google.people.people import person
from tests.servers.google import GooglePeople
from tests.servers.google.people_owner import put

Json = dict[str, Any]
PARTS = ("streetAddress", "poBox", "city", "countryCode", "postalCode", "formattedValue")
words = st.sampled_from(["", "a", "A", "b", "c d", "é\n1"])
types = st.sampled_from(["", "home", "Home", "workFax", "Stables"])
labels = st.sampled_from(["", "home", "Work", "home fax", "Stables"])
values = st.sampled_from(["a@x.example", "A@x.example", " b@x.example", "+49 1", "+491", "x"])
lines = st.fixed_dictionaries({"value": values, "type": types}, optional={"displayName": words})
places = st.fixed_dictionaries(
    {"type": types},
    optional=dict.fromkeys(PARTS, words),
)
entries = st.fixed_dictionaries(
    {
        EMAILS: st.lists(lines, max_size=3),
        PHONES: st.lists(lines, max_size=3),
        ADDRESSES: st.lists(places, max_size=3),
    }
)
wishes = st.one_of(
    st.tuples(st.just(EMAILS), st.lists(st.builds(CardEmail, values, labels), max_size=4)),
    st.tuples(st.just(PHONES), st.lists(st.builds(CardPhone, values, labels), max_size=4)),
    st.tuples(
        st.just(ADDRESSES),
        st.lists(st.builds(CardAddress, words, words, words, label=labels), max_size=4),
    ),
)


def plain(line: Any) -> tuple[str, ...]:
    """A line of a card, however its label is spelled."""
    *parts, label = (getattr(line, name) for name in line.__slots__)
    return (*(part.strip() for part in parts), label.lower())


@given(entries, wishes)
def test_sct7_a_list_reads_as_wanted_and_needs_no_second_change(entry: Json, wish: Any) -> None:
    name, wanted = wish
    book = GooglePeople()
    there = book.get(put(book, "c1", **entry))
    said = changed(name, wanted, there)
    after = person(**{**there, **said})
    read = {EMAILS: "emails", PHONES: "phones", ADDRESSES: "addresses"}[name]
    full = [plain(line) for line in wanted if any(plain(line)[:-1])]
    assert [plain(line) for line in getattr(card_of(after), read)] == list(dict.fromkeys(full))
    assert changed(name, wanted, after) == {}


@given(entries)
def test_sct7_a_list_that_is_wanted_as_it_is_is_left_alone(entry: Json) -> None:
    book = GooglePeople()
    there = book.get(put(book, "c1", **entry))
    card = card_of(there)
    # Of lines that are the same to a letter one is enough.
    for name, wanted in ((EMAILS, card.emails), (PHONES, card.phones), (ADDRESSES, card.addresses)):
        if len(set(wanted)) == len(wanted):
            assert changed(name, wanted, there) == {}


@given(entries, st.permutations([0, 1, 2]))
def test_sct7_a_list_in_another_order_keeps_all_that_its_lines_know(
    entry: Json, order: list[int]
) -> None:
    book = GooglePeople()
    there = book.get(put(book, "c1", **entry))
    for name, wanted in ((EMAILS, card_of(there).emails), (ADDRESSES, card_of(there).addresses)):
        if len(set(wanted)) < len(wanted) or len(wanted) < len(there.get(name, ())):
            continue
        moved = [wanted[place] for place in order if place < len(wanted)]
        said = changed(name, moved, there)
        made = {"metadata", "formattedType", "formattedValue"}
        known = [
            {part: value for part, value in item.items() if part not in made}
            for item in said.get(name, ())
        ]
        before = [
            {part: value for part, value in item.items() if part not in made}
            for item in there.get(name, ())
        ]
        if said:
            assert sorted(map(repr, known)) == sorted(map(repr, before))
