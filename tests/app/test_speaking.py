"""Commands whose output nobody reads to its end say nothing of it, and do not pretend to be done."""

from __future__ import annotations

import io
import subprocess
import sys
from contextlib import suppress

import pytest
from rich.console import Console

from evaluation.app.speaking import show, show_texts, telling
from evaluation.settings import Text

BEGIN = "import sys, typer\nfrom evaluation.app.speaking import command\n@command\ndef talk() -> None:\n"
LONG = BEGIN + "    for number in range(100_000):\n        typer.echo(number)\ntyper.run(talk)"
# what is still in Python's buffer when the command is done
LATE = BEGIN + "    print(0, flush=True)\n    sys.stdin.readline()\n    print(1)\ntyper.run(talk)"


@pytest.mark.parametrize("program", [LONG, LATE], ids=["long", "late"])
def test_a_reader_that_has_seen_enough_is_told_nothing(program: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        assert process.stdout.readline() == b"0\n"
        process.stdout.close()
        with suppress(BrokenPipeError):  # it may have ended by then
            process.stdin.write(b"\n")
            process.stdin.flush()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 1


def test_what_is_shown_is_no_markup_and_is_not_broken() -> None:
    out = io.StringIO()
    screen = Console(file=out, width=20, force_terminal=False)
    name = "[red]/a/folder/with a name/longer than the screen/[/red].csv"
    show(screen, name, "bold")
    show_texts(screen, [Text(ru="один", en="one"), Text(ru="два", en="two")], "ru")
    telling(screen, "en")(Text(ru="три [b]", en="three [b]"))
    assert out.getvalue() == f"{name}\nодин\nдва\nthree [b]\n"
