"""The spellings of a registry's units on one day, and how close received names come to them within some regions."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.territory.regions import Regions
from evaluation.territory.registry import _is_in_force
from evaluation.territory.spelling import Group, Parsed, fold, parse, parse_folded

WORTH_SUGGESTING = 60.0
NOT_IN_FORCE = 3.0
OTHER_DISTRICT = 15.0
OTHER_NUMBER = 20.0
SHOWN = 4
_CHUNK = 2000
_MANY_COMPARISONS = 500_000

_GROUP_OF_TYPE: dict[str, Group] = {
    "city_okrug": "city", "closed_city": "city", "municipal_okrug": "okrug", "municipal_district": "district",
    "settlement": "settlement", "village": "village", "hamlet": "village", "city_district": "quarter",
}  # fmt: skip
_GROUPS: tuple[Group, ...] = ("", "city", "district", "okrug", "settlement", "village", "quarter")
_NUMBER = {group: place for place, group in enumerate(_GROUPS)}
_PENALTY = np.array(
    # rows: what the received name says; columns: what the unit is
    [
        [0, 0, 0, 0, 0, 0, 0],
        [0, 0, 20, 20, 6, 12, 6],
        [0, 20, 0, 8, 20, 20, 0],
        [0, 20, 8, 0, 20, 20, 0],
        [0, 6, 20, 20, 0, 6, 0],
        [0, 12, 20, 20, 6, 0, 12],
        [0, 20, 8, 8, 12, 20, 0],
    ],
    dtype=np.float32,
)

Candidates = tuple[tuple[str, float], ...]


def unit_codes_are_oktmo(unit_ids: pd.Series) -> bool:
    """Is every code of the registry a municipality's code of eight digits?"""
    return bool(unit_ids.str.fullmatch(r"\d{8}").all())


@dataclass(frozen=True, eq=False)
class _Block:
    """The spellings of the units of some regions: arrays by spelling (sorted by unit) and by unit."""

    unit_ids: np.ndarray
    districts: np.ndarray
    cores: list[str]
    groups: np.ndarray
    late: np.ndarray
    digits: np.ndarray
    starts: np.ndarray


class Units:
    """The registry's units as they are on one day."""

    def __init__(self, registry: pd.DataFrame, day: pd.Timestamp) -> None:
        order = registry.assign(in_force=_is_in_force(registry, day)).sort_values(
            ["unit_id", "in_force", "valid_from"], ascending=[True, False, False], kind="stable"
        )
        first = order.drop_duplicates("unit_id").set_index("unit_id")
        self.unit_ids = first.index.astype("str").to_numpy(dtype=object)
        self.short: dict[str, str] = first["short_name"].to_dict()
        self.in_force: dict[str, bool] = first["in_force"].to_dict()
        self.is_oktmo = unit_codes_are_oktmo(first.index.to_series())
        names = first["region"].fillna("") if "region" in first else pd.Series("", index=first.index)
        self.regions = Regions(self.unit_ids.tolist(), names.astype(str).tolist(), self.is_oktmo)
        self.region_of = dict(zip(self.unit_ids, self.regions.of_unit, strict=True))
        self._places_of: dict[int, list[int]] = {}
        for place, region in enumerate(self.regions.of_unit):
            self._places_of.setdefault(region, []).append(place)
        has_districts = "district" in first and (first["district"] != "").any()
        self.has_districts = bool(has_districts)
        self._district = [parse(str(name)).core for name in first["district"]] if has_districts else [""] * len(first)
        self._make_forms(order)
        self._blocks: dict[frozenset[int], _Block] = {}

    def _make_forms(self, order: pd.DataFrame) -> None:
        """One form a distinct (unit, spelling): its core, group and penalty for not being in force."""
        forms: dict[tuple[str, str, Group], float] = {}
        self.folded: dict[str, set[str]] = {}
        self.spelled: dict[str, set[str]] = {}
        self.coded: dict[str, str] = {}
        for row in order.itertuples():
            own_group = _GROUP_OF_TYPE.get(str(row.type))
            penalty = 0.0 if row.in_force else NOT_IN_FORCE
            for spelling in (row.name, row.short_name):
                parsed = parse(str(spelling))
                key = (str(row.unit_id), parsed.core, own_group or parsed.group)
                forms[key] = min(forms.get(key, penalty), penalty)
                if row.in_force:
                    self.folded.setdefault(fold(str(spelling)), set()).add(str(row.unit_id))
                    self.spelled.setdefault(str(spelling).casefold(), set()).add(str(row.unit_id))
            if row.in_force:
                self.coded[fold(str(row.unit_id))] = str(row.unit_id)
        self._forms: dict[str, list[tuple[str, str, Group, float]]] = {unit: [] for unit in self.unit_ids}
        for (unit, core, group), penalty in sorted(forms.items()):
            self._forms[unit].append((unit, core, group, penalty))

    def inside(self, unit: str, regions: frozenset[int]) -> bool:
        """Does the unit lie in one of the regions (of all, where none is named)?"""
        return not regions or self.region_of.get(unit) in regions

    def _block(self, regions: frozenset[int]) -> _Block:
        if regions not in self._blocks:
            everything = frozenset(self._places_of)
            places = sorted(place for region in regions or everything for place in self._places_of[region])
            number = {self.unit_ids[place]: position for position, place in enumerate(places)}
            forms = [form for unit in number for form in self._forms[unit]]
            owners = np.array([number[unit] for unit, *_ in forms], dtype=int)
            self._blocks[regions] = _Block(
                self.unit_ids[places],
                np.array([self._district[place] for place in places], dtype=object),
                [core for _, core, _, _ in forms],
                np.array([_NUMBER[group] for _, _, group, _ in forms], dtype=int),
                np.array([penalty for *_, penalty in forms], dtype=np.float32),
                _digits([core for _, core, _, _ in forms]),
                np.searchsorted(owners, np.arange(len(places))),
            )
        return self._blocks[regions]

    def closest(self, keys: list[str], regions: frozenset[int]) -> list[Candidates]:
        """Up to SHOWN units of the regions (all, where none is named) for each folded name, from the best down."""
        block = self._block(regions)
        names, hints = self._with_district(keys, set(block.districts)) if self.has_districts else (keys, None)
        asked = [(parse_folded(name), hint) for name, hint in zip(names, hints or [""] * len(names), strict=True)]
        distinct = list(dict.fromkeys(asked))
        found: dict[tuple[Parsed, str], Candidates] = {}
        for start in range(0, len(distinct), _CHUNK):
            chunk = distinct[start : start + _CHUNK]
            found.update(zip(chunk, self._rank(block, chunk), strict=True))
        return [found[one] for one in asked]

    def _rank(self, block: _Block, chunk: list[tuple[Parsed, str]]) -> list[Candidates]:
        scores = self._scores(block, [parsed for parsed, _ in chunk])
        for row, (_, hint) in enumerate(chunk):
            if hint:
                scores[row] -= np.where(block.districts != hint, OTHER_DISTRICT, 0).astype(np.float32)
        units = scores.shape[1]
        count = min(SHOWN, units)
        # whole numbers that order by score and then by unit, so that ties never depend on the sorting
        order = np.round(-scores.astype(np.float64) * 1000).astype(np.int64) * units + np.arange(units)
        tops = np.argpartition(order, count - 1, axis=1)[:, :count]
        tops = np.take_along_axis(tops, np.argsort(np.take_along_axis(order, tops, axis=1), axis=1), axis=1)
        best = np.take_along_axis(scores, tops, axis=1).tolist()
        ids = block.unit_ids[tops].tolist()
        return [tuple(zip(row, points, strict=True)) for row, points in zip(ids, best, strict=True)]

    def _scores(self, block: _Block, parsed: list[Parsed]) -> np.ndarray:
        """Score of every name with every unit of the block, after penalties.

        Similarity of cores (normalised indel, 0-100), less for another kind of unit, for not being in force and for
        another number («№ 7» is not «№ 72»). Similarities too low to be suggested are 0.
        """
        from rapidfuzz import fuzz, process

        cores = [name.core for name in parsed]
        workers = -1 if len(cores) * len(block.cores) > _MANY_COMPARISONS else 1
        plain = process.cdist(
            cores, block.cores, scorer=fuzz.ratio, score_cutoff=WORTH_SUGGESTING, dtype=np.float32, workers=workers
        )
        plain[[not core for core in cores], :] = 0
        groups = np.array([_NUMBER[name.group] for name in parsed], dtype=int)
        full = plain - _PENALTY[groups[:, None], block.groups[None, :]] - block.late[None, :]
        digits = _digits(cores)
        if digits.any() or block.digits.any():
            full -= OTHER_NUMBER * (digits[:, None] != block.digits[None, :]).astype(np.float32)
        best: np.ndarray = np.maximum.reduceat(full, block.starts, axis=1)
        return best

    def _with_district(self, keys: list[str], known: set[str]) -> tuple[list[str], list[str]]:
        """Folded texts without the upper unit that they name, and its core."""
        names, hints = [], []
        for key in keys:
            pieces = [piece for piece in key.replace("(", ",").replace(")", ",").split(",") if piece.strip()]
            cores = {piece: parse_folded(piece) for piece in pieces}
            uppers = [
                piece
                for piece, parsed in cores.items()
                if parsed.group in ("district", "okrug") and parsed.core in known
            ]
            rest = [piece for piece in pieces if piece not in uppers]
            names.append(", ".join(rest) if uppers and rest else key)
            hints.append(cores[uppers[0]].core if uppers and rest else "")
        return names, hints


def _digits(cores: list[str]) -> np.ndarray:
    """The digits in each core as a number (0 without any), to tell numbered units apart."""
    return np.array([int("".join(re.findall("[0-9]", core))[:15] or 0) for core in cores], dtype=np.int64)
