"""What differs between two fingerprints, in words: which cell, function, setting, codebook row or input, and how."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from evaluation import pipeline
from evaluation.running.codebook_rows import Rows
from evaluation.running.differences import Difference, cell_differences, piece_differences, value_differences
from evaluation.running.fingerprint import FORMAT
from evaluation.settings import Text

SHOWN_VALUE = 60
KINDS: dict[str, Text] = {
    "function": Text(ru="функция", en="function"),
    "method": Text(ru="метод", en="method"),
    "class": Text(ru="класс", en="class"),
    "name": Text(ru="имя", en="name"),
    "imports": Text(ru="импорты", en="imports"),
    "statement": Text(ru="оператор верхнего уровня", en="top-level statement"),
}
VERBS: dict[str, Text] = {
    "changed": Text(ru="изменено", en="changed"),
    "added": Text(ru="добавлено", en="added"),
    "removed": Text(ru="удалено", en="removed"),
    "renamed": Text(ru="переименовано", en="renamed"),
    "moved": Text(ru="переставлено", en="moved"),
}
CodebookRows = Callable[[str], Rows | None]


def changes(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    places: Mapping[str, str] | None = None,
    codebook: CodebookRows = lambda version: None,
) -> list[Text]:
    """What differs between two fingerprints' ``parts()``, in plain words; empty where nothing does.

    ``places`` gives the file of an input, to be shown; ``codebook`` the step's rows of a kept version of it.
    """
    if before.get("format") != FORMAT or after.get("format") != FORMAT:
        return [Text(ru="записан другой версией программы", en="recorded by another version of the program")]
    found = [
        _notebook(before, after),
        _declaration(before, after),
        *_parameters(before["parameters"], after["parameters"]),
        *_inputs(before, after, places or {}),
        *_modules(before, after),
        *_codebook(before, after, codebook),
    ]
    return [text for text in found if text is not None]


# ---- notebook ---------------------------------------------------------------------------------------------------


def _notebook(before: Mapping[str, Any], after: Mapping[str, Any]) -> Text | None:
    if before["notebook"] == after["notebook"]:
        return None
    cells = [[line.split(" ", 3) for line in parts["detail"].get("cells", ())] for parts in (before, after)]
    found = list(cell_differences(cells[0], cells[1]))
    return _with(Text(ru="изменился блокнот", en="the notebook changed"), _together(found, _cell))


def _cell(cell: Sequence[str]) -> Text:
    kind, number, _, words = cell
    if kind == "code":
        return Text(ru=f"ячейка {number} «{words}»", en=f"cell {number} '{words}'")
    if number == "0":
        return Text(ru=f"текст в конце «{words}»", en=f"the text at the end '{words}'")
    return Text(ru=f"текст перед ячейкой {number} «{words}»", en=f"the text before cell {number} '{words}'")


# ---- declaration and settings -----------------------------------------------------------------------------------


def _declaration(before: Mapping[str, Any], after: Mapping[str, Any]) -> Text | None:
    if before["declaration"] == after["declaration"] and before["outputs"] == after["outputs"]:
        return None
    old, new = ({**json.loads(parts["declaration"]), "outputs": parts["outputs"]} for parts in (before, after))
    found: list[Text] = []
    for name in dict.fromkeys((*old, *new)):
        if old.get(name) == new.get(name):
            continue
        if isinstance(old.get(name), list) and isinstance(new.get(name), list):
            added = [str(item) for item in new[name] if item not in old[name]]
            removed = [str(item) for item in old[name] if item not in new[name]]
            parts = [(sign, item) for sign, items in (("+", added), ("-", removed)) for item in items]
            words = ", ".join(f"{sign}{item}" for sign, item in parts)
            found.append(Text(ru=f"{name}: {words or 'порядок'}", en=f"{name}: {words or 'order'}"))
        else:
            shown = f"{name}: {_shown(old.get(name))} -> {_shown(new.get(name))}"
            found.append(Text(ru=shown, en=shown))
    return _with(Text(ru="изменилось объявление шага", en="the step's declaration changed"), _joined(found))


def _parameters(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Text]:
    for place, verb, old, new in value_differences(before, after):
        if verb == "added":
            shown = f"{place}: {_shown(new)}"
            yield Text(ru=f"появилась настройка {shown}", en=f"the setting appeared: {shown}")
        elif verb == "removed":
            shown = f"{place}: {_shown(old)}"
            yield Text(ru=f"исчезла настройка {shown}", en=f"the setting is gone: {shown}")
        else:
            shown = f"{place}: {_shown(old)} -> {_shown(new)}"
            yield Text(ru=f"изменилась настройка {shown}", en=f"the setting changed: {shown}")


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN_VALUE else f"{text[:SHOWN_VALUE]}…"


# ---- inputs -----------------------------------------------------------------------------------------------------


def _inputs(before: Mapping[str, Any], after: Mapping[str, Any], places: Mapping[str, str]) -> Iterator[Text]:
    for name in sorted({*before["inputs"], *after["inputs"]}):
        old, new = before["inputs"].get(name), after["inputs"].get(name)
        if old == new:
            continue
        facts = [_about(name, places), _sizes(name, before["detail"], after["detail"])]
        known = [fact for fact in facts if fact is not None]
        ru, en = "; ".join(fact.ru for fact in known), "; ".join(fact.en for fact in known)
        verbs = ("изменился", "changed") if old and new else ("появился", "appeared") if new else ("исчез", "is gone")
        yield Text(
            ru=f"{verbs[0]} входной файл {name}" + (f" ({ru})" if ru else ""),
            en=f"the input {verbs[1]}: {name}" + (f" ({en})" if en else ""),
        )


def _about(name: str, places: Mapping[str, str]) -> Text | None:
    """The step that makes the input, or the file that was received."""
    kind, _, rest = name.partition(":")
    if kind in ("figure", "exhibit"):
        wanted = rest.split(".")[0]
        makers = [step.name for step in pipeline.STEPS if wanted in (*step.figures, *step.exhibits)]
    else:
        table = rest.partition("@")[0]
        makers = [step.name for step in pipeline.STEPS if kind == "table" and table in step.makes]
    if makers:
        return Text(ru=f"его делает шаг {makers[0]}", en=f"made by step {makers[0]}")
    return Text(ru=places[name], en=places[name]) if name in places else None


def _sizes(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Text | None:
    old, new = before.get("bytes", {}).get(name), after.get("bytes", {}).get(name)
    if old is None and new is None:
        return None
    ru, en = _grown(old, new, "байт"), _grown(old, new, "bytes")
    rows = before.get("rows", {}).get(name), after.get("rows", {}).get(name)
    if rows != (None, None):
        ru, en = f"{ru}; {_grown(*rows, 'строк')}", f"{en}; {_grown(*rows, 'rows')}"
    return Text(ru=ru, en=en)


def _grown(old: int | None, new: int | None, unit: str) -> str:
    if old == new or new is None:
        return f"{old} {unit}"
    return f"{new} {unit}" if old is None else f"{old} -> {new} {unit}"


# ---- code -------------------------------------------------------------------------------------------------------


def _modules(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Text]:
    old, new = before["modules"], after["modules"]
    pieces = [_pieces(parts["detail"].get("pieces", {})) for parts in (before, after)]
    gone = {digest: name for name, digest in old.items() if name not in new}
    renamed = {name: gone[digest] for name, digest in new.items() if name not in old and digest in gone}
    for name in sorted({*old, *new}):
        if old.get(name) == new.get(name) or name in renamed.values():
            continue
        if name in renamed:
            detail = Text(ru=f"раньше {renamed[name]}", en=f"formerly {renamed[name]}")
        elif name not in old:
            detail = Text(ru="раньше шаг его не использовал", en="the step did not reach it before")
        elif name not in new:
            detail = Text(ru="шаг его больше не использует", en="the step no longer reaches it")
        elif "/" in name:
            detail = Text(ru="файл пакета", en="a file of the package")
        else:
            found = list(piece_differences(pieces[0].get(name, {}), pieces[1].get(name, {})))
            detail = _together(found, _piece) or Text(ru="порядок определений", en="the order of its definitions")
        yield Text(ru=f"изменился код {name} ({detail.ru})", en=f"the code changed: {name} ({detail.en})")


def _pieces(texts: Mapping[str, str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for module, text in texts.items():
        parts = (part.rpartition(" ") for part in text.split(", ") if part)
        found[module] = {name: digest for name, _, digest in parts}
    return found


def _piece(piece: Sequence[str]) -> Text:
    """A piece of a module in words; of a renamed one both names."""
    kind, _, name = piece[0].partition(" ")
    after = f" -> {piece[1].partition(' ')[2]}" if len(piece) > 1 else ""
    words = KINDS[kind]
    return Text(ru=f"{words.ru} {name}{after}".strip(), en=f"{words.en} {name}{after}".strip())


# ---- codebook ---------------------------------------------------------------------------------------------------


def _codebook(before: Mapping[str, Any], after: Mapping[str, Any], codebook: CodebookRows) -> Iterator[Text]:
    if before["codebook"] == after["codebook"]:
        return
    old, new = (codebook(str(parts["detail"].get("codebook", ""))) for parts in (before, after))
    if old is None or new is None:
        yield Text(
            ru="изменились строки кодовой книги (прежняя кодовая книга не сохранилась)",
            en="rows of the codebook changed (the earlier codebook is no longer kept)",
        )
        return
    found = list(value_differences(old, new))
    for place, verb, was, now in found:
        row, _, column = place.rpartition(".")
        if verb == "changed":
            shown = f"{row}, {column}: {_shown(was)} -> {_shown(now)}"
            yield Text(ru=f"изменилась строка кодовой книги {shown}", en=f"a row of the codebook changed: {shown}")
        elif verb == "added":
            yield Text(ru=f"добавлена строка кодовой книги {place}", en=f"a row of the codebook was added: {place}")
        else:
            yield Text(ru=f"удалена строка кодовой книги {place}", en=f"a row of the codebook was removed: {place}")
    if not found:
        yield Text(ru="изменился порядок строк кодовой книги", en="the order of the codebook's rows changed")


# ---- words ------------------------------------------------------------------------------------------------------


def _together(found: Sequence[Difference], named: Callable[[Sequence[str]], Text]) -> Text | None:
    """``changed: a, b; added: c``; None where nothing was found."""
    parts: list[Text] = []
    for verb in dict.fromkeys(difference.verb for difference in found):
        names = [named(difference.what) for difference in found if difference.verb == verb]
        said = VERBS[verb]
        parts.append(
            Text(
                ru=f"{said.ru}: {', '.join(name.ru for name in names)}",
                en=f"{said.en}: {', '.join(name.en for name in names)}",
            )
        )
    return _joined(parts)


def _joined(parts: Sequence[Text]) -> Text | None:
    if not parts:
        return None
    return Text(ru="; ".join(part.ru for part in parts), en="; ".join(part.en for part in parts))


def _with(said: Text, detail: Text | None) -> Text:
    return said if detail is None else Text(ru=f"{said.ru}: {detail.ru}", en=f"{said.en}: {detail.en}")
