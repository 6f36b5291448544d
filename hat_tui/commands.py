"""Slash commands: what may stand after a `/` in the prompt box, in the full-screen chat and in the plain one."""

from collections.abc import Sequence

from hat_tui.chat.parameters import SPECS
from hat_tui.frozen import frozen


@frozen
class Command:
    """One command; `takes` shows what follows its name, "" for nothing; `plain` when the chat in lines knows it too."""

    name: str
    takes: str
    help: str
    plain: bool = True


COMMANDS: tuple[Command, ...] = (
    Command("accept", "", "run and judge the Home Acceptance Test", plain=False),
    Command("again", "", "another version of the last reply"),
    Command("attach", "PATH", "put a text file below the prompt you are writing", plain=False),
    Command("connect", "[NAME|URL]", "connect to a server that is there already"),
    Command("continue", "", "go on with the last reply, or the selected one", plain=False),
    Command("copy", "", "copy the last reply", plain=False),
    Command("delete", "", "take the last reply, or the selected turn, out of the conversation", plain=False),
    Command("doctor", "", "look at this machine, the server part and the endpoints", plain=False),
    Command("edit", "", "change the last reply, or the selected turn", plain=False),
    Command("editor", "", "write the prompt in your own editor ($VISUAL, $EDITOR)", plain=False),
    Command("export", "[md|json|html]", "write the session beside its file in another format", plain=False),
    Command("find", "WORDS", "mark words in this conversation; > and < go through them", plain=False),
    Command("fork", "", "go on in a new session that begins with this conversation", plain=False),
    Command("help", "", "what can be done, and how"),
    Command("launch", "", "how the model that runs here is launched", plain=False),
    Command("log", "", "the server's log"),
    Command("memory", "", "what the model still sees"),
    Command("model", "[NAME]", "run another model, keeping the conversation"),
    Command("new", "", "start a new session; the old one stays on disk"),
    Command("parameters", "", "how the next reply is made"),
    Command("preset", "[NAME]", "take a named set of parameters"),
    Command("quit", "", "leave"),
    Command("restart", "", "load the model again, or connect again", plain=False),
    Command("save", "FOLDER", "keep this session in another folder from here on"),
    Command("sessions", "[ID]", "go on with an earlier session"),
    Command("set", "NAME VALUE", f"set a parameter: {', '.join(spec.name for spec in SPECS)}"),
    Command("share", "", "let colleagues on the network use the model that runs here", plain=False),
    Command("summarise", "", "let the model sum up what it has forgotten, and send that", plain=False),
    Command("test", "", "make the last question, or the selected turn, a task of your own test", plain=False),
    Command("title", "[WORDS]", "name the session; without words the model finds a title"),
    Command("undelete", "", "bring back what was deleted last", plain=False),
    Command("unload", "", "let go of the model; the conversation stays", plain=False),
    Command("unshare", "", "take the shared model back to this machine alone", plain=False),
    Command(
        "window", "[blocks|exact]", "how a full memory forgets: a block at once, cheap, or turn by turn", plain=False
    ),
)


def parse(text: str) -> tuple[str, str] | None:
    """The name and the rest of what was written when it is a command; None when it is a prompt.

    A prompt that shall begin with a slash is written with two. A path such as /etc/hosts is no command either: names
    have no second slash.
    """
    if not text.startswith("/") or text.startswith("//"):
        return None
    name, _, rest = text[1:].partition(" ")
    if not name or "/" in name or "\n" in name:
        return None
    return name.casefold(), rest.strip()


def as_prompt(text: str) -> str:
    """What is sent of a text that is no command: two slashes at the start stand for one."""
    return text[1:] if text.startswith("//") else text


def matching(text: str) -> Sequence[Command]:
    """The commands that what is being written may become, best first; none once their argument begins."""
    if (written := parse(text + " ")) is None or " " in text or "\n" in text:
        return list(COMMANDS) if text == "/" else ()
    return [command for command in COMMANDS if command.name.startswith(written[0])]


def closest(name: str) -> str:
    """The names that a mistyped one may have meant, for the sentence that says there is no such command."""
    near = [command.name for command in COMMANDS if command.name[:1] == name[:1]]
    return ", ".join(f"/{known}" for known in near or [command.name for command in COMMANDS])
