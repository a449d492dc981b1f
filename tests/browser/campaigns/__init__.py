"""Seed 001's workaround on real parts: built by hand in the pages, then lived through by leads.

``agency`` is the team and what is around it, ``workbench`` builds campaigns, triggers and forms as a
person does at a desk, ``prospect`` is a lead with a telephone. ``tests/browser/test_campaign_journey.py``
is the story.
"""
