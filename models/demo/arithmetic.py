"""Sums and differences up to 100: easy ones at once, harder ones by way of the tens."""

from models.demo.phrasing import load
from models.demo.scene import Exchange, Scene
from models.demo.words import is_held_out

_WAYS = load("skills")


def sum_reply(a: int, b: int) -> str:
    """How the model adds: "47 + 30 = 77, 77 + 8 = 85. So 47 + 38 = 85."""
    tens, ones = b - b % 10, b % 10
    answer = f"{a} + {b} = {a + b}."
    if a < 10 or not tens or not ones:
        return answer
    return f"{a} + {tens} = {a + tens}, {a + tens} + {ones} = {a + b}. So {answer}"


def difference_reply(a: int, b: int) -> str:
    """How the model subtracts; when `b` is the larger one it turns the difference round."""
    if a < b:
        return difference_reply(b, a).replace(" So ", " ").rstrip(".") + f", so {a} - {b} = -{b - a}."
    tens, ones = b - b % 10, b % 10
    answer = f"{a} - {b} = {a - b}."
    if not tens or not ones:
        return answer
    return f"{a} - {tens} = {a - tens}, {a - tens} - {ones} = {a - b}. So {answer}"


def operands(scene: Scene, sign: str) -> tuple[int, int]:
    """Two numbers whose sum is at most 100, or whose difference is not negative, on the scene's side of the split."""
    rng = scene.rng
    while True:
        high = rng.choice((10, 20, 100, 100, 100))
        if sign == "+":
            total = rng.randint(0, high)
            a = rng.randint(0, total)
            b = total - a
        else:
            a = rng.randint(0, high)
            b = rng.randint(0, a)
        if is_held_out(f"{a}{sign}{b}") == scene.held_out:
            return a, b


def add(scene: Scene) -> Exchange:
    a, b = operands(scene, "+")
    return Exchange(scene.dressed(scene.says(_WAYS["sum"])).format(a=a, b=b), sum_reply(a, b))


def subtract(scene: Scene) -> Exchange:
    a, b = operands(scene, "-")
    if not scene.held_out and scene.rng.random() < 0.04:
        a, b = b, a
    return Exchange(scene.dressed(scene.says(_WAYS["difference"])).format(a=a, b=b), difference_reply(a, b))
