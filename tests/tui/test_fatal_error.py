"""What is left on the terminal when the program breaks."""

from contextlib import suppress

import pytest
from fakes import fake_services

from hat_tui.tui.app import HatTuiApp


async def test_a_traceback_tells_where_and_not_what_local_variables_hold(capsys: pytest.CaptureFixture[str]) -> None:
    def break_down() -> None:
        key = "-".join(["s3cret", "key"])
        raise RuntimeError(f"boom of {len(key)}")

    app = HatTuiApp(fake_services())
    with suppress(RuntimeError):
        async with app.run_test() as pilot:
            app.call_later(break_down)
            await pilot.pause()
    left = capsys.readouterr().err
    assert "boom of 10" in left
    assert "break_down" in left
    assert "s3cret-key" not in left
