"""Why a year cannot be released: every reason at once, each with what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from evaluation.contracts import ContractError, check, dangling
from evaluation.effects.plan_dates import deviations
from evaluation.places import Workspace
from evaluation.running.record import environment, read_record
from evaluation.running.staleness import Standing
from evaluation.running.tasks import Task
from evaluation.settings import InputProblem, SignedRole, Text
from evaluation.tables import TABLES
from evaluation.year.contents import applicable, table_places
from evaluation.year.leaks import KINDS, Leak, small_counts, small_counts_shown, together
from evaluation.year.manifest import ROLES
from evaluation.year.repository import NAMES_SHOWN, GitState

SHOWN = 5
PARTS: dict[SignedRole, Text] = {
    "data": Text(ru="данные", en="the data"),
    "analysis": Text(ru="анализ", en="the analysis"),
    "text": Text(ru="текст", en="the text"),
}
STATES = {
    "stale": Text(ru="устарел", en="is stale"),
    "failed": Text(ru="не прошёл", en="failed"),
    "never": Text(ru="не выполнялся", en="was never run"),
}
Tables = dict[tuple[str, int], pd.DataFrame]


def refusal(year: int, reasons: Sequence[Text]) -> InputProblem:
    """All reasons as one numbered list."""
    lines = [(f"{number}. {each.ru}", f"{number}. {each.en}") for number, each in enumerate(reasons, 1)]
    return InputProblem(
        "\n".join([f"{year} год нельзя выпустить. Причин: {len(reasons)}.", *(ru for ru, _ in lines)]),
        "\n".join([f"{year} cannot be released. Reasons: {len(reasons)}.", *(en for _, en in lines)]),
    )


def listed(texts: Iterable[Text], most: int = SHOWN) -> Text:
    """The first few and how many more."""
    known = list(texts)
    ru, en = ("; ".join(getattr(text, language) for text in known[:most]) for language in ("ru", "en"))
    more = len(known) - most
    return Text(ru=f"{ru}; и ещё {more}", en=f"{en}; and {more} more") if more > 0 else Text(ru=ru, en=en)


def _same(words: str) -> Text:
    return Text(ru=words, en=words)


def not_fresh(year: int, tasks: Sequence[Task], found: Mapping[tuple[str, int], Standing]) -> Iterator[Text]:
    """Steps whose results do not stand: the run comes first."""
    for task in tasks:
        standing = found[task.key]
        if standing.state in STATES:
            state, why = STATES[standing.state], listed(standing.reasons, 3)
            yield Text(
                ru=f"Шаг {task.name} {task.year} {state.ru}: {why.ru}. Выполните «evaluation run {year}».",
                en=f"Step {task.name} {task.year} {state.en}: {why.en}. Run 'evaluation run {year}'.",
            )


def not_committed(folders: Mapping[str, tuple[Path, GitState]], without_git: bool) -> Iterator[Text]:
    """What git does not hold; ``folders`` by what they are (workspace, code)."""
    for what, (folder, state) in folders.items():
        named = Text(ru="рабочее пространство" if what == "workspace" else "код программы", en=f"the {what}")
        if state.commit is None and not without_git:
            yield Text(
                ru=f"{folder}: {named.ru} не в git, и нельзя сказать, чем получены результаты. Начните репозиторий "
                "(git init, git add, git commit) или, если его не будет, добавьте --without-git: это будет записано.",
                en=f"{folder}: {named.en} is in no git, and it cannot be said what the results were made with. Begin "
                "a repository (git init, git add, git commit) or, where there will be none, add --without-git: this "
                "will be put on record.",
            )
        if state.dirty:
            names = listed(map(_same, state.dirty), NAMES_SHOWN)
            yield Text(
                ru=f"{folder}: в git не записаны изменения: {names.ru}. Запишите их (git add, git commit) или верните.",
                en=f"{folder}: git does not hold these changes: {names.en}. Commit them (git add, git commit) or take "
                "them back.",
            )


def other_environment(workspace: Workspace, tasks: Sequence[Task]) -> Iterator[Text]:
    """Versions that differ between the runs behind the results and now."""
    now = _versions(environment(workspace.root))
    found: dict[tuple[str, str, str], list[str]] = {}
    for task in applicable(tasks):
        record = read_record(workspace.run_folder(task.year), task.name)
        if record is None:
            continue
        before = _versions(record.environment)
        for name in sorted({*now, *before}):
            pair = before.get(name, "-"), now.get(name, "-")
            if pair[0] != pair[1]:
                found.setdefault((name, *pair), []).append(f"{task.name} {task.year}")
    for (name, before_version, now_version), steps in found.items():
        shown = listed(map(_same, steps), 3)
        forced = " ".join(f"--force {step}" for step in dict.fromkeys(step.split()[0] for step in steps))
        yield Text(
            ru=f"{name}: результаты получены с {before_version}, сейчас {now_version} (шаги: {shown.ru}). Верните "
            f"прежнюю версию (make) или выполните шаги заново: «evaluation run {forced}».",
            en=f"{name}: the results were made with {before_version}, now it is {now_version} (steps: {shown.en}). "
            f"Bring the earlier version back (make) or run the steps again: 'evaluation run {forced}'.",
        )


def _versions(found: Mapping[str, Any]) -> dict[str, str]:
    versions = {"Python": found.get("python"), "evaluation": found.get("evaluation")}
    versions |= {"requirements.lock": str(found.get("lock_sha256"))[:12]} | dict(found.get("packages", {}))
    return {name: str(version) for name, version in versions.items()}


def read_tables(workspace: Workspace, tasks: Sequence[Task]) -> tuple[Tables, list[Text]]:
    """Every table that lies there, and what is wrong with those that cannot be read or break their contracts."""
    tables: Tables = {}
    wrong: list[Text] = []
    for name, year, path in table_places(workspace, tasks):
        if not path.exists():
            continue
        shown = path.relative_to(workspace.root).as_posix()
        again = Text(
            ru=f"Выполните шаг заново: «evaluation run {year}».", en=f"Run its step again: 'evaluation run {year}'."
        )
        try:
            frame = pd.read_parquet(path)
            tables[name, year] = check(frame, TABLES[name], workspace.codebook)
        except ContractError as error:
            wrong.append(
                Text(
                    ru=f"{shown}: таблица нарушает свой договор ({error}). {again.ru}",
                    en=f"{shown}: the table breaks its contract ({error}). {again.en}",
                )
            )
        except (KeyError, ValueError, OSError) as error:
            wrong.append(
                Text(
                    ru=f"{shown}: не читается как таблица договора ({type(error).__name__}). {again.ru}",
                    en=f"{shown}: cannot be read as a table of the contracts ({type(error).__name__}). {again.en}",
                )
            )
    for year in sorted({year for _, year in tables}):
        lost = dangling({name: frame for (name, then), frame in tables.items() if then == year})
        for row in lost.drop_duplicates(["table", "column"]).itertuples():
            count = int(((lost["table"] == row.table) & (lost["column"] == row.column)).sum())
            wrong.append(
                Text(
                    ru=f"{year} год: в таблице {row.table}, столбце {row.column} есть ссылки в никуда, в {row.target}: "
                    f"{count}. Проверьте номера в полученных файлах.",
                    en=f"{year}: table {row.table}, column {row.column} refers to what {row.target} lacks: {count} "
                    "such. Check the numbers in the received files.",
                )
            )
    return tables, wrong


def disclosed(leaks: Sequence[Leak]) -> Iterator[Text]:
    """People in the files that would be released."""
    for (file, kind), places in together(leaks).items():
        where = listed(_places(places))
        yield Text(
            ru=f"{file}: {KINDS[kind].ru} ({where.ru}). Уберите это из блокнота, текста или настроек и выполните шаг "
            "заново; если это можно публиковать, впишите это дословно в public_texts настроек года.",
            en=f"{file}: {KINDS[kind].en} ({where.en}). Take it out of the notebook, text or settings and run the "
            "step again; if it may be published, put its very words under public_texts in the year's settings.",
        )


def _places(places: Sequence[Text]) -> list[Text]:
    return [place for place in {(place.ru, place.en): place for place in places}.values() if place.en]


def too_small(workspace: Workspace, year: int, tables: Tables, files: Mapping[str, bytes]) -> Iterator[Text]:
    """Counts of people below the threshold, in open tables and in tables for people."""
    threshold = workspace.programme.disclosure.threshold
    for (name, then), frame in tables.items():
        if then == year and TABLES[name].sensitivity == "open":
            places = small_counts(name, frame, workspace.codebook, threshold)
            yield from _small(f"data/{name}.parquet", places, threshold)
    for name, content in sorted(files.items()):
        if name.startswith("tables/") and name.endswith(".csv"):
            yield from _small(name, small_counts_shown(content, workspace.codebook, threshold), threshold)


def _small(name: str, places: Sequence[Text], threshold: int) -> Iterator[Text]:
    if places:
        where = listed(places)
        yield Text(
            ru=f"{name}: людей меньше {threshold}, а числа видны ({where.ru}). Скройте их в блокноте "
            "(suppress_counts) и выполните шаг заново.",
            en=f"{name}: counts of fewer than {threshold} people are shown ({where.en}). Hide them in the notebook "
            "(suppress_counts) and run the step again.",
        )


def unexplained(workspace: Workspace, year: int, without_git: bool) -> Iterator[Text]:
    """Departures from the plan as first committed that nobody explained."""
    plan, history = workspace.plan(year), workspace.plan_history(year)
    if plan is None:
        return
    shown = workspace.plan_file(year).relative_to(workspace.root).as_posix()
    if not history.known and not without_git:
        yield Text(
            ru=f"{shown}: git не знает, каким был план вначале, и отступления от него нельзя назвать. Запишите план в "
            "git, получите полную историю (git fetch --unshallow) или добавьте --without-git.",
            en=f"{shown}: git does not know the plan as it was first, and departures from it cannot be told. Commit "
            "the plan, fetch the whole history (git fetch --unshallow) or add --without-git.",
        )
    found = deviations(history.first if history.known else None, plan.models, plan.deviations)
    for row in found.to_dict("records"):
        if row["change"] != "stated" and not (row["why_ru"] or row["why_en"]):
            field = f", {row['field']}: {row['planned']} -> {row['executed']}" if row["field"] else ""
            word = {"added": "добавлена", "dropped": "убрана", "changed": "изменена"}[row["change"]]
            yield Text(
                ru=f"{shown}: модель {row['model']} {word} против первого плана{field}, а почему — не сказано. Впишите "
                "причину в deviations этого файла.",
                en=f"{shown}: the model {row['model']} was {row['change']} against the first plan{field}, and it is "
                "not said why. Give the reason under deviations in this file.",
            )


def not_signed(workspace: Workspace, year: int, signed: Mapping[SignedRole, str]) -> Iterator[Text]:
    """Parts of the release that nobody answers for."""
    file = workspace.year_file(year).relative_to(workspace.root).as_posix()
    for role in ROLES:
        if not signed.get(role, "").strip():
            yield Text(
                ru=f'Никто не подписал {PARTS[role].ru}. Добавьте --sign {role}="Имя, должность" или '
                f"signed: {{{role}: ...}} в {file}.",
                en=f'Nobody has signed for {PARTS[role].en}. Add --sign {role}="Name, role" or '
                f"signed: {{{role}: ...}} in {file}.",
            )


def no_lock(path: Path) -> Iterator[Text]:
    """The list of exact versions, without which nobody can run the release again."""
    if not path.is_file():
        yield Text(
            ru=f"Нет файла {path} с точными версиями библиотек. Верните его из архива проекта.",
            en=f"There is no file {path} with the libraries' exact versions. Bring it back from the project's archive.",
        )
