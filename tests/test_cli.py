"""The command ``crm`` as a process of its own."""

import os
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_q1_serve_refuses_a_taken_port_in_words(tmp_path: Path) -> None:
    with socket.socket() as other:
        # Listens as our server does, so that a second one could share the port.
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        ran = subprocess.run(
            [sys.executable, "-m", "crm_app.cli", "serve", "--port", port],
            cwd=ROOT,
            env={**os.environ, "CRM_DATA_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert ran.returncode == 1
    assert f"127.0.0.1:{port}" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not list(tmp_path.iterdir()), "it touched the database before it looked"
