"""A sample team with a past and a future, to look around in: ``make demo`` (API-2).

Everything goes through the services that people use, so the ledger, the owners and the timelines
are true; only the dates of what lies behind are set back afterwards. The same day always gives the
same data. An installation that has users is never touched.
"""

from crm_app.demo.filling import PASSWORD, fill

__all__ = ["PASSWORD", "fill"]
