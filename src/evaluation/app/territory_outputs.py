"""What ``evaluation territory import`` leaves: the boundaries, a report in both languages, two tables; its words."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from evaluation.app.cleaning_alone import any_registry
from evaluation.aside import write_whole
from evaluation.places import Workspace
from evaluation.report.boundaries import boundary_report, rule_labels
from evaluation.settings import InputProblem, Language, Text
from evaluation.territory.boundary_import import Imported, write_boundaries
from evaluation.territory.registry import names


def write_import(
    workspace: Workspace, made: Imported, file: Path, day: dt.date, target: Path, registry: Path | None, aliases: Path
) -> list[Text]:
    """Write the boundaries, the report in both languages and two tables beside them; say where."""
    if target.suffix.lower() != ".parquet" or target == file.resolve():
        raise InputProblem(
            f"--out {target}: ожидался другой файл с окончанием .parquet.",
            f"--out {target}: another file with the ending .parquet was expected.",
        )
    own = workspace.territory_file("registry")
    assert own is not None, "a programme names its registry"
    called = names(any_registry(registry or own)[0], day).to_dict()
    shown = _relative(target, workspace)
    places = {
        "file": file.name,
        "product": shown,
        "aliases": _relative(aliases, workspace),
        "decisions": _relative(workspace.decisions_file(), workspace),
        "remarks": f"{target.stem}.remarks.csv",
        "polygons": f"{target.stem}.polygons.csv",
    }
    write_boundaries(made.boundaries, target)
    headers = {"code": made.columns.code, "name": made.columns.name, "region": made.columns.region}
    languages: tuple[Language, ...] = ("ru", "en")
    for language in languages:
        html = boundary_report(made, called, places, f"{day:%Y-%m-%d}", workspace.codebook, language, headers)
        write_whole(target.with_name(f"{target.stem}.{language}.html"), html)
    remarks = made.remarks.copy()
    for place, language in enumerate(languages, start=2):
        remarks.insert(place, f"remark_{language}", remarks["rule"].map(rule_labels(workspace.codebook, language)))
    write_whole(target.with_name(places["remarks"]), "\ufeff" + remarks.to_csv(index=False, lineterminator="\n"))
    write_whole(target.with_name(places["polygons"]), "\ufeff" + made.polygons.to_csv(index=False, lineterminator="\n"))
    return [
        Text(
            ru=f"Границы: {target}. Чтобы рисовать по ним карты, впишите в programme.yml, в registry: "
            f"boundaries: {shown}",
            en=f"Boundaries: {target}. To draw maps with them, write into programme.yml, under registry: "
            f"boundaries: {shown}",
        ),
        Text(
            ru=f"Отчёт: {target.with_name(f'{target.stem}.ru.html')}",
            en=f"Report: {target.with_name(f'{target.stem}.en.html')}",
        ),
    ]


def _relative(path: Path, workspace: Workspace) -> str:
    root = workspace.root.resolve()
    resolved = path.resolve()
    return resolved.relative_to(root).as_posix() if resolved.is_relative_to(root) else str(resolved)


def in_words(made: Imported, day: dt.date) -> list[Text]:
    fates = made.polygons["fate"].value_counts()
    count = {name: int(fates.get(name, 0)) for name in ("kept", "left_over", "set_aside", "outside", "left_out")}
    serious = made.remarks[made.remarks["severity"] != "info"]
    lines = [
        Text(
            ru=f"На {day:%d.%m.%Y}: контуров {len(made.polygons)}, узнано территорий {count['kept']}, не узнано "
            f"контуров {count['left_over']}, без площади {count['set_aside']}, других регионов {count['outside']}, "
            f"не взято по решению {count['left_out']}; территорий без контура {len(made.units_without)}.",
            en=f"As of {day:%Y-%m-%d}: {len(made.polygons)} polygons, {count['kept']} units found, "
            f"{count['left_over']} polygons not recognised, {count['set_aside']} without an area, "
            f"{count['outside']} of other regions, {count['left_out']} left out by decision; "
            f"{len(made.units_without)} units without a polygon.",
        )
    ]
    if made.region:
        lines.append(Text(ru=f"Регион: {made.region}.", en=f"Region: {made.region}."))
    if made.generalised is not None:
        one = made.generalised
        lines.append(
            Text(
                ru=f"Упрощено до {one.tolerance_km:g} км: вершин {one.vertices_before} -> {one.vertices_after}.",
                en=f"Simplified to {one.tolerance_km:g} km: {one.vertices_before} -> {one.vertices_after} corners.",
            )
        )
    if len(serious):
        lines.append(Text(ru=f"Решить: {len(serious)}.", en=f"To decide: {len(serious)}."))
    return lines
