"""The team's shared settings, changed by administrators only."""

from typing import Any

from sqlmodel import Session

from crm_app.accounts import audit, checks, queries
from crm_app.core.access import Actor
from crm_app.core.kinds import WhenUnreachable
from crm_app.models import Workspace

_CHECKS: dict[str, checks.Check] = {
    "name": checks.line(100, required=True),
    "locale": checks.locale,
    "time_zone": checks.time_zone,
    "assign_owner_on_booking": checks.flag,
    "keep_existing_owner": checks.flag,
    "when_unreachable": checks.one_of(WhenUnreachable),
    "mail_from": checks.sender,
    "smtp_url": checks.smtp_address,
    "logo_path": checks.file_name,
    "show_logo": checks.flag,
    "accent": checks.colour,
    "privacy_url": checks.web_address,
}
# Worth knowing later with the value; all others are named only, and secrets never shown.
_VALUES_KEPT = ("assign_owner_on_booking", "keep_existing_owner", "when_unreachable", "show_logo")


def update_workspace(session: Session, actor: Actor, **changes: Any) -> Workspace:
    """Change any of the workspace's settings, among them the two switches of SPEC §4.

    Names are the columns of ``Workspace``; ``smtp_url`` "" removes the mail server. Raises
    NotAllowed for members, Invalid by field, TypeError for what is no setting.
    """
    actor.require_admin()
    workspace = queries.get_workspace(session)
    values = checks.cleaned(_CHECKS, changes)
    changed = sorted(name for name, value in values.items() if getattr(workspace, name) != value)
    for name in changed:
        setattr(workspace, name, values[name])
    session.add(workspace)
    session.flush()
    if changed:
        kept = {name: values[name] for name in changed if name in _VALUES_KEPT}
        audit.record(session, actor, "workspace.changed", fields=changed, **kept)
    return workspace
