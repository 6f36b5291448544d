"""An app with a server child, to be killed: prints the child's number, then waits."""

import asyncio
import sys
from pathlib import Path

from hat_tui.adapters.server_process import ServerProcess
from hat_tui.server.launch import for_model


async def main(folder, model, module):
    server = ServerProcess(Path(folder), module=module)
    await server.start(for_model(model))
    await server.settled()
    record = next(Path(folder).glob("*.run"))  # noqa: ASYNC240 - a test's own small folder
    print(record.read_text(), flush=True)
    await asyncio.sleep(3600)


asyncio.run(main(*sys.argv[1:]))
