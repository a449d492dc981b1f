"""API-2: the command ``crm``, run as people run it."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def crm(data_dir: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """``crm`` with a data folder of its own."""
    return subprocess.run(
        [sys.executable, "-m", "crm_app.cli", *arguments],
        cwd=data_dir.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT), "CRM_DATA_DIR": str(data_dir), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_usr1_the_first_user_sets_the_workspace_up_and_the_next_is_a_member(data_dir: Path) -> None:
    secret = ("--password", "a long enough passphrase")
    first = crm(data_dir, "user", "add", "ada@team.example", "--name", "Ada Lovelace", *secret)
    assert first.stdout == "Ada Lovelace <ada@team.example> may sign in now (admin).\n"
    assert first.stderr == ""
    second = crm(data_dir, "user", "add", "bob@team.example", "--name", "Bob", *secret)
    assert "(member)" in second.stdout
    again = crm(data_dir, "user", "add", "ADA@team.example", "--name", "Ada", *secret)
    assert again.returncode == 1
    assert "email" in again.stderr
    assert "Traceback" not in again.stderr


def test_q1_a_weak_password_is_refused_in_words(data_dir: Path) -> None:
    refused = crm(data_dir, "user", "add", "a@b.example", "--name", "A", "--password", "123")
    assert refused.returncode == 1
    assert "password" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_database_is_brought_up_to_date_as_often_as_one_likes(data_dir: Path) -> None:
    for _ in range(2):
        assert crm(data_dir, "db", "upgrade").stdout == "The database is up to date.\n"


def test_a_taken_port_is_told_before_anything_starts(data_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = crm(data_dir, "serve", "--port", str(taken.getsockname()[1]))
    assert refused.returncode == 1
    assert "Cannot listen" in refused.stderr


def test_the_doctor_says_what_is_missing(data_dir: Path) -> None:
    answer = crm(data_dir, "doctor", CRM_HOST="0.0.0.0", CRM_PUBLIC_URL="")
    assert answer.returncode == 1
    assert "ok    the database answers and is up to date" in answer.stdout
    assert "LOOK  CRM_PUBLIC_URL" in answer.stdout


def test_a_worker_starts_without_reflex() -> None:
    code = "import sys; import crm_app.worker, crm_app.cli; print('reflex' in sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "False"
