"""`hat-tui ask`: one answer on standard output, everything else on standard error."""

import sys
from contextlib import aclosing

from hat_tui.chat.dialogue import Request
from hat_tui.chat.message import Message, Role
from hat_tui.chat.parameters import SamplingParameters
from hat_tui.chat.reply import Delta, Ending, Failed, Finished, Note
from hat_tui.chat.safe_text import shown
from hat_tui.services import Connection, NotConnected


async def ask(connection: Connection, parameters: SamplingParameters, prompt: str) -> int:
    """Print one answer to standard output as it comes; everything else goes to standard error. The exit code.

    Text for a terminal is made safe for it; a pipe gets every character as the model said it.
    """
    safe = shown if sys.stdout.isatty() else str
    system = (Message(Role.SYSTEM, parameters.system),) if parameters.system else ()
    try:
        facts = await connection.open(lambda state: None, lambda lines: None)
        request = Request((*system, Message(Role.USER, prompt)), parameters, facts.model)
        async with aclosing(connection.endpoint.reply(request)) as events:
            async for event in events:
                match event:
                    case Delta(text=piece):
                        print(safe(piece), end="", flush=True)
                    case Note(text=text):
                        _tell(text)
                    case Finished(ending=ending):
                        print()
                        return _told_ending(ending, parameters)
                    case Failed(explanation=why):
                        _tell(why)
                        return 1
    except NotConnected as trouble:
        _tell(str(trouble))
        return 1
    finally:
        await connection.close()
    return 1


def _told_ending(ending: Ending, parameters: SamplingParameters) -> int:
    if ending is Ending.LENGTH:
        _tell(f"the reply was ended at {parameters.max_tokens} tokens; --max-tokens allows more")
    elif ending is Ending.CUT:
        _tell("the server cut the reply off")
        return 1
    return 0


def _tell(text: str) -> None:
    print(f"hat-tui: {shown(text)}", file=sys.stderr)
