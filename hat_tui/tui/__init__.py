"""The full-screen program. The only room that imports Textual."""

import os

# Textual reads it once, when imported: how soon after the last frame the next may come. Twice its default halves the
# wait of a key's echo; frames that change nothing do not happen, and what they send is compared anyway.
os.environ.setdefault("TEXTUAL_FPS", "120")

# GNU screen takes the numbers of a true colour for attributes (version 5 can be told not to); it passes COLORTERM on.
if os.environ.get("STY") and not os.environ.get("TMUX"):
    os.environ.setdefault("TEXTUAL_COLOR_SYSTEM", "256")
