"""The instances of a series, named as Google names them."""

from copy import deepcopy
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rruleset, rrulestr

Json = dict[str, Any]


def read_moment(moment: Json, zone: str) -> datetime:
    """A start or end on the wall clock of its zone; a date is its midnight."""
    place = ZoneInfo(moment.get("timeZone") or zone)
    if "date" in moment:
        return datetime.combine(date.fromisoformat(moment["date"]), time(), tzinfo=ZoneInfo(zone))
    found = datetime.fromisoformat(moment["dateTime"])
    return found.astimezone(place) if found.tzinfo else found.replace(tzinfo=place)


def _said(moment: datetime, like: Json) -> Json:
    if "date" in like:
        return {"date": f"{moment:%Y-%m-%d}"}
    zone = like.get("timeZone")
    return {"dateTime": moment.isoformat(), **({"timeZone": zone} if zone else {})}


def _stamp(moment: datetime, like: Json) -> str:
    if "date" in like:
        return f"{moment:%Y%m%d}"
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def original_of(instance: Json) -> str:
    """The name of an instance's original start."""
    moment = instance.get("originalStartTime")
    if moment is None:
        return str(instance["id"]).rpartition("_")[2]
    return _stamp(read_moment(moment, "UTC"), moment)


def _starts(master: Json, zone: str) -> Any:
    """The original starts, as naive times on the wall clock."""
    start = read_moment(master["start"], zone)
    wall = start.replace(tzinfo=None)
    found = rruleset()
    found.rdate(wall)
    for line in master["recurrence"]:
        head, _, value = line.partition(":")
        if head == "RRULE":
            if "UNTIL=" in value:
                parts = dict(part.split("=") for part in value.split(";"))
                if parts["UNTIL"].endswith("Z"):
                    until = datetime.strptime(parts["UNTIL"], "%Y%m%dT%H%M%S%z")
                    parts["UNTIL"] = f"{until.astimezone(start.tzinfo):%Y%m%dT%H%M%S}"
                value = ";".join(f"{name}={part}" for name, part in parts.items())
            found.rrule(rrulestr(value, dtstart=wall))
            continue
        for text in value.split(","):
            moment = _listed(text, start)
            (found.exdate if head.startswith("EXDATE") else found.rdate)(moment)
    return found


def _listed(text: str, start: datetime) -> datetime:
    if "T" not in text:
        return datetime.strptime(text, "%Y%m%d")  # noqa: DTZ007 - a wall clock
    if text.endswith("Z"):
        moment = datetime.strptime(text, "%Y%m%dT%H%M%S%z")
        return moment.astimezone(start.tzinfo).replace(tzinfo=None)
    return datetime.strptime(text, "%Y%m%dT%H%M%S")  # noqa: DTZ007 - a wall clock


def _instance(master: Json, wall: datetime, zone: str) -> Json:
    start = read_moment(master["start"], zone)
    end = read_moment(master["end"], zone)
    lasting = end.replace(tzinfo=None) - start.replace(tzinfo=None)
    here = wall.replace(tzinfo=start.tzinfo)
    made = deepcopy({name: value for name, value in master.items() if name != "recurrence"})
    base = master["id"].partition("_R")[0]
    return {
        **made,
        "id": f"{base}_{_stamp(here, master['start'])}",
        "recurringEventId": master["id"],
        "originalStartTime": _said(here, master["start"]),
        "start": _said(here, master["start"]),
        "end": _said(here + lasting, master["end"]),
    }


def instance(master: Json, when: str, zone: str) -> Json | None:
    """The instance whose original start is called ``when``, if the rule has it."""
    try:
        if "T" in when:
            moment = datetime.strptime(when, "%Y%m%dT%H%M%S%z")
            wall = moment.astimezone(read_moment(master["start"], zone).tzinfo).replace(tzinfo=None)
        else:
            wall = datetime.strptime(when, "%Y%m%d")  # noqa: DTZ007 - a wall clock
    except ValueError:
        return None
    starts = _starts(master, zone)
    if not starts.between(wall, wall, inc=True):
        return None
    return _instance(master, wall, zone)


def expand(event: Json, since: datetime, until: datetime, zone: str) -> list[Json]:
    """What of ``event`` touches the window: itself, or its instances."""
    if "recurrence" not in event:
        start, end = read_moment(event["start"], zone), read_moment(event["end"], zone)
        return [event] if start < until and end > since else []
    start = read_moment(event["start"], zone)
    lasting = read_moment(event["end"], zone) - start
    first = (since - lasting - timedelta(days=1)).astimezone(start.tzinfo).replace(tzinfo=None)
    last = (until + timedelta(days=1)).astimezone(start.tzinfo).replace(tzinfo=None)
    made = [
        _instance(event, wall, zone) for wall in _starts(event, zone).between(first, last, True)
    ]
    return [one for one in made if expand(one, since, until, zone)]
