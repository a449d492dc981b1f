"""Tests of crm_app/accounts."""
