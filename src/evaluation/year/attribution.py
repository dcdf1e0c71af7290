"""What could have caused a difference, by the records of both runs: data, decisions, codebook, territory, code ..."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from evaluation.running.causes import changes
from evaluation.running.codebook_rows import Rows, kept, read_codebook_text
from evaluation.running.fingerprint import FORMAT, codebook_versions
from evaluation.running.hashes import Hashes
from evaluation.running.record import Record
from evaluation.settings import InputProblem, Text
from evaluation.year.sides import Side

Kind = Literal[
    "data", "decisions", "codebook", "territory", "parameters", "method", "code", "by_hand", "environment", "unknown"
]
KINDS: tuple[Kind, ...] = get_args(Kind)
# causes that can be put into a copy of the other side; the others can only be named
REPLACEABLE: tuple[Kind, ...] = ("data", "decisions", "codebook", "territory", "parameters", "method", "code")
KIND_WORDS: dict[Kind, Text] = {
    "data": Text(ru="данные", en="data"),
    "decisions": Text(ru="решения", en="decisions"),
    "codebook": Text(ru="кодовая книга", en="codebook"),
    "territory": Text(ru="территории", en="territory"),
    "parameters": Text(ru="настройки", en="parameters"),
    "method": Text(ru="метод (план и правила)", en="method (plan and rules)"),
    "code": Text(ru="код", en="code"),
    "by_hand": Text(ru="изменено не программой", en="changed by hand"),
    "environment": Text(ru="версии Python и библиотек", en="versions of Python and packages"),
    "unknown": Text(ru="причина неизвестна", en="cause not known"),
}
TERRITORY = ("registry", "crosswalk", "boundaries", "travel", "aliases")
DECISIONS = ("decisions", "personal_decisions")
Task = tuple[str, int]
Causes = dict[Kind, tuple[Text, ...]]


@dataclass(frozen=True)
class Origins:
    """By the later side's step and year: its own causes, and all that reach it through what it reads.

    ``steps`` are those whose own causes are of a kind, or behind such a step: what one change makes run again.
    """

    own: Mapping[Task, Causes]
    reached: Mapping[Task, frozenset[Kind]]

    def steps(self, kind: Kind) -> list[Task]:
        return [task for task, kinds in self.reached.items() if kind in kinds]

    def words(self) -> dict[Kind, tuple[Text, ...]]:
        """Every cause in words, each once, by kind."""
        found: dict[Kind, list[Text]] = {}
        for causes in self.own.values():
            for kind, texts in causes.items():
                listed = found.setdefault(kind, [])
                listed += [text for text in texts if text not in listed]
        return {kind: tuple(found[kind]) for kind in KINDS if kind in found}


@dataclass
class _Reading:
    before: Side
    after: Side
    hashes: Hashes
    own: dict[Task, Causes] = field(default_factory=dict)
    reached: dict[Task, frozenset[Kind]] = field(default_factory=dict)


def origins_of(before: Side, after: Side) -> Origins:
    """Compare the fingerprints of both sides' runs, step by step and back through what each step read."""
    reading = _Reading(before, after, Hashes())
    for task in after.records:
        _reach(reading, task)
    return Origins(reading.own, reading.reached)


def _partner(reading: _Reading, task: Task) -> Record | None:
    """The other side's record: of the same year, or where that is the year compared, of the year compared with."""
    name, year = task
    return reading.before.records.get((name, reading.before.year if year == reading.after.year else year))


def _reach(reading: _Reading, task: Task) -> frozenset[Kind]:
    if task in reading.reached:
        return reading.reached[task]
    reading.reached[task] = frozenset()  # a step that reads what it makes does not wait for itself
    after, before = reading.after.records[task], _partner(reading, task)
    if before is None:
        text = Text(ru=f"шага {task[0]} {task[1]} раньше не было", en=f"there was no step {task[0]} {task[1]} before")
        reading.own[task] = {"unknown": (text,)}
        reading.reached[task] = frozenset({"unknown"})
        return reading.reached[task]
    own = _own_causes(reading, task, before, after)
    kinds: set[Kind] = set(own)
    old, new = before.fingerprint["inputs"], after.fingerprint["inputs"]
    for name in new:
        if old.get(name) != new[name]:
            maker = _maker(reading.after, name, task[1])
            if maker is not None:
                kinds |= _reach(reading, maker)
    if own:
        reading.own[task] = own
    reading.reached[task] = frozenset(kinds)
    return reading.reached[task]


def _maker(side: Side, name: str, year: int) -> Task | None:
    """The step and year whose output an input is; None for what no step makes."""
    output, _, then = name.partition("@")
    wanted = int(then) if then else year
    return next((key for key, record in side.records.items() if key[1] == wanted and output in record.outputs), None)


def kind_of_input(name: str) -> Kind | None:
    """The kind of a file that a step read; None for what another step made."""
    group, _, rest = name.partition(":")
    if group in ("table", "figure", "exhibit", "file"):
        return None
    if group == "territory":
        return "territory" if rest in TERRITORY else "decisions" if rest in DECISIONS else "method"
    return "code" if group == "text" else "data"


def kind_of_setting(name: str) -> Kind:
    """The kind of a setting by where it is written: a plan is the method, the rest the year's and programme's."""
    if name in ("year.arrivals", "pseudonym_key"):
        return "data"
    return "method" if name.startswith("plan.") else "parameters"


def _own_causes(reading: _Reading, task: Task, before: Record, after: Record) -> Causes:
    old, new = before.fingerprint, after.fingerprint
    found: Causes = {}
    if {old.get("format"), new.get("format")} != {FORMAT}:
        # kept by another version of the program: it is known whether something differs, not what
        if before.digest == after.digest:
            return {}
        return {"code" if old.get("format") != new.get("format") else "unknown": tuple(changes(old, new))}
    places = {f"source:{name}": source.file for name, source in _sources(reading.after, task[1]).items()}
    for kind in REPLACEABLE:
        texts = changes(old, _only(old, new, kind), places, lambda version: _codebook(reading, task, version))
        if texts:
            found[kind] = tuple(texts)
    by_hand = _by_hand(reading, task, before, after)
    if by_hand:
        found["by_hand"] = by_hand
    read_alike = old["inputs"] == new["inputs"]
    same = {name: output.sha256 for name, output in before.outputs.items()}
    differs = [name for name, output in after.outputs.items() if same.get(name) != output.sha256 and name != "notebook"]
    if not found and read_alike and differs:
        found |= _environment(before, after)
    return found


def _only(before: Mapping[str, Any], after: Mapping[str, Any], kind: Kind) -> dict[str, Any]:
    """The earlier fingerprint with what is of one kind taken from the later one."""
    parts = {**before, "detail": after["detail"]}
    parts["inputs"] = _chosen(before["inputs"], after["inputs"], lambda name: kind_of_input(name) == kind)
    parts["parameters"] = _chosen(before["parameters"], after["parameters"], lambda name: kind_of_setting(name) == kind)
    if kind == "code":
        parts |= {name: after[name] for name in ("notebook", "modules", "declaration", "outputs")}
    if kind == "codebook":
        parts["codebook"] = after["codebook"]
    return parts


def _chosen(before: Mapping[str, Any], after: Mapping[str, Any], wanted: Any) -> dict[str, Any]:
    kept_names = {name: value for name, value in before.items() if not wanted(name)}
    return kept_names | {name: value for name, value in after.items() if wanted(name)}


def _sources(side: Side, year: int) -> Mapping[str, Any]:
    return side.workspace.year(year).sources if year in side.workspace.years else {}


def _codebook(reading: _Reading, task: Task, version: str) -> Rows | None:
    """The step's rows of a codebook that was kept, or that lies on either side as it was."""
    step = reading.after.workspace.step(task[0])
    tables = reading.after.workspace.codebook_tables(step)
    for side in (reading.before, reading.after):
        found = kept(version, codebook_versions(side.workspace))
        if found is None:
            try:
                lying = read_codebook_text(side.workspace.codebook_folder)
            except InputProblem:
                continue
            found = lying if lying.version == version else None
        if found is not None:
            return found.rows(tables)
    return None


def _by_hand(reading: _Reading, task: Task, before: Record, after: Record) -> tuple[Text, ...]:
    """Outputs of the year compared that are not as their own record has them."""
    texts = []
    for side, record in ((reading.before, before), (reading.after, after)):
        if record.year != side.year:
            continue
        for name, output in record.outputs.items():
            path = side.files.get(name)
            if path is not None and reading.hashes.of_file(path) != output.sha256:
                texts.append(
                    Text(
                        ru=f"{side.label}: файл {path.name} изменён не программой",
                        en=f"{side.label}: the file {path.name} was changed by hand",
                    )
                )
    return tuple(texts)


def _environment(before: Record, after: Record) -> Causes:
    old, new = ({"python": one.environment.get("python"), **(one.environment.get("packages") or {})} for one in
                (before, after))  # fmt: skip
    differing = [
        f"{name} {old.get(name)} -> {new.get(name)}" for name in {**old, **new} if old.get(name) != new.get(name)
    ]
    if not differing:
        text = Text(
            ru=f"шаг {after.step} {after.year} из того же самого сделал другое",
            en=f"step {after.step} {after.year} made something else of the very same",
        )
        return {"unknown": (text,)}
    return {"environment": tuple(Text(ru=line, en=line) for line in differing)}
