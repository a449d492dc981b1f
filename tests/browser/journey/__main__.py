"""Tell the story aloud: ``python -m tests.browser.journey [folder for pictures]``."""

import os
import sys

import pytest


def main(arguments: list[str]) -> int:
    """Run the story with its steps printed; the exit status of the tests."""
    if arguments:
        os.environ["CRM_TEST_PICTURES"] = arguments[0]
    story = ["-s", "-q", "--no-header", "--tb=short", "tests/browser/test_main_job.py"]
    return int(pytest.main([*story, "-m", "browser"]))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
