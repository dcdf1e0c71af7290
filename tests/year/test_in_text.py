"""Numbers of a report's sentences, told apart by where they come from."""

from __future__ import annotations

from evaluation.year.in_text import numbers_in_text

PAGE = """
<main><h2>5 sections</h2>
<p>Of <span class="finding" data-finding="a">61</span> territories <span class="finding" data-finding="lost">7</span>
applied in 2025; see <a href="#t">table 3</a>; <span class="typed">№ 10-4831</span>; 95 % interval; then 42 came.</p>
<div class="exhibit"><table><tr><td>12</td></tr></table><p class="note">Below 5.</p></div>
<dl class="facts"><dd>3.11</dd></dl><p><span class="finding" data-finding="a">from 1,5 to 2</span></p></main>
"""


def test_every_number_is_of_one_kind() -> None:
    found = numbers_in_text("report.en.html", PAGE, {"a"}, {"2025"})
    # 61, 1,5 and 2 are traced; 2025, both parts of the law's number and the level are settled
    assert (found.traced, found.settled, found.unknown) == (3, 4, ("lost",))
    assert len(found.typed) == 1
    assert "then 42 came" in found.typed[0]
    assert found.total == 3 + 4 + 1 + 1


def test_a_typed_mark_does_not_hide_what_follows() -> None:
    text = '<main><p><span class="typed">№ 1</span> and 2</p></main>'
    found = numbers_in_text("x", text, set())
    assert (found.settled, len(found.typed)) == (1, 1)
