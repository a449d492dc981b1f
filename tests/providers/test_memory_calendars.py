"""The service in memory has the manners that the engine's tests rely on."""

from datetime import UTC, datetime, timedelta

import pytest

from crm_app.core.errors import Rejected, RemoteUnavailable
from crm_app.providers.calendar_port import Amendment, Capability, Wakeable
from crm_app.providers.memory_account import MemoryAccount
from crm_app.providers.memory_calendars import MemoryCalendars, WakingCalendars
from tests.contracts.events import MONDAYS, happens, held, moved, pulled, starts, weekly
from tests.factories.outgoing import outgoing
from tests.providers.ical.texts import calendar

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def service(*, apart: bool = True) -> tuple[MemoryAccount, str]:
    account = MemoryAccount(page_size=10, split_series=apart)
    return account, account.add_calendar("Work")


def test_syn8_a_series_in_several_objects() -> None:
    account, ref = service()
    href = account.put(ref, "w", weekly(moved("20260323", "20260324T120000Z")))
    found = held(MemoryCalendars(account), ref)
    exception = f"{href}_20260323T090000"
    assert {each.href: each.series for each in found.values()} == {href: "", exception: href}
    assert "RRULE" in found[href].raw
    assert "RECURRENCE-ID" not in found[href].raw
    assert "RECURRENCE-ID" in found[exception].raw
    assert found[href].uid == found[exception].uid


def test_syn8_an_exception_can_be_put_alone() -> None:
    account, ref = service()
    href = account.put(ref, "w", weekly())
    provider = MemoryCalendars(account)
    cursor = pulled(provider, ref)[-1].cursor
    exception = account.put_instance(ref, href, calendar(moved("20260323", "20260324T120000Z")))
    (page,) = pulled(provider, ref, cursor)
    assert [(each.href, each.belongs_to) for each in page.changed] == [(exception, href)]
    assert "20260324T120000Z" in starts(happens(provider, ref))


def test_syn8_a_cancelled_instance_is_an_object_that_says_so() -> None:
    account, ref = service()
    href = account.put(ref, "w", weekly())
    provider = MemoryCalendars(account)
    before = held(provider, ref)[href]
    assert (
        provider.amend(ref, href, None, Amendment(cancelled=True), recurrence_id=MONDAYS[1]) is None
    )
    found = held(provider, ref)
    # The rule's own object does not move, nor does its etag.
    assert found[href] == before
    (exception,) = (each for each in found.values() if each.series == href)
    assert "STATUS:CANCELLED" in exception.raw
    assert exception.href == f"{href}_20260323T090000"


def test_syn8_with_the_rule_its_exceptions_go_unsaid() -> None:
    account, ref = service()
    href = account.put(ref, "w", weekly(moved("20260323", "20260324T120000Z")))
    provider = MemoryCalendars(account)
    cursor = pulled(provider, ref)[-1].cursor
    account.remove(ref, href)
    (page,) = pulled(provider, ref, cursor)
    assert page.removed == (href,)
    assert held(provider, ref) == {}


@pytest.mark.parametrize("apart", [True, False])
def test_syn9_an_amendment_whose_answer_is_lost_took_effect(apart: bool) -> None:
    account, ref = service(apart=apart)
    href = account.put(ref, "w", weekly())
    provider = MemoryCalendars(account)
    account.lose_answer("amend")
    with pytest.raises(RemoteUnavailable):
        provider.amend(ref, href, None, Amendment(summary="Once"), recurrence_id=MONDAYS[1])
    assert [one.summary for one in happens(provider, ref)].count("Once") == 1
    assert account.calls[0] == "amend"


def test_syn10_only_the_waking_service_wakes() -> None:
    account, ref = service()
    assert not isinstance(MemoryCalendars(account), Wakeable)
    provider = WakingCalendars(account)
    assert Capability.PUSH in provider.capabilities
    watch = provider.watch(ref, channel_id="c1", address="https://a/", secret="s", now=NOW)
    assert watch.expires_at == NOW + timedelta(days=7)
    other = account.add_calendar("Other")
    account.put(other, "x", weekly())
    assert account.rings == []
    stored = provider.create(ref, outgoing())
    provider.delete(ref, stored.href, stored.etag)
    account.ring(ref)
    assert [(ring.channel_id, ring.secret) for ring in account.rings] == [("c1", "s")] * 3


def test_syn10_a_service_that_prolongs_channels() -> None:
    account = MemoryAccount(renews=True)
    ref = account.add_calendar("Work")
    provider = WakingCalendars(account)
    watch = provider.watch(ref, channel_id="c1", address="https://a/", secret="s", now=NOW)
    longer = provider.renew(ref, watch, now=NOW + timedelta(days=1))
    assert longer is not None
    assert (longer.channel_id, longer.expires_at - watch.expires_at) == ("c1", timedelta(days=1))
    provider.unwatch(watch)
    with pytest.raises(Rejected):
        provider.renew(ref, watch, now=NOW)
