"""The full-screen program. The only room that imports Textual."""

import os

# Textual reads it once, when imported: how soon after the last frame the next may come. Twice its default halves the
# wait of a key's echo; frames that change nothing do not happen, and what they send is compared anyway.
os.environ.setdefault("TEXTUAL_FPS", "120")
