"""The fields of two records that become one, and two again, without a database (CON-3)."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crm_app.contacts.fields import CHANNELS, Address, Email, Phone
from crm_app.contacts.merge_fields import CHOSEN, Record, differing, joined, parted, value_of
from crm_app.core.kinds import ContactKind

_WORD = st.sampled_from(["", "Anna", "Ek", "Oslo", "de"])
_SOME_ID = st.sampled_from([None, 3, 4])


def _records(record_id: int) -> st.SearchStrategy[Record]:
    return st.builds(
        Record,
        id=st.just(record_id),
        kind=st.sampled_from([ContactKind.LEAD, ContactKind.CONTACT]),
        name=_WORD,
        first_name=_WORD,
        last_name=_WORD,
        company_id=st.sampled_from([None, 1, 2, 9]),
        owner_id=_SOME_ID,
        time_zone=_WORD,
        locale=_WORD,
        note=_WORD,
        messenger_id=_WORD,
        emails=_some(
            st.builds(Email, st.sampled_from(["a@x.example", "A@x.example", "b@x.example"]))
        ),
        phones=_some(st.builds(Phone, st.sampled_from(["+49 1", "+491", "12"]))),
        addresses=_some(st.builds(Address, city=st.sampled_from(["Oslo", "oslo", "Rome"]))),
        tags=_some(st.sampled_from(["VIP", "vip", "Fair"])),
        do_not_disturb=st.lists(st.sampled_from(CHANNELS), unique=True).map(
            lambda found: tuple(c for c in CHANNELS if c in found)
        ),
        custom=st.dictionaries(st.sampled_from("ab"), st.sampled_from(["", "1", "2"])),
    )


def _some(lines: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(lines, max_size=3).map(tuple)


KEPT, GONE = _records(1), _records(2)
CHOICES = st.dictionaries(
    st.sampled_from([*CHOSEN, "custom:a", "custom:b"]), st.sampled_from([1, 2, 7])
)


@given(KEPT, GONE, CHOICES)
def test_con3_no_address_number_tag_or_refusal_is_lost(
    kept: Record, gone: Record, choices: dict[str, int]
) -> None:
    result = joined(kept, gone, choices)
    for record in (kept, gone):
        assert {line.key for line in record.emails} <= {line.key for line in result.emails}
        assert {tag.casefold() for tag in record.tags} <= {tag.casefold() for tag in result.tags}
        assert set(record.do_not_disturb) <= set(result.do_not_disturb)
        assert {name for name, value in record.custom.items() if value} <= set(result.custom)
    assert len({line.key for line in result.emails}) == len(result.emails)
    assert result.id == kept.id
    assert result.company_id not in (1, 2)


@given(KEPT, GONE, CHOICES)
def test_con3_a_value_comes_from_one_of_the_records_and_gaps_are_filled(
    kept: Record, gone: Record, choices: dict[str, int]
) -> None:
    result = joined(kept, gone, choices)
    for name in ("kind", "owner_id", "time_zone", "locale", "messenger_id"):
        mine, theirs, value = (getattr(each, name) for each in (kept, gone, result))
        assert value == (theirs if not mine or (choices.get(name) == 2 and theirs) else mine)


@given(KEPT, GONE, CHOICES)
def test_con3_what_nobody_changed_is_as_before_after_undo(
    kept: Record, gone: Record, choices: dict[str, int]
) -> None:
    result = joined(kept, gone, choices)
    assert parted(kept, result, result) == kept
    assert Record.from_json(result.as_json()) == result


@given(KEPT, GONE)
def test_con3_what_was_changed_since_stays(kept: Record, gone: Record) -> None:
    result = joined(kept, gone)
    now = Record(
        **{**_plain(result), "locale": "pl", "emails": (*result.emails, Email("new@x.example"))}
    )
    back = parted(kept, result, now)
    assert back.locale == "pl"
    assert back.emails[-1] == Email("new@x.example")
    brought = {line.key for line in gone.emails} - {line.key for line in kept.emails}
    assert not brought & {line.key for line in back.emails}
    assert back.tags == kept.tags


def _plain(record: Record) -> dict[str, Any]:
    return {name: getattr(record, name) for name in Record.__slots__}


def test_con3_only_what_differs_is_to_be_chosen() -> None:
    kept = Record(1, ContactKind.LEAD, "Anna", locale="de", custom={"a": "1", "b": "2"})
    gone = Record(2, ContactKind.LEAD, "Ann", time_zone="UTC", custom={"a": "3", "c": "4"})
    assert differing(kept, gone) == ["name", "custom:a"]
    assert (value_of(gone, "custom:a"), value_of(gone, "name")) == ("3", "Ann")
