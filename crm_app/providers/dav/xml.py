"""XML as DAV servers write and read it, without the dangerous parts of XML.

Documents with a DOCTYPE are refused before the parser sees them, so there are no entities to expand
and nothing to fetch. Names are in Clark notation: ``{namespace}name``.
"""

import re
from collections.abc import Iterable

from lxml import etree

from crm_app.core.errors import Rejected
from crm_app.core.i18n import N_

DAV = "DAV:"
CALDAV = "urn:ietf:params:xml:ns:caldav"
CARDDAV = "urn:ietf:params:xml:ns:carddav"
CALENDAR_SERVER = "http://calendarserver.org/ns/"
APPLE = "http://apple.com/ns/ical/"
_PREFIXES = {"d": DAV, "c": CALDAV, "card": CARDDAV, "cs": CALENDAR_SERVER, "a": APPLE}
_PROLOG = re.compile(r"\s*(<\?.*?\?>\s*|<!--.*?-->\s*)*", re.DOTALL)
# XML 1.0 §2.2; servers copy such characters out of old imports.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_FORBIDDEN_REFERENCES = re.compile(
    r"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])|x0*(?:[0-8bcef]|1[0-9a-f]));", re.I
)

Element = etree._Element


class NotWellFormed(Rejected):
    """Text that breaks the rules of XML, or holds a piece too long for the parser."""

    default_message = N_("The server's answer could not be read.")


def name(namespace: str, local: str) -> str:
    """``{namespace}local``."""
    return f"{{{namespace}}}{local}"


def parse(content: bytes) -> Element:
    """The root of ``content``. Raises Rejected for what is not well-formed, harmless XML."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    prolog = _PROLOG.match(text)
    body = text[prolog.end() :] if prolog else text
    if body[:9].upper() == "<!DOCTYPE":
        raise Rejected(NotWellFormed.default_message, detail="XML: doctype")
    clean = _FORBIDDEN_REFERENCES.sub("", _FORBIDDEN.sub("", body))
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    try:
        root = etree.fromstring(clean.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        raise NotWellFormed(detail="XML: not well-formed")
    return root


def element(tag: str, *children: Element, text: str | None = None, **attributes: str) -> Element:
    """A new element; ``tag`` in Clark notation."""
    made = etree.Element(tag, attrib=attributes, nsmap=_PREFIXES)
    made.text = text
    made.extend(children)
    return made


def prop(names: Iterable[str]) -> Element:
    """A DAV:prop that asks for ``names``."""
    return element(name(DAV, "prop"), *(element(each) for each in names))


def to_bytes(root: Element) -> bytes:
    """``root`` as a UTF-8 document."""
    etree.cleanup_namespaces(root)
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return made


def text_of(found: Element | None) -> str:
    """All text inside ``found``, trimmed; empty for None."""
    return "".join(str(part) for part in found.itertext()).strip() if found is not None else ""
