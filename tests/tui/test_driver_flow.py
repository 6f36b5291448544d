"""When the next frame may go."""

from hat_tui.tui.terminal.flow import Flow


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Link:
    """A terminal behind a link of `rate` bytes a second and `delay` seconds there and back."""

    def __init__(self, rate: float, delay: float = 0.0) -> None:
        self.rate, self.delay = rate, delay
        self.clock = Clock()
        self.flow = Flow(self.clock)

    def frame(self, size: int) -> None:
        self.flow.sent(size)
        self.clock.now += size / self.rate + self.delay
        self.flow.answered()


def test_the_next_frame_waits_for_the_answer_to_the_last():
    clock = Clock()
    flow = Flow(clock)
    flow.sent(100)
    flow.answered()
    flow.sent(100)
    assert not flow.may_send(urgent=False)
    flow.answered()
    assert flow.may_send(urgent=False)


def test_a_keys_echo_goes_at_once_but_small():
    link = Link(100_000)
    link.frame(200)
    link.flow.sent(2000)
    assert link.flow.may_send(urgent=True)
    assert link.flow.budget(urgent=True) <= 256


def test_a_keys_echo_does_not_queue_behind_many_frames():
    link = Link(100_000)
    link.frame(200)
    for _ in range(3):
        link.flow.sent(200)
    assert not link.flow.may_send(urgent=True)


def test_frames_get_small_on_a_slow_link():
    link = Link(1000)
    for _ in range(20):
        link.frame(link.flow.budget(urgent=False))
    assert link.flow.budget(urgent=False) <= 500


def test_frames_get_large_on_a_fast_link_however_far():
    link = Link(1_000_000, delay=0.2)
    link.frame(4)
    for _ in range(8):
        link.frame(link.flow.budget(urgent=False))
    assert link.flow.budget(urgent=False) >= 4000


def test_frames_of_one_size_do_not_make_a_slow_link_look_fast():
    link = Link(1000)
    for _ in range(50):
        link.frame(150)
    assert link.flow.budget(urgent=False) <= 400


def test_answers_that_come_together_do_not_make_a_slow_link_look_fast():
    link = Link(1000)
    unknown = link.flow.budget(urgent=False)
    link.flow.sent(4)
    link.flow.sent(300)
    link.clock.now += 0.304
    link.flow.answered()
    link.flow.answered()
    assert link.flow.budget(urgent=False) == unknown
    link.frame(1000)
    assert link.flow.budget(urgent=False) <= 300


def test_frames_hardly_longer_than_the_shortest_do_not_make_a_slow_link_look_fast():
    link = Link(1000, delay=0.2)
    for _ in range(5):
        link.frame(30)
        link.frame(200)
    for size in (66, 70, 30, 80, 64, 30, 75) * 5:
        link.delay = 0.2 - 0.0004 * (size % 7)
        link.frame(size)
    assert link.flow.budget(urgent=False) <= 250


def test_a_keys_echo_is_a_small_part_of_what_a_slow_link_takes_at_once():
    link = Link(2000)
    for _ in range(5):
        link.frame(400)
    assert link.flow.budget(urgent=True) <= link.flow.budget(urgent=False) // 4


def test_a_link_that_turns_slow_is_noticed_at_the_next_answer():
    link = Link(1_000_000)
    for _ in range(10):
        link.frame(1000)
    link.rate = 2000
    link.frame(1000)
    assert link.flow.budget(urgent=False) <= 500


def test_a_terminal_that_never_answers_is_paced_by_the_clock():
    clock = Clock()
    flow = Flow(clock)
    sent = 0
    for _ in range(1000):
        if flow.may_send(urgent=False):
            flow.sent(500)
            sent += 1
        clock.now += 0.01
    assert 40 <= sent <= 100


def test_a_lost_answer_stops_the_screen_for_seconds_only():
    link = Link(100_000)
    link.frame(200)
    link.flow.sent(200)
    link.clock.now += 3.1
    assert link.flow.may_send(urgent=False)
    link.flow.sent(200)
    assert link.flow.on_the_way == 1


def test_an_answer_nobody_waits_for_is_harmless():
    flow = Flow(Clock())
    flow.answered()
    assert flow.may_send(urgent=False)


def test_what_was_learnt_of_the_link_is_kept_over_a_suspension():
    link = Link(1000)
    link.frame(500)
    link.flow.sent(500)
    fresh = link.flow.afresh()
    assert fresh.answers
    assert fresh.on_the_way == 0
    assert fresh.budget(urgent=False) == link.flow.budget(urgent=False)


def quick_link() -> Link:
    link = Link(1_000_000)
    for _ in range(5):
        link.frame(500)
    return link


def test_small_frames_on_a_quick_link_are_seldom_asked_after():
    link = quick_link()
    asked = 0
    for _ in range(1000):
        if link.flow.trusts(40):
            link.flow.sent_unasked(40)
        else:
            asked += 1
            link.frame(40)
    assert 3 <= asked <= 8


def test_a_link_that_turns_slow_is_noticed_by_what_went_unasked():
    link = quick_link()
    for _ in range(50):
        link.flow.sent_unasked(40)
    link.flow.sent(40)
    link.clock.now += 2040 / 1000
    link.flow.answered()
    assert link.flow.budget(urgent=False) <= 300
    assert not link.flow.trusts(40)


def test_an_answer_late_by_chance_does_not_make_a_quick_link_look_slow():
    link = quick_link()
    link.flow.sent(100)
    link.clock.now += 0.01
    link.flow.answered()
    assert link.flow.trusts(100)


def test_on_a_slow_link_every_frame_is_asked_after():
    link = Link(4000)
    for _ in range(5):
        link.frame(500)
    assert not link.flow.trusts(20)
