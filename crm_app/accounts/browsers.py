"""What a User-Agent header says about browser and system, in words for a list of sessions. Pure.

Headers say many things at once for compatibility, so the most particular names are looked for
first. Nothing is decided by it; it only helps people to recognise their own machines.
"""

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser_of(user_agent: str) -> str:
    """``Firefox``; empty when it is none that we know."""
    return _first(user_agent, _BROWSERS)


def system_of(user_agent: str) -> str:
    """``Windows``, ``iPhone``, ...; empty when it is none that we know."""
    return _first(user_agent, _SYSTEMS)


def is_phone(user_agent: str) -> bool:
    """Whether it is held in a hand."""
    return any(word in user_agent for word in ("iPhone", "iPad", "Android", "Mobile"))


def _first(user_agent: str, names: tuple[tuple[str, str], ...]) -> str:
    return next((words for sign, words in names if sign in user_agent), "")
