"""The quality report: what was received, what became of every row, what was remarked, and what decisions changed.

It shows counts, addresses and what was expected, never a received value: those stand in the workbooks of
``data/restricted``. Names of files and sheets, which people choose freely, are shown with personal data masked.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

from evaluation.codebook import Codebook
from evaluation.display.exhibits import source_names
from evaluation.display.wording import format_number, words
from evaluation.ledger import FATES, row_accounts
from evaluation.privacy.personal import mask_personal
from evaluation.report.html import page
from evaluation.report.quality_words import TOTALS, WORDS
from evaluation.settings import Language

FIRST_ADDRESSES = 3
DECISION_RULES = ("decision_applied", "decision_kept", "decision_not_applicable")


def quality_report(
    year: int,
    source_files: pd.DataFrame,
    row_ledger: pd.DataFrame,
    issues: pd.DataFrame,
    codebook: Codebook,
    language: Language,
    effect: pd.DataFrame | None = None,
    currency: str = "RUB",
    simulated: bool = False,
) -> str:
    """The report as one HTML page without any request to the outside.

    ``source_files``, ``row_ledger`` and ``issues`` satisfy the contracts of these names; ``effect`` has
    ``indicators.headline.EFFECT_COLUMNS`` (None: no decisions). The same input gives the same text.
    """
    report = _Report(year, source_files, row_ledger, issues, codebook, language, currency)
    sections = [
        ("summary", report.summary()),
        ("files", report.files()),
        ("totals", report.totals(effect)),
        ("decisions", report.decisions()),
        ("next", report.next()),
    ]
    contents = [(name, str(place), report.word(name)) for place, (name, _) in enumerate(sections, start=1)]
    body = "\n".join(
        str(Markup('<section id="{}"><h2><span class="place">{}</span>{}</h2>{}</section>').format(name, n, text, html))
        for (name, html), (_, n, text) in zip(sections, contents, strict=True)
    )
    title = report.word("title").format(year=year)
    cover = Markup('<header class="cover"><div><p class="kind">{}</p><h1>{}</h1></div></header>').format(
        report.word("kind"), title
    )
    if simulated:
        cover += Markup('\n<div class="banner" role="note"><p><strong>{}</strong></p></div>').format(
            words("simulated", language)
        )
    css = resources.files("evaluation.report").joinpath("texts").joinpath("quality.css").read_text(encoding="utf-8")
    return page(title, language, str(cover), contents, body, css)


class _Report:
    def __init__(
        self,
        year: int,
        files: pd.DataFrame,
        ledger: pd.DataFrame,
        issues: pd.DataFrame,
        codebook: Codebook,
        language: Language,
        currency: str,
    ) -> None:
        self.year, self._files, self._ledger, self._issues = year, files, ledger, issues
        self._codebook, self._language, self._currency = codebook, language, currency
        self._labels: dict[str, dict[str, str]] = {
            name: codebook.choice_labels(name, language) for name in ("rule", "severity", "action", "decision")
        }
        self._sources = source_names(files["source"], codebook, language)
        self._open = issues[issues["severity"].isin(["error", "warning"])]

    def word(self, name: str) -> str:
        return WORDS[name].in_language(self._language)

    def _label(self, kind: str, code: Any) -> str:
        return self._labels[kind].get(str(code), str(code))

    # ---- sections -------------------------------------------------------------------------------------------

    def summary(self) -> Markup:
        fates = self._ledger["fate"].value_counts()
        counts = {
            "n_files": len(self._files),
            "n_rows": int((self._ledger["row_class"] == "data").sum()),
            **{f"n_{fate}": int(fates.get(fate, 0)) for fate in FATES},
            **{f"n_{name}": int((self._open["severity"] == name).sum()) for name in ("error", "warning")},
        }
        items = Markup("").join(
            Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(self.word(name), self._number(count))
            for name, count in counts.items()
        )
        return Markup('<dl class="tiles">{}</dl><p class="note">{}</p>').format(items, self.word("skipped"))

    def files(self) -> Markup:
        accounts = row_accounts(self._ledger)
        parts = []
        for file in self._files.to_dict("records"):
            source = str(file["source"])
            own = self._issues[self._issues["source"] == source]
            parts.append(Markup("<h3>{}: {}</h3>").format(self._sources.get(source, source), _safe(file["file_name"])))
            hidden = file["hidden_sheets"]
            if isinstance(hidden, str) and hidden:
                parts.append(Markup("<p>{}</p>").format(self.word("hidden").format(_safe(hidden))))
            parts.append(self._accounts(accounts[accounts["source"] == source]))
            parts.append(self._remarks(own))
        beside = self._issues[~self._issues["source"].isin(self._files["source"])]
        if len(beside):
            parts += [Markup("<h3>{}</h3>").format(self.word("beside")), self._remarks(beside)]
        return Markup("\n").join(parts)

    def _accounts(self, accounts: pd.DataFrame) -> Markup:
        columns = ("rows", "service", "data", "kept", "merged", "quarantined")
        frame = accounts.assign(service=accounts["rows"] - accounts["data"])
        rows = [
            [_safe(row["sheet"]), *(self._number(row[name]) for name in columns)] for row in frame.to_dict("records")
        ]
        return self._table("accounts", ("sheet", *columns), rows, numbers=range(1, 7))

    def _remarks(self, issues: pd.DataFrame) -> Markup:
        if issues.empty:
            return Markup("<p>{}</p>").format(self.word("no_remarks"))
        order = {"error": 0, "warning": 1, "info": 2}
        groups = sorted(
            issues.groupby(["severity", "rule", "action"], sort=True),
            key=lambda item: (order[item[0][0]], -len(item[1]), item[0]),
        )
        rows = [
            [
                Markup('<span class="{}">{}</span>').format(severity, self._label("severity", severity)),
                self._label("rule", rule),
                self._label("action", action),
                self._number(len(members)),
                _addresses(members),
            ]
            for (severity, rule, action), members in groups
        ]
        return self._table("remarks", ("severity", "rule", "action", "n", "places"), rows, numbers=[3])

    def totals(self, effect: pd.DataFrame | None) -> Markup:
        parts = [Markup("<p>{}</p>").format(self.word("no_decisions"))]
        if effect is not None:
            rows = [
                [TOTALS[row["name"]].in_language(self._language), *(self._amount(row, name) for name in
                 ("without_decisions", "with_decisions", "difference"))]
                for row in effect.to_dict("records")
            ]  # fmt: skip
            parts = [self._table("totals", ("total", "without", "with", "difference"), rows, numbers=range(1, 4))]
        wrong = self._issues[self._issues["rule"] == "total_mismatch"]
        parts.append(Markup("<h3>{}</h3>").format(self.word("printed")))
        if wrong.empty:
            parts.append(Markup("<p>{}</p>").format(self.word("no_printed")))
        else:
            rows = [
                [
                    self._sources.get(row["source"], row["source"]),
                    f"{_safe(row['sheet'])}!{row['cell']}",
                    self._codebook.label(row["source"], str(row["field"]), self._language),
                    _safe(row["raw"]),
                    _safe(row["value"]),
                ]
                for row in wrong.to_dict("records")
            ]
            names = ("source", "place", "column", "stands", "ours")
            parts.append(self._table("printed", names, rows, numbers=[3, 4]))
        return Markup("\n").join(parts)

    def decisions(self) -> Markup:
        made = self._issues[self._issues["rule"].isin(DECISION_RULES)]
        if made.empty:
            return Markup("<p>{}</p>").format(self.word("no_decisions"))
        rows = []
        for rule in DECISION_RULES:
            for row in made[made["rule"] == rule].to_dict("records"):
                who = ", ".join(str(row[name]) for name in ("decided_by", "decided_on") if isinstance(row[name], str))
                field = row["field"] if isinstance(row["field"], str) else ""
                rows.append(
                    [
                        self._label("rule", rule),
                        self._sources.get(row["source"], row["source"]),
                        _safe(row["record_key"]).partition("~")[0],
                        self._codebook.label(row["source"], field, self._language) if field else "",
                        self._label("decision", row["decision"]),
                        _safe(who),
                    ]
                )
        return self._table("decisions", ("state", "source", "record", "column", "what", "who"), rows)

    def next(self) -> Markup:
        names = ("to_make", "to_decide") if len(self._open) else ("to_do_nothing",)
        return Markup("").join(Markup("<p>{}</p>").format(self.word(name).format(year=self.year)) for name in names)

    # ---- parts ----------------------------------------------------------------------------------------------

    def _number(self, value: Any) -> str:
        return format_number(value, self._language, 0)

    def _amount(self, row: dict[str, Any], name: str) -> str:
        money = row["name"] == "cost"
        places, signed = (2 if money else 0), name == "difference"
        text = format_number(row[name], self._language, places, signed=signed)
        return f"{text} {self._currency}" if money else text

    def _table(
        self, caption: str, names: Sequence[str], rows: Sequence[Sequence[Any]], numbers: Sequence[int] = ()
    ) -> Markup:
        head = Markup("").join(
            Markup('<th scope="col"{}>{}</th>').format(_mark(place in numbers), self.word(name))
            for place, name in enumerate(names)
        )
        body = Markup("\n").join(
            Markup("<tr>{}</tr>").format(
                Markup("").join(
                    Markup('<th scope="row">{}</th>').format(cell)
                    if place == 0
                    else Markup("<td{}>{}</td>").format(_mark(place in numbers), cell)
                    for place, cell in enumerate(row)
                )
            )
            for row in rows
        )
        return Markup(
            '<div class="scroll" role="region" tabindex="0" aria-label="{}"><table><caption>{}</caption>'
            "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
        ).format(self.word(caption), self.word(caption), head, body)


def _mark(is_number: bool) -> Markup:
    return Markup(' class="number"') if is_number else Markup("")


def _safe(value: Any) -> str:
    """Text without personal data; empty where there is none."""
    return mask_personal(value, names=True)[0] if isinstance(value, str) else ""


def _addresses(issues: pd.DataFrame) -> Markup:
    """The first places of a group of remarks: the sheet's name, then its cells (or rows)."""
    places: dict[str, list[str]] = {}
    for row in issues.head(FIRST_ADDRESSES).to_dict("records"):
        cell = row["cell"] if isinstance(row["cell"], str) else "" if pd.isna(row["row"]) else str(int(row["row"]))
        cells = places.setdefault(_safe(row["sheet"]), [])
        cells += [cell] if cell and cell not in cells else []
    texts = [": ".join(part for part in (sheet, ", ".join(cells)) if part) for sheet, cells in places.items()]
    text = "; ".join(one for one in texts if one)
    return escape(text + (" …" if len(issues) > FIRST_ADDRESSES and text else ""))
