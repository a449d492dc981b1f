"""Bringing a contact and its entry in step, field by field: SCT-5, SCT-7."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_app.providers.address_book_port import (
    Card,
    CardAddress,
    CardEmail,
    CardKind,
    CardPhone,
    WantedNames,
)
from crm_app.sync.rules import card_merge
from crm_app.sync.rules.card_merge import Details, Merged, merge, wanted


def mails(text: str) -> tuple[CardEmail, ...]:
    """ "a b/work": addresses at one domain, with labels."""
    parts = (each.partition("/") for each in text.split())
    return tuple(CardEmail(f"{name}@x.example", label) for name, _, label in parts)


def said(lines: tuple[CardEmail, ...]) -> str:
    return " ".join(
        line.address.partition("@")[0] + (f"/{line.label}" if line.label else "") for line in lines
    )


CASES = [
    # what happened, ours before, theirs before, ours, theirs -> ours, theirs
    ("nothing", "a b", "a b", "a b", "a b", "a b", "a b"),
    ("added there", "a", "a", "a", "a b", "a b", "a b"),
    ("added here", "a", "a", "a b", "a", "a b", "a b"),
    ("added on both sides", "a", "a", "a b", "a c", "a b c", "a b c"),
    ("a new main address on both sides: ours", "a", "a", "b a", "c a", "b c a", "b c a"),
    ("the same added on both sides", "a", "a", "a b", "a b", "a b", "a b"),
    ("a new main address there", "a", "a", "a", "b a", "b a", "b a"),
    ("a new main address here", "a", "a", "b a", "a", "b a", "b a"),
    ("replaced there", "a z", "a z", "a z", "b z", "b z", "b z"),
    ("replaced here", "a z", "a z", "b z", "a z", "b z", "b z"),
    (
        "replaced, its label stays theirs",
        "a/work",
        "a/desk",
        "b/work",
        "a/desk",
        "b/work",
        "b/desk",
    ),
    ("replaced on both sides: both are kept", "a z", "a z", "b z", "c z", "b c z", "b c z"),
    ("replaced alike on both sides", "a", "a", "b", "b", "b", "b"),
    ("replaced here by what was added there", "a", "a", "b", "a b", "b", "b"),
    ("removed there", "a b", "a b", "a b", "a", "a", "a"),
    ("removed here", "a b", "a b", "a", "a b", "a", "a"),
    ("removed on both sides", "a b", "a b", "a", "a", "a", "a"),
    ("all removed there", "a b", "a b", "a b", "", "", ""),
    (
        "removed there, changed here: it stays",
        "a b",
        "a b",
        "a b/work",
        "a",
        "a b/work",
        "a b/work",
    ),
    (
        "removed here, changed there: it stays",
        "a b",
        "a b",
        "a",
        "a b/work",
        "a b/work",
        "a b/work",
    ),
    ("label changed there", "a/home", "a/home", "a/home", "a/work", "a/work", "a/work"),
    ("label changed here", "a/home", "a/home", "a/work", "a/home", "a/work", "a/work"),
    ("label changed on both sides: ours", "a", "a", "a/work", "a/home", "a/work", "a/work"),
    ("moved there", "a b c", "a b c", "a b c", "c a b", "c a b", "c a b"),
    ("moved here", "a b c", "a b c", "b a c", "a b c", "b a c", "b a c"),
    ("moved on both sides: ours", "a b c", "a b c", "b a c", "c a b", "b a c", "b a c"),
    ("sorted in its own way by the service", "a b c", "c a b", "a b c", "c a b", "a b c", "c a b"),
    ("sorted otherwise, added there", "a b", "b a", "a b", "b a n", "a n b", "b a n"),
    ("kept fewer: no deletion", "a b c", "a b", "a b c", "a b", "a b c", "a b"),
    ("kept fewer, one removed there", "a b c", "a b", "a b c", "a", "a c", "a"),
    ("kept fewer, one removed here: room", "a b c", "a b", "b c", "a b", "b c", "b c"),
    ("kept fewer, a new main one here", "a b c", "a b", "n a b c", "a b", "n a b c", "n a b c"),
    ("kept fewer, the spare one removed", "a b c", "a b", "a b", "a b", "a b", "a b"),
    ("labels not kept", "a/work", "a", "a/work", "a", "a/work", "a"),
    ("labels not kept, added there", "a/work", "a", "a/work", "a b", "a/work b", "a b"),
]


@pytest.mark.parametrize(
    ("before", "after"),
    [((c[1], c[2], c[3], c[4]), (c[5], c[6])) for c in CASES],
    ids=[c[0] for c in CASES],
)
def test_sct7_lines(before: tuple[str, str, str, str], after: tuple[str, str]) -> None:
    ours_before, theirs_before, ours, theirs = (Details(emails=mails(each)) for each in before)
    found = merge(ours, theirs, ours_before, theirs_before)
    assert (said(found.ours.emails), said(found.theirs.emails)) == after


@pytest.mark.parametrize(
    ("ours", "theirs", "after"),
    [
        ("a b", "b c", ("a b c", "a b c")),
        ("a", "b", ("a b", "a b")),
        ("", "b", ("b", "b")),
        ("a", "", ("a", "a")),
        ("a/work", "a/home", ("a/work", "a/home")),
        ("a", "a/home", ("a/home", "a/home")),
        ("a/work", "a", ("a/work", "a")),
    ],
)
def test_sct4_a_contact_and_an_entry_that_meet_lose_nothing(
    ours: str, theirs: str, after: tuple[str, str]
) -> None:
    found = merge(Details(emails=mails(ours)), Details(emails=mails(theirs)), None, None)
    assert (said(found.ours.emails), said(found.theirs.emails)) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Whoever may not change the contact changes his own entry only.
        (("a", "a", "a", "c"), ("a", "c")),
        (("a", "a", "a", "a b"), ("a", "a b")),
        (("a b", "a b", "a b", "a"), ("a b", "a")),
        # What changes in the CRM still goes out, beside what he wrote.
        (("a", "c", "b", "c"), ("b", "b c")),
        (("a", "a b", "a n", "a b"), ("a n", "a n b")),
        (("a", "a", "b", "c"), ("b", "b c")),
    ],
)
def test_sct5_an_own_entry_of_somebody_elses_contact(
    before: tuple[str, str, str, str], after: tuple[str, str]
) -> None:
    ours_before, theirs_before, ours, theirs = (Details(emails=mails(each)) for each in before)
    found = merge(ours, theirs, ours_before, theirs_before, take_in=False)
    assert (said(found.ours.emails), said(found.theirs.emails)) == after


def phones(*numbers: str) -> Details:
    return Details(phones=tuple(CardPhone(number) for number in numbers))


def numbers(details: Details) -> list[str]:
    return [line.number for line in details.phones]


def test_sct7_one_number_in_two_spellings_is_one() -> None:
    found = merge(phones("030 123456"), phones("+49 (30) 12 34 56"), None, None, region="DE")
    assert numbers(found.ours) == ["030 123456"]
    assert numbers(found.theirs) == ["+49 (30) 12 34 56"]
    apart = merge(phones("030 123456"), phones("+49 (30) 12 34 56"), None, None, region="FR")
    assert len(apart.ours.phones) == 2


def test_sct7_a_number_that_the_service_spells_anew_is_followed() -> None:
    ours, theirs = phones("030 1234567"), phones("+1 030 1234567")
    still = merge(ours, theirs, ours, theirs)
    assert (still.ours, still.theirs) == (ours, theirs)
    here = merge(phones("030 7654321"), theirs, ours, theirs)
    assert numbers(here.theirs) == ["030 7654321"]
    there = merge(ours, phones("+1 030 9999999"), ours, theirs)
    assert numbers(there.ours) == ["+1 030 9999999"]


def test_sct7_what_is_no_number_and_no_address_stays_where_it_is() -> None:
    odd = Details(
        emails=(CardEmail("ask Ann"), CardEmail("ann@x.example")),
        phones=(CardPhone("--"), CardPhone("+49 30 1234567")),
        addresses=(CardAddress(label="home"), CardAddress(city="Ulm")),
    )
    found = merge(Details(), odd, None, None)
    assert said(found.ours.emails) == "ann"
    assert numbers(found.ours) == ["+49 30 1234567"]
    assert found.ours.addresses == (CardAddress(city="Ulm"),)
    assert found.theirs == odd
    again = merge(replace(found.ours, emails=()), odd, found.ours, found.theirs)
    assert again.theirs.emails == (CardEmail("ask Ann"),)
    assert again.theirs.phones == odd.phones


def test_sct7_a_number_twice_in_an_entry_is_not_touched_until_it_changes() -> None:
    doubled = Details(
        phones=(CardPhone("+49301234567", "work"), CardPhone("030 1234567", "iPhone"))
    )
    found = merge(phones("+49301234567"), doubled, None, None, region="DE")
    assert found.theirs == doubled
    gone = merge(Details(), doubled, found.ours, found.theirs, region="DE")
    assert gone.theirs.phones == ()
    other = merge(phones("+4930999999"), doubled, found.ours, found.theirs, region="DE")
    assert numbers(other.theirs) == ["+4930999999"]


HOME = CardAddress("Hauptstraße 1", "10115", "Berlin", "", "Deutschland", "home")


def test_sct5_sct6_an_address_that_moved_is_the_same_address() -> None:
    ours = Details(addresses=(replace(HOME, country="Germany"),))
    theirs = Details(addresses=(replace(HOME, street="Hauptstraße 1\n2. Hof"),))
    joined = merge(ours, theirs, ours, theirs)
    assert (joined.ours, joined.theirs) == (ours, theirs)
    moved = Details(addresses=(replace(ours.addresses[0], street="Nebenstraße 9", city="Ulm"),))
    found = merge(moved, theirs, ours, theirs)
    assert found.ours == moved
    assert found.theirs.addresses == (
        CardAddress("Nebenstraße 9", "10115", "Ulm", "", "Deutschland", "home"),
    )
    from_there = merge(
        ours, Details(addresses=(replace(theirs.addresses[0], postal_code="10117"),)), ours, theirs
    )
    assert from_there.ours.addresses == (replace(ours.addresses[0], postal_code="10117"),)


def test_sct7_lines_that_come_in_are_cleaned_and_never_too_many() -> None:
    many = Details(
        emails=tuple(CardEmail(f"\u202ea{number}@x.example ", "x" * 99) for number in range(60))
    )
    found = merge(Details(emails=mails("own")), many, None, None)
    assert len(found.ours.emails) == 50
    assert found.ours.emails[:2] == (
        CardEmail("own@x.example"),
        CardEmail("a0@x.example", "x" * 40),
    )
    assert len(found.theirs.emails) == 61
    again = merge(found.ours, found.theirs, found.ours, found.theirs)
    assert again == found


ANN = WantedNames("Ann Lee", CardKind.PERSON, "Ann", "Lee", "Sonne")


@pytest.mark.parametrize(
    ("ours", "theirs", "theirs_before", "expected"),
    [
        # Renamed here: the entry follows.
        (replace(ANN, name="Ann Day", last_name="Day"), ANN, ANN, "Ann Day"),
        # Renamed there: his own affair.
        (ANN, replace(ANN, name="Annie", first_name="Annie", last_name=""), ANN, "Annie"),
        # Both at once: what he wrote stays.
        (replace(ANN, name="Ann Day", last_name="Day"), replace(ANN, name="Annie"), ANN, "Annie"),
        # Long since called otherwise there: he keeps his word for her.
        (
            replace(ANN, name="Ann Day", last_name="Day"),
            WantedNames("Mum"),
            WantedNames("Mum"),
            "Mum",
        ),
        # The service builds the shown name in its own way.
        (
            replace(ANN, name="Ann Day", last_name="Day"),
            replace(ANN, name="Lee, Ann"),
            replace(ANN, name="Lee, Ann"),
            "Ann Day",
        ),
    ],
)
def test_sct7_names_go_out_and_never_come_in(
    ours: WantedNames, theirs: WantedNames, theirs_before: WantedNames, expected: str
) -> None:
    found = merge(
        Details(names=ours),
        Details(names=theirs),
        Details(names=ANN),
        Details(names=theirs_before),
    )
    assert found.ours.names == ours
    assert found.theirs.names is not None
    assert found.theirs.names.name == expected


def test_sct7_another_company_goes_out_unless_he_wrote_one_himself() -> None:
    moved = Details(names=replace(ANN, organization="Mond"))
    before = Details(names=ANN)
    found = merge(moved, before, before, before)
    assert found.theirs.names == moved.names
    own = Details(names=replace(ANN, organization="the bakery"))
    assert merge(moved, own, before, own).theirs == own


def test_sct4_two_that_meet_keep_their_names() -> None:
    found = merge(Details(names=ANN), Details(names=WantedNames("Mum")), None, None)
    assert found.theirs.names == WantedNames("Mum")


def test_only_what_differs_is_written() -> None:
    now = Details(mails("a"), (CardPhone("1234"),), (), ANN)
    assert wanted(now, now) is None
    write = wanted(now, replace(now, emails=mails("a b")))
    assert write is not None
    assert (write.names, write.phones, write.addresses) == (None, None, None)
    assert write.emails == mails("a b")
    whole = wanted(None, now)
    assert whole is not None
    assert (whole.names, whole.emails, whole.addresses) == (ANN, mails("a"), ())


def test_details_are_stored_and_read_back() -> None:
    card = Card(
        "Ann Lee", CardKind.PERSON, "Ann", "Lee", "Sonne", mails("a/work"), (), (HOME,), "secret"
    )
    details = card_merge.details_of(card)
    assert details.names == ANN
    stored = card_merge.as_json(details)
    assert card_merge.from_json(json.loads(json.dumps(stored))) == details
    assert "secret" not in json.dumps(stored)
    assert card_merge.from_json(card_merge.as_json(Details())) == Details()


# What holds whatever happens.

LABELS = st.sampled_from(["", "work", "home"])
LINES = st.lists(
    st.builds(CardEmail, st.sampled_from([f"{name}@x.example" for name in "abcdefg"]), LABELS),
    max_size=6,
    unique_by=lambda line: line.address,
).map(tuple)
SIDES = st.builds(Details, LINES)


def keys(details: Details) -> set[str]:
    return {line.address for line in details.emails}


@given(SIDES, SIDES, SIDES, SIDES)
@settings(max_examples=400, deadline=None)
def test_sct7_a_second_merge_changes_nothing(
    ours: Details, theirs: Details, ours_before: Details, theirs_before: Details
) -> None:
    for first in (
        merge(ours, theirs, ours_before, theirs_before),
        merge(ours, theirs, ours_before, theirs_before, take_in=False),
        merge(ours, theirs, None, None),
    ):
        assert merge(first.ours, first.theirs, first.ours, first.theirs) == first


@given(SIDES, SIDES, SIDES)
@settings(max_examples=400, deadline=None)
def test_sct7_both_sides_end_with_the_same_lines_and_nobodys_are_lost(
    ours: Details, theirs: Details, before: Details
) -> None:
    found = merge(ours, theirs, before, before)
    assert keys(found.ours) == keys(found.theirs)
    came = (keys(ours) | keys(theirs)) - keys(before)
    assert came <= keys(found.ours)
    stayed = keys(ours) & keys(theirs) & keys(before)
    assert stayed <= keys(found.ours)
    assert keys(found.ours) <= keys(ours) | keys(theirs)


@given(SIDES, SIDES)
@settings(max_examples=300, deadline=None)
def test_sct7_what_only_one_side_changed_is_what_both_have(now: Details, before: Details) -> None:
    assert merge(now, before, before, before) == Merged(now, now)
    assert merge(before, now, before, before) == Merged(now, now)


@given(SIDES, SIDES)
@settings(max_examples=200, deadline=None)
def test_sct4_meeting_loses_nothing_and_ours_stands_first(ours: Details, theirs: Details) -> None:
    found = merge(ours, theirs, None, None)
    assert keys(found.ours) == keys(found.theirs) == keys(ours) | keys(theirs)
    assert [line.address for line in found.ours.emails][: len(ours.emails)] == [
        line.address for line in ours.emails
    ]


@given(SIDES, SIDES, SIDES, SIDES)
@settings(max_examples=300, deadline=None)
def test_sct5_without_the_right_nothing_comes_in(
    ours: Details, theirs: Details, ours_before: Details, theirs_before: Details
) -> None:
    found = merge(ours, theirs, ours_before, theirs_before, take_in=False)
    assert found.ours == ours
    if ours == ours_before:
        assert found.theirs == theirs


@given(SIDES, st.lists(st.tuples(st.booleans(), SIDES), max_size=5), st.integers(1, 4))
@settings(max_examples=300, deadline=None)
def test_sct7_a_service_that_keeps_fewer_deletes_nothing(
    start: Details, edits: list[tuple[bool, Details]], most: int
) -> None:
    def kept(details: Details) -> Details:
        return Details(tuple(replace(line, label="") for line in details.emails[:most]))

    ours, theirs = start, kept(start)
    ours_before, theirs_before = ours, theirs
    for here, now in edits:
        if here:
            ours = now
        else:
            theirs = kept(now)
        wished = keys(ours) if here else None
        found = merge(ours, theirs, ours_before, theirs_before)
        ours, theirs = found.ours, kept(found.theirs)
        ours_before, theirs_before = ours, theirs
        if wished is not None:
            assert keys(ours) == wished
        still = merge(ours, theirs, ours_before, theirs_before)
        assert (still.ours, still.theirs) == (ours, theirs)
