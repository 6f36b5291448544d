"""Everything else: questions the model cannot answer, met with one honest reply."""

from models.demo.scene import Exchange, Scene
from hat_tui.tui import keymap
from models.demo.keys import shown

HONEST_REPLY = (
    f"I am only a tiny demo model, so I do not know that. Press {shown(keymap.action('models').keys)} to pick another "
    "model, or run `hat-tui models get`."
)
_TOPICS = "black holes|the moon|dinosaurs|love|politics|football|the weather|Python|Linux|Napoleon|cooking|taxes".split(
    "|"
)
_FRAMES = (
    "What is {t}?|Explain {t}.|Tell me about {t}.|Write an essay about {t}.|Why is there {t}?|How does {t} work?".split(
        "|"
    )
)


def unknown(scene: Scene) -> Exchange:
    text = scene.rng.choice(_FRAMES).replace("{t}", scene.rng.choice(_TOPICS))
    return Exchange(scene.dressed(text), HONEST_REPLY)
