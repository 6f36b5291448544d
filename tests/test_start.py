"""What a start does not wait for: whatever the first screen shows nothing of is imported later."""

import os
import subprocess
import sys
from pathlib import Path

LATER = """
openai httpx2 pydantic
hat_tui.acceptance hat_tui.gguf.header hat_tui.gguf.facts hat_tui.server.log_line hat_tui.server.diagnosis
hat_tui.chat.transcript_reader hat_tui.chat.export hat_tui.chat.odd_text
hat_tui.adapters.openai_endpoint hat_tui.adapters.own_server hat_tui.adapters.server_process hat_tui.adapters.launcher
hat_tui.adapters.model_shelf hat_tui.adapters.model_download hat_tui.adapters.doctor hat_tui.adapters.acceptance_bench
hat_tui.tui.screens.models hat_tui.tui.screens.launch hat_tui.tui.screens.connect hat_tui.tui.screens.sessions
hat_tui.tui.screens.pick hat_tui.tui.screens.doctor hat_tui.tui.screens.share hat_tui.tui.screens.keys_help
hat_tui.tui.screens.confirm hat_tui.tui.screens.write
"""

STARTED = """
import os, sys
from hat_tui import cli, wiring
from hat_tui.adapters import locations
from hat_tui.adapters.settings_file import load

options = cli.build_parser(sys.argv[1:]).parse_args()
services = wiring.services(load(vars(options), os.environ, locations.config_file()))
from hat_tui.tui.app import HatTuiApp
HatTuiApp(services).get_default_screen()
services.connect(services.first)
services.sessions.recent_prompts()
services.launcher
print(*sys.modules)
"""


def test_a_start_imports_nothing_that_the_first_screen_does_without(tmp_path: Path) -> None:
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "PYTHONPATH": str(Path.cwd())}
    command = [sys.executable, "-c", STARTED, "--url", "http://127.0.0.1:9"]
    ended = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.stderr == ""
    assert sorted(set(ended.stdout.split()) & set(LATER.split())) == []
