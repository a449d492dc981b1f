"""Google's words for kinds of addresses and numbers, and ours for the same. Pure.

What a person typed himself is nobody's word and is kept as it is.
https://developers.google.com/people/api/rest/v1/people#Person.PhoneNumber
"""

_OURS = {
    "home": "home",
    "work": "work",
    "other": "other",
    "mobile": "mobile",
    "main": "main",
    "homeFax": "home fax",
    "workFax": "work fax",
    "otherFax": "other fax",
    "pager": "pager",
    "workMobile": "work mobile",
    "workPager": "work pager",
    "googleVoice": "google voice",
}
_FOLDED = {theirs.lower(): ours for theirs, ours in _OURS.items()}
_THEIRS = {ours: theirs for theirs, ours in _OURS.items()}


def label_of(kind: str) -> str:
    """Our label for a type of Google's; empty for none."""
    return _OURS.get(kind) or _FOLDED.get(kind.lower(), kind)


def type_of(label: str) -> str:
    """Google's type for a label of ours; empty for none."""
    return _THEIRS.get(label.lower(), label)
