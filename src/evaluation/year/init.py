"""The files of a new workspace, from the answers that an institute gives about its programme."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from evaluation.decisions import DECISION_COLUMNS
from evaluation.settings import Language, Text, json_schemas

TEMPLATES = Path(__file__).parent / "templates"
HEADERS: dict[str, tuple[str, ...]] = {
    "config/decisions.csv": tuple(DECISION_COLUMNS),
    "config/breaks.csv": (
        "break_id", "date", "first_year", "kind", "indicators", "bridge", "note_ru", "note_en", "reference",
    ),
    "config/territory/aliases.csv": ("raw", "unit_id", "reason"),
    "config/territory/crosswalk.csv": (
        "from_unit", "from_date", "to_unit", "to_date", "share", "share_low", "share_high", "basis", "quality",
        "evidence",
    ),
    "config/survey/population_margins.csv": ("margins_id", "variable", "level", "count", "share", "source", "as_of"),
}  # fmt: skip
# what YAML wants escaped inside quotes, or takes for a line's end
UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
EFFECT_STEPS = ("06_estimate_outcomes", "07_check_robustness")
MAP_STEPS = ("04_map_coverage", "04a_measure_unevenness", "04b_plan_access")
ONE_YEAR = Text(
    ru="данные за один год: влияние оценивают, когда есть хотя бы два",
    en="the data are of one year: effects are estimated once there are two or more",
)
UNIT = Text(ru="территория", en="territorial unit")
ROUBLES = Text(ru="руб.", en="roubles")
NO_PLACES = Text(
    ru="в реестре территорий нет координат", en="the registry of territorial units has no coordinates"
)  # fmt: skip


@dataclass(frozen=True)
class Answers:
    """What an institute says of its programme; ``sources`` are the files it expects in the first year."""

    id: str
    title: Text
    institute: Text
    first_year: int
    sources: tuple[str, ...]
    region_code: str | None = None
    languages: tuple[Language, ...] = ("ru", "en")
    registry_kind: Literal["oktmo", "list"] = "list"
    unit_name: Text = UNIT
    currency_code: str = "RUB"
    currency: Text = ROUBLES
    threshold: int = 5
    deadline: dt.date | None = None
    own_codebook: bool = False


def workspace_texts(
    answers: Answers,
    files: Mapping[str, str],
    other_files: Mapping[str, str],
    centre: tuple[float, float] | None,
    today: dt.date,
) -> dict[str, str]:
    """Text by path of every settings file, README and list that needs no other input.

    ``files`` are the names of the expected files by source, ``other_files`` those offered as comments. ``centre`` is
    the longitude and latitude of the registry's middle, degrees; None where it has no coordinates.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True, autoescape=False,
    )  # fmt: skip
    environment.filters["y"] = quoted
    left_out = dict.fromkeys(EFFECT_STEPS, ONE_YEAR)
    if centre is None:
        left_out = dict.fromkeys(MAP_STEPS, NO_PLACES) | left_out
    facts = {
        "a": answers,
        "files": dict(files),
        "other_files": dict(other_files),
        "projection": projection(centre),
        "left_out": left_out,
        "today": today.isoformat(),
    }
    year = answers.first_year
    places = {
        "config/programme.yml": "programme.yml.j2",
        f"config/years/{year}.yml": "year.yml.j2",
        f"config/plan/{year}.yml": "plan.yml.j2",
        ".gitignore": "gitignore.j2",
        "README.ru.md": "README.ru.md.j2",
        "README.md": "README.en.md.j2",
    }
    texts = {place: environment.get_template(name).render(facts) for place, name in places.items()}
    texts |= {place: ",".join(header) + "\n" for place, header in HEADERS.items()}
    texts |= {f"config/schema/{name}": text for name, text in json_schemas().items()}
    return texts


def quoted(text: str) -> str:
    """A text as YAML reads it back to the letter, whatever characters it has: JSON's strings are YAML's."""
    written = json.dumps(text, ensure_ascii=False)
    return UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", written)


def middle(longitudes: Iterable[float], latitudes: Iterable[float]) -> tuple[float, float] | None:
    """Longitude and latitude (degrees) of the mean direction of points on the sphere; None without points.

    The mean of unit vectors, so that points on both sides of the 180th meridian have their middle among them.
    """
    x = y = z = 0.0
    count = 0
    for longitude, latitude in zip(longitudes, latitudes, strict=True):
        lon, lat = math.radians(longitude), math.radians(latitude)
        x += math.cos(lat) * math.cos(lon)
        y += math.cos(lat) * math.sin(lon)
        z += math.sin(lat)
        count += 1
    if count == 0 or math.hypot(x, y, z) < 1e-9 * count:
        return None
    return math.degrees(math.atan2(y, x)), math.degrees(math.atan2(z, math.hypot(x, y)))


def projection(centre: tuple[float, float] | None) -> str | None:
    """Lambert's azimuthal equal-area projection about a point, as PROJ spells it."""
    if centre is None:
        return None
    longitude, latitude = centre
    return f"+proj=laea +lat_0={latitude:.1f} +lon_0={longitude:.1f} +datum=WGS84 +units=m +no_defs"
