"""The one-line input of a dialog, which does the dialog's keys itself, in the order in which they were typed."""

from textual import events
from textual.widgets import Input


class DialogInput(Input):
    """An Input whose screen's bindings go before its own.

    Textual runs bindings on the app's queue, where they may overtake the letters before them or fall behind those
    after them: words and their Enter that arrive in one packet would be torn apart.
    """

    def on_mount(self) -> None:
        # Hints show what is bound nearest to the focus: not this input's keys where the screen has its own.
        for key in self.screen._bindings.key_to_bindings:
            self._bindings.key_to_bindings.pop(key, None)

    async def on_key(self, event: events.Key) -> None:
        """Do what the screen binds the key to, before anything else does."""
        for bound in self.screen._bindings.key_to_bindings.get(event.key, ()):
            event.stop()
            event.prevent_default()
            await self.app.run_action(bound.action, self.screen)
