"""What a file is, by its content alone, and its text (CON-3)."""

import pytest

from crm_app.contacts.importing import decoding
from crm_app.core.errors import Invalid

POLISH = "Imię;Nazwisko;Miasto\nŁukasz;Żółć;Gdańsk\nŚwięta;Wójcik;Łódź\n"
GERMAN = "Vorname;Straße;Ort\nJörg;Größe Weg 3;Köln\nÄnne;Ötztaler Straße;München\n"
ITALIAN = "Nome;Città;Nota\nNiccolò;Forlì;Perché no\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (POLISH, "windows-1250"),
        (POLISH, "cp852"),
        (GERMAN, "windows-1252"),
        (GERMAN, "mac_roman"),
        (GERMAN, "cp850"),
        (ITALIAN, "windows-1252"),
        (ITALIAN, "mac_roman"),
        (POLISH, "utf-8"),
        (GERMAN, "utf-16"),
    ],
)
def test_con3_the_alphabet_is_found(text: str, encoding: str) -> None:
    content = text.encode(encoding)
    assert decoding.decoded(content, decoding.guess_encoding(content)) == text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16-le", "utf-16-be"])
def test_con3_marks_and_wide_letters_are_understood(encoding: str) -> None:
    content = GERMAN.encode(encoding)
    assert decoding.decoded(content, decoding.guess_encoding(content)) == GERMAN


def test_con3_the_alphabet_is_found_where_only_the_end_tells() -> None:
    content = b"a;b\n" * 60_000 + "Zażółć;x\n".encode("cp1250")
    # The beginning is plain ASCII, which any of them reads.
    assert decoding.guess_encoding(content) == decoding.UTF8


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"a,b\n1,2\n", decoding.CSV),
        (b"BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD", decoding.VCARD),
        (b"\xef\xbb\xbf\n begin:vcard\n", decoding.VCARD),
        ("BEGIN:VCARD\r\n".encode("utf-16"), decoding.VCARD),
        (b"Begin: the party\n1\n", decoding.CSV),
    ],
)
def test_con3_what_a_file_is_its_content_says(content: bytes, kind: str) -> None:
    assert decoding.judged(content) == kind


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"PK\x03\x04\x14\x00\x06\x00", "workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "workbook"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "no text"),
        (b"<!doctype html><p>x", "website"),
        (b'{"contacts": []}', "website"),
    ],
)
def test_q1_other_files_are_told_what_they_are(content: bytes, words: str) -> None:
    with pytest.raises(Invalid) as told:
        decoding.judged(content)
    assert words in told.value.fields["file"]
