"""Message steps: may this be sent, now, and to whom (CAM-2, CAM-5, CAM-9). Pure.

The order of the questions: may the contact be reached on the channel at all, has he an address, is
the sending window open, are all merge fields filled. Only then is there something to send.
"""

from collections.abc import Callable, Mapping
from typing import Any

from crm_app.campaigns.plans import merge, windows
from crm_app.campaigns.plans.configs import Email, Text, user_of
from crm_app.campaigns.running.arrival import zone_of
from crm_app.campaigns.running.moves import Move, Send
from crm_app.campaigns.running.standing import World
from crm_app.campaigns.running.values import values_of
from crm_app.campaigns.running.visits import Visit, go_on, needs_attention, stay
from crm_app.core.kinds import StepOutcome

# Why not, and what fills the sentence.
Refusal = tuple[str, Mapping[str, Any]]


def send(visit: Visit, config: Email | Text) -> Move:
    """What a message step that is looked at does."""
    refusal = _refusal(visit, config)
    if refusal:
        return go_on(visit, StepOutcome.SKIPPED, *refusal)
    return _closed(visit, config) or _written(visit, config)


def sender_of(visit: Visit) -> int | None:
    """The user in whose name it is sent; None: the workspace."""
    sender, world = visit.plan.settings.sender, visit.world
    if sender == "owner":
        return world.owner.id if world.owner and world.owner.active else None
    user = world.users.get(user_of(sender) or 0)
    return user.id if user and user.active else None


def not_wanted(visit: Visit, channel: str, *, marketing: bool) -> Refusal | None:
    """Whether the contact does not want to be reached on that channel."""
    if channel in visit.world.person.do_not_disturb:
        return "do_not_disturb", {"channel": channel}
    gone = any(h.what == "unsubscribed" and h.about in ("", channel) for h in visit.heard)
    return ("unsubscribed", {}) if gone and marketing else None


def _refusal(visit: Visit, config: Email | Text) -> Refusal | None:
    channel = visit.step.kind.value
    unwanted = not_wanted(visit, channel, marketing=_marketing(config))
    reason = "" if unwanted else _REACHES[channel](visit)
    return unwanted or ((reason, {}) if reason else None)


def _marketing(config: Email | Text) -> bool:
    return config.marketing if isinstance(config, Email) else True


def _mail(visit: Visit) -> str:
    person = visit.world.person
    if person.email:
        return ""
    return "bounced" if person.bounced else "no_email"


def _phone(visit: Visit) -> str:
    return "" if visit.world.person.phone else "no_phone"


def _messenger(visit: Visit) -> str:
    person = visit.world.person
    if not person.messenger:
        return "no_messenger"
    # Meta's standard messaging window: 24 hours after the person's last message.
    # https://developers.facebook.com/docs/messenger-platform/policy/policy-overview
    open_until = person.messenger_until
    return "" if open_until and visit.now <= open_until else "messenger_closed"


_REACHES: dict[str, Callable[[Visit], str]] = {
    "email": _mail,
    "sms": _phone,
    "messenger": _messenger,
}


def _closed(visit: Visit, config: Email | Text) -> Move | None:
    window = visit.plan.settings.window
    if window is None or config.urgent:
        return None
    if not windows.ever_opens(window):
        return needs_attention(visit, "window_never_opens")
    opens = windows.next_open(window, visit.now, zone_of(visit.plan.settings, visit.world))
    return stay(visit, opens, "window") if opens > visit.now else None


def _written(visit: Visit, config: Email | Text) -> Move:
    values = values_of(visit.world)
    subject = merge.render(config.subject if isinstance(config, Email) else "", values)
    body = merge.render(config.body, values)
    missing = tuple(dict.fromkeys((*subject.missing, *body.missing)))
    if missing:
        return needs_attention(visit, "unfilled", {"fields": ", ".join(missing)})
    channel = visit.step.kind.value
    message = Send(
        channel=channel,
        to=_address(visit.world, channel),
        body=body.text,
        # A line break in a subject would begin another header.
        subject=" ".join(subject.text.split()),
        marketing=_marketing(config),
        sender=sender_of(visit),
        track_links=visit.plan.settings.track_links,
    )
    return go_on(visit, StepOutcome.SENT, effects=(message,))


def _address(world: World, channel: str) -> str:
    person = world.person
    return {"email": person.email, "sms": person.phone, "messenger": person.messenger}[channel]
