from hat_tui.server.launch import LaunchOptions, ServedModel
from hat_tui.server.sharing import exposure, invitation, new_key, shared

OPTIONS = LaunchOptions((ServedModel("a.gguf"),))


def test_sharing_binds_the_address_with_a_key():
    options = shared(OPTIONS, "192.168.1.52")
    assert options.host == "192.168.1.52"
    assert len(options.api_key) >= 32
    assert shared(OPTIONS, "x", "given").api_key == "given"
    assert shared(shared(OPTIONS, "x", "had"), "y").api_key == "had"
    assert new_key() != new_key()


def test_the_key_is_not_in_the_command_a_colleague_types():
    text = invitation("http://192.168.1.52:8000/v1", "sesame")
    assert "  hat-tui --url http://192.168.1.52:8000/v1" in text.splitlines()
    assert not any("hat-tui" in line and "sesame" in line for line in text.splitlines())
    assert "key" not in invitation("http://x", "")


def test_what_is_exposed_is_said_beyond_loopback_alone():
    assert list(exposure(OPTIONS)) == []
    told = " ".join(exposure(shared(OPTIONS, "10.0.0.1")))
    assert "who has the key" in told
    assert "unencrypted" in told
    open_to_all = " ".join(
        exposure(LaunchOptions(OPTIONS.models, host="10.0.0.1", tls_certificate="c", tls_key_file="k"))
    )
    assert "without any key" in open_to_all
    assert "unencrypted" not in open_to_all
