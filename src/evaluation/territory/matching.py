"""Which territorial unit a code and a name in a received file stand for.

A name is compared by its core; its type word decides between namesakes («Канск», the city, and «Канский район»).
A name is accepted at a score of at least ACCEPT and MARGIN above the next unit; anything less is a suggestion for
people. Decisions that people wrote down (aliases) are read first.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from evaluation.territory import oktmo
from evaluation.territory.listing import read_listing, refuse
from evaluation.territory.registry import Date, _is_in_force
from evaluation.territory.spelling import Group, fold, parse, parts

ACCEPT = 88.0
MARGIN = 3.0
WORTH_SUGGESTING = 60.0
NOT_IN_FORCE = 3.0
ALIAS_COLUMNS = ("raw", "unit_id", "reason")
MATCH_COLUMNS = ["unit_id", "rule", "score", "suggestion", "in_force", "code_rule"]
_CHUNK = 2000

_GROUP_OF_TYPE: dict[str, Group] = {
    "city_okrug": "city", "closed_city": "city", "municipal_okrug": "okrug", "municipal_district": "district",
    "settlement": "settlement", "city_district": "district", "village": "village", "hamlet": "village",
}  # fmt: skip
_GROUPS: tuple[Group, ...] = ("", "city", "district", "okrug", "settlement", "village")
_PENALTY = pd.DataFrame(
    # rows: what the received name says; columns: what the unit is
    [
        [0, 0, 0, 0, 0, 0],
        [0, 0, 20, 20, 6, 12],
        [0, 20, 0, 8, 20, 20],
        [0, 20, 8, 0, 20, 20],
        [0, 6, 20, 20, 0, 6],
        [0, 12, 20, 20, 6, 0],
    ],
    index=list(_GROUPS),
    columns=list(_GROUPS),
).to_numpy(dtype=np.float32)


@dataclass(frozen=True)
class _Name:
    """What a name alone says: the accepted unit (or ''), how, and the candidates from the best down."""

    unit_id: str
    rule: str
    score: float
    candidates: tuple[tuple[str, float], ...]


def read_aliases(path: Path | None) -> pd.DataFrame:
    """People's decisions on names: ``raw``, ``unit_id``, ``reason``; one name may stand for units of different dates.

    No rows where the workspace keeps no such file.
    Raises InputProblem for an empty cell in the first two columns and for a repeated pair.
    """
    if path is None:
        return pd.DataFrame(columns=list(ALIAS_COLUMNS), dtype="str")
    aliases = read_listing(path, ALIAS_COLUMNS)
    for column in ALIAS_COLUMNS[:2]:
        empty = aliases.index[aliases[column] == ""]
        if len(empty):
            raise refuse(path, empty[0], column, "", "непустое значение", "a value")
    repeated = aliases.index[aliases.duplicated(["raw", "unit_id"])]
    if len(repeated):
        value = str(aliases.loc[repeated[0], "raw"])
        raise refuse(path, repeated[0], "raw", value, "пара raw и unit_id один раз", "a pair of raw and unit_id once")
    return aliases.reset_index(drop=True)


def match_units(
    names: pd.Series,
    codes: pd.Series | None,
    registry: pd.DataFrame,
    aliases: pd.DataFrame | None,
    on_date: Date | pd.Series,
    region_code: str | None = None,
) -> pd.DataFrame:
    """Unit of every received name and code; index as ``names``, columns MATCH_COLUMNS.

    ``on_date`` is one day or a day a row. ``unit_id`` is missing where nothing was accepted. ``rule`` is '' where
    name and code were taken at face value, otherwise one of: name_matched (a variant spelling), name_alias,
    code_from_name, name_unmatched_code_used, oktmo_not_in_registry (with the unit the name gives, if any),
    oktmo_name_conflict, name_ambiguous, name_not_found, several_municipalities, required_empty, oktmo_unreadable.
    ``code_rule`` is the repair of the code (see ``oktmo.normalise``) or ''. ``score`` is 0-100. ``suggestion``
    lists units worth a look. ``in_force`` is False for a unit that the registry knows but not on that day.
    """
    texts = _as_text(names)
    numbers = pd.Series("", index=names.index) if codes is None else _as_text(codes)
    days = on_date if isinstance(on_date, pd.Series) else pd.Series(pd.Timestamp(on_date), index=names.index)
    keys = pd.DataFrame({"text": texts.to_numpy(), "code": numbers.to_numpy(), "day": pd.to_datetime(days).to_numpy()})
    matched = pd.DataFrame(index=keys.index, columns=MATCH_COLUMNS, dtype="object")
    for day, rows in keys.groupby("day", sort=True, dropna=False):
        if pd.isna(day):
            raise ValueError("on_date holds an empty date: the unit in force cannot be decided")
        matcher = Matcher(registry, aliases, pd.Timestamp(day), region_code)
        unique = rows[["text", "code"]].drop_duplicates()
        results = matcher.match(unique["text"].tolist(), unique["code"].tolist(), codes is not None)
        by_key = dict(zip(zip(unique["text"], unique["code"], strict=True), results, strict=True))
        found = [by_key[key] for key in zip(rows["text"], rows["code"], strict=True)]
        matched.loc[rows.index] = pd.DataFrame(found, columns=MATCH_COLUMNS, index=rows.index, dtype="object")
    matched.index = names.index
    return matched.astype({"unit_id": "str", "rule": "str", "score": "float64", "suggestion": "str",
                           "in_force": "boolean", "code_rule": "str"})  # fmt: skip


def _as_text(column: pd.Series) -> pd.Series:
    return column.astype("object").where(column.notna(), "").astype(str)


class Matcher:
    """The registry made ready for comparison on one day."""

    def __init__(
        self, registry: pd.DataFrame, aliases: pd.DataFrame | None, day: pd.Timestamp, region_code: str | None = None
    ) -> None:
        order = registry.assign(in_force=_is_in_force(registry, day)).sort_values(
            ["unit_id", "in_force", "valid_from"], ascending=[True, False, False], kind="stable"
        )
        units = order.drop_duplicates("unit_id").set_index("unit_id")
        self.short = units["short_name"].to_dict()
        self.in_force = units["in_force"].to_dict()
        self.is_oktmo = bool(units.index.str.fullmatch(r"\d{8}").all())
        regions = set(units.index.str[:2])
        self.region_code = region_code or (next(iter(regions)) if len(regions) == 1 else None)
        self._make_forms(order)
        self._aliases: dict[str, list[str]] = {}
        for row in () if aliases is None else aliases.itertuples():
            self._aliases.setdefault(fold(str(row.raw)), []).append(str(row.unit_id))

    def _make_forms(self, order: pd.DataFrame) -> None:
        """One form a distinct (unit, spelling): its core, group and penalty for not being in force."""
        forms: dict[tuple[str, str, Group], float] = {}
        self._folded: dict[str, set[str]] = {}
        self._spelled: dict[str, set[str]] = {}
        self._coded: dict[str, str] = {}
        for row in order.itertuples():
            for spelling in (row.name, row.short_name):
                parsed = parse(str(spelling))
                group = _GROUP_OF_TYPE.get(str(row.type), parsed.group)
                key = (str(row.unit_id), parsed.core, group)
                penalty = 0.0 if row.in_force else NOT_IN_FORCE
                forms[key] = min(forms.get(key, penalty), penalty)
                if row.in_force:
                    self._folded.setdefault(fold(str(spelling)), set()).add(str(row.unit_id))
                    self._spelled.setdefault(str(spelling).casefold(), set()).add(str(row.unit_id))
            if row.in_force:
                self._coded[fold(str(row.unit_id))] = str(row.unit_id)
        self._units = np.array([unit for unit, _, _ in forms])
        self._cores = [core for _, core, _ in forms]
        self._groups = np.array([_GROUPS.index(group) for _, _, group in forms])
        self._late = np.array(list(forms.values()), dtype=np.float32)
        self._unit_ids, self._unit_of_form = np.unique(self._units, return_inverse=True)
        self._districts: list[str] | None = None
        if "district" in order and (order["district"] != "").any():
            districts = order.drop_duplicates("unit_id").set_index("unit_id")["district"]
            self._districts = [parse(str(districts[unit])).core for unit in self._unit_ids]

    # ---- names ----------------------------------------------------------------------------------------------

    def _scores(self, texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
        """Score of every text with every unit, after penalties, and of the core alone."""
        from rapidfuzz import fuzz, process

        parsed = [parse(text) for text in texts]
        plain = process.cdist([name.core for name in parsed], self._cores, scorer=fuzz.ratio, dtype=np.float32)
        plain[[not name.core for name in parsed], :] = 0
        groups = np.array([_GROUPS.index(name.group) for name in parsed], dtype=int)
        full = plain - _PENALTY[groups[:, None], self._groups[None, :]] - self._late[None, :]
        shape = (len(texts), len(self._unit_ids))
        best, best_plain = np.full(shape, -100, np.float32), np.zeros(shape, np.float32)
        for form, unit in enumerate(self._unit_of_form):
            np.maximum(best[:, unit], full[:, form], out=best[:, unit])
            np.maximum(best_plain[:, unit], plain[:, form], out=best_plain[:, unit])
        return best, best_plain

    def _with_district(self, texts: list[str]) -> tuple[list[str], list[str]]:
        """Texts without the upper unit that they name, and its core, where the registry lists upper units."""
        if self._districts is None:
            return texts, [""] * len(texts)
        known = set(self._districts)
        names, hints = [], []
        for text in texts:
            pieces = [piece for piece in fold(text).replace("(", ",").replace(")", ",").split(",") if piece.strip()]
            cores = {piece: parse(piece).core for piece in pieces if parse(piece).group in ("district", "okrug")}
            uppers = [piece for piece, core in cores.items() if core in known]
            rest = [piece for piece in pieces if piece not in uppers]
            names.append(", ".join(rest) if uppers and rest else text)
            hints.append(cores[uppers[0]] if uppers and rest else "")
        return names, hints

    def _resolve(self, texts: list[str]) -> list[_Name]:
        resolved: list[_Name] = []
        for start in range(0, len(texts), _CHUNK):
            chunk = texts[start : start + _CHUNK]
            names, hints = self._with_district(chunk)
            scores, _ = self._scores(names)
            if self._districts is not None:
                districts = np.array(self._districts)
                for row, hint in enumerate(hints):
                    scores[row] -= np.where((districts != hint) & bool(hint), 15, 0)
            count = min(4, scores.shape[1])
            tops = np.argsort(-scores, axis=1, kind="stable")[:, :count]
            for text, row, top in zip(chunk, scores, tops, strict=True):
                resolved.append(self._judge(text, [(str(self._unit_ids[unit]), float(row[unit])) for unit in top]))
        return resolved

    def _judge(self, text: str, candidates: list[tuple[str, float]]) -> _Name:
        key = fold(text)
        ranked = tuple(candidates)
        if key in self._aliases:
            units = sorted(self._aliases[key], key=lambda unit: (not self.in_force.get(unit, False), unit))
            return _Name(units[0], "name_alias", 100.0, ranked)
        exact = self._spelled.get(text.strip().casefold()) or self._folded.get(key, set())
        if len(exact) == 1:
            return _Name(next(iter(exact)), "", 100.0, ranked)
        if not exact and key in self._coded:
            # lists of units known by short codes (countries) write the code where others write the name
            return _Name(self._coded[key], "", 100.0, ranked)
        (unit, score), second = candidates[0], candidates[1][1] if len(candidates) > 1 else -100.0
        if score < ACCEPT:
            return _Name("", "name_not_found", max(score, 0.0), ranked)
        if score - second < MARGIN:
            return _Name("", "name_ambiguous", score, ranked)
        return _Name(unit, "name_matched", score, ranked)

    def _within(self, text: str) -> _Name | None:
        """A unit named within a longer text: only pieces whose core is exactly a unit's are believed."""
        found: dict[str, float] = {}
        pieces = parts(text)
        for piece, name in zip(pieces, self._resolve(pieces), strict=True) if pieces else ():
            if name.unit_id and name.score >= 100 - NOT_IN_FORCE and len(parse(piece).core) > 3:
                found[name.unit_id] = name.score
        if not found:
            return None
        ranked = tuple(sorted(found.items(), key=lambda item: (-item[1], item[0])))
        if len(found) > 1:
            return _Name("", "several_municipalities", ranked[0][1], ranked)
        return _Name(ranked[0][0], "name_matched", ranked[0][1], ranked)

    def resolve_names(self, texts: list[str]) -> list[_Name]:
        """What each text alone says; a text without a match is searched for a unit named within it."""
        results = self._resolve(texts)
        for place, (text, name) in enumerate(zip(texts, results, strict=True)):
            if not text.strip():
                results[place] = _Name("", "required_empty", 0.0, ())
            elif name.rule == "name_not_found":
                results[place] = self._within(text) or name
        return results

    # ---- names and codes ------------------------------------------------------------------------------------

    def match(self, texts: list[str], codes: list[str], has_codes: bool) -> list[list[object]]:
        """One row of MATCH_COLUMNS for each pair of text and code."""
        unique = list(dict.fromkeys(texts))
        names = dict(zip(unique, self.resolve_names(unique), strict=True))
        return [self._combine(text, names[text], code, has_codes) for text, code in zip(texts, codes, strict=True)]

    def _combine(self, text: str, name: _Name, code: str, has_codes: bool) -> list[object]:
        read, code_rule = self._read_code(code)
        code_unit = read if read in self.short else oktmo.upper_unit(read) if read and self.is_oktmo else ""
        if code_unit in self.short:
            if name.unit_id == code_unit or not text.strip():
                return self._row(code_unit, "", 100.0, name, code_rule)
            close = {unit for unit, score in name.candidates if score >= ACCEPT - NOT_IN_FORCE}
            if name.rule != "name_alias" and code_unit in close:
                return self._row(code_unit, "", 100.0, name, code_rule)
            if name.unit_id:
                return self._row("", "oktmo_name_conflict", name.score, name, code_rule, (code_unit, name.unit_id))
            if code_rule == "oktmo_control_digit_wrong" or name.rule == "several_municipalities":
                return self._row("", "oktmo_name_conflict", name.score, name, code_rule, (code_unit,))
            return self._row(code_unit, "name_unmatched_code_used", name.score, name, code_rule)
        if read:
            return self._row(name.unit_id, "oktmo_not_in_registry", name.score, name, code_rule)
        if not text.strip() and code_rule:
            return self._row("", code_rule, 0.0, name, code_rule)
        if name.unit_id and has_codes and name.rule in ("", "name_matched"):
            return self._row(name.unit_id, "code_from_name", name.score, name, code_rule)
        return self._row(name.unit_id, name.rule, name.score, name, code_rule)

    def _read_code(self, code: str) -> tuple[str, str]:
        if not code.strip():
            return "", ""
        if not self.is_oktmo:
            return code.strip(), ""
        read, rule = oktmo.normalise(code, self.region_code)
        return read or "", rule or ""

    def _row(
        self, unit: str, rule: str, score: float, name: _Name, code_rule: str, offered: tuple[str, ...] = ()
    ) -> list[object]:
        in_force = bool(self.in_force[unit]) if unit in self.in_force else pd.NA
        if not offered:
            worth = [other for other, points in name.candidates if points >= WORTH_SUGGESTING and other != unit]
            if not unit:
                offered = tuple(worth[:3])
            elif in_force is False:
                close = [other for other, points in name.candidates if points >= ACCEPT and other != unit]
                offered = tuple(other for other in close if self.in_force[other])[:3]
        suggestion = "; ".join(f"{other} {self.short.get(other, '')}".strip() for other in offered)
        return [unit or None, rule, max(score, 0.0), suggestion, in_force, code_rule]


def unit_of(text: str, registry: pd.DataFrame, on_date: dt.date, aliases: pd.DataFrame | None = None) -> str | None:
    """The unit that one name stands for, or None; for single look-ups (see ``match_units`` for columns)."""
    row = match_units(pd.Series([text]), None, registry, aliases, on_date).iloc[0]
    return None if pd.isna(row["unit_id"]) else str(row["unit_id"])
