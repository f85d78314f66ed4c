from prill.model.cached import cached_property


class Asked:
    def __init__(self) -> None:
        self.calls = 0

    @cached_property
    def answer(self) -> int:
        """Say the answer."""
        self.calls += 1
        return 40 + self.calls


def test_it_is_worked_out_once_for_each_object():
    first, second = Asked(), Asked()
    assert (first.answer, first.answer, first.calls) == (41, 41, 1)
    assert second.calls == 0
    assert second.answer == 41


def test_it_can_be_forgotten_and_says_what_it_is():
    asked = Asked()
    assert asked.answer == 41
    del asked.answer
    assert asked.answer == 42
    assert Asked.answer.__doc__ == "Say the answer."
