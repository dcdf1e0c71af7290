"""What ``evaluation check`` found, in words: by file and sheet, with addresses and what to do next."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd

from evaluation.app.check_texts import ADVICE, GO_ON, MEND, OTHER_YEARS, SAID
from evaluation.app.checking import ALL_YEARS, FileCheck, YearCheck
from evaluation.app.language import Language
from evaluation.codebook import Codebook
from evaluation.display.wording import SOURCES
from evaluation.ledger import row_accounts
from evaluation.reconciliation import amount_text, in_words

ADDRESSES = 3
SEVERITIES = ("error", "warning", "info")
STYLES = {"error": "bold red", "warning": "yellow", "info": "", "good": "green", "title": "bold"}
_RU, _EN = 0, 1
_NAME = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")


class Line(NamedTuple):
    """A line to print: how far it is indented, its style (a key of STYLES or empty) and its text."""

    indent: int
    style: str
    text: str


class Words:
    """Turns checks into lines in one language."""

    def __init__(self, codebook: Codebook, language: Language) -> None:
        self.codebook = codebook
        self.language = language
        self.place = _RU if language == "ru" else _EN
        self.rules = codebook.choice_labels("rule", language)
        self.actions = codebook.choice_labels("action", language)

    def say(self, key: str, **facts: Any) -> str:
        return SAID[key][self.place].format(**facts)

    def lines(self, check: YearCheck) -> Iterator[Line]:
        """Everything about a year's files, the sum, and what to do next."""
        remarks = check.registry_issues
        if len(remarks):
            lost = remarks.loc[remarks["action"] == "quarantined", "row"].nunique()
            yield Line(0, "warning" if lost else "", self.say("registry", n=len(remarks), lost=lost))
        for one in check.files:
            yield from self.file(one)
        counts = self._counts(pd.concat([one.issues for one in check.files], ignore_index=True))
        unread = sum(one.problem is not None for one in check.files)
        yield Line(0, "title", self.say("result", files=len(check.files), unread=unread, **counts))
        advice = list(dict.fromkeys(text for one in check.files for text in self.advice(one)))
        if not advice and not unread:
            advice = [GO_ON[self.place].format(year=check.year)] if check.year else []
        if advice:
            yield Line(0, "title", self.say("next"))
            yield from (Line(2, "", f"- {text}") for text in advice)

    def file(self, one: FileCheck) -> Iterator[Line]:
        when = (
            self.say("year", year=one.years[0])
            if len(one.years) == 1
            else self.say("years", years=f"{one.years[0]}–{one.years[-1]}")
        )
        source = SOURCES.get(one.source, (one.source, one.source))[self.place]
        yield Line(0, "title", f"{one.file_name}: {source} ({one.source}), {when}")
        if one.problem is not None:
            yield Line(2, "error", one.problem.messages[self.language])
            return
        if one.fit is not None:
            fit = one.fit
            yield Line(2, "", self.say("guessed", source=fit.source, known=fit.known, named=fit.named))
        for row in row_accounts(one.row_ledger).itertuples():
            counts = {name: int(getattr(row, name)) for name in ("rows", "data", "kept", "merged", "quarantined")}
            yield Line(2, "", self.say("sheet", sheet=row.sheet, **counts))
        yield from self._totals(one)
        yield from self._issues(one)

    def _totals(self, one: FileCheck) -> Iterator[Line]:
        totals = one.totals
        if totals.empty:
            yield Line(2, "", self.say("no_totals"))
            return
        differing = totals[~totals["agrees"].astype(bool)]
        good = len(totals) - len(differing)
        text = self.say("totals", n=len(totals), good=good, bad=len(differing))
        yield Line(2, "warning" if len(differing) else "good", text)
        for total in differing.to_dict("records"):
            causes = in_words(str(total["causes"]) if _has(total["causes"]) else None, self.rules, self.language)
            told = self.say(
                "total",
                place=self._address(one, total),
                field=self.codebook.label(one.source, total["field"], self.language),
                printed=amount_text(total["printed"], self.language).lstrip("+"),
                ours=amount_text(total["ours"], self.language).lstrip("+"),
                difference=amount_text(total["difference"], self.language),
            )
            yield Line(4, "", told + (self.say("closed", causes=causes) if causes else self.say("open")))

    def _issues(self, one: FileCheck) -> Iterator[Line]:
        if one.issues.empty:
            yield Line(2, "good", self.say("no_issues"))
            return
        counts = self._counts(one.issues)
        yield Line(2, "" if counts["error"] + counts["warning"] else "good", self.say("issues", **counts))
        for severity in SEVERITIES:
            of_severity = one.issues[one.issues["severity"] == severity]
            for rule, count in of_severity["rule"].value_counts(sort=True).items():
                found = of_severity[of_severity["rule"] == rule]
                label, word = self.rules.get(str(rule), str(rule)), self.say(severity)
                done = ", ".join(self.actions.get(action, action).lower() for action in found["action"].unique())
                yield Line(4, severity, f"{word}: {label} ({rule}): {count}; {done}")
                yield from self._addresses(one, found, severity)

    def _addresses(self, one: FileCheck, found: pd.DataFrame, severity: str) -> Iterator[Line]:
        first = found.head(ADDRESSES).to_dict("records")
        more = len(found) - len(first)
        rest = [self.say("more", n=more)] if more else []
        if severity == "info":
            # without an address the suggestion tells what is meant, such as the unit that is missing
            places = [
                str(issue["suggestion"])
                if not _has(issue["row"]) and _has(issue["suggestion"])
                else self._address(one, issue)
                for issue in first
            ]
            yield Line(6, "", ", ".join([*dict.fromkeys(places), *rest]))
            return
        for issue in first:
            field = self.codebook.label(one.source, str(issue["field"]), self.language) if _has(issue["field"]) else ""
            raw = f"«{issue['raw']}»" if self.language == "ru" else f"'{issue['raw']}'"
            text = " ".join(
                part for part in (self._address(one, issue), field, raw if _has(issue["raw"]) else "") if part
            )
            text += self.say("taken", text=issue["value"]) if _has(issue["value"]) else ""
            if _has(issue["suggestion"]):
                told = in_words(self._suggestion(one.source, issue), self.rules, self.language)
                text += self.say("suggested", text=told)
            yield Line(6, "", " ".join(text.split()))
        yield from (Line(6, "", text) for text in rest)

    def _suggestion(self, source: str, issue: dict[str, Any]) -> str:
        """A suggestion with labels in place of the codes of a list and of the names of columns."""
        text = str(issue["suggestion"])
        choices = self.codebook.list_of(source, str(issue["field"])) if _has(issue["field"]) else ""
        if choices:
            return self.codebook.choice_labels(choices, self.language).get(text, text)
        return _NAME.sub(lambda name: self.codebook.label(source, name[0], self.language), text)

    def _address(self, one: FileCheck, issue: dict[str, Any]) -> str:
        """A cell, else a row, else the sheet; the sheet stands before it where the file has several."""
        several = one.received is not None and len(one.received.sheets) > 1
        sheet = str(issue["sheet"]) if _has(issue["sheet"]) else ""
        if _has(issue["cell"]):
            place = str(issue["cell"])
        elif _has(issue["row"]):
            place = self.say("row", row=int(issue["row"]))
        else:
            return sheet if several and sheet else self.say("file")
        return f"{sheet}!{place}" if several and sheet else place

    def _counts(self, issues: pd.DataFrame) -> dict[str, int]:
        return {severity: int((issues["severity"] == severity).sum()) for severity in SEVERITIES}

    def advice(self, one: FileCheck) -> Iterator[str]:
        if one.other_years:
            years = ", ".join(map(str, one.other_years))
            yield OTHER_YEARS[self.place].format(years=years, all=ALL_YEARS)
        serious = one.issues[one.issues["severity"].isin(["error", "warning"])]
        rules = set(serious["rule"]) - {"other_year"}
        for known, texts in ADVICE:
            if rules & known:
                yield texts[self.place]
        if rules - frozenset().union(*(known for known, _ in ADVICE)):
            yield MEND[self.place].format(year=one.years[-1])


def _has(value: Any) -> bool:
    return value is not None and not pd.isna(value) and value != ""
