"""Whether every worker of a cluster may take part in a run: the same programme, packages, files and key."""

from __future__ import annotations

import pkgutil
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.places import Workspace, key_identity
from evaluation.running import on_worker
from evaluation.running.likeness import differences, facts
from evaluation.running.on_worker import View
from evaluation.settings import InputProblem, Text

if TYPE_CHECKING:
    from distributed import Client

SHOWN_WORKERS = 5


def check_workers(client: Client, workspace: Workspace, staging: Path) -> None:
    """Raises InputProblem, with what is otherwise, unless every worker is like this machine and sees its files."""
    # asked with a function of the standard library, which a worker without this programme has as well
    known = client.run(pkgutil.resolve_name, "evaluation.running.on_worker:FORMAT", on_error="return")
    without = [address for address, found in known.items() if found != on_worker.FORMAT]
    if without:
        shown = ", ".join(without[:SHOWN_WORKERS])
        raise InputProblem(
            f"На рабочих процессах кластера нет этой версии программы (evaluation): {shown}. Установите её там.",
            f"The cluster's workers do not have this version of the programme (evaluation): {shown}. Install it there.",
        )
    token = uuid.uuid4().hex
    staging.mkdir(parents=True, exist_ok=True)
    write_token(staging / "token", token)
    key_file = workspace.key_file()
    views = client.run(on_worker.look, staging, key_file, on_error="return")
    key = key_identity(key_file)
    found = {address: problems for address, view in views.items() if (problems := _unlike(view, staging, token, key))}
    if found:
        shown_workers = sorted(found.items())[:SHOWN_WORKERS]
        more = len(found) - len(shown_workers)
        ru, en = (
            [f"  {address}: " + "; ".join(each.in_language(language) for each in problems)
             for address, problems in shown_workers]
            for language in ("ru", "en")
        )  # fmt: skip
        if more:
            ru.append(f"  и ещё рабочих процессов: {more}")
            en.append(f"  and {more} more workers")
        raise InputProblem(
            "Рабочие процессы кластера не такие, как эта машина; результаты могли бы разойтись:\n"
            + "\n".join(ru)
            + "\nСделайте их одинаковыми или выполните без --cluster.",
            "The cluster's workers are unlike this machine; results could differ:\n"
            + "\n".join(en)
            + "\nMake them the same or run without --cluster.",
        )


def write_token(path: Path, token: str) -> None:
    """Leave the sign by which a worker shows that it sees the same files."""
    path.write_text(token, encoding="utf-8")


def _unlike(view: View | BaseException, staging: Path, token: str, key: str) -> list[Text]:
    if isinstance(view, BaseException):
        cause = f"{type(view).__name__}: {view}"
        return [Text(ru=f"проверка не прошла ({cause})", en=f"the check failed ({cause})")]
    problems = differences(facts(), view.facts)
    if view.token != token:
        problems.append(
            Text(
                ru=f"не видит тех же файлов: {staging.parent.parent}",
                en=f"does not see the same files: {staging.parent.parent}",
            )
        )
    elif view.answer is None or not (staging / view.answer).is_file():
        problems.append(Text(ru=f"не может писать в {staging.parent}", en=f"cannot write in {staging.parent}"))
    if key not in ("none", view.key):
        problems.append(
            Text(
                ru="нет того же ключа псевдонимов (EVALUATION_KEY_FILE)",
                en="lacks the same pseudonym key (EVALUATION_KEY_FILE)",
            )
        )
    return problems
