"""How many took part, spoke, discussed and asked, and who they were: clause by clause, each number with its words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evaluation.field.documents.counts import Count, counts
from evaluation.field.documents.facts import Fact, missing
from evaluation.field.documents.lists import Listed
from evaluation.field.documents.paragraphs import Paragraph
from evaluation.field.documents.phrases import clauses, sentences
from evaluation.tables.measures import SECTOR_COUNTS

_ROUGHLY = re.compile(r"(?:более|больше|около|свыше|порядка|примерно|почти|менее|меньше|до|чем)\s+$", re.I)
_PEOPLE = r"человек|чел(?!\w)|чел\.|участни|представител|специалист|руководител|лиц(?!\w)|делегат|слушател"


@dataclass(frozen=True)
class CountRule:
    """Words that a clause must have (``also``: too), words that exclude it, what may follow the number (or an end)."""

    words: re.Pattern[str]
    excluded: re.Pattern[str]
    unit: re.Pattern[str]
    remarked: re.Pattern[str] | None = None
    also: re.Pattern[str] | None = None

    def fits(self, clause: str) -> bool:
        """Has the clause the words of the rule, and none that exclude it?"""
        if not self.words.search(clause) or self.excluded.search(clause):
            return False
        return self.also is None or self.also.search(clause) is not None


def _rule(words: str, excluded: str, unit: str, remarked: str = "", also: str = "") -> CountRule:
    return CountRule(
        re.compile(words, re.I),
        re.compile(excluded, re.I),
        re.compile(rf"\s*(?:\([^)]*\)\s*)?(?:$|[.;:!?)]|{unit})", re.I),
        re.compile(rf"\s*(?:{remarked})", re.I) if remarked else None,
        re.compile(also, re.I) if also else None,
    )


RULES: Mapping[str, CountRule] = {
    "participants": _rule(
        r"(?:принял|принимал)[аои]?\s+участие|участвовал|присутствовал|присутствует|собрал(?:ось|ись|[ао])?(?!\w)"
        r"|зарегистрирован|(?:число|количество|численность|всего|итого)\s+(?:участник|присутств)"
        r"|участников\s*(?:[-–—:]|всего)|стали\s+участник|^\W*(?:всего|итого)\W*\d",
        r"обсужден|дискусси|прени|голосова|вопрос|доклад|выступ|онлайн|дистанц|прошл\w+\s+год|(?<!\d\s)(?:19|20)\d\d\s+год",
        _PEOPLE,
    ),
    "speakers": _rule(
        r"выступ(?:ил|ал|ивш|ающ|лени)|(?:сделан|представлен|прозвучал)\w*[^,;]*доклад|докладчик|спикер|с\s+доклад|доклад\w*\s+(?:сделал|представил)|заслуша|сообщени",
        r"обсужден|прени|дискусси|вопрос|голосова",
        rf"{_PEOPLE}|докладчик|доклад|выступ|спикер|сообщени",
        r"доклад(?!чик)|выступлени|сообщени",
    ),
    "discussants": _rule(r"обсужден|прени|дискусси", r"вопрос|голосова", rf"{_PEOPLE}|выступ"),
    "questions": _rule(
        r"вопрос",
        r"повестк|голосова",
        r"вопрос",
        also=r"задан|поступил|прозвучал|вопрос(?:ов|ы)\s*(?:[-–—:]|к\s+докладчик)",
    ),
}
SECTORS: Mapping[str, re.Pattern[str]] = {
    "participants_guests": re.compile(r"(?<!\w)гост(?:ей|и|ям|ями|ь|я)(?!\w)", re.I),
    "participants_nonprofit": re.compile(
        r"некоммерческ\w+(?:\s+и\s+общественн\w+)?(?:\s+(?:организаци|сектор)\w*)?"
        r"|общественн\w+(?:\s+и\s+некоммерческ\w+)?\s+(?:организаци|объединени)\w+|(?<!\w)(?:СО\s?)?НКО(?!\w)"
        r"|(?<!\w)ТОС(?:ов|ы)?(?!\w)|территориальн\w+\s+общественн\w+\s+самоуправлени\w+",
        re.I,
    ),
    "participants_institutions": re.compile(
        r"(?:(?:муниципальн|бюджетн|казённ|казенн|подведомственн)\w+\s+)*учреждени\w+(?:\s+(?:культуры|образования|спорта))?"
        r"|(?<!\w)(?:МКУ|МБУ|МАУ)(?!\w)",
        re.I,
    ),
    "participants_municipal": re.compile(
        r"(?:муниципальн|местн)\w+\s+(?:власт|администраци|служащ|образовани|район|округ)\w*"
        r"|орган\w*\s+местного\s+самоуправления|(?<!\w)О?МСУ(?!\w)|администраци\w+\s+(?:муниципальн|район|город|округ)\w+",
        re.I,
    ),
    "participants_state": re.compile(
        r"(?:исполнительн\w+\s+)?орган\w*\s+(?:исполнительной\s+|законодательной\s+)?государственн\w+"
        r"(?:\s+(?:\w+\s+)?(?:власти|управления))?|государственн\w+\s+(?:власт|орган|служащ)\w*"
        r"|орган\w*\s+исполнительной\s+власти|исполнительн\w+\s+орган\w*(?:\s+власти)?"
        r"|(?:краев|областн|республиканск)\w+\s+(?:министерств|ведомств|орган)\w+|министерств\w*",
        re.I,
    ),
    "participants_business": re.compile(
        r"предпринимател\w+|бизнес\w*|(?<!не)коммерческ\w+\s+(?:организаци|структур)\w+", re.I
    ),
    "participants_other": re.compile(
        r"(?:прочи|ины|други)[ехм]\w*(?!\w)|жител(?:ей|и)(?!\w)|(?<!\w)СМИ(?!\w)|средств\w*\s+массовой\s+информации|вуз(?:ов|ы)",
        re.I,
    ),
}  # fmt: skip


def count_fact(name: str, paragraphs: Iterable[Paragraph]) -> Fact:
    """The fact of a counted field: missing where no clause has it, or where clauses say different numbers."""
    rule = RULES[name]
    return agreed(name, [fact for paragraph in paragraphs for fact in _counted(name, rule, paragraph)])


def agreed(name: str, facts: Sequence[Fact]) -> Fact:
    """The first of facts that say the same; missing, with all that was found, where they differ."""
    if not facts:
        return missing(name)
    if len({fact.value for fact in facts}) > 1:
        found = "; ".join(f"{fact.value} (§{fact.paragraph})" for fact in facts)
        return Fact(name, facts[0].place, None, facts[0].phrase, facts[0].paragraph, ("several_values",), found)
    return facts[0]


def _counted(name: str, rule: CountRule, paragraph: Paragraph) -> list[Fact]:
    if paragraph.kind == "row":
        return _in_row(name, rule, paragraph)
    found = []
    for sentence in sentences(paragraph.text) if rule.words.search(paragraph.text) else ():
        for clause in clauses(sentence.text):
            if not rule.fits(clause.text):
                continue
            hit = _the_one(rule, clause.text)
            if hit is not None:
                found.append(_fact(name, rule, hit, clause.text, sentence.text, paragraph))
    if not found and name == "participants" and paragraph.text.endswith(":"):
        hits = counts(paragraph.text)
        if len(hits) == 1 and re.search(r"участник|присутств|участи", paragraph.text, re.I):
            found.append(_fact(name, rule, hits[0], paragraph.text, paragraph.text, paragraph))
    return found


def _the_one(rule: CountRule, clause: str) -> Count | None:
    """The count of a clause: the only one before a noun of the rule, else the only one at an end; None for several."""
    hits = [hit for hit in counts(clause) if rule.unit.match(clause, hit.end)]
    named = [hit for hit in hits if re.match(r"\s*\w", clause[hit.end :])]
    chosen = named or hits
    return chosen[0] if len(chosen) == 1 else None


def _in_row(name: str, rule: CountRule, paragraph: Paragraph) -> list[Fact]:
    """«Всего | 24», «Задано вопросов | 7»: a row of words and a number."""
    if not _one_number(paragraph):
        return []
    words, number = paragraph.cells[0], paragraph.cells[-1]
    hits = counts(number)
    if len(hits) != 1 or rule.excluded.search(words) or not rule.unit.match(number, hits[0].end):
        return []
    of_all = name == "participants" and re.match(r"(?:всего|итого)", words, re.I)
    named = rule.fits(f"{words}: {number}") or of_all
    return [_fact(name, rule, hits[0], number, paragraph.text, paragraph)] if named else []


def _one_number(row: Paragraph) -> bool:
    """Has a row of a table a number in its last cell alone? Of two columns it is not clear which one counts."""
    return len(row.cells) > 1 and [bool(counts(cell)) for cell in row.cells] == [False] * (len(row.cells) - 1) + [True]


def _fact(name: str, rule: CountRule, hit: Count, clause: str, phrase: str, paragraph: Paragraph) -> Fact:
    if _ROUGHLY.search(clause[: hit.start]):
        return Fact(name, 0, None, phrase, paragraph.number, ("approximate",), str(hit.value))
    remarks = (("dash_not_minus",) if hit.dashed else ()) + (("number_in_words",) if hit.in_words else ())
    if rule.remarked and rule.remarked.match(clause, hit.end):
        remarks += ("talks_counted",)
    return Fact(name, 0, str(hit.value), phrase, paragraph.number, remarks)


def sector_facts(paragraphs: Sequence[Paragraph], listed: Listed) -> list[Fact]:
    """Participants by sector: from the sentence that counts them, the list or the table that names them."""
    found: dict[str, list[Fact]] = {}
    rule = RULES["participants"]
    pieces: list[tuple[str, str, int]] = []
    for paragraph in paragraphs:
        if paragraph.kind == "row":
            pieces += [(paragraph.text, paragraph.text, paragraph.number)] if _one_number(paragraph) else []
            continue
        for sentence in sentences(paragraph.text) if rule.words.search(paragraph.text) else ():
            head = rule.words.search(sentence.text)
            if head and not rule.excluded.search(sentence.text[: head.end()]):
                pieces.append((_after_total(sentence.text, head.start()), sentence.text, paragraph.number))
    known = {number for _, _, number in pieces}
    pieces += [(item.text, item.text, item.paragraph) for item in listed.items if item.paragraph not in known]
    for text, phrase, number in pieces:
        for sector, hit, together in paired_sectors(text):
            remarks = ("sectors_together",) if together else (("number_in_words",) if hit.in_words else ())
            value = None if together else str(hit.value)
            shown = str(hit.value) if together else ""
            found.setdefault(sector, []).append(Fact(sector, 0, value, phrase, number, remarks, shown))
    return [_one_sector(sector, found.get(sector, [])) for sector in SECTOR_COUNTS]


def _one_sector(sector: str, facts: Sequence[Fact]) -> Fact:
    valued = [fact for fact in facts if fact.value is not None]
    return agreed(sector, valued) if valued else (facts[0] if facts else missing(sector))


def _after_total(sentence: str, head: int) -> str:
    """What follows the number of all participants, where the sentence has it before it names a sector."""
    rule = RULES["participants"]
    for hit in counts(sentence):
        if hit.start > head and rule.unit.match(sentence, hit.end) and not _sectors(sentence[head : hit.start]):
            return sentence[hit.end :]
    return sentence


def _sectors(text: str) -> list[tuple[int, str]]:
    """Places and names of the sectors that a text mentions; of mentions that overlap the longer counts."""
    hits = sorted(
        ((found.start(), found.end(), name) for name, words in SECTORS.items() for found in words.finditer(text)),
        key=lambda hit: (hit[0] - hit[1], hit[0]),
    )
    kept: list[tuple[int, int, str]] = []
    for hit in hits:
        if all(hit[1] <= other[0] or hit[0] >= other[1] for other in kept):
            kept.append(hit)
    return sorted((start, name) for start, _, name in kept)


def paired_sectors(text: str) -> list[tuple[str, Count, bool]]:
    """Sectors with their counts, and whether one count stands for several of them together.

    Names come before their numbers («гостей 2») or after («2 гостя»), the same way throughout a text.
    """
    mentions = _sectors(text)
    numbers = counts(text)
    if not mentions or not numbers:
        return []
    if numbers[0].start < mentions[0][0] and numbers[-1].start > mentions[-1][0]:
        return []  # a number at both ends: which name it belongs to cannot be told
    marks: list[tuple[int, str | Count]] = sorted(
        [(place, name) for place, name in mentions] + [(hit.start, hit) for hit in numbers], key=lambda mark: mark[0]
    )
    if not isinstance(marks[0][1], str):
        marks.reverse()  # numbers first: read backwards, names come before them
    made, pending = [], []
    for _, mark in marks:
        if isinstance(mark, str):
            pending.append(mark)
            continue
        made += [(name, mark, len(pending) > 1) for name in pending]
        pending = []
    return made
