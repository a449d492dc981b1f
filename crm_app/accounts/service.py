"""The room's one door for writes; what stands behind it is split by idea.

Rooms above and pages call ``service.invite_user`` and the like. Each function checks its actor,
commits nothing, and says in its own docstring what it raises.
"""

from crm_app.accounts.identities import disconnect as disconnect_identity
from crm_app.accounts.identities import remove_app as remove_sign_in_provider
from crm_app.accounts.identities import set_app as set_sign_in_provider
from crm_app.accounts.profile import (
    add_time_off,
    change_password,
    remove_time_off,
    update_profile,
)
from crm_app.accounts.recovery import request_reset, send_link
from crm_app.accounts.sign_in import count_confirmation
from crm_app.accounts.users import (
    activate,
    change_email,
    create_user,
    deactivate,
    invite_again,
    invite_user,
    set_role,
    set_up,
)
from crm_app.accounts.workspace import update_workspace

__all__ = [
    "activate",
    "add_time_off",
    "change_email",
    "change_password",
    "count_confirmation",
    "create_user",
    "deactivate",
    "disconnect_identity",
    "invite_again",
    "invite_user",
    "remove_sign_in_provider",
    "remove_time_off",
    "request_reset",
    "send_link",
    "set_role",
    "set_sign_in_provider",
    "set_up",
    "update_profile",
    "update_workspace",
]
