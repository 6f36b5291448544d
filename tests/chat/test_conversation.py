from datetime import UTC, datetime

from any_conversation import conversations
from hypothesis import given

from hat_tui.chat.conversation import ROOT, Conversation
from hat_tui.chat.message import Role
from hat_tui.chat.record import Begun, Ended, Mark, Marked, Opened, Said, Summarised

AT = datetime(2026, 11, 24, 5, 35, tzinfo=UTC)


def told(conversation: Conversation):
    """Everything a conversation shows."""
    turns = {
        turn.id: [turn.role, turn.parent, turn.at, turn.model, turn.edited, turn.text, turn.thought, turn.ending]
        for turn in conversation.all_turns()
    }
    for turn in conversation.all_turns():
        turns[turn.id] += [turn.measure, turn.why, turn.marks, [other.id for other in conversation.versions(turn)]]
    path = [turn.id for turn in conversation.path()]
    return (path, turns, conversation.title, conversation.model, conversation.parameters, conversation.summary)


def talk(*turns: tuple[int, int]) -> Conversation:
    """Turns by id and parent; odd ones are questions."""
    return Conversation(Begun(id, Role.USER if id % 2 else Role.ASSISTANT, parent, AT) for id, parent in turns)


def path(conversation: Conversation) -> list[int]:
    return [turn.id for turn in conversation.path()]


@given(conversations())
def test_a_conversation_is_made_anew_from_its_own_records(records):
    conversation = Conversation(records)
    assert told(Conversation(conversation.records())) == told(conversation)


@given(conversations())
def test_the_path_is_one_branch_without_deleted_turns(records):
    conversation = Conversation(records)
    at = ROOT
    for turn in conversation.path():
        assert turn.parent == at
        assert Mark.DELETED not in turn.marks
        assert turn in conversation.versions(turn)
        assert conversation.before(turn) == conversation.path()[: conversation.path().index(turn)]
        at = turn.id


def test_a_new_version_takes_the_place_of_the_old_one_and_can_be_changed_back():
    conversation = talk((1, 0), (2, 1), (3, 2), (4, 1))
    assert path(conversation) == [1, 4]
    conversation.apply(Marked(2, Mark.CHOSEN))
    assert path(conversation) == [1, 2, 3]


def test_a_deleted_turn_goes_with_all_that_follows_it_and_leaves_its_place_to_another_version():
    conversation = talk((1, 0), (2, 1), (3, 2), (4, 1))
    conversation.apply(Marked(4, Mark.DELETED))
    assert path(conversation) == [1, 2, 3]
    conversation.apply(Marked(2, Mark.DELETED))
    assert path(conversation) == [1]
    conversation.apply(Marked(2, Mark.DELETED, on=False))
    conversation.apply(Marked(2, Mark.CHOSEN))
    assert path(conversation) == [1, 2, 3]


def test_a_text_grows_piece_by_piece():
    conversation = talk((1, 0), (2, 1))
    for piece in ("Press ", "Ctrl+Q", "."):
        conversation.apply(Said(2, piece))
        assert conversation.turn(2).text.endswith(piece)
    conversation.apply(Said(2, "Hm.", thought=True))
    assert (conversation.turn(2).text, conversation.turn(2).thought) == ("Press Ctrl+Q.", "Hm.")


def test_records_about_turns_that_are_not_there_are_passed_over():
    conversation = Conversation([Opened(AT), Said(7, "?"), Ended(7), Marked(7, Mark.PINNED), Summarised(7, "?")])
    assert told(conversation) == told(Conversation())


def test_the_next_turn_has_a_number_of_its_own():
    assert talk((1, 0), (7, 1)).next_id() == 8
    assert Conversation().next_id() == 1
