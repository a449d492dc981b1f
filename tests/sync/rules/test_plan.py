"""What a page changes here, and the deletion guard (SYN-10; traps 38, 46, 49, 90)."""

import pytest

from crm_app.providers.calendar_port import Page, RemoteEvent
from crm_app.sync.rules.plan import Known, compare, may_delete


def remote(href: str, etag: str | None = "1", content: str = "a") -> RemoteEvent:
    return RemoteEvent(href=href, etag=etag, uid=href, raw=content, content_hash=content)


def page(*changed: RemoteEvent, removed: tuple[str, ...] = ()) -> Page:
    return Page(changed, removed, cursor="c", complete=True, full=False)


KNOWN = {
    "same": Known("same", "1", "a"),
    "unversioned": Known("unversioned", None, "a"),
    "old": Known("old", "0", "b"),
    "spelled": Known("spelled", "0", "a"),
    "lost": Known("lost", "1", "a", missing=True),
}


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (remote("fresh"), "new"),
        (remote("same"), "same"),
        (remote("old"), "changed"),
        (remote("spelled"), "restamped"),
        (remote("unversioned", etag=None), "restamped"),
        (remote("same", etag=None), "restamped"),
        (remote("lost"), "changed"),
    ],
)
def test_syn10_each_object_is_sorted_by_version_and_content(event: RemoteEvent, kind: str) -> None:
    found = compare(page(event), KNOWN)
    hrefs = {
        "new": [e.href for e in found.new],
        "changed": [e.href for e in found.changed],
        "restamped": [e.href for e in found.restamped],
        "same": list(found.same),
    }
    assert hrefs.pop(kind) == [event.href]
    assert not any(hrefs.values())


def test_an_object_that_comes_twice_counts_in_its_last_form() -> None:
    found = compare(page(remote("x", "1", "a"), remote("x", "2", "b")), {})
    assert [event.etag for event in found.new] == ["2"]


def test_what_a_page_brings_is_not_missing() -> None:
    found = compare(page(remote("old"), removed=("old", "gone", "gone")), KNOWN)
    assert found.missing == ("gone",)


@pytest.mark.parametrize(
    ("missing", "known", "listed", "allowed"),
    [
        (0, 0, 0, True),
        (0, 50, 0, True),
        (1, 1, None, True),
        (10, 10, None, True),
        (11, 20, None, False),
        (20, 100, None, True),
        (21, 100, None, False),
        (3, 3, 0, False),
        (1, 40, 0, False),
        (10, 40, 30, True),
        (11, 40, 29, False),
        (200, 1000, 800, True),
        (201, 1000, 799, False),
    ],
)
def test_syn10_trap90_many_deletions_wait_for_a_yes(
    missing: int, known: int, listed: int | None, allowed: bool
) -> None:
    assert may_delete(missing=missing, known=known, listed=listed) is allowed
