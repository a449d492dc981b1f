"""The 207 Multi-Status answer (RFC 4918 §13) as plain values."""

import re
from dataclasses import dataclass, field

from crm_app.core.errors import Rejected
from crm_app.core.i18n import N_
from crm_app.providers.dav.xml import DAV, Element, name, parse, text_of

_STATUS = re.compile(r"\s(\d{3})(\s|$)")


@dataclass(frozen=True, slots=True)
class Resource:
    """One DAV:response: ``status`` is that of the resource as a whole, ``props`` those found."""

    href: str
    status: int
    props: dict[str, Element] = field(repr=False)

    def text(self, prop: str) -> str:
        """A property's text, empty when it was not found."""
        return text_of(self.props.get(prop))

    def hrefs(self, prop: str) -> list[str]:
        """The DAV:href values inside a property."""
        found = self.props.get(prop)
        if found is None:
            return []
        return [text for each in found.iter(name(DAV, "href")) if (text := text_of(each))]

    def has(self, prop: str, tag: str) -> bool:
        """Whether an element ``tag`` stands anywhere inside a property."""
        found = self.props.get(prop)
        return found is not None and next(found.iter(tag), None) is not None


@dataclass(frozen=True, slots=True)
class MultiStatus:
    """All resources of an answer; ``url`` is what their hrefs are relative to."""

    url: str
    resources: tuple[Resource, ...]
    sync_token: str | None = None


def read_multistatus(content: bytes, url: str) -> MultiStatus:
    """Raises Rejected when ``content`` is no multistatus."""
    root = parse(content)
    if root.tag != name(DAV, "multistatus"):
        raise Rejected(N_("This is not a calendar or address book server."))
    resources = [_resource(each) for each in root.findall(name(DAV, "response"))]
    token = text_of(root.find(name(DAV, "sync-token"))) or None
    return MultiStatus(url, tuple(each for each in resources if each.href), token)


def _resource(response: Element) -> Resource:
    props: dict[str, Element] = {}
    for propstat in response.findall(name(DAV, "propstat")):
        if _status(propstat, 200) // 100 == 2:
            for holder in propstat.findall(name(DAV, "prop")):
                props |= {str(each.tag): each for each in holder}
    href = text_of(response.find(name(DAV, "href")))
    return Resource(href, _status(response, 200), props)


def _status(holder: Element, missing: int) -> int:
    found = _STATUS.search(text_of(holder.find(name(DAV, "status"))) + " ")
    return int(found.group(1)) if found else missing
