"""Runs typst as a program of its own: ``python typesetting.py``, its work as JSON on standard input.

Nothing of the workbench is imported here, so that the program starts at once. ``folders`` hold a ``main.typ`` each, and
get what is made of it as ``typeset.out``. Where typst refuses, it says so as JSON (``message``, ``hints``) on standard
output and ends with code 1.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def main() -> int:
    import typst  # a part of the extra `documents`

    given: dict[str, Any] = json.loads(sys.stdin.buffer.read())
    folders = given.pop("folders")
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[given.pop("fonts")])
    for folder in map(Path, folders):
        try:
            made = typst.compile(
                str(folder / "main.typ"), root=str(folder), font_paths=fonts, ignore_system_fonts=True, **given
            )
        except RuntimeError as error:  # typst.TypstError
            hints = list(getattr(error, "hints", None) or [])
            told = {"message": str(getattr(error, "message", error)), "hints": hints}
            sys.stdout.buffer.write(json.dumps(told).encode("ascii"))
            return 1
        (folder / "typeset.out").write_bytes(bytes(made))
    return 0


if __name__ == "__main__":
    sys.exit(main())
