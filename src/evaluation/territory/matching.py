"""Which territorial unit a code and a name in a received file stand for.

A name is compared by its core; its type word decides between namesakes («Канск», the city, and «Канский район»), its
region (a column, the name in the text, the beginning of the code) says among which units to look. A name is accepted
at a score of at least ACCEPT and MARGIN above the next unit; anything less is a suggestion for people. Decisions that
people wrote down (aliases) are read first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from evaluation.territory import oktmo
from evaluation.territory.candidates import NOT_IN_FORCE, WORTH_SUGGESTING, Candidates, Units
from evaluation.territory.listing import read_listing, refuse
from evaluation.territory.registry import Date
from evaluation.territory.spelling import fold, parse_folded, parts

ACCEPT = 88.0
MARGIN = 3.0
# scores are kept in single precision: a margin of 3 may come out as 2.99999
ROUNDING = 0.001
ALIAS_COLUMNS = ("raw", "unit_id", "reason")
MATCH_COLUMNS = ["unit_id", "rule", "score", "suggestion", "in_force", "code_rule"]


@dataclass(frozen=True)
class _Name:
    """What a name alone says: the accepted unit (or ''), how, and the candidates from the best down."""

    unit_id: str
    rule: str
    score: float
    candidates: Candidates


@dataclass(frozen=True)
class _Asked:
    """A name ready for comparison: as received, folded, folded without the region, and the regions to look in."""

    text: str
    whole: str
    key: str
    regions: frozenset[int]
    rule: str = ""


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
    regions: pd.Series | None = None,
) -> pd.DataFrame:
    """Unit of every received name and code; index as ``names``, columns MATCH_COLUMNS.

    ``on_date`` is one day or a day a row. ``regions`` (index as ``names``) holds each row's region: its name in any
    usual form or the first two digits of its codes; where it is empty, a region that the name's text mentions is
    taken, else the beginning of the code. ``unit_id`` is missing where nothing was accepted. ``rule`` is '' where
    name and code were taken at face value, otherwise one of: name_matched (a variant spelling), name_alias,
    code_from_name, name_unmatched_code_used, oktmo_not_in_registry (with the unit the name gives, if any),
    oktmo_name_conflict (also a code of another region than the row's), name_ambiguous, name_not_found,
    several_municipalities, region_unknown, region_conflict (column and text name different regions), required_empty,
    oktmo_unreadable. ``code_rule`` is the repair of the code (see ``oktmo.normalise``) or ''. ``score`` is 0-100.
    ``suggestion`` lists units worth a look, the likeliest first. ``in_force`` is False for a unit that the registry
    knows but not on that day.
    """
    index = names.index
    days = on_date if isinstance(on_date, pd.Series) else pd.Series(pd.Timestamp(on_date), index=index)
    days = pd.to_datetime(days)
    if days.isna().any():
        raise ValueError("on_date holds an empty date: the unit in force cannot be decided")
    empty = [""] * len(index)
    texts = _as_texts(names)
    numbers = empty if codes is None else _as_texts(codes)
    places = empty if regions is None else _as_texts(regions)
    # between two changes of the registry every day gives the same answers
    periods = np.searchsorted(_changes(registry), days.to_numpy(dtype="datetime64[us]"), side="right").tolist()
    wanted = list(zip(periods, texts, numbers, places, strict=True))
    numbered = {one: number for number, one in enumerate(dict.fromkeys(wanted))}
    found: list[list[object]] = [[]] * len(numbered)
    for period in sorted(set(periods)):
        unique = [one for one in numbered if one[0] == period]
        matcher = Matcher(registry, aliases, pd.Timestamp(days.iloc[periods.index(period)]), region_code)
        answers = matcher.match([one[1:] for one in unique], codes is not None)
        for one, answer in zip(unique, answers, strict=True):
            found[numbered[one]] = answer
    matched = pd.DataFrame(found, columns=MATCH_COLUMNS, dtype="object").astype(
        {"unit_id": "str", "rule": "str", "score": "float64", "suggestion": "str", "in_force": "boolean",
         "code_rule": "str"}
    )  # fmt: skip
    return matched.take([numbered[one] for one in wanted]).set_axis(index)


def _changes(registry: pd.DataFrame) -> np.ndarray:
    """Days on which any unit comes into force or has ceased to be."""
    ends = registry["valid_to"].dropna() + pd.Timedelta(days=1)
    changes: np.ndarray = np.unique(pd.concat([registry["valid_from"].dropna(), ends]).to_numpy(dtype="datetime64[us]"))
    return changes


def _as_texts(column: pd.Series) -> list[str]:
    return [str(value) for value in column.astype("object").where(column.notna(), "")]


class Matcher:
    """The registry made ready for comparison on one day."""

    def __init__(
        self, registry: pd.DataFrame, aliases: pd.DataFrame | None, day: pd.Timestamp, region_code: str | None = None
    ) -> None:
        self.units = Units(registry, day)
        self.regions = self.units.regions
        everywhere = frozenset(self.regions.of_unit)
        self.region_code = region_code or self.regions.prefix(everywhere)
        self._aliases: dict[str, list[str]] = {}
        for row in () if aliases is None else aliases.itertuples():
            self._aliases.setdefault(fold(str(row.raw)), []).append(str(row.unit_id))

    # ---- names ----------------------------------------------------------------------------------------------

    def _ask(self, text: str, region: str) -> _Asked:
        """Where to look for a name: in the region of its column, else in the one that the text mentions."""
        key = fold(text)
        mentioned, rest, foreign = self.regions.of_text(key)
        stated = self.regions.of_value(region) if region else frozenset[int]()
        if stated is None or (foreign and not stated):
            return _Asked(text, key, rest, frozenset(), "region_unknown")
        if (stated and foreign) or (stated and mentioned and not stated & mentioned):
            return _Asked(text, key, rest, stated | mentioned, "region_conflict")
        # a text that is nothing but a region's name may be a unit's own name
        return _Asked(text, key, rest or key, (stated & mentioned) or stated or mentioned)

    def _answer(self, asked: Sequence[_Asked]) -> dict[_Asked, _Name]:
        """What each name says, region by region; a text without a match is searched for a unit named within it."""
        answers: dict[_Asked, _Name] = {}
        blocks: dict[frozenset[int], list[_Asked]] = {}
        for one in dict.fromkeys(asked):
            blocks.setdefault(one.regions, []).append(one)
        for regions, names in blocks.items():
            ranked = self.units.closest([one.key for one in names], regions)
            for one, candidates in zip(names, ranked, strict=True):
                answers[one] = self._judge(one, candidates)
            lost = [one for one in names if answers[one].rule == "name_not_found"]
            answers.update(self._within(lost, regions))
        return answers

    def _judge(self, one: _Asked, candidates: Candidates) -> _Name:
        if not one.text.strip():
            return _Name("", "required_empty", 0.0, ())
        units = self.units
        whole = one.whole
        named = [unit for unit in self._aliases.get(whole, self._aliases.get(one.key, [])) if self._may_be(unit, one)]
        if named:
            best = min(named, key=lambda unit: (not units.in_force.get(unit, False), unit))
            return _Name(best, "name_alias", 100.0, candidates)
        if one.rule:
            return _Name("", one.rule, max(candidates[0][1], 0.0), candidates)
        exact = units.spelled.get(one.text.strip().casefold()) or units.folded.get(whole) or units.folded.get(one.key)
        exact = {unit for unit in exact or () if units.inside(unit, one.regions)}
        if len(exact) == 1:
            unit = next(iter(exact))
            rival = max((points for other, points in candidates if other != unit), default=-100.0)
            # without a region the same words in another order may be the name of a unit elsewhere
            alone = one.regions or len(self.regions.names) < 2 or 100 - rival >= MARGIN - ROUNDING
            return _Name(unit, "", 100.0, candidates) if alone else _Name("", "name_ambiguous", 100.0, candidates)
        if not exact and whole in units.coded:
            # lists of units known by short codes (countries) write the code where others write the name
            return _Name(units.coded[whole], "", 100.0, candidates)
        (unit, score), second = candidates[0], candidates[1][1] if len(candidates) > 1 else -100.0
        if score < ACCEPT - ROUNDING:
            return _Name("", "name_not_found", max(score, 0.0), candidates)
        if score - second < MARGIN - ROUNDING:
            return _Name("", "name_ambiguous", score, candidates)
        return _Name(unit, "name_matched", score, candidates)

    def _may_be(self, unit: str, one: _Asked) -> bool:
        return self.units.inside(unit, one.regions) or unit not in self.units.region_of

    def _within(self, lost: list[_Asked], regions: frozenset[int]) -> dict[_Asked, _Name]:
        """Units named within longer texts: only pieces whose core is exactly a unit's are believed."""
        pieces = {one: [piece for piece in parts(one.text) if len(parse_folded(piece).core) > 3] for one in lost}
        every = list(dict.fromkeys(piece for found in pieces.values() for piece in found))
        if not every:
            return {}
        asked = [_Asked(piece, piece, piece, regions) for piece in every]
        ranked = self.units.closest(every, regions)
        said = {one.text: self._judge(one, candidates) for one, candidates in zip(asked, ranked, strict=True)}
        answers = {}
        for one, own in pieces.items():
            named = {said[piece].unit_id: said[piece].score for piece in own if said[piece].unit_id}
            sure = [unit for unit, score in named.items() if score >= 100 - NOT_IN_FORCE - ROUNDING]
            if sure:
                # a second piece that is nearly a unit's name makes the text one of several units
                inside = tuple(sorted(named.items(), key=lambda item: (-item[1], item[0])))
                rule = "several_municipalities" if len(named) > 1 else "name_matched"
                answers[one] = _Name("" if len(named) > 1 else sure[0], rule, inside[0][1], inside)
        return answers

    # ---- names and codes ------------------------------------------------------------------------------------

    def match(self, received: Sequence[tuple[str, str, str]], has_codes: bool) -> list[list[object]]:
        """One row of MATCH_COLUMNS for each name, code and region as received."""
        asked = [self._ask(text, region) for text, _, region in received]
        read = [self._read_code(code, one.regions) for (_, code, _), one in zip(received, asked, strict=True)]
        # without a region the code's own says where to look first
        by_code = [
            _Asked(one.text, one.whole, one.key, self.regions.of_code(code), one.rule)
            if code and not one.regions and not one.rule and self.units.is_oktmo
            else one
            for one, (code, _) in zip(asked, read, strict=True)
        ]
        names = self._answer([*by_code])
        elsewhere = [
            one
            for one, other in zip(asked, by_code, strict=True)
            if one is not other and names[other].rule in ("name_not_found", "name_ambiguous")
        ]
        names |= self._answer(elsewhere)
        rows = []
        for one, other, (number, code_rule) in zip(asked, by_code, read, strict=True):
            name = names[other]
            if one is not other and name.rule == "name_not_found" and names[one].unit_id:
                name = names[one]
            rows.append(self._combine(one, name, number, code_rule, has_codes))
        return rows

    def _combine(self, one: _Asked, name: _Name, read: str, code_rule: str, has_codes: bool) -> list[object]:
        short = self.units.short
        code_unit = read if read in short else oktmo.upper_unit(read) if read and self.units.is_oktmo else ""
        if code_unit in short:
            if not self.units.inside(code_unit, one.regions) or one.rule:
                rule = one.rule or "oktmo_name_conflict"
                offered = tuple(unit for unit in (code_unit, name.unit_id) if unit)
                return self._row("", rule, name.score, name, code_rule, offered)
            if name.unit_id == code_unit or not one.text.strip():
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
            rule = one.rule or "oktmo_not_in_registry"
            return self._row("" if one.rule else name.unit_id, rule, name.score, name, code_rule)
        if not one.text.strip() and code_rule:
            return self._row("", code_rule, 0.0, name, code_rule)
        if name.unit_id and has_codes and name.rule in ("", "name_matched"):
            return self._row(name.unit_id, "code_from_name", name.score, name, code_rule)
        return self._row(name.unit_id, name.rule, name.score, name, code_rule)

    def _read_code(self, code: str, regions: frozenset[int]) -> tuple[str, str]:
        if not code.strip():
            return "", ""
        if not self.units.is_oktmo:
            return code.strip(), ""
        read, rule = oktmo.normalise(code, self.regions.prefix(regions) or self.region_code)
        return read or "", rule or ""

    def _row(
        self, unit: str, rule: str, score: float, name: _Name, code_rule: str, offered: tuple[str, ...] = ()
    ) -> list[object]:
        in_force = bool(self.units.in_force[unit]) if unit in self.units.in_force else pd.NA
        if not offered:
            worth = [other for other, points in name.candidates if points >= WORTH_SUGGESTING and other != unit]
            if not unit:
                offered = tuple(worth[:3])
            elif in_force is False:
                close = [other for other, points in name.candidates if points >= ACCEPT and other != unit]
                offered = tuple(other for other in close if self.units.in_force[other])[:3]
        suggestion = "; ".join(f"{other} {self.units.short.get(other, '')}".strip() for other in offered)
        return [unit or None, rule, max(score, 0.0), suggestion, in_force, code_rule]


def unit_of(text: str, registry: pd.DataFrame, on_date: dt.date, aliases: pd.DataFrame | None = None) -> str | None:
    """The unit that one name stands for, or None; for single look-ups (see ``match_units`` for columns)."""
    row = match_units(pd.Series([text]), None, registry, aliases, on_date).iloc[0]
    return None if pd.isna(row["unit_id"]) else str(row["unit_id"])
