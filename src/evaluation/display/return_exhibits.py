"""Tables of municipalities' returns: files, completeness, totals, representativity, revisions, comparison."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from evaluation.display.exhibit import Exhibit
from evaluation.display.tables import exhibit
from evaluation.settings import LANGUAGES, Text

if TYPE_CHECKING:
    from evaluation.codebook import Codebook

MOST_GROUPS = 12
MOST_OUTLIERS = 30
Labels = Mapping[str, Text]


def files_exhibit(files: pd.DataFrame, codebook: Codebook, *, simulated: bool = False) -> Exhibit:
    """How many files came, in which layout and with which fate (contract ``return_files``)."""
    counts = ["rows", "kept", "merged", "quarantined"]
    groups = files.assign(n=1).groupby(["fate", "layout"], dropna=False, sort=True)
    table = groups[["n", *counts]].sum().reset_index()
    return exhibit(
        table, codebook, "return_files", "Полученные файлы отчётов", "Files of returns received",
        "Из двух редакций действует поздняя по указанной в файле дате; ранняя заменена, но не выброшена.",
        "Of two editions that of the later date stated in the file stands; the earlier is replaced, not thrown away.",
        labels={"n": Text(ru="Файлов", en="Files")}, units={"n": "count"}, simulated=simulated,
    )  # fmt: skip


def remarks_exhibit(issues: pd.DataFrame, codebook: Codebook, *, simulated: bool = False) -> Exhibit:
    """Remarks on returns by rule (contract ``return_issues``)."""
    table = issues.groupby(["severity", "rule", "action"], sort=True).size().rename("n").reset_index()
    return exhibit(
        table, codebook, "return_issues", "Замечания к отчётам", "Remarks on the returns", simulated=simulated,
    )  # fmt: skip


def completeness_exhibit(
    completeness: pd.DataFrame, regions: Mapping[str, str], codebook: Codebook, *, simulated: bool = False
) -> Exhibit:
    """Who returned the form in one year: all, by type, by region (contract ``return_completeness``)."""
    columns = ["grouping", "group", "units", "returned", "share", "low", "high", "complete", "population_share"]
    return exhibit(
        completeness[columns], codebook, "return_completeness", "Полнота отчётов", "Completeness of the returns",
        "Интервал доли — Уилсона; знаменатель — муниципалитеты, действующие на дату года.",
        "Wilson's interval of the share; the denominator is the municipalities in force on the year's date.",
        names={"group": group_names(regions, codebook)}, simulated=simulated,
    )  # fmt: skip


def totals_exhibit(
    totals: pd.DataFrame,
    questions: Labels,
    codebook: Codebook,
    threshold: int,
    *,
    simulated: bool = False,
    currency: str = "RUB",
) -> Exhibit:
    """Estimates of one year for the whole country (contract ``return_totals``); small counts of people are hidden."""
    columns = ["variable", "statistic", "method", "value", "se", "low", "high", "received", "n", "units", "cells"]
    chosen = [*columns, *(["carried_share"] if (totals["carried_share"] > 0).any() else [])]
    table = totals[totals["grouping"] == "country"]
    order = {name: place for place, name in enumerate(questions)}
    places = pd.DataFrame({"question": table["variable"].map(order), "mean": table["statistic"] == "mean"})
    table = table.loc[places.sort_values(["question", "mean"], kind="stable").index].reset_index(drop=True)
    few = (table["unit"] == "persons") & (table["statistic"] == "total") & (table["value"] < threshold)
    hidden = pd.DataFrame(dict.fromkeys(("value", "se", "low", "high", "received"), few))
    return exhibit(
        table[[*chosen, "unit"]], codebook, "return_totals", "Итоги по всем муниципалитетам",
        "Totals for all municipalities",
        "Оценки предполагают, что внутри региона и типа ответившие не отличаются от неответивших при равном числе "
        "жителей. «Сумма полученных» ничего не восполняет. n — ответы, «муниципалитетов» — сколько их спрошено.",
        "The estimates assume that within region and type those who answered do not differ from those who did not, "
        "given their residents. 'Sum received' makes up for nothing. n: answers; municipalities: how many were asked.",
        columns=chosen, names={"variable": _words(questions)}, hidden=hidden, threshold=threshold, simulated=simulated,
        currency=currency,
    )  # fmt: skip


def representativity_exhibit(
    found: pd.DataFrame, regions: Mapping[str, str], codebook: Codebook, *, simulated: bool = False
) -> Exhibit:
    """R-indicators of one year; of the groups those that stand farthest from the mean (``representativity``)."""
    whole = found[found["category"].isna()]
    groups = found[found["category"].notna()]
    farthest = groups.reindex(groups["value"].abs().sort_values(ascending=False, kind="stable").index)
    table = pd.concat([whole, farthest.head(MOST_GROUPS)], ignore_index=True)
    columns = ["indicator", "variable", "category", "value", "low", "high", "units", "answered"]
    return exhibit(
        table[columns], codebook, "representativity", "Представительность отчётов", "How far the returns stand for all",
        "R = 1: все отвечают с равной вероятностью. Частный показатель группы отрицателен, если она отвечает реже "
        "средней. Показатели знают только регион, тип и численность жителей.",
        "R = 1: all answer with the same chance. A group's partial indicator is negative where it answers less often "
        "than the mean. The indicators know region, type and residents alone.",
        names={"category": group_names(regions, codebook)}, decimals={"value": 3, "low": 3, "high": 3},
        simulated=simulated,
    )  # fmt: skip


def revised_exhibit(
    revised: pd.DataFrame, questions: Labels, codebook: Codebook, *, simulated: bool = False
) -> Exhibit:
    """How later editions moved the sums of one year's answers (contract ``return_revised``)."""
    columns = [
        "variable", "first", "revised", "newly_returned", "withdrawn", "last", "n_revised", "n_newly_returned",
        "n_withdrawn", "values",
    ]  # fmt: skip
    return exhibit(
        revised[columns], codebook, "return_revised", "Что изменили поздние редакции", "What later editions changed",
        "Первые редакции + исправлено + прислано впервые + отозвано = последние редакции; суммы полученных ответов.",
        "First editions + revised + newly returned + withdrawn = latest editions; sums of the answers received.",
        names={"variable": _words(questions)}, signed=("revised", "newly_returned", "withdrawn"),
        simulated=simulated,
    )  # fmt: skip


def checks_exhibit(
    checks: pd.DataFrame, names: Mapping[str, str], questions: Labels, codebook: Codebook, *, simulated: bool = False
) -> Exhibit:
    """Answers far from the registry's number, the farthest first (contract ``return_checks``)."""
    away = checks[checks["outlier"].astype(bool)]
    distance = away["ratio"].where(away["ratio"] >= 1, 1 / away["ratio"].where(away["ratio"] > 0, 1e-9))
    table = away.reindex(distance.sort_values(ascending=False, kind="stable").index).head(MOST_OUTLIERS)
    table = table.assign(name=table["unit_id"].map(dict(names)))
    return exhibit(
        table[["name", "variable", "value", "registered", "ratio"]], codebook, "return_checks",
        "Ответы, далёкие от реестра", "Answers far from the registry", names={"variable": _words(questions)},
        simulated=simulated,
    )  # fmt: skip


def group_names(regions: Mapping[str, str], codebook: Codebook) -> dict[str, Mapping[str, Any]]:
    """Names of groups by language: regions, types, and all together."""
    return {
        each: {**regions, **codebook.choice_labels("territory_type", each), "all": _ALL.in_language(each)}
        for each in LANGUAGES
    }


def _words(questions: Labels) -> dict[str, Mapping[str, Any]]:
    return {each: {name: text.in_language(each) for name, text in questions.items()} for each in LANGUAGES}


_ALL = Text(ru="все муниципалитеты", en="all municipalities")
