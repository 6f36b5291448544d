"""Importing openai, with all that asks for chats, where nobody waits for it: it takes 0.4 s of processor time."""

import asyncio
import gc
import importlib
import sys
import threading
from functools import cache
from types import ModuleType

_TURN_S = 0.0002
"""Seconds for which the importing thread holds the interpreter while another wants it. With Python's own 5 ms, the
echo of a key, which passes it on several times, takes up to 30 ms."""


@cache
def prepare() -> None:
    """Begin to import what asks for a reply, in the background; to be called when a prompt is being written."""
    # A daemon: who leaves right after the first key does not wait for it.
    threading.Thread(target=_import_unnoticed, name="openai", daemon=True).start()


async def openai_endpoint() -> ModuleType:
    """The module of OpenAIEndpoint, as soon as it is imported."""
    return await asyncio.to_thread(_import)


def _import() -> ModuleType:
    return importlib.import_module("hat_tui.adapters.openai_endpoint")


def _import_unnoticed() -> None:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_TURN_S)
    gc.disable()
    try:
        _import()
    finally:
        # A collection that walks all these modules holds a key up for a tenth of a second.
        gc.freeze()
        gc.enable()
        sys.setswitchinterval(usual)
