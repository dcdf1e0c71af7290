"""Write the trial's households from the package ``causaldata`` into this workspace's ``data/raw/2010``."""

from __future__ import annotations

import csv
from importlib import resources
from pathlib import Path

HERE = Path(__file__).resolve().parent
YEAR = 2010
FILE = "social_insure.csv"


def main() -> None:
    """Copy the data as published; a file that is there already and differs is left alone and named."""
    content = resources.files("causaldata.social_insure").joinpath("Cai_2015.csv").read_bytes()
    folder = HERE / "data" / "raw" / str(YEAR)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / FILE
    if target.exists() and target.read_bytes() != content:
        raise SystemExit(
            f"{target} отличается от опубликованных данных. Уберите его и выполните команду снова.\n"
            f"{target} differs from the published data. Move it away, then run this again."
        )
    target.write_bytes(content)
    with (folder / "SOURCES.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["source", "file", "received_on", "received_from", "note"])
        writer.writerow(
            [
                "trial_households",
                FILE,
                "2015",
                "Cai, de Janvry and Sadoulet (2015), through the package causaldata (MIT licence)",
                "second round of sessions; the households of the first round are not in the package",
            ]
        )
    place = target.relative_to(HERE.parents[1])
    print(f"Хозяйства испытания лежат в {place}\nThe trial's households are in {place}")


if __name__ == "__main__":
    main()
