"""What can be done to one turn, by key or by command."""

from collections.abc import Callable, Mapping

from textual import on, work

from hat_tui.chat.conversation import Conversation, Turn
from hat_tui.chat.dialogue import NotKept
from hat_tui.chat.message import Role
from hat_tui.chat.record import Opened, Record, Titled
from hat_tui.chat.safe_text import shown_line
from hat_tui.services import SessionKeeper
from hat_tui.tui.screens.conversing import ConversingScreen
from hat_tui.tui.widgets.transcript_view import TranscriptView

ASKING = ("turn-regenerate", "turn-continue")
"""What is done to a turn by the model."""

WAIT = "Wait for the reply to end, or stop it with Escape"


class TurnsScreen(ConversingScreen):
    """The conversation with the keys of its turns. Nothing is changed while a reply runs."""

    @on(TranscriptView.TurnAction)
    def act_on_turn(self, event: TranscriptView.TurnAction) -> None:
        """Do what a key of the transcript says to the turn that is selected."""
        event.stop()
        match event.action:
            case "find":
                self.prompt.begin("/find ")
                self.prompt.focus()
            case "next-hit":
                self.transcript.next_hit()
            case "previous-hit":
                self.transcript.previous_hit()
        if event.key <= 0:
            return
        self.do_to_turn(event.action, self.dialogue.conversation.turn(event.key))

    def action_enter_turns(self) -> None:
        """Give the conversation the keys, and its place when a panel stands there: no turn is changed unseen."""
        if self.side.uncover():
            self._show_covering()
        self.transcript.focus()

    def _show_covering(self) -> None:
        self.transcript.display = not self.side.covers
        self.refresh_bindings()

    def do_to_turn(self, action: str, turn: Turn) -> None:
        """Do one of the actions of the table TURN to a turn."""
        reading: Mapping[str, Callable[[Turn], object]] = {
            "turn-copy": lambda turn: self.copy(turn.text),
            "turn-copy-code": self._copy_code,
            "turn-plain": self._show_plain,
            "turn-fork": self._fork_at,
        }
        changing: Mapping[str, Callable[[Turn], object]] = {
            "turn-edit": self._edit,
            "turn-regenerate": self.answer_again,
            "turn-continue": self._continue,
            "turn-older-version": lambda turn: self._show_version(turn, -1),
            "turn-newer-version": lambda turn: self._show_version(turn, 1),
            "turn-pin": self._pin,
            "turn-leave-out": self._leave_out,
            "turn-delete": self._delete,
        }
        if action in reading:
            reading[action](turn)
        elif self.is_answering:
            self.notify(WAIT, severity="warning", markup=False)
        elif not self.link.ready and (action in ASKING or (action == "turn-edit" and turn.role is Role.USER)):
            self.notify(
                "No model answers: Ctrl+S loads one, Alt+C connects to a server", severity="warning", markup=False
            )
        elif action in changing:
            changing[action](turn)

    def find(self, words: str) -> None:
        """Mark words in the conversation and go to the first place; without words, take the marks away."""
        hits = self.transcript.search(words)
        if not words:
            return
        places = {0: "nowhere", 1: "in one place"}.get(hits, f"in {hits} places; > and < go through them")
        self.notify(f"“{shown_line(words)}” stands {places}", markup=False)
        if hits:
            self.action_enter_turns()
            self.transcript.next_hit()

    def last_reply(self) -> Turn | None:
        """The last turn that the model said, if any."""
        replies = [turn for turn in self.dialogue.conversation.path() if turn.role is Role.ASSISTANT]
        return replies[-1] if replies else None

    def answer_again(self, turn: Turn) -> None:
        """Ask for another version of a reply, or of the reply to a question."""
        question = turn if turn.role is Role.USER else self.dialogue.conversation.turn(turn.parent)
        self.converse(self.dialogue.answer_again(question), "")

    def _continue(self, turn: Turn) -> None:
        self.converse(self.dialogue.continue_reply(turn), "")

    @work(exclusive=True, group="dialog")
    async def _edit(self, turn: Turn) -> None:
        """Ask a question anew in other words, or put other words in the model's mouth; the old ones stay a version."""
        from hat_tui.tui.screens.write import WriteScreen

        is_question = turn.role is Role.USER
        title = "Ask anew in other words" if is_question else "What the model shall have said"
        text = await self.app.push_screen_wait(WriteScreen(title, turn.text))
        if not text or text == turn.text:
            return
        if self.is_answering:  # a queued prompt was asked meanwhile
            self.notify(WAIT, severity="warning", markup=False)
            self._give_back(text)
        elif is_question:
            self.converse(self.dialogue.ask(text, turn.parent), text, anew=True)
        else:
            self.dialogue.rewrite(turn, text)
            self.show_conversation()

    def _show_version(self, turn: Turn, steps: int) -> None:
        shown = self.dialogue.show_version(turn, steps)
        if shown is not turn:
            self.show_conversation()
            self.transcript.selected = shown.id

    def _pin(self, turn: Turn) -> None:
        self.dialogue.pin(turn, on=not turn.pinned)
        self._show_mark(turn)

    def _leave_out(self, turn: Turn) -> None:
        self.dialogue.leave_out(turn, on=not turn.left_out)
        self._show_mark(turn)

    def _show_mark(self, turn: Turn) -> None:
        self.transcript.update(self.as_entry(turn))
        self.look_ahead()

    def _delete(self, turn: Turn) -> None:
        path = self.dialogue.conversation.path()
        gone = len(path) - path.index(turn) if turn in path else 1
        self.dialogue.delete(turn)
        self.show_conversation()
        self._deleted = turn
        what = "This turn is" if gone == 1 else f"{gone} turns are"
        self.tell(f"{what} out of the conversation, and still in the file; /undelete brings it back.")

    def undelete(self) -> None:
        """Bring back what was deleted last."""
        if self.is_answering:
            self.notify(WAIT, severity="warning", markup=False)
        elif self._deleted is None:
            self.tell("Nothing was deleted.", "warning")
        else:
            self.dialogue.restore(self._deleted)
            self._deleted = None
            self.show_conversation()

    def _copy_code(self, turn: Turn) -> None:
        blocks = self.transcript.code_blocks(turn.id)
        if not blocks:
            self.notify("There is no code block in this turn", markup=False)
            return
        # The same turn again: its next block.
        self._code_at = self._code_at + 1 if self._code_of == turn.id else 0
        self._code_of = turn.id
        self.copy(blocks[self._code_at % len(blocks)])

    def _show_plain(self, turn: Turn) -> None:
        self._plain ^= {turn.id}
        self.transcript.update(self.as_entry(turn))

    # Forks

    def _fork_at(self, turn: Turn) -> None:
        self.fork(self.dialogue.conversation, [*self.dialogue.conversation.before(turn), turn])

    @work(exclusive=True, group="session")
    async def fork(self, conversation: Conversation, turns: list[Turn] | None = None) -> None:
        """Go on in a new session that begins with these turns of a conversation, all that are shown by default."""
        await self.end_reply()
        turns = conversation.path() if turns is None else turns
        if not turns:
            self.tell("There is nothing to fork yet.", "warning")
            return
        records: list[Record] = [
            Opened(self.services.clock(), f"hat-tui {self.services.version}"),
            Titled(f"{conversation.title or 'A chat'}, forked"),
            *[record for turn in turns for record in turn.records()],
        ]
        try:
            keeper = self.services.sessions.create(records)
        except (NotKept, OSError) as trouble:
            self.tell(f"The fork could not be kept: {trouble}", "error")
            return
        await self.change_session(Conversation(records), keeper)
        self.tell("This is a new session that begins like the other one.")

    async def change_session(self, conversation: Conversation, keeper: SessionKeeper) -> None:
        """Show another conversation and keep what follows elsewhere; what answers stays, and what is not sent yet."""
        await self.end_reply()
        self.held = bool(self.queue)
        self.keeper.close()
        self.keeper = keeper
        before = self.dialogue
        self.dialogue = self.dialogue_of(conversation)
        self.dialogue.endpoint, self.dialogue.model = before.endpoint, before.model
        self._plain.clear()
        self._deleted = None
        self.show_conversation(another=True)
        self.status.session = keeper.name
        self.show_queue()
