"""People who are said to have been at two face-to-face events on one day in different places."""

from __future__ import annotations

import numpy as np
import pandas as pd

PRESENT = ("present", "partial")
# an event of more days (a course with breaks) does not bind a person to one place every day
LONGEST_DAYS = 7


def events_elsewhere(
    person: np.ndarray, event: np.ndarray, attendance: pd.DataFrame, events: pd.DataFrame
) -> np.ndarray:
    """For each pair of ``person`` and ``event``: at how many other events, held in person on one of its days by
    another unit, the person was present (float64; 0 where the person was not present at ``event`` itself).

    ``attendance`` has event_id, person_key and status, ``events`` event_id, starts_on, ends_on, mode and
    host_unit_id. Events longer than LONGEST_DAYS, without a host or not in person are passed over.
    """
    held = events[(events["mode"] == "in_person") & events["host_unit_id"].notna()]
    length = (held["ends_on"] - held["starts_on"]).dt.days
    held = held[(length >= 0) & (length < LONGEST_DAYS)]
    days = pd.DataFrame(
        [
            (row.event_id, row.host_unit_id, row.starts_on + pd.Timedelta(days=step))
            for row in held.itertuples()
            for step in range((row.ends_on - row.starts_on).days + 1)
        ],
        columns=["event_id", "host", "day"],
    )
    present = attendance.loc[attendance["status"].isin(PRESENT), ["event_id", "person_key"]].drop_duplicates()
    there = present.merge(days, on="event_id")
    both = there.merge(there, on=["person_key", "day"], suffixes=("", "_other"))
    both = both[both["host"] != both["host_other"]]
    counts = both.groupby(["person_key", "event_id"])["event_id_other"].nunique()
    asked = pd.MultiIndex.from_arrays([person, event])
    return counts.reindex(asked, fill_value=0).to_numpy(dtype="float64") if len(counts) else np.zeros(len(person))
