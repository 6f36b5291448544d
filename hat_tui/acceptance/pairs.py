"""Blind pairs summed up: wins, and a Bradley-Terry rating on the Elo scale with intervals.

The model says that A beats B with the odds exp(a - b) (Bradley and Terry, Biometrika 39, 1952). The ratings are the
likeliest ones, found by the iteration of D. R. Hunter, "MM algorithms for generalized Bradley-Terry models", Annals of
Statistics 32(1), 2004, section 2; a draw counts as half a win for each. Every model also plays one draw against an
average one, so that a model that won everything gets a rating and not infinity. Intervals are 1.96 standard errors by
the observed Fisher information. 400 Elo are a factor of ten in the odds (A. E. Elo, 1978).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hat_tui.acceptance.run import Pair, Preference

AVERAGE = 1000.0
"""The rating of an average model."""

PER_UNIT = 400 / math.log(10)
"""Elo points of one unit of log-odds."""

PRIOR_DRAWS = 1.0


@dataclass(frozen=True, slots=True)
class Rating:
    """One model's pairs: won, drawn, lost; its rating and the ends of the 95 % interval, in Elo points."""

    model: str
    won: int
    drawn: int
    lost: int
    elo: float
    low: float
    high: float


def ratings(preferences: Mapping[Pair, Preference], models: Sequence[str]) -> list[Rating]:
    """The rating of each model, best first; those that were in no pair are left away."""
    results = [(pair.a.model, pair.b.model, preference) for pair, preference in preferences.items()]
    played = [model for model in models if any(model in result[:2] for result in results)]
    if not played:
        return []
    place = {model: number for number, model in enumerate(played)}
    games = [[0.0] * len(played) for _ in played]
    wins = [0.0] * len(played)
    for a, b, preference in results:
        games[place[a]][place[b]] += 1
        games[place[b]][place[a]] += 1
        share = {Preference.A: 1.0, Preference.B: 0.0, Preference.EQUAL: 0.5}[preference]
        wins[place[a]] += share
        wins[place[b]] += 1 - share
    strengths = _strengths(games, wins)
    errors = _standard_errors(games, strengths)
    found = []
    for model, at in place.items():
        elo = AVERAGE + PER_UNIT * math.log(strengths[at])
        reach = 1.96 * PER_UNIT * errors[at]
        found.append(Rating(model, *_tally(model, results), elo, elo - reach, elo + reach))
    return sorted(found, key=lambda rating: -rating.elo)


def _tally(model: str, results: Iterable[tuple[str, str, Preference]]) -> tuple[int, int, int]:
    won = drawn = lost = 0
    for a, b, preference in results:
        if model not in (a, b):
            continue
        if preference is Preference.EQUAL:
            drawn += 1
        elif (preference is Preference.A) == (model == a):
            won += 1
        else:
            lost += 1
    return won, drawn, lost


def _strengths(games: Sequence[Sequence[float]], wins: Sequence[float]) -> list[float]:
    """exp of the ratings; the average model that each draws against has 1."""
    strengths = [1.0] * len(wins)
    for _ in range(10_000):
        new = [
            (wins[i] + PRIOR_DRAWS / 2)
            / (
                sum(count / (strengths[i] + strengths[j]) for j, count in enumerate(games[i]) if count)
                + PRIOR_DRAWS / (strengths[i] + 1)
            )
            for i in range(len(wins))
        ]
        moved = max(abs(math.log(after / before)) for after, before in zip(new, strengths, strict=True))
        strengths = new
        if moved < 1e-10:
            break
    return strengths


def _standard_errors(games: Sequence[Sequence[float]], strengths: Sequence[float]) -> list[float]:
    """Square roots of the diagonal of the inverse information matrix, in log-odds."""
    size = len(strengths)
    information = [[0.0] * size for _ in range(size)]
    for i in range(size):
        information[i][i] += PRIOR_DRAWS * strengths[i] / (strengths[i] + 1) ** 2
        for j in range(size):
            if games[i][j]:
                weight = games[i][j] * strengths[i] * strengths[j] / (strengths[i] + strengths[j]) ** 2
                information[i][i] += weight
                information[i][j] -= weight
    inverse = _inverse(information)
    return [math.sqrt(inverse[i][i]) for i in range(size)]


def _inverse(matrix: Sequence[Sequence[float]]) -> list[list[float]]:
    """Gauss-Jordan; the matrix is positive definite, so no pivot is zero."""
    size = len(matrix)
    rows = [[*row, *(1.0 if i == j else 0.0 for j in range(size))] for i, row in enumerate(matrix)]
    for i in range(size):
        pivot = rows[i][i]
        rows[i] = [value / pivot for value in rows[i]]
        for j in range(size):
            if j != i and rows[j][i]:
                factor = rows[j][i]
                rows[j] = [value - factor * own for value, own in zip(rows[j], rows[i], strict=True)]
    return [row[size:] for row in rows]
