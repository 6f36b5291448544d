import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser

from any_conversation import conversations
from hypothesis import given

from hat_tui.chat.conversation import Conversation
from hat_tui.chat.export import FORMATS, html, markdown, openai_json
from hat_tui.chat.message import Role
from hat_tui.chat.record import Begun, Ended, ModelUsed, Opened, ParametersSet, Said, Titled
from hat_tui.chat.reply import Ending

AT = datetime(2026, 11, 24, 5, 35, tzinfo=UTC)
CHAT = Conversation(
    [
        Opened(AT),
        Titled("Tags & things"),
        ModelUsed("hat-demo"),
        ParametersSet({"temperature": 0.1, "seed": None, "stop": [], "system": "Be brief.", "turns": 12}),
        Begun(1, Role.USER, 0, AT),
        Said(1, "<script>alert(1)</script> & \x1b[2J"),
        Ended(1),
        Begun(2, Role.ASSISTANT, 1, AT, "hat-demo"),
        Said(2, "Let me\nsee", thought=True),
        Said(2, "| a |\n|---|"),
        Ended(2, Ending.LENGTH),
    ]
)


def test_markdown_has_headings_for_the_speakers():
    assert markdown(CHAT) == (
        "# Tags & things\n\nModel: hat-demo\n\n2026-11-24 05:35\n"
        "\n## You\n\n<script>alert(1)</script> & ␛[2J\n"
        "\n## hat-demo\n\n> Let me\n> see\n\n| a |\n|---|\n\n*(reached the length limit)*\n"
    )


def test_json_is_a_request_of_the_openai_api():
    assert json.loads(openai_json(CHAT)) == {
        "model": "hat-demo",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "<script>alert(1)</script> & \x1b[2J"},
            {"role": "assistant", "content": "| a |\n|---|"},
        ],
        "temperature": 0.1,
    }


def test_html_shows_every_text_as_text():
    page = html(CHAT)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; ␛[2J" in page
    assert "<title>Tags &amp; things</title>" in page


TAGS = "html head meta title style body header h1 p article pre details summary"


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)


@given(conversations(most=15))
def test_any_conversation_can_be_exported_and_acts_nowhere(records):
    conversation = Conversation(records)
    texts = {name: make(conversation) for name, (_, make) in FORMATS.items()}
    for text in texts.values():
        text.encode()
    assert Tags(texts["html"]).seen <= set(TAGS.split())
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", texts["html"] + texts["markdown"])
    assert len(json.loads(texts["json"])["messages"]) >= len(conversation.path())
