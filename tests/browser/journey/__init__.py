"""The main job on real parts, in words that a person can follow.

A team sets itself up, connects its calendars, is booked by a lead on a phone, and everything that
anybody can look at (mails, the member's own calendar, the dashboard, the contact) says the same
after each change. The modules here are the actors and what is known about them beforehand;
``tests/browser/test_main_job.py`` is the story. ``python -m tests.browser.journey`` tells it aloud.
"""
