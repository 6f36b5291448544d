"""The way from the chat to the Home Acceptance Test, and from a turn to a task of it."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import BindingType

from hat_tui.chat.conversation import Turn
from hat_tui.tui.bindings import binding
from hat_tui.tui.screens.serving import ServingScreen

if TYPE_CHECKING:
    from hat_tui.acceptance.bench import Bench


class AcceptingScreen(ServingScreen):
    """The conversation, with the acceptance test behind a key. What that needs is imported when it is asked for."""

    BINDINGS: ClassVar[list[BindingType]] = [binding("acceptance", "acceptance")]

    @property
    def accepting_commands(self) -> Mapping[str, Callable[[str], object]]:
        """The slash commands of this layer."""
        return {"accept": lambda rest: self.action_acceptance()}

    def do_to_turn(self, action: str, turn: Turn) -> None:
        """One more action of a turn: make it a test."""
        if action == "turn-test":
            self._make_test(turn)
        else:
            super().do_to_turn(action, turn)

    def action_acceptance(self) -> None:
        """Show the runs of the acceptance test."""
        if (bench := self._bench()) is not None:
            from hat_tui.tui.screens.acceptance import AcceptanceScreen  # noqa: PLC0415 (not needed to chat)

            self.app.push_screen(AcceptanceScreen(bench, self.services.models))

    @work(exclusive=True, group="dialog")
    async def _make_test(self, turn: Turn) -> None:
        if (bench := self._bench()) is None:
            return
        from hat_tui.acceptance.from_chat import task_from  # noqa: PLC0415 (not needed to chat)
        from hat_tui.tui.screens.make_test import MakeTestScreen  # noqa: PLC0415

        task = task_from(self.dialogue.conversation, turn)
        if place := await self.app.push_screen_wait(MakeTestScreen(task, bench)):
            self.tell(f"The task is in {place}; Alt+A runs it.")

    def _bench(self) -> "Bench | None":
        """What tests are run with; a restricted hat-tui has none, as runs are files."""
        if self._refused() or self.services.bench is None:
            return None
        return self.services.bench()
