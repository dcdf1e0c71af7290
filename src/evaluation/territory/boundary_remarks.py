"""What is remarked on an import of boundaries: one row a remark, with how serious it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.ledger import Severity
from evaluation.territory.generalise import Generalised
from evaluation.territory.polygons import Repaired

REMARK_COLUMNS = ["severity", "rule", "row", "key", "unit_id", "area_km2", "share", "count", "detail"]
# labels of the rules are in the codebook (list boundary_rule; those of matching in list rule)
RULES: Mapping[str, Severity] = {
    "encoding_guessed": "info",
    "reader_warning": "info",
    "region_by_place": "info",
    "crs_missing": "warning",
    "crs_declared_wrong": "warning",
    "axes_swapped": "warning",
    "far_from_registry": "warning",
    "geometry_empty": "error",
    "geometry_not_polygon": "error",
    "geometry_collapsed": "error",
    "geometry_mixed": "warning",
    "geometry_repaired": "info",
    "geometry_repaired_much": "warning",
    "antimeridian_cut": "info",
    "name_and_centre": "warning",
    "centre_far": "warning",
    "unit_taken": "error",
    "unit_repeated": "error",
    "parts_joined": "info",
    "outside_region": "info",
    "left_out": "info",
    "unit_without_polygon": "warning",
    "overlap": "warning",
    "overlap_small": "info",
    "enclave_on_top": "info",
    "gap": "warning",
    "gap_small": "info",
    "generalised": "info",
    "generalised_much": "warning",
}
# as in the table of issues: what these rules of matching mean
_MATCHING: Mapping[str, Severity] = {
    "name_matched": "info",
    "name_alias": "info",
    "code_from_name": "info",
    "name_unmatched_code_used": "warning",
    "oktmo_not_in_registry": "error",
    "oktmo_name_conflict": "error",
    "oktmo_unreadable": "error",
    "name_ambiguous": "error",
    "name_not_found": "error",
    "several_municipalities": "error",
    "region_unknown": "error",
    "region_conflict": "error",
    "required_empty": "error",
    "unit_not_in_force": "error",
}
MUCH = 0.005
SMALL_GAP_KM2 = 1.0
_ORDER = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True)
class Facts:
    """All that an import found; ``notes`` are those on the file as a whole."""

    notes: tuple[tuple[str, str], ...]
    polygons: pd.DataFrame
    mended: Repaired
    overlaps: pd.DataFrame
    gaps: pd.DataFrame
    generalised: Generalised | None
    units_without: pd.DataFrame
    left_out: frozenset[str]


def remarks_on(facts: Facts) -> pd.DataFrame:
    """REMARK_COLUMNS, errors first, then in the order of the file.

    ``row``, ``key`` name the polygon, ``count`` is a number of polygons or pairs where the remark is on several;
    ``share`` is a part of the (smaller) unit's area. Areas that rounding explains are no remark.
    """
    rows = [_row(rule, detail=detail) for rule, detail in facts.notes]
    rows += _on_geometry(facts)
    rows += _on_matches(facts)
    rows += [
        _row(
            "left_out" if unit["unit_id"] in facts.left_out else "unit_without_polygon",
            unit_id=unit["unit_id"],
            detail=unit["name"],
        )
        for unit in facts.units_without.to_dict("records")
    ]
    rows += _on_topology(facts)
    frame = pd.DataFrame(rows, columns=REMARK_COLUMNS)
    frame = frame.astype({"row": "Int64", "count": "Int64", "area_km2": "float64", "share": "float64"})
    frame["order"] = frame["severity"].map(_ORDER)
    ordered = frame.sort_values(["order", "row"], kind="stable", na_position="first")
    return ordered.reset_index(drop=True)[REMARK_COLUMNS]


def _row(rule: str, severity: Severity | None = None, **facts: object) -> dict[str, object]:
    known: dict[str, object] = {
        "severity": severity or RULES.get(rule) or _MATCHING.get(rule, "warning"),
        "rule": rule,
        "row": None,
        "key": "",
        "unit_id": "",
        "area_km2": None,
        "share": None,
        "count": None,
        "detail": "",
    }
    return known | facts


def _on_geometry(facts: Facts) -> list[dict[str, object]]:
    mended, rows = facts.mended, []
    polygons = facts.polygons.to_dict("records")
    flags = (
        ("geometry_empty", mended.empty),
        ("geometry_not_polygon", mended.not_polygon),
        ("geometry_collapsed", mended.collapsed),
        ("geometry_mixed", mended.mixed),
        ("antimeridian_cut", mended.crossing),
        ("geometry_repaired", mended.invalid),
    )
    for rule, flag in flags:
        for place in np.flatnonzero(flag):
            one = polygons[place]
            if one["fate"] in ("outside", "left_out"):
                continue
            facts_of = {"row": one["row"], "key": one["key"], "unit_id": one["unit_id"]}
            if rule == "geometry_repaired":
                change = float(mended.area_after[place] - mended.area_before[place])
                share = abs(change) / max(float(mended.area_after[place]), 1e-12)
                own = rule if share <= MUCH else "geometry_repaired_much"
                rows.append(_row(own, **facts_of, area_km2=change, share=share))
            else:
                rows.append(_row(rule, **facts_of))
    return rows


def _on_matches(facts: Facts) -> list[dict[str, object]]:
    rows = []
    polygons = facts.polygons
    for one in polygons[polygons["fate"].isin(["kept", "joined", "left_over"])].to_dict("records"):
        rule = one["rule"] or ("name_not_found" if one["fate"] == "left_over" else "")
        if not rule:
            continue
        # a unit found in spite of the code is used, and shown to people
        severity: Severity | None = "warning" if rule == "oktmo_not_in_registry" and one["unit_id"] else None
        if rule == "centre_far" and not one["unit_id"]:
            severity = "error"
        rows.append(
            _row(rule, severity, row=one["row"], key=one["key"], unit_id=one["unit_id"], detail=one["suggestion"])
        )
    outside = int((polygons["fate"] == "outside").sum())
    rows += [_row("outside_region", count=outside)] if outside else []
    for one in polygons[polygons["fate"] == "left_out"].to_dict("records"):
        rows.append(_row("left_out", row=one["row"], key=one["key"], unit_id=one["unit_id"]))
    return rows


def _on_topology(facts: Facts) -> list[dict[str, object]]:
    rows = []
    over = facts.overlaps[facts.overlaps["kind"] == "enclave"]
    rows += [_row("enclave_on_top", unit_id=one["unit_id"], area_km2=one["area_km2"], detail=one["other_id"])
             for one in over.to_dict("records")]  # fmt: skip
    shared = facts.overlaps[facts.overlaps["kind"] == "overlap"]
    large = shared["share"] > MUCH
    rows += [
        _row("overlap", unit_id=one["unit_id"], area_km2=one["area_km2"], share=one["share"], detail=one["other_id"])
        for one in shared[large].to_dict("records")
    ]
    if (~large).any():
        rows.append(
            _row("overlap_small", count=int((~large).sum()), area_km2=float(shared.loc[~large, "area_km2"].sum()))
        )
    wide = (facts.gaps["kind"] == "hole") & (facts.gaps["area_km2"] >= SMALL_GAP_KM2)
    rows += [_row("gap", unit_id=one["unit_id"], area_km2=one["area_km2"],
                  detail=f"{one['latitude']:.4f}, {one['longitude']:.4f}")
             for one in facts.gaps[wide].to_dict("records")]  # fmt: skip
    if (~wide).any():
        small = facts.gaps[~wide]
        rows.append(_row("gap_small", count=len(small), area_km2=float(small["area_km2"].sum())))
    made = facts.generalised
    if made is not None:
        change = made.changes.assign(
            share=(made.changes["area_after"] - made.changes["area_before"]).abs() / made.changes["area_before"]
        )
        detail = f"{made.tolerance_km:g}; {made.vertices_before} -> {made.vertices_after}"
        rows.append(_row("generalised", count=len(change), share=float(change["share"].median()), detail=detail))
        for one in change[change["share"] > 10 * MUCH].to_dict("records"):
            rows.append(
                _row(
                    "generalised_much",
                    unit_id=one["unit_id"],
                    area_km2=one["area_after"] - one["area_before"],
                    share=one["share"],
                )
            )
    return rows
