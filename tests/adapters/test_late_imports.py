"""openai is imported when a prompt is written, and not before: whatever opens a connection goes without."""

import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]

OPENED = """
import asyncio, gc, sys, threading
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from hostile_server import HostileServer, answer
from hat_tui.adapters.connection import connection_to
from hat_tui.adapters.late_imports import prepare
from hat_tui.server.target import RemoteServer

async def main():
    async with HostileServer() as server:
        server.on("/models", answer(200, {"data": [{"id": "tiny", "owned_by": "llamacpp"}]}))
        server.on("/props", answer(200, {"total_slots": 4}))
        connection = connection_to(RemoteServer(server.url), Path())
        await connection.open(lambda state: None, lambda lines: None)
        await connection.close()

asyncio.run(main())
assert not {"openai", "httpx2"} & sys.modules.keys(), "imported to connect"
interval = sys.getswitchinterval()
prepare()
prepare()
(importing,) = [thread for thread in threading.enumerate() if thread.name == "openai"]
importing.join()
assert "openai" in sys.modules
assert gc.isenabled() and sys.getswitchinterval() == interval
"""


def test_a_connection_is_opened_without_openai_which_is_imported_once_when_a_prompt_is_written() -> None:
    ended = subprocess.run([sys.executable, "-c", OPENED, str(TESTS)], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
