from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

pytest_plugins = ["pytester"]

ASKS = """
def test_asks(accept):
    assert accept is {expected}
"""


def test_golden_files_are_compared_with_unless_told_otherwise(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(ASKS.format(expected=False))
    pytester.runpytest_subprocess("-p", "no:xdist").assert_outcomes(passed=1)


def test_accept_rewrites_golden_files(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(ASKS.format(expected=True))
    pytester.runpytest_subprocess("-p", "no:xdist", "--accept").assert_outcomes(passed=1)


def test_what_was_measured_is_told_at_the_end_of_whichever_process(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("figures", [[1], [3, 8]])
        def test_measures(measured, figures):
            measured("Ways, seconds", {"there": figures, "nowhere": []})
        """
    )
    told = pytester.runpytest_subprocess("-n", "2")
    told.stdout.re_match_lines([r"=+ Ways, seconds =+", r" +times +median +most", r"there +3 +3.00 +8.00"])
    assert "nowhere" not in told.stdout.str()
