"""The full-screen program. The only room that imports Textual."""

import os

from hat_tui.tui.terminal.abilities import within_gnu_screen

# Textual reads it once, when imported: how soon after the last frame the next may come. Twice its default halves the
# wait of a key's echo; frames that change nothing do not happen, and what they send is compared anyway.
os.environ.setdefault("TEXTUAL_FPS", "120")

# Textual takes COLORTERM's word for it, which GNU screen passes on.
if within_gnu_screen(os.environ):
    os.environ.setdefault("TEXTUAL_COLOR_SYSTEM", "256")
