"""A person's plain text in the looks of our letters."""

from crm_app.messaging.letter import Letter, as_html
from crm_app.messaging.plain_mail import as_mail, before_the_end


def test_paragraphs_lines_and_links() -> None:
    document = as_mail("One\nline\n\nTwo https://a.example.", locale="de", sender="Team & Co")
    assert '<html lang="de">' in document
    assert "One<br>line</p>" in document
    assert 'href="https://a.example"' in document
    assert "Team &amp; Co" in document
    assert document.count("<p ") == 2
    assert "<h1" not in document


def test_the_column_of_every_letter_fills_its_width_and_is_no_table_for_readers() -> None:
    letter = Letter(locale="en", heading="Hi", paragraphs=("a",), sender="Team")
    for document in (as_html(letter), as_mail("a", locale="en", sender="Team")):
        assert document.count('role="presentation" width="100%"') == 2
        assert "max-width:560px" in document


def test_what_is_added_stands_inside_the_body() -> None:
    assert before_the_end("<body>a</body></html>", "<p>b</p>") == "<body>a<p>b</p></body></html>"
    assert before_the_end("a", "b") == "ab"
