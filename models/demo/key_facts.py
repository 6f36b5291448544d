"""Facts about keys, slash commands and parameters, made from the program's own tables so that they stay true."""

# Texts, as they are said.
# ruff: noqa: E501

from collections.abc import Iterator
from dataclasses import dataclass

from hat_tui.chat.parameters import SPECS, ParameterSpec, SamplingParameters
from hat_tui.tui import keymap
from hat_tui.tui.keymap import Action
from models.demo.keys import every, spoken


@dataclass(frozen=True, slots=True)
class Fact:
    """A reply, and the ways to ask for it; after `||` come those kept for the evaluation."""

    reply: str
    asks: str


# What people want when they need an action, as it follows "How do I"; the last ones are kept for the evaluation.
# An action that is not here is asked for by the words of the table.
_WANTS = {
    "send": "send a prompt|send my message|send the prompt|submit my question|ask the model||send what I typed",
    "newline": "add a new line|start a new line|write several lines|make a line break|type a second line||get a new line",
    "editor": "write the prompt in my editor|use my own editor|open the prompt in an editor|edit the prompt in vim||"
    "write in my own editor",
    "launch": "change how the model is launched|change the launch settings|set the threads|set n_ctx|open the launch form||"
    "change the launch of the model",
    "share": "share my model|share with a colleague|let colleagues use my model|share the model that runs here||"
    "share the model with colleagues",
    "doctor": "run the doctor|check my machine|find out what is wrong|look for problems|open the doctor||check this machine",
    "find": "find words in the conversation|search the conversation|mark words|look for a word in the chat||"
    "search for words in the conversation",
    "next-hit": "go to the next place found|go to the next hit|see the next match||jump to the next hit",
    "previous-hit": "go to the place found before|go to the previous hit|see the match before||jump to the previous hit",
    "turn-test": "make a question a task of my test|add a question to my acceptance test|make this a test|"
    "turn a question into a task||make a task of a question",
    "older-prompt": "bring back an earlier prompt|get my last prompt back|see older prompts|use an old prompt again||"
    "bring an old prompt back",
    "newer-prompt": "go forward in the prompt history|get the next prompt of the history|go to a newer prompt||"
    "move forward in my prompt history",
    "stop": "stop the reply|stop the model|interrupt the answer|cancel a reply|close a panel|make it stop talking||"
    "stop a running answer",
    "stop-or-quit": "copy a selection|copy what I selected|copy the selected text||copy my selection",
    "regenerate": "ask for another version of the last reply|regenerate the last reply|get another answer|"
    "try the last answer again|ask again||regenerate the answer",
    "new-session": "start a new session|begin a new chat|clear the conversation|start over|open a fresh conversation||"
    "begin a new session",
    "open-sessions": "find earlier sessions|open an old session|resume a session|search my sessions|see the list of sessions|"
    "go back to an old chat||open the sessions screen",
    "models": "pick another model|change the model|switch models|choose a model|use a different model|see my models||"
    "switch to another model",
    "connect": "connect to a server|connect by URL|use a server of a colleague|open the connect screen|type a server URL||"
    "connect to another server",
    "acceptance": "run the acceptance test|start the Home Acceptance Test|judge a model|test a model|open the acceptance test||"
    "do the acceptance test",
    "parameters": "open the parameter form|change the parameters|set the temperature|tune the model|see the parameters|"
    "reach the parameter panel||show the parameter form",
    "server-log": "see the server log|open the log panel|read what the server says|show the log|reach the server log||"
    "look at the server log",
    "memory": "see the memory|see what the model still sees|show the memory panel|see what the model has forgotten|"
    "open the memory panel||look at the memory",
    "turns": "move through the turns|go up into the conversation|select a turn|reach the turns|select an older message||"
    "move up into the turns",
    "palette": "open the command palette|see all commands|find a command by name|open the palette||see every command",
    "help": "get help|see the keys|open the help panel|show the help|learn the keys||see the help",
    "quit": "quit|leave hat-tui|close hat-tui|exit the program|end the program||quit hat-tui",
    "turn-older": "select the turn above|go to an older turn|move up one turn||go one turn up",
    "turn-newer": "select the turn below|go to a newer turn|move down one turn||go one turn down",
    "turn-copy": "copy a reply|copy a turn|copy an answer|copy the text of a turn||copy a whole turn",
    "turn-copy-code": "copy a code block|copy the code of a reply|copy only the code||get the code block copied",
    "turn-edit": "edit a question|change a question and send it again|edit a reply|edit a turn|correct my question||"
    "edit an earlier question",
    "turn-regenerate": "get another version of an older reply|regenerate a selected reply|ask for another version of a turn||"
    "regenerate the selected turn",
    "turn-continue": "continue a reply that was cut|go on with a cut reply|let a cut answer go on|continue a reply||"
    "continue an answer that was cut",
    "turn-older-version": "see the version before|go to the previous version of a reply|see an older version of a reply||"
    "show the previous version",
    "turn-newer-version": "see the next version|go to the next version of a reply|see a newer version of a reply||"
    "show the following version",
    "turn-pin": "pin a turn|always send a turn|keep a turn in memory|make the model keep a message||pin a message",
    "turn-leave-out": "leave a turn out|leave out a turn|hide a turn from the model|not send a turn||leave out a message",
    "turn-delete": "delete a turn|remove a turn|take a turn out of the conversation|delete a message||delete a turn of mine",
    "turn-fork": "fork a session|start a new session from a turn|branch off a conversation|fork at a turn||fork the conversation",
    "turn-plain": "see the plain text of a turn|view a turn without rendering|show a turn as plain text||view the plain text",
}
_HOW = (
    "How do I {w}?|How can I {w}?|Which key do I press to {w}?|What do I press to {w}?|What is the key to {w}?|"
    "Which key is there to {w}?|I want to {w}.|How to {w}?|Key to {w}?|With which key can I {w}?|How would I {w}?|"
    "What should I press to {w}?|Where can I {w}?|Tell me how to {w}.|I would like to {w}.|Can I {w}?||"
    "Is there a key to {w}?|How does one {w}?|What must I press to {w}?|Show me how to {w}."
)
_WHAT = (
    "What does {k} do?|What is {k} for?|What happens when I press {k}?|What is the key {k}?|{k}?|Why would I press {k}?|"
    "What does the key {k} do?|Explain {k}.|What can I do with {k}?||What is the use of {k}?|Tell me what {k} does."
)
_COMMAND_WHAT = (
    "What does {k} do?|What is {k} for?|What is {k}?|Explain {k}.|{k}?|What does the command {k} do?|"
    "What happens when I type {k}?||What is the use of {k}?|Tell me what {k} does."
)
_MEANING = (
    "What does {p} do?|What is {p}?|Explain {p}.|What is {p} for?|What does {p} mean?|Tell me about {p}.|"
    "What is the meaning of {p}?|{p}?|What happens when I change {p}?|Describe {p}.|What does the parameter {p} do?||"
    "What is the use of {p}?|Can you explain {p}?|Why would I change {p}?"
)
_RANGE = (
    "What is the range of {p}?|Which values can {p} have?|How high can {p} be?|How low can {p} be?|"
    "What values does {p} take?|What may {p} be?|What is the maximum of {p}?|What is the minimum of {p}?|"
    "Which values are allowed for {p}?||What range does {p} have?|What can I set {p} to?"
)
_DEFAULT = (
    "What is the default of {p}?|What is the default {p}?|Which {p} is set by default?|What is {p} by default?|"
    "What is {p} set to?|What value does {p} start with?|Default value of {p}?||What is the standard value of {p}?|"
    "What is the default value of {p}?"
)
# How people call a parameter, besides its label; after `||` one kept for the evaluation.
_CALLED = {
    "temperature": "temperature|the temperature||the temperature setting",
    "top_p": "top p|top_p|top-p||the top p setting",
    "top_k": "top k|top_k|top-k||the top k setting",
    "min_p": "min p|min_p|min-p||the min p setting",
    "repeat_penalty": "repeat penalty|the repeat penalty|repeat_penalty||the penalty for repeats",
    "presence_penalty": "presence penalty|the presence penalty|presence_penalty|presence||the penalty for presence",
    "frequency_penalty": "frequency penalty|the frequency penalty|frequency_penalty|frequency||the penalty for frequency",
    "max_tokens": "reply length|max_tokens|the reply length|max tokens|the maximum length||the length of a reply",
    "seed": "seed|the seed|the random seed||the seed number",
    "stop": "stop strings|the stop strings|a stop string||the stop string",
    "turns": "turns kept|the turns kept|turns in memory|the number of turns||the turns to keep",
    "system": "system prompt|the system prompt||the prompt of the system",
}


def _lowered(text: str) -> str:
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def _crossed(frames: str, slot: str, values: str) -> str:
    """All frames with all values; held out is what has a held-out value, in a frame of the training."""
    trained_frames, _, kept_frames = frames.partition("||")
    trained, mark, kept = values.partition("||")
    known = [frame.replace(slot, value) for frame in trained_frames.split("|") for value in trained.split("|")]
    if mark:
        held = [frame.replace(slot, value) for frame in trained_frames.split("|")[:4] for value in kept.split("|")]
    else:
        held = []
    held += [frame.replace(slot, value) for frame in kept_frames.split("|") for value in trained.split("|")]
    return "|".join(known) + "||" + "|".join(held)


def _action_facts(action: Action, on_a_turn: bool) -> Iterator[Fact]:
    wants = _WANTS.get(action.id, _lowered(action.help.split(";")[0]))
    helped = _lowered(action.help)
    if on_a_turn:
        yield Fact(
            f"Select a turn with Shift+Tab, then press {every(action.keys)}: {helped}.", _crossed(_HOW, "{w}", wants)
        )
    else:
        yield Fact(f"Press {every(action.keys)}: {helped}.", _crossed(_HOW, "{w}", wants))
    named = [key for key in action.keys.split(",") if key not in ("up", "down")]
    if not on_a_turn:
        named = action.keys.split(",")
    for key in named:
        where = "On a selected turn, " if on_a_turn else ""
        shown = spoken(key)
        calls = f"{shown}|the {shown} key" if "+" not in shown else f"{shown}|{shown.replace('+', '-')}|{shown.lower()}"
        if on_a_turn and len(shown) == 1:
            calls = f"{shown} on a turn|the {shown} key|pressing {shown}|{shown}"
        yield Fact(f"{where}{shown}: {helped}.", _crossed(_WHAT, "{k}", calls))


def _command_fact(action: Action, on_a_turn: bool) -> Fact:
    same = f"the {every(action.keys)} key of a selected turn" if on_a_turn else every(action.keys)
    return Fact(
        f"/{action.command} does the same as {same}: {_lowered(action.help)}.",
        _crossed(_COMMAND_WHAT, "{k}", f"/{action.command}"),
    )


def _parameter_facts(spec: ParameterSpec, default: object) -> Iterator[Fact]:
    called = _CALLED.get(spec.name, spec.label.lower())
    label = spec.label
    yield Fact(f"{label}: {_lowered(spec.help)}.", _crossed(_MEANING, "{p}", called))
    if spec.kind != "text":
        yield Fact(f"{label} takes {spec.range}.", _crossed(_RANGE, "{p}", called))
    value = spec.format(default)  # type: ignore[arg-type]
    yield Fact(
        f'{label} is "{value}" by default.' if spec.kind == "text" else f"{label} is {value or 'empty'} by default.",
        _crossed(_DEFAULT, "{p}", called),
    )


def table_facts() -> list[Fact]:
    """Facts from the key table and from the parameter table."""
    facts: list[Fact] = []
    for actions, on_a_turn in ((keymap.CHAT, False), (keymap.TURN, True)):
        for action in actions:
            facts.extend(_action_facts(action, on_a_turn))
            if action.command:
                facts.append(_command_fact(action, on_a_turn))
    defaults = SamplingParameters()
    for spec in SPECS:
        facts.extend(_parameter_facts(spec, getattr(defaults, spec.name)))
    return facts
