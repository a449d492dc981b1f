"""Something wrong with a plan, and beside which field it is shown. Pure."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Mistake:
    """``message`` is a message id that ``params`` fill. ``step_id`` "" is the campaign's settings.

    ``field`` is the key in the step's config, ``delay``, ``weights``, or a setting's name; "" means the
    step as a whole. Nothing with an error is published; a warning is only said.
    """

    step_id: str
    field: str
    message: str
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    severity: Literal["error", "warning"] = "error"
