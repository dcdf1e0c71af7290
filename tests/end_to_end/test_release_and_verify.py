"""The demonstration released, verified twice from its archive, and found out after one number was changed.

That two clean runs give the same bytes is ``test_reproducible.test_two_runs_of_the_pipeline_from_scratch``.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from demonstration import ROOT, YEAR, Place

IGNORED = "data/raw/\ndata/processed/\nreports/\n.staging/\nsimulated_truth/\n__pycache__/\n"


def commit(place: Place) -> None:
    (place.root / ".gitignore").write_text(IGNORED)
    who = ("-c", "user.name=a", "-c", "user.email=a@b")
    for arguments in (("init", "--quiet"), ("add", "-A"), (*who, "commit", "--quiet", "-m", "all of it")):
        subprocess.run(["git", *arguments], cwd=place.root, check=True)


@pytest.mark.slow
def test_release_and_verify_the_demonstration(own: Place) -> None:
    shutil.copyfile(ROOT / "requirements.lock", own.root / "requirements.lock")
    commit(own)
    # the finished clone was run before there was a repository to know the plan and a list of versions
    for results in ("data/processed", "reports"):
        shutil.rmtree(own.root / results)
    ran = own.evaluation("run", str(YEAR))
    assert ran.code == 0, ran.output
    signed = [part for role in ("data", "analysis", "text") for part in ("--sign", f"{role}=A, analyst")]
    answer = own.evaluation("release", str(YEAR), *signed)
    assert answer.code == 0, answer.output
    folder = re.search(r"Released: (.+)", answer.stdout)
    assert folder is not None
    release = Path(folder[1])
    verified = own.evaluation("verify", str(release))
    assert verified.code == 0, verified.output
    table = next(release.glob("tables/coverage.en.csv"))
    table.chmod(0o644)
    text = table.read_text(encoding="utf-8-sig")
    number = re.search(r"\d+", text)
    assert number is not None
    table.write_text(text.replace(number[0], number[0] + "1", 1), encoding="utf-8-sig")
    again = own.evaluation("verify", str(release), "--once")
    assert again.code == 1
    assert "tables/coverage.en.csv" in again.stdout
