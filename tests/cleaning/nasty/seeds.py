"""The three nasty files of a seed."""

from __future__ import annotations

from nasty.attendance import attendance_book
from nasty.attendance_traps import KINDS as ATTENDANCE_CELLS
from nasty.books import register_book, share_of
from nasty.exchange import exchange_book
from nasty.exchange_traps import KINDS as EXCHANGE_CELLS
from nasty.model import Book, World


def books_of(seed: int, world: World) -> list[Book]:
    """A register, lists of participants and a file of exchange events."""
    form = ("csv", "xlsx")[seed // 2 % 2]
    return [
        register_book(seed, world),
        attendance_book(seed, world, share_of(ATTENDANCE_CELLS, seed, "xlsx", 2)),
        exchange_book(seed, world, share_of(EXCHANGE_CELLS, seed, form, 2), form),
    ]
