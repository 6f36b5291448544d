import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")
def test_a_chat_killed_at_any_moment_leaves_a_file_with_all_that_was_streamed():
    program = [sys.executable, str(HERE / "killed_chats.py"), "20"]
    done = subprocess.run(program, capture_output=True, text=True, check=False, cwd=HERE.parent.parent)
    assert done.returncode == 0, done.stdout + done.stderr
