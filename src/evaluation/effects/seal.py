"""Sealing an assignment: a hash of everything that decided it, and the check that nothing was changed since.

Whoever knows the hash (it stands in every letter) can later tell whether units, strata, covariates, rule, seed or
arms were changed; whoever has the package can draw the same lot again from the seed and the rule alone.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from evaluation.effects.design import Assignment, draw_lot
from evaluation.effects.lot import Scheme, acceptance_threshold
from evaluation.settings import InputProblem, Text

FORMAT = 1
RULE = ("kind", "arms", "sizes", "candidates", "accepted_share", "covariates", "threshold", "about")
_KEYS = ("format", "rule", "seed", "units", "strata", "values", "assignment")
_SAME = 1e-9


def canonical_text(content: Mapping[str, Any]) -> str:
    """The text that is hashed: JSON with sorted keys, no spaces, numbers in their shortest exact form, missing null."""
    return json.dumps(_plain(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(content: Any) -> str:
    """SHA-256 of the canonical text, hexadecimal."""
    return hashlib.sha256(canonical_text(content).encode("utf-8")).hexdigest()


def seal(assignment: Assignment, kind: str, about: Mapping[str, str], version: str) -> dict[str, Any]:
    """The sealed document: ``hash``, ``parts`` (a hash of each part, to name what changed), ``version``, ``content``.

    ``about`` holds what people should know and may not change, such as the year and who is responsible.
    """
    scheme = assignment.scheme
    content = _plain(
        {
            "format": FORMAT,
            "rule": {
                "kind": kind, "arms": scheme.arms, "sizes": scheme.sizes, "candidates": scheme.candidates,
                "accepted_share": scheme.accepted_share, "covariates": scheme.covariates,
                "threshold": assignment.threshold, "about": about,
            },
            "seed": scheme.seed,
            "units": scheme.units,
            "strata": scheme.strata,
            "values": {name: scheme.matrix[:, j].tolist() for j, name in enumerate(scheme.covariates)},
            "assignment": assignment.arms,
        }
    )  # fmt: skip
    return {"hash": digest(content), "version": version, "parts": _parts(content), "content": content}


def sealed_table(document: Mapping[str, Any]) -> pd.DataFrame:
    """unit_id, stratum, arm and the covariates as they were sealed, as text, a row a unit."""
    content = document["content"]
    frame = pd.DataFrame(
        {"unit_id": content["units"], "stratum": content["strata"], "arm": content["assignment"]}, dtype=object
    )
    for name in content["rule"]["covariates"]:
        frame[name] = [_as_text(value) for value in content["values"][name]]
    return frame


def sealed_scheme(document: Mapping[str, Any]) -> tuple[Scheme, float]:
    """The scheme and its threshold, to draw again. Raises InputProblem where the document does not describe one."""
    try:
        content = document["content"]
        rule = content["rule"]
        columns = [[_number(value) for value in content["values"][name]] for name in rule["covariates"]]
        rows = tuple(zip(*columns, strict=True)) if columns else tuple(() for _ in content["units"])
        scheme = Scheme(
            tuple(content["units"]), tuple(content["strata"]), tuple(rule["arms"]),
            tuple(int(size) for size in rule["sizes"]), tuple(rule["covariates"]), rows,
            int(rule["candidates"]), float(rule["accepted_share"]), int(content["seed"]),
        )  # fmt: skip
        threshold = float(rule["threshold"])
        fits = (
            len(scheme.strata) == len(rows) == len(scheme.units) == len(content["assignment"])
            and sum(scheme.sizes) == len(scheme.units)
            and len(scheme.sizes) == len(scheme.arms)
            and scheme.candidates * scheme.accepted_share >= 1
            and scheme.seed >= 0
            and set(_KEYS) <= set(content)
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _unreadable(str(error)) from error
    if not fits:
        raise _unreadable("lengths")
    return scheme, threshold


def verify_seal(document: Mapping[str, Any], listed: pd.DataFrame | None = None) -> list[Text]:
    """What was changed since the sealing, each in words; empty when nothing was.

    ``listed`` is the list of units as it lies beside the seal (columns of ``sealed_table``, read as text). Three things
    are compared: the document with its own hashes, the list with the document, and the arms with the lot drawn again
    from seed and rule. A document whose hashes were made anew along with its content still fails the third, unless its
    lot was drawn anew too: then only the hash as it was published tells.
    """
    scheme, threshold = sealed_scheme(document)
    content = document["content"]
    found = list(_broken_hashes(document))
    if listed is not None:
        found += list(_changed_list(sealed_table(document), listed))
    expected = acceptance_threshold(scheme)
    if abs(expected - threshold) > _SAME * max(abs(expected), 1.0):
        found.append(
            Text(
                ru=f"порог отбора проб: записано {threshold:.6g}, а по правилу, территориям и их признакам выходит "
                f"{expected:.6g}",
                en=f"threshold of acceptance: {threshold:.6g} is recorded, rule, units and covariates give "
                f"{expected:.6g}",
            )
        )
    again = draw_lot(scheme, threshold)
    for unit, sealed, drawn in zip(scheme.units, content["assignment"], again.arms, strict=True):
        if sealed != drawn:
            found.append(
                Text(
                    ru=f"территория {unit}: записано «{sealed}», а жребий по числу и правилу даёт «{drawn}»",
                    en=f"unit {unit}: '{sealed}' is recorded, the lot by seed and rule gives '{drawn}'",
                )
            )
    return found


def _broken_hashes(document: Mapping[str, Any]) -> Iterator[Text]:
    content, recorded = document["content"], document.get("parts", {})
    for name, value in _parts(content).items():
        if recorded.get(name) != value:
            ru, en = _part_words(name)
            yield Text(ru=f"изменено: {ru}", en=f"changed: {en}")
    if document.get("hash") != digest(content):
        yield Text(
            ru=f"содержание не даёт записанного хеша: записан {document.get('hash')}, выходит {digest(content)}",
            en=f"the content does not give the recorded hash: {document.get('hash')} is recorded, "
            f"{digest(content)} comes out",
        )


def _changed_list(sealed: pd.DataFrame, listed: pd.DataFrame) -> Iterator[Text]:
    lacking = [name for name in sealed.columns if name not in listed.columns]
    if lacking:
        names = ", ".join(lacking)
        yield Text(ru=f"в списке нет столбцов {names}", en=f"the list has no columns {names}")
        return
    known = set(sealed["unit_id"])
    for unit in listed["unit_id"]:
        if unit not in known:
            yield Text(ru=f"территории {unit} нет среди запечатанных", en=f"unit {unit} is not among the sealed ones")
    for unit in sorted(listed.loc[listed["unit_id"].duplicated(), "unit_id"].astype(str).unique()):
        yield Text(ru=f"территория {unit} стоит в списке дважды", en=f"unit {unit} stands in the list twice")
    rows = listed.drop_duplicates("unit_id").set_index("unit_id")
    for row in sealed.to_dict("records"):
        unit = row["unit_id"]
        if unit not in rows.index:
            yield Text(ru=f"территории {unit} нет в списке", en=f"unit {unit} is missing from the list")
            continue
        for name in sealed.columns[1:]:
            there = _as_text(rows.loc[unit, name])
            if there != row[name]:
                ru, en = _LIST_WORDS.get(name, (f"признак {name}", f"covariate {name}"))
                yield Text(
                    ru=f"территория {unit}, {ru}: в списке «{there}», запечатано «{row[name]}»",
                    en=f"unit {unit}, {en}: the list has '{there}', sealed was '{row[name]}'",
                )


_LIST_WORDS = {"arm": ("назначение", "arm"), "stratum": ("слой", "stratum")}
_PART_WORDS = {
    "seed": ("число, с которого начат жребий (seed)", "seed"),
    "units": ("список территорий", "list of units"),
    "strata": ("слои", "strata"),
    "assignment": ("назначения", "arms"),
    "format": ("формат", "format"),
}


def _part_words(name: str) -> tuple[str, str]:
    if name in _PART_WORDS:
        return _PART_WORDS[name]
    group, _, key = name.partition(".")
    return (f"признак {key}", f"covariate {key}") if group == "values" else (f"правило, {key}", f"rule, {key}")


def _parts(content: Mapping[str, Any]) -> dict[str, str]:
    parts = {name: digest(content[name]) for name in _KEYS if name not in ("rule", "values")}
    parts |= {f"rule.{name}": digest(content["rule"].get(name)) for name in RULE}
    return parts | {f"values.{name}": digest(values) for name, values in sorted(content["values"].items())}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)


def _as_text(value: Any) -> str:
    if value is None or value != value:
        return ""
    return repr(value) if isinstance(value, float) else str(value)


def _unreadable(why: str) -> InputProblem:
    return InputProblem(
        f"Запечатанное назначение не читается ({why}): в нём нет того, что было записано. Верните файл SEAL.json "
        "из хранилища версий.",
        f"The sealed assignment cannot be read ({why}): it lacks what was written. Bring SEAL.json back from the "
        "version store.",
    )
