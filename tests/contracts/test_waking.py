"""Services that call us when a calendar changes (SYN-10)."""

from datetime import UTC, datetime, timedelta

import pytest

from crm_app.providers.calendar_port import (
    CalendarGone,
    CalendarProvider,
    Capability,
    Wakeable,
    Watch,
)
from tests.contracts.calendars import Heard, WakingWorld
from tests.contracts.events import happens, simple

NOW = datetime.now(UTC)


def test_syn10_a_service_that_can_call_says_so(reader: CalendarProvider) -> None:
    assert (Capability.PUSH in reader.capabilities) is isinstance(reader, Wakeable)


def watched(world: WakingWorld, provider: CalendarProvider, number: int = 1) -> Watch:
    assert isinstance(provider, Wakeable)
    return provider.watch(
        world.ref,
        channel_id=f"0b4e1c9e-6f4f-4d5e-9f5b-00000000000{number}",
        address=world.address,
        secret=f"secret-{number}",
        now=NOW,
    )


def test_syn10_a_change_is_called_out_with_channel_and_secret(waking_world: WakingWorld) -> None:
    provider = waking_world.open()
    watch = watched(waking_world, provider)
    assert watch.expires_at > NOW + timedelta(hours=1)
    assert waking_world.heard() == []
    href = waking_world.put_outside("a.ics", simple("a"))
    assert set(waking_world.heard()) == {Heard(watch.channel_id, "secret-1")}
    waking_world.remove_outside(href)
    assert set(waking_world.heard()) == {Heard(watch.channel_id, "secret-1")}
    # A call says only that there is something; what it is, is pulled.
    assert happens(provider, waking_world.ref) == []
    provider.close()


def test_syn10_after_the_end_of_a_channel_there_is_silence(waking_world: WakingWorld) -> None:
    provider = waking_world.open()
    watch = watched(waking_world, provider)
    assert isinstance(provider, Wakeable)
    provider.unwatch(watch)
    provider.unwatch(watch)
    waking_world.put_outside("a.ics", simple("a"))
    assert waking_world.heard() == []
    provider.close()


def test_syn10_a_channel_is_prolonged_or_followed_by_another(waking_world: WakingWorld) -> None:
    provider = waking_world.open()
    watch = watched(waking_world, provider)
    assert isinstance(provider, Wakeable)
    longer = provider.renew(waking_world.ref, watch, now=NOW + timedelta(hours=1))
    secret = "secret-1"
    if longer is None:
        longer, secret = watched(waking_world, provider, 2), "secret-2"
        provider.unwatch(watch)
    assert longer.expires_at >= watch.expires_at
    waking_world.heard()
    waking_world.put_outside("a.ics", simple("a"))
    assert set(waking_world.heard()) == {Heard(longer.channel_id, secret)}
    provider.close()


def test_syn10_a_calendar_that_is_gone_cannot_be_watched(waking_world: WakingWorld) -> None:
    provider = waking_world.open()
    assert isinstance(provider, Wakeable)
    with pytest.raises(CalendarGone):
        provider.watch(
            waking_world.absent_ref, channel_id="x", address="https://a/", secret="s", now=NOW
        )
    provider.close()
