"""Tests of the appointments room."""
