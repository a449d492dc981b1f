"""Tests of the synchronisation of address books."""
