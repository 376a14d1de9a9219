"""Deep programs: interpretation has as much room as the gate lets through."""

import gc
import subprocess
import sys
from pathlib import Path

import pytest
from test_flow import names, run

from mldebt.stack import deep, uncollected


@pytest.mark.parametrize("code", [
    "x = " + "+".join(["1"] * 400), "x = f" + ".g(1)" * 400, "x = " + "(" * 80 + "1" + ")" * 80,
    "".join(f"{' ' * n}if x{n}:\n" for n in range(90)) + " " * 90 + "pass",
    "".join(f"def f{n}(x):\n    return [[[[[[[[f{n + 1}(x)]]]]]]]]\n" for n in range(40)) + "f0(1)",
], ids=["sum", "chain", "brackets", "blocks", "calls"])
def test_deep_programs_are_interpreted(tmp_path: Path, code: str) -> None:
    flow = deep(lambda: run(tmp_path, f"import pandas as pd\n{code}\npd.read_csv('end.csv')"))
    assert names(flow) == {"end.csv"}


def test_deep_gives_room_and_hands_errors_on() -> None:
    def down(depth: int) -> int:
        return depth and 1 + down(depth - 1)

    limit = sys.getrecursionlimit()
    assert deep(lambda: down(20_000)) == 20_000
    assert sys.getrecursionlimit() == limit
    with pytest.raises(ZeroDivisionError):
        deep(lambda: 1 // 0)
    done = subprocess.run([sys.executable, "-c", "from mldebt.stack import deep; deep(lambda: exit(3))"], timeout=60)
    assert done.returncode == 3


@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_rests_and_is_left_as_it_was(enabled: bool) -> None:
    (gc.enable if enabled else gc.disable)()
    try:
        with pytest.raises(InterruptedError), uncollected():
            assert not gc.isenabled()
            raise InterruptedError
        assert gc.isenabled() is enabled
    finally:
        gc.enable()
