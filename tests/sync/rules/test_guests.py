"""Who of the people on an external event is a guest."""

from datetime import UTC, datetime

import pytest

from crm_app.core.errors import Invalid
from crm_app.providers.occurrence import Attendee, Occurrence
from crm_app.sync.rules.guests import Filters, Guest, colleagues_of, guests_of, key_of, keys_of
from crm_app.sync.rules.patterns import domain_of, pattern_of

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


def meeting(*people: Attendee, organizer: str | None = None, name: str = "") -> Occurrence:
    return Occurrence(
        "u", None, AT, AT, organizer=organizer, organizer_name=name, attendees=tuple(people)
    )


def found(one: Occurrence, filters: Filters | None = None) -> tuple[Guest, ...]:
    return guests_of(
        one,
        own=("Kate@Team.example",),
        colleagues={"ben@team.example": 2},
        filters=filters or Filters(),
    )


def test_syn4_an_organizer_who_is_not_listed_comes_first() -> None:
    one = meeting(Attendee("b@x.example"), organizer="a@x.example", name="Ann")
    assert found(one) == (
        Guest("a@x.example", "Ann", "a@x.example"),
        Guest("b@x.example", "", "b@x.example"),
    )


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("  Ann \t Lee\n", "Ann Lee"),
        ("ann@x.example", ""),
        ("Ann\x00\u202eLee", "Ann Lee"),
        ("", ""),
        ("x" * 500, "x" * 200),
    ],
)
def test_syn4_names_are_made_fit_to_be_stored(name: str, kept: str) -> None:
    assert found(meeting(Attendee("a@x.example", name)))[0].name == kept


def test_syn12_colleagues_are_linked_as_users() -> None:
    one = meeting(
        Attendee("BEN@team.example"), Attendee("a@x.example"), organizer="kate@team.example"
    )
    found = colleagues_of(one, {"ben@team.example": 2})
    assert found == {2: Guest("BEN@team.example", "", "ben@team.example")}
    assert keys_of([one, one]) == {"kate@team.example", "ben@team.example", "a@x.example"}


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("Ann@X.Example", "ann@x.example"),
        ("mailto:ann@x.example", "ann@x.example"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("ann", ""),
        ("ann@localhost", ""),
        ("", ""),
        ("a b@x.example", ""),
        ("ann@" + "x" * 300 + ".example", ""),
    ],
)
def test_con2_one_form_for_comparing(address: str, key: str) -> None:
    assert key_of(address) == key


@pytest.mark.parametrize(
    ("pattern", "covered", "open_to"),
    [
        ("a@x.example", ["a@x.example"], ["b@x.example", "a@sub.x.example"]),
        ("@x.example", ["a@x.example"], ["a@sub.x.example", "a@ax.example"]),
        (
            "@*.x.example",
            ["a@x.example", "a@sub.x.example", "a@a.b.x.example"],
            ["a@ax.example", "a@example"],
        ),
    ],
)
def test_syn7_what_a_filter_covers(pattern: str, covered: list[str], open_to: list[str]) -> None:
    filters = Filters.of([pattern])
    assert all(filters.cover(key) for key in covered)
    assert not any(filters.cover(key) for key in open_to)
    assert not Filters().cover("a@x.example")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Ann@X.example", "ann@x.example"),
        (" <mailto:ann@x.example> ", "ann@x.example"),
        ("x.example", "@x.example"),
        ("@X.Example", "@x.example"),
        ("*@x.example", "@x.example"),
        ("*.x.example", "@*.x.example"),
        ("@*.x.example", "@*.x.example"),
        ("bücher.example", "@xn--bcher-kva.example"),
        ("ann@gmail.com", "ann@gmail.com"),
    ],
)
def test_syn7_filters_as_people_type_them(typed: str, stored: str) -> None:
    assert pattern_of(typed) == stored
    assert pattern_of(stored) == stored


@pytest.mark.parametrize(
    "typed", ["", "@", "*", "com", "@com", "*.com", "a b@x.example", "x y.example", "*.*.x.example"]
)
def test_syn7_what_is_no_address_and_no_domain_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        pattern_of(typed)
    assert "ann@example.com" in refused.value.fields["pattern"]


@pytest.mark.parametrize("typed", ["gmail.com", "@GMAIL.com", "*.googlemail.com", "web.de"])
def test_syn7_a_domain_of_strangers_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        pattern_of(typed)
    assert "Many people" in str(refused.value)


def test_syn7_domains_have_one_form() -> None:
    assert domain_of("BÜCHER.example.") == "xn--bcher-kva.example"
