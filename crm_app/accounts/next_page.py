"""Where a visitor may be sent after signing in: only to a page of ours.

Pure. A foreign address in ``next`` would let a link to our sign-in page end on somebody else's
copy of it (open redirect), so whatever is not plainly a local path becomes the home page.
"""

import re
from urllib.parse import urlsplit

HOME = "/"
# Pages that make no sense right after signing in.
_NOT_AFTER = ("/login", "/logout", "/setup", "/auth", "/forgot", "/reset", "/invite")
_PATH = re.compile(r"/(?![/\\])[^\\\s\x00-\x1f\x7f\ud800-\udfff]*")


def safe_next(wanted: str | None) -> str:
    """``wanted`` when it is a path on this server, else the home page.

    Browsers read ``//host`` and ``/\\host`` as another server and drop tabs and line breaks
    (WHATWG URL §4.4), so none of these pass.
    """
    if not wanted or len(wanted) > 2000 or not _PATH.fullmatch(wanted):
        return HOME
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return HOME
    if parts.scheme or parts.netloc:
        return HOME
    return HOME if any(_is_below(parts.path, page) for page in _NOT_AFTER) else wanted


def _is_below(path: str, page: str) -> bool:
    return path == page or path.startswith(page + "/")
