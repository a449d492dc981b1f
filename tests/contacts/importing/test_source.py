"""Counting and reading files that were made to take long (CON-3, Q-1)."""

import time

from crm_app.contacts.importing import decoding, source
from crm_app.contacts.importing.table import Format
from crm_app.core import clock
from crm_app.models import ContactImport


def test_q1_a_card_before_very_many_empty_lines_is_counted_at_once() -> None:
    content = b"BEGIN:VCARD\r\nFN:Anna\r\nEND:VCARD\r\n" + b"\n" * 2_000_000
    begun = time.monotonic()
    assert source.count(content, decoding.VCARD, Format()) == 1
    assert time.monotonic() - begun < 5


def test_con3_as_many_cards_are_counted_as_are_read() -> None:
    content = b"BEGIN:VCARD\r\nFN:A\r\nEND:VCARD\r\n \tbegin : vcard \nFN:B\nEND:VCARD\n\n"
    row = ContactImport(
        user_id=1,
        file_name="two.vcf",
        format=decoding.VCARD,
        content=content,
        created_at=clock.now(),
    )
    assert source.count(content, decoding.VCARD, Format()) == 2
    assert [draft.title for draft in source.read(row, region=None)] == ["A", "B"]
