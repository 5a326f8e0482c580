from random import Random

from hypothesis import given, strategies as st

from cordboard.kit.backoff import backoff


@given(attempt=st.integers(-1, 10_000), seed=st.integers(), first=st.integers(1, 5_000))
def test_waits_between_half_and_whole_of_a_doubling_that_has_an_end(
    attempt: int, seed: int, first: int
) -> None:
    wait = backoff(attempt, Random(seed), first, 30_000)
    ceiling = min(30_000, first * 2 ** min(max(attempt, 0), 40))
    assert ceiling // 2 <= wait <= ceiling


def test_those_cut_off_together_come_back_apart() -> None:
    random = Random(1)
    assert len({backoff(3, random) for _ in range(100)}) > 90
