"""Settings > Messages: SMS, Messenger, signed calls, limits (Q-3, CAM-9, SYN-13).

Tokens and keys go from a form into one call; the page learns only whether they are set. The one that
is shown is the secret to check our own calls with, and only when an administrator asks for it.
"""

from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.core.access import Actor
from crm_app.core.i18n import N_
from crm_app.core.settings import get_settings
from crm_app.messaging import channels, setting_up
from crm_app.messaging.drafts import CHANNELS, MESSENGER, SMS
from crm_app.messaging.ui.mail_state import outcome
from crm_app.ui.state import PrivateState, handler

Row = dict[str, str]
_ACCOUNTS = (SMS, MESSENGER)


class Channels(PrivateState):
    """``editing`` is whose form is open, ``removing`` about whose removal is asked."""

    loading: bool = True
    sms: Row = {}
    messenger: Row = {}
    addresses: Row = {}
    limits: Row = {}
    opens: bool = False
    editing: str = ""
    removing: str = ""
    secret: str = ""
    renewing: bool = False
    test: Row = {}
    _test_id: int = 0

    @handler(admin=True)
    async def load(self) -> None:
        """Read what is set."""
        self.secret, self.test, self._test_id = "", {}, 0
        await self._show()
        self.loading = False

    async def _show(self) -> None:
        found = await self._read(overview)
        self.sms, self.messenger = found["sms"], found["messenger"]
        self.addresses, self.limits = found["addresses"], found["limits"]
        self.opens = found["opens"]

    @handler(admin=True)
    async def follow(self) -> None:
        """A message changed: perhaps the test's."""
        if self._test_id:
            test_id = self._test_id
            self.test = await self._read(lambda session, actor: outcome(session, actor, test_id))

    @handler(admin=True)
    def edit(self, channel: str) -> None:
        """Open the form of a channel, or close it ("")."""
        self.errors, self.editing = {}, channel if channel in _ACCOUNTS else ""

    @handler(admin=True)
    async def save_sms(self, form: dict[str, Any]) -> Any:
        """Write the account at Twilio; an empty token keeps the one that is set for it."""
        typed = _texts(form, "account_sid", "auth_token", "sender")
        await self._write(lambda session, actor: setting_up.save_sms(session, actor, typed))
        return await self._saved(N_("Saved. Send a test message to be sure."))

    @handler(admin=True)
    async def save_messenger(self, form: dict[str, Any]) -> Any:
        """Write the page; empty tokens keep those that are set for it."""
        typed = _texts(form, "page_id", "page_token", "app_secret", "verify_token")
        await self._write(lambda session, actor: setting_up.save_messenger(session, actor, typed))
        return await self._saved(N_("Saved. Now enter the address below in the app at Meta."))

    async def _saved(self, words: str) -> Any:
        self.editing = ""
        await self._show()
        return rx.toast.success(self._say(words))

    @handler(admin=True)
    async def set_enabled(self, channel: str, on: bool) -> None:
        """Send on a channel, or have its messages wait."""
        await self._write(
            lambda session, actor: setting_up.set_enabled(session, actor, channel, on)
        )
        await self._show()

    @handler(admin=True)
    def ask_to_remove(self, channel: str) -> None:
        """The question before an account is forgotten, or its end ("")."""
        self.removing = channel if channel in _ACCOUNTS else ""

    @handler(admin=True)
    async def remove(self) -> Any:
        """Forget an account and its secrets."""
        channel, self.removing = self.removing, ""
        await self._write(lambda session, actor: setting_up.forget(session, actor, channel))
        await self._show()
        return rx.toast.success(self._say(N_("Removed. Its messages wait in the Outbox now.")))

    @handler(admin=True)
    async def send_test(self, form: dict[str, Any]) -> None:
        """Queue a text message to a number and watch what becomes of it."""
        number = str(form.get("number", ""))
        self._test_id = await self._write(
            lambda session, actor: setting_up.send_test(session, actor, number=number).id or 0
        )
        test_id = self._test_id
        self.test = await self._read(lambda session, actor: outcome(session, actor, test_id))

    @handler(admin=True)
    async def show_secret(self) -> None:
        """Show the secret that our calls are signed with, or hide it again."""
        shown = self.secret
        self.secret = "" if shown else await self._write(setting_up.signing_secret)

    @handler(admin=True)
    def set_renewing(self, on: bool) -> None:
        """The question before the secret is changed, or its end."""
        self.renewing = on

    @handler(admin=True)
    async def renew_secret(self) -> Any:
        """Sign with a new secret from now on."""
        self.renewing = False
        self.secret = await self._write(setting_up.renew_signing_secret)
        return rx.toast.success(self._say(N_("Calls are signed with a new secret from now on.")))

    @handler(admin=True)
    async def save_limits(self, form: dict[str, Any]) -> Any:
        """Write the most messages a minute."""
        typed = {channel: str(form.get(f"limit-{channel}", "")) for channel in CHANNELS}
        await self._write(lambda session, actor: setting_up.save_limits(session, actor, typed))
        await self._show()
        return rx.toast.success(self._say(N_("Saved.")))

    @handler(admin=True)
    async def set_opens(self, on: bool) -> None:
        """Measure openings of campaign mail, or not."""
        await self._write(lambda session, actor: setting_up.set_opens(session, actor, on))
        await self._show()


def _texts(form: dict[str, Any], *names: str) -> Row:
    return {name: str(form.get(name, "")) for name in names}


def overview(session: Session, actor: Actor) -> dict[str, Any]:
    """What is set, without any secret."""
    actor.require_admin()
    base = get_settings().url
    known = {channel: channels.account(session, channel) for channel in CHANNELS}
    return {
        "sms": _account(known[SMS], "account_sid", "sender"),
        "messenger": _account(known[MESSENGER], "page_id"),
        "addresses": {
            "incoming": base + channels.TWILIO_INCOMING,
            "status": base + channels.TWILIO_STATUS,
            "messenger": base + channels.MESSENGER_HOOK,
            "reachable": "yes" if base.startswith("https://") else "",
        },
        "limits": {
            channel: str(one.per_minute) if one.per_minute else "" for channel, one in known.items()
        },
        "opens": known["email"].measures_opens,
    }


def _account(known: channels.Account, *options: str) -> Row:
    return {
        "set": "yes" if known.secrets else "",
        "enabled": "yes" if known.enabled else "",
        **{name: known.option(name) for name in options},
    }
