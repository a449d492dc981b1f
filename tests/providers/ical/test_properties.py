"""The quick way of taking a line apart says the same as icalendar's parser, on every line."""

from datetime import UTC, datetime

from hypothesis import example, given, settings
from hypothesis import strategies as st

from crm_app.providers.ical.lines import Block, blocks, name_of, own_properties, unfold
from crm_app.providers.ical.properties import Properties, read_oddly, read_property
from crm_app.providers.ical.times import Clock
from crm_app.providers.ical.zones import Zones

names = st.one_of(
    st.sampled_from(["SUMMARY", "attendee", "X-A", "DTSTART", "A.B", "", " UID", "item1.ADR", "É"]),
    st.text("AZaz09-._ ", max_size=4),
)
words = st.one_of(
    st.text('ab "\\,;:=^%\t\x00\x7f\x85\xa0é€n2CN\u2028', max_size=7),
    st.sampled_from(["Europe/Berlin", '"A, B"', '""', '"a";"b"', "a,b", "^n", "%2C", r"\n", " a ", "a b"]),
    st.text(max_size=6),
).filter(lambda text: "\n" not in text)  # fmt: skip
parameters = st.lists(
    st.builds(
        "{}{}{}{}{}".format,
        st.sampled_from([";", "; ", " ;", ""]),
        st.sampled_from(["CN", "cn", "TZID", "X-Ä", "", "A B", "A.B"]),
        st.sampled_from(["=", "= ", " =", ""]),
        words,
        st.sampled_from(["", '"', " "]),
    ),
    max_size=3,
).map("".join)
lines = st.one_of(
    st.builds("{}{}{}{}".format, names, parameters, st.sampled_from([":", "", "::"]), words),
    st.builds("{};CN={}:{}".format, names, words, words),
    st.text(max_size=30).filter(lambda text: "\n" not in text),
)


@settings(max_examples=2000, deadline=None)
@given(lines)
@example(r"DESCRIPTION:a\nb\Nc\\n\,\;\:\x")
@example('ATTENDEE;CN="Smith; Ann";PARTSTAT=ACCEPTED:mailto:ann@example.org')
@example("A;B=1;b=2:c")
@example("A;B=:c")
@example("A;B= x:c")
@example("A;B=\u2003x y:c")
def test_syn8_a_line_means_the_same_whichever_way_it_is_read(line: str) -> None:
    assert read_property(line) == read_oddly(line)


@settings(max_examples=2000, deadline=None)
@given(
    st.one_of(
        st.datetimes().map("{:%Y%m%dT%H%M%SZ}".format),
        st.from_regex(r"\A[0-3\-W:]{8}T[0-6:]{6}Z\Z"),
        st.from_regex(r"\A2026[01][0-9][0-3][0-9]T[0-2][0-9][0-6][0-9][0-6][0-9][zZ]\Z"),
        st.text("0123456789٣²TZ:-", min_size=14, max_size=17),
    )
)
@example("20260331T235960Z")
@example("20260331T240000Z")
@example("20260229T000000Z")
@example("2026W011T100000Z")
@example("00000101T000000Z")
def test_syn8_a_time_means_the_same_whichever_way_it_is_read(text: str) -> None:
    clock = Clock(Zones([]), UTC)
    # A blank before it means nothing, but nearly nobody writes one.
    assert clock.read(text, None) == clock.read(f" {text}", None)
    found = clock.read(text, None)
    assert found is None or (isinstance(found, datetime) and found.tzinfo is UTC) or "T" not in text


@settings(max_examples=500, deadline=None)
@given(st.lists(lines, max_size=6))
def test_syn8_reading_late_finds_what_reading_all_lines_finds(body: list[str]) -> None:
    block = Block("VEVENT", 0, len(body) + 2, closed=True)
    text = ["BEGIN:VEVENT", *body, "END:VEVENT"]
    late = Properties(text, block)
    early = [read_oddly(text[index]) for index in own_properties(text, block)]
    for name in {name_of(line) for line in body} | {"UID"}:
        expected = [found for found in early if found is not None and found.name == name]
        if name:
            assert late.all(name) == expected
            assert (name in late) == bool(expected)


@settings(max_examples=500, deadline=None)
@given(st.text("ab \t\r\n\ufeff:BEGINDvet\x0b\x85", max_size=40))
def test_syn8_lines_are_put_together_as_the_rfc_says(raw: str) -> None:
    import re

    unfolded = re.sub(r"\r?\n[ \t]", "", raw.lstrip("\ufeff"))
    expected = [line for line in re.split(r"\r?\n|\r", unfolded) if line.strip()]
    assert unfold(raw) == expected
    begun = [line for line in expected if line.partition(":")[0].strip().upper() == "BEGIN"]
    named = [line for line in begun if line.partition(":")[2].strip().upper() == "VEVENT"]
    assert len(blocks(expected, "VEVENT")) == len(named)
