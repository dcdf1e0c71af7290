"""Deliveries beside each other: every region once, every unit in one region, nothing simulated among the real."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from evaluation.settings import Text
from evaluation.year.roll_up.read import Refused, Taken


def told_apart(opened: Sequence[Taken | Refused], mixed: bool = False) -> tuple[list[Taken], list[Refused]]:
    """Deliveries that can stand together, by region, and all that are refused, in the order given.

    A copy of a delivery is refused and the first kept; of two that differ both are refused, for nobody here can tell
    which is right, and so are all that claim one unit. Simulated deliveries are refused where real ones are, unless
    ``mixed``.
    """
    faults: dict[int, list[Text]] = {}
    taken = [(place, each) for place, each in enumerate(opened) if isinstance(each, Taken)]
    for place, text in [*_simulated(taken, mixed), *_regions(taken)]:
        faults.setdefault(place, []).append(text)
    for place, text in _units([pair for pair in taken if pair[0] not in faults]):
        faults.setdefault(place, []).append(text)
    kept = sorted((each for place, each in taken if place not in faults), key=lambda each: each.region)
    refused = [
        each if isinstance(each, Refused) else Refused(each.file, each.sha256, each.region, tuple(faults[place]))
        for place, each in enumerate(opened)
        if isinstance(each, Refused) or place in faults
    ]
    return kept, refused


Placed = Sequence[tuple[int, Taken]]
Faults = list[tuple[int, Text]]


def _simulated(taken: Placed, mixed: bool) -> Faults:
    if mixed or len({each.delivery.simulated for _, each in taken}) < 2:
        return []
    told = Text(
        ru="данные смоделированы, а в других посылках настоящие: вместе их не складывают. Уберите этот файл или, если "
        "это проба, повторите с --with-simulated",
        en="the data are simulated, those of other deliveries are real: they are not added up. Leave this file out or, "
        "for a rehearsal, repeat with --with-simulated",
    )
    return [(place, told) for place, each in taken if each.delivery.simulated]


def _regions(taken: Placed) -> Faults:
    found: Faults = []
    by_region: dict[str, list[tuple[int, Taken]]] = {}
    for place, each in taken:
        by_region.setdefault(each.region, []).append((place, each))
    for region, claims in by_region.items():
        first, others = claims[0][1], claims[1:]
        if not others:
            continue
        if all(_same(first, each) for _, each in others):
            found += [
                (
                    place,
                    Text(
                        ru=f"это копия посылки региона {region} из файла {first.file}: учтена одна. Уберите "
                        "лишний файл",
                        en=f"this is a copy of region {region}'s delivery in {first.file}: one was taken. Remove the "
                        "spare file",
                    ),
                )
                for place, _ in others
            ]
            continue
        names = ", ".join(each.file for _, each in claims)
        told = Text(
            ru=f"регион {region} прислал разные посылки ({names}), и какая верна, здесь не решить: не учтена ни одна. "
            "Спросите регион и оставьте один файл",
            en=f"region {region} sent deliveries that differ ({names}), and which one is right cannot be settled here: "
            "none was taken. Ask the region and leave one file",
        )
        found += [(place, told) for place, _ in claims]
    return found


def _same(first: Taken, second: Taken) -> bool:
    return first.delivery == second.delivery and all(
        frame.equals(second.frames[name]) for name, frame in first.frames.items()
    )


def _units(taken: Placed) -> Faults:
    """Units that several regions claim."""
    claims = Counter(unit for _, each in taken for unit in each.frames["units"]["unit_id"])
    found: Faults = []
    for place, each in taken:
        shared = [unit for unit in each.frames["units"]["unit_id"] if claims[unit] > 1]
        if shared:
            others = [
                other.file for _, other in taken
                if other is not each and other.frames["units"]["unit_id"].isin(shared).any()
            ]  # fmt: skip
            found.append(
                (
                    place,
                    Text(
                        ru=f"территории есть и в других посылках ({', '.join(others)}): {', '.join(shared[:5])} (всего "
                        f"{len(shared)}). Чья она, решают регионы; до того обе посылки не учтены",
                        en=f"units are in other deliveries too ({', '.join(others)}): {', '.join(shared[:5])} (in all "
                        f"{len(shared)}). Whose they are the regions settle; until then neither delivery is taken",
                    ),
                )
            )
    return found
