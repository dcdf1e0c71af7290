"""Tables and figures that the report makes itself from frames, declared settings and findings."""

from __future__ import annotations

from functools import cache

from evaluation.display.exhibit import Exhibit
from evaluation.display.exhibits import estimates_exhibit, reconciliation_exhibit, row_accounts_exhibit
from evaluation.report import theory
from evaluation.report.annex_tables import instruments_exhibit, received_files_exhibit, variables_exhibit
from evaluation.report.findings import Findings
from evaluation.report.inputs import ReportInputs
from evaluation.report.matrix import evaluation_matrix
from evaluation.report.results import Result
from evaluation.report.survey_method import survey_method
from evaluation.settings import LANGUAGES, Language, Theory

SUPPORT_STEP = "05_describe_support"


def own_tables(inputs: ReportInputs, results: list[Result], language: Language) -> dict[str, str]:
    """HTML by name: tables that no step leaves, and those of the steps for reports without their files."""
    simulated, codebook = inputs.simulated, inputs.codebook
    made: dict[str, Exhibit | None] = {}
    if inputs.row_accounts is not None:
        made["row_accounts"] = row_accounts_exhibit(inputs.row_accounts, codebook, simulated=simulated)
    if inputs.reconciliation is not None and len(inputs.reconciliation):
        made["reconciliation"] = reconciliation_exhibit(inputs.reconciliation, inputs.currency, simulated=simulated)
    if inputs.estimates is not None and len(inputs.estimates):
        made["estimates"] = estimates_exhibit(inputs.estimates, codebook, simulated=simulated)
    if inputs.questions:
        found = {each: Findings(inputs.findings, each, inputs.currency) for each in LANGUAGES}
        made["evaluation_matrix"] = evaluation_matrix(
            inputs.questions, inputs.models, results, found, codebook, simulated=simulated
        )
    if inputs.survey_waves is not None:
        made["survey_method"] = survey_method(
            inputs.survey_waves, inputs.survey_schemes, inputs.surveys, codebook, simulated=simulated
        )
    made["instruments"] = instruments_exhibit(inputs.instruments, codebook, simulated=simulated)
    made["model_variables"] = variables_exhibit(inputs.models, codebook, simulated=simulated)
    if inputs.source_files is not None:
        made["received_files"] = received_files_exhibit(inputs.source_files, simulated=simulated)
    return {name: exhibit.to_html(language) for name, exhibit in made.items() if exhibit is not None}


def theory_for(inputs: ReportInputs) -> Theory | None:
    """The theory of change: as declared, else the five streams; None where no support is described."""
    if inputs.about.theory is None and SUPPORT_STEP in inputs.not_applicable:
        return None
    return theory.theory_of(inputs.about.theory, inputs.models, inputs.codebook)


def theory_picture(declared: Theory, language: Language) -> bytes:
    """The theory of change as SVG."""
    columns = tuple((head, tuple(boxes)) for head, boxes in theory.columns_of(declared, language))
    return _drawn(columns, language)


@cache
def _drawn(columns: tuple[tuple[str, tuple[str, ...]], ...], language: Language) -> bytes:
    # drawing letters takes matplotlib, which is loaded only here
    from evaluation.display.rendering import figure_bytes
    from evaluation.display.theory_of_change import theory_of_change_plot

    return figure_bytes(theory_of_change_plot(columns, language), "svg")
