"""Logs: one line an entry, as text or JSON, with UTC times and never a secret.

Values that look like credentials in a URL or an Authorization header are masked here once, as a
last line of defence; callers do not log them in the first place.
"""

import json
import logging
import re
from datetime import UTC, datetime

from crm_app.core.settings import Settings

_SECRETS = (
    (re.compile(r"(://[^/\s:@]*):[^@/\s]+@"), r"\1:***@"),
    (re.compile(r"(?i)(authorization:?\s*(?:basic|bearer)\s+)\S+"), r"\1***"),
    (re.compile(r"(?i)([?&](?:token|code|key|signature|password)=)[^&\s]+"), r"\1***"),
)


def masked(text: str) -> str:
    """``text`` with credentials replaced by asterisks."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's name
        return _utc(record.created)


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": _utc(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return masked(json.dumps(entry, ensure_ascii=False))


def _utc(created: float) -> str:
    return datetime.fromtimestamp(created, UTC).isoformat(timespec="milliseconds")


def configure(settings: Settings) -> None:
    """Send all logs of this process to standard error in the chosen form."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        _Json()
        if settings.log_format == "json"
        else _Text("%(asctime)s %(levelname)-7s %(name)s  %(message)s")
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    # httpx logs whole URLs at INFO; those of feeds and calendars may hold secrets.
    for chatty in ("httpx", "httpcore", "apscheduler", "googleapiclient"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
