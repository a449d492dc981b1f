"""The time zones to choose from on a form: one per place that keeps its own time, by name.

Pure. The list is the IANA database's ``zone.tab`` and UTC; older aliases are accepted by
``checks.time_zone`` all the same.
"""

import functools
from importlib import resources


@functools.cache
def choices() -> tuple[tuple[str, str], ...]:
    """Pairs of name and words: (``America/New_York``, ``America/New York``)."""
    table = resources.files("tzdata") / "zoneinfo" / "zone.tab"
    lines = table.read_text(encoding="utf-8").splitlines()
    names = sorted({line.split("\t")[2] for line in lines if not line.startswith("#")} | {"UTC"})
    return tuple((name, name.replace("_", " ")) for name in names)
