"""Named sets of sampling parameters: the built-in ones, and those a person saved."""

from collections.abc import Mapping
from pathlib import Path

from hat_tui.adapters.toml_file import read_toml, write_toml
from hat_tui.chat.parameters import BadValue, SamplingParameters

BUILT_IN: Mapping[str, SamplingParameters] = {
    "article": SamplingParameters(),
    "exact": SamplingParameters(temperature=0.0, top_k=1, seed=1),
    "lively": SamplingParameters(temperature=0.8, top_p=0.95, top_k=40, min_p=0.05, repeat_penalty=1.1),
}
"""`article`: the values of "Home Acceptance Test for Small Language Models"; `exact`: the same answer every time;
`lively`: llama.cpp's own defaults."""


class PresetFile:
    """presets.toml: one table a preset."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Mapping[str, SamplingParameters]:
        """Built-in presets, then those of the file. A table that makes no sense is passed over."""
        presets = dict(BUILT_IN)
        try:
            saved = self._read()
        except OSError:
            saved = {}
        for name, table in saved.items():
            try:
                presets[name] = SamplingParameters.from_mapping(table)
            except (BadValue, AttributeError):
                continue
        return presets

    def save(self, name: str, parameters: SamplingParameters) -> None:
        """Keep `parameters` under `name`. The file is replaced whole, so a crash leaves the old or the new one.

        Raises OSError, also when what stands there cannot be read: it is not written over.
        """
        # TOML has no word for "none": a seed that is not set is left away.
        table = {key: value for key, value in parameters.as_mapping().items() if value is not None}
        saved = {**self._read(), name: table}
        write_toml(self._path, saved)

    def _read(self) -> dict[str, dict[str, object]]:
        try:
            return read_toml(self._path)
        except ValueError as error:
            raise OSError(f"{self._path} is not valid TOML ({error}): mend it or move it away") from error
