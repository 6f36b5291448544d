"""Every action and the keys that reach it: footer, help panel, config and docs read this one table.

Plain SSH, tmux (prefix Ctrl+B) and screen (prefix Ctrl+A) deliver all of these. They cannot tell Ctrl+M, Ctrl+J,
Ctrl+I and Ctrl+H from Enter, newline, Tab and Backspace, so no action but "new line" uses one of them.
"""

from hat_tui.frozen import frozen


@frozen
class Action:
    """One thing a person can do by key.

    `id` is the name under `[keys]` in the config file; `keys` are Textual key names, comma-separated, the first shown.
    `command` is the slash command that does the same, without the slash, or "".
    """

    id: str
    keys: str
    label: str
    help: str
    group: str
    command: str = ""


CHAT = (
    Action("send", "enter", "Send", "Send the prompt; while a reply runs, queue it", "Prompt"),
    Action("newline", "ctrl+j,alt+enter", "New line", "Add a line to the prompt", "Prompt"),
    Action("older-prompt", "up", "Older prompt", "Bring back an earlier prompt, from the first line", "Prompt"),
    Action("newer-prompt", "down", "Newer prompt", "Go forward in the prompt history, from the last line", "Prompt"),
    Action("editor", "alt+e", "Editor", "Write the prompt in your own editor ($VISUAL, $EDITOR)", "Prompt", "editor"),
    Action("undo", "ctrl+underscore", "Undo", "Undo the last change of the prompt", "Prompt"),
    Action("stop", "escape", "Stop", "Stop the reply and keep what it said; else close the nearest panel", "Reply"),
    Action(
        "stop-or-quit",
        "ctrl+c",
        "Stop / quit",
        "Copy a selection; stop a running reply; ask to quit when idle",
        "Reply",
    ),
    Action("regenerate", "ctrl+r", "Again", "Ask for another version of the last reply", "Reply", "again"),
    Action("new-session", "ctrl+n", "New", "Start a new session; the old one stays on disk", "Session", "new"),
    Action("open-sessions", "ctrl+o", "Sessions", "Find, search and resume earlier sessions", "Session", "sessions"),
    Action("models", "ctrl+s", "Models", "The models here: load, download, unload, switch", "Model", "model"),
    Action("launch", "alt+l,f5", "Launch", "How the model that runs here is launched: change it", "Model", "launch"),
    Action("connect", "alt+c,f6", "Connect", "Connect to a server: a saved one, or by its URL", "Model", "connect"),
    Action(
        "share", "alt+s,f8", "Share", "Let colleagues on the network use the model that runs here", "Model", "share"
    ),
    Action(
        "doctor", "alt+d,f9", "Doctor", "Look at this machine, the server part and the endpoints", "Model", "doctor"
    ),
    Action("acceptance", "alt+a,f7", "Accept", "Run and judge the Home Acceptance Test", "Model", "accept"),
    Action(
        "parameters", "ctrl+t,f2", "Tune", "Show and reach the parameter form; again to go back", "Panels", "parameters"
    ),
    Action("server-log", "ctrl+l,f3", "Log", "Show and reach the server log; again to go back", "Panels", "log"),
    Action(
        "memory", "alt+m,f4", "Memory", "Show what the model still sees and what it has forgotten", "Panels", "memory"
    ),
    Action("turns", "shift+tab", "Turns", "Go up into the conversation to move through its turns", "Panels", "turns"),
    Action("palette", "ctrl+p", "Commands", "Everything hat-tui can do, by name", "Program"),
    Action("help", "ctrl+g,f1", "Help", "Show the keys of where you are", "Program", "help"),
    Action("suspend", "ctrl+z", "Suspend", "Go back to the shell for a while; fg goes on", "Program"),
    Action("quit", "ctrl+q", "Quit", "Leave; the session is saved already", "Program", "quit"),
)

TURN = (
    Action("turn-older", "up,k", "Older", "Select the turn above", "Turn"),
    Action("turn-newer", "down,j", "Newer", "Select the turn below", "Turn"),
    Action("turn-copy", "c", "Copy", "Copy the turn's text", "Turn", "copy"),
    Action("turn-copy-code", "b", "Code", "Copy a code block of the turn; again for the next one", "Turn"),
    Action("turn-edit", "e", "Edit", "Edit and resend a question, or edit a reply", "Turn", "edit"),
    Action("turn-regenerate", "r", "Again", "Ask for another version of this reply", "Turn"),
    Action("turn-continue", "n", "Continue", "Go on with a reply that was cut", "Turn", "continue"),
    Action("turn-older-version", "left", "‹ version", "Show the version before", "Turn"),
    Action("turn-newer-version", "right", "version ›", "Show the next version", "Turn"),
    Action("turn-pin", "p", "Pin", "Always send this turn, however old", "Turn", "pin"),
    Action("turn-leave-out", "x", "Leave out", "Do not send this turn", "Turn"),
    Action("turn-delete", "d", "Delete", "Take this turn and what follows it out of the conversation", "Turn"),
    Action("turn-fork", "f", "Fork", "Start a new session that begins with everything up to here", "Turn", "fork"),
    Action("find", "slash", "Find", "Mark words in the conversation", "Turn", "find"),
    Action("next-hit", "ctrl+down,greater_than_sign", "Next hit", "Go to the next place that was found", "Turn"),
    Action("previous-hit", "ctrl+up,less_than_sign", "Hit before", "Go to the place found before", "Turn"),
    Action("turn-test", "t", "Test", "Make this question a task of your own acceptance test", "Turn", "test"),
    Action("turn-plain", "v", "Plain", "Show the turn's text as it was sent, without rendering", "Turn"),
)


def action(id: str) -> Action:
    """The action named `id`; KeyError when there is none."""
    return _BY_ID[id]


_BY_ID = {entry.id: entry for entry in CHAT + TURN}
