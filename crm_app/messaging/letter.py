"""What a mail says, once, and the two forms in which it travels: plain text and HTML. Pure.

The HTML is one narrow column of tables with inline styles, as Outlook needs it; a small style
sheet turns it dark where the reader's program asks for that. Both forms say the same, and all
text is escaped by the builder. Nothing is loaded from anywhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from htpy import (
    Element,
    Node,
    a,
    body,
    br,
    fragment,
    h1,
    head,
    html,
    meta,
    p,
    style,
    table,
    tbody,
    td,
    th,
    title,
    tr,
)
from markupsafe import Markup

from crm_app.ui import theme


@dataclass(frozen=True, slots=True)
class Link:
    """A way on: what it does and where it leads."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail's words, in the reader's language already. ``details`` are label and value.

    A value that is a web address becomes a link. ``closing`` comes after the button.
    """

    locale: str
    heading: str
    paragraphs: tuple[str, ...]
    sender: str
    details: tuple[tuple[str, str], ...] = ()
    button: Link | None = None
    closing: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()


def as_text(letter: Letter) -> str:
    """The plain-text form."""
    return "\n\n".join(_text_blocks(letter)) + "\n"


def _text_blocks(letter: Letter) -> Iterator[str]:
    yield letter.heading
    yield from letter.paragraphs
    if letter.details:
        yield "\n".join(f"{label}: {value}" for label, value in letter.details)
    for link in (letter.button, *letter.links):
        if link is not None:
            yield f"{link.label}:\n{link.address}"
    yield from letter.closing
    # RFC 3676 §4.3: what follows "-- " is a signature.
    yield f"-- \n{letter.sender}"


def as_html(letter: Letter) -> str:
    """The HTML form."""
    document = str(
        html(lang=letter.locale)[
            head[
                meta(charset="utf-8"),
                meta(name="viewport", content="width=device-width, initial-scale=1"),
                meta(name="color-scheme", content="light dark"),
                meta(name="supported-color-schemes", content="light dark"),
                title[letter.heading],
                style[Markup(_DARK)],  # noqa: S704 - our own constant
            ],
            body(".page", style=_css(margin="0", padding="0", background=_LIGHT["page"]))[
                _column(letter)
            ],
        ]
    )
    # The builder's own kind of text would escape whatever is added to it.
    return document.encode().decode()


_LIGHT, _NIGHT = theme.LIGHT, theme.DARK
# No double quotes: the value stands in a style attribute.
_FONT = "Inter,system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_DARK = (
    ":root{color-scheme:light dark;supported-color-schemes:light dark}"
    "@media (prefers-color-scheme:dark){"
    f".page{{background:{_NIGHT['page']} !important}}"
    f".card{{background:{_NIGHT['surface']} !important;border-color:{_NIGHT['line']} !important}}"
    f".text{{color:{_NIGHT['text']} !important}}"
    f".muted{{color:{_NIGHT['muted']} !important}}"
    f".line{{border-color:{_NIGHT['line']} !important}}"
    f".link{{color:{_NIGHT['accent-text']} !important}}"
    f".button{{background:{_NIGHT['accent']} !important;color:{_NIGHT['on-accent']} !important}}"
    "}"
)


def _css(**values: str) -> str:
    return ";".join(f"{name.replace('_', '-')}:{value}" for name, value in values.items())


def _table(content: Node, **attributes: str) -> Element:
    # In one call: a second one would take the place of the first.
    return table(
        role="presentation",
        width="100%",
        cellpadding="0",
        cellspacing="0",
        border="0",
        **attributes,
    )[tbody[content]]


def _column(letter: Letter) -> Node:
    card = _css(
        background=_LIGHT["surface"],
        border=f"1px solid {_LIGHT['line']}",
        border_radius=f"{theme.RADIUS['card']}px",
        padding="32px",
    )
    column = _table(
        fragment[
            tr[td(".card", style=card)[_content(letter)]],
            tr[td(".muted", style=_css(padding="16px 32px", **_MUTED))[letter.sender]],
        ],
        style=_css(max_width="560px", margin="0 auto"),
    )
    return _table(tr[td(align="center", style=_css(padding="24px 12px"))[column]])


_MUTED = {
    "font-family": _FONT,
    "font-size": "13px",
    "line-height": "20px",
    "color": _LIGHT["muted"],
}
_BODY = {"font-family": _FONT, "font-size": "15px", "line-height": "23px", "color": _LIGHT["text"]}


# For what others put below a letter; the classes turn it dark.
FOOTNOTE_STYLE = _css(margin="0 0 24px", text_align="center", **_MUTED)
LINK_STYLE = _css(color=_LIGHT["accent-text"], word_break="break-word")


def _content(letter: Letter) -> Node:
    heading = _BODY | {"font-size": "22px", "line-height": "29px", "font-weight": "600"}
    return [
        h1(".text", style=_css(margin="0 0 16px", **heading))[letter.heading],
        [_paragraph(each) for each in letter.paragraphs],
        _details(letter.details) if letter.details else None,
        _button(letter.button) if letter.button else None,
        [_paragraph(each) for each in letter.closing],
        [p(style=_css(margin="0 0 8px", **_BODY))[_link(each)] for each in letter.links],
    ]


def _paragraph(words: str) -> Node:
    return p(".text", style=_css(margin="0 0 16px", **_BODY))[_lines(words)]


def _lines(words: str) -> Node:
    first, *others = words.split("\n")
    return [first, [[br, each] for each in others]]


def _details(details: tuple[tuple[str, str], ...]) -> Node:
    line = f"1px solid {_LIGHT['line']}"
    cell = {"padding": "10px 0", "border-bottom": line, "vertical-align": "top"}
    label = _css(width="34%", text_align="left", font_weight="400", **cell, **_MUTED)
    rows = [
        tr[
            th(".muted.line", scope="row", align="left", style=label)[name],
            td(".text.line", style=_css(**cell, **_BODY))[_value(value)],
        ]
        for name, value in details
    ]
    return table(
        ".line",
        width="100%",
        cellpadding="0",
        cellspacing="0",
        border="0",
        style=_css(margin="8px 0 24px", border_top=line, border_collapse="collapse"),
    )[tbody[rows]]


def _value(value: str) -> Node:
    is_address = value.startswith(("https://", "http://")) and " " not in value
    return _link(Link(value, value)) if is_address else _lines(value)


def _link(link: Link) -> Node:
    look = _css(color=_LIGHT["accent-text"], word_break="break-word")
    return a(".link", href=link.address, style=look)[link.label]


def _button(link: Link) -> Node:
    # Outlook gives padding to a cell only, never to a link.
    cell = _css(
        background=_LIGHT["accent"],
        border_radius=f"{theme.RADIUS['control']}px",
        padding="12px 20px",
    )
    words = {"color": _LIGHT["on-accent"], "text-decoration": "none", "font-weight": "500"}
    return table(
        role="presentation",
        cellpadding="0",
        cellspacing="0",
        border="0",
        style=_css(margin="0 0 24px"),
    )[
        tbody[
            tr[
                td(".button", bgcolor=_LIGHT["accent"], style=cell)[
                    a(".button", href=link.address, style=_css(**_BODY | words))[link.label]
                ]
            ]
        ]
    ]
