"""Whether Google knows an app registration: asked without any person, by a code that never was.

Google's token endpoint looks at the client first (RFC 6749 §5.2): ``invalid_client`` means that ID
or secret are wrong, ``invalid_grant`` that only the code is. Microsoft's looks at the code first and
tells nothing, so there only connecting shows it. Talks to the network.
"""

from crm_app.core.errors import Rejected
from crm_app.core.i18n import N_
from crm_app.providers import oidc

_WRONG_CLIENT = N_("{provider} does not know this client ID, or the client secret is wrong.")
_WRONG_ADDRESS = N_("{provider} does not know the redirect address {address}. Add it there.")


def check(app: oidc.App, *, redirect_uri: str) -> None:
    """Nothing when Google knows the app.

    Raises Rejected with what is wrong, RemoteUnavailable.
    """
    error = oidc.refusal_of(app, redirect_uri=redirect_uri, code="never-given")
    name = oidc.NAMES[app.provider]
    if error == "redirect_uri_mismatch":
        raise Rejected(_WRONG_ADDRESS, provider=name, address=redirect_uri)
    if error in ("invalid_client", "unauthorized_client"):
        raise Rejected(_WRONG_CLIENT, provider=name, detail=error)
    if error != "invalid_grant":
        raise Rejected(detail=error)
