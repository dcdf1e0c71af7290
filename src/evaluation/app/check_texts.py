"""The sentences of ``evaluation check``, each in Russian and English."""

from __future__ import annotations

SAID: dict[str, tuple[str, str]] = {
    "year": ("{year} год", "{year}"),
    "years": ("годы {years}", "years {years}"),
    "guessed": (
        "источник определён по шапке: {source} (узнано столбцов: {known} из {named})",
        "the source was told from the header: {source} ({known} of {named} columns known)",
    ),
    "registry": (
        "реестр территорий: замечаний {n}, строк не взято {lost}",
        "registry of units: {n} remarks, {lost} rows left out",
    ),
    "sheet": (
        "лист «{sheet}»: строк {rows}, из них данных {data}: "
        "принято {kept}, объединено {merged}, отложено {quarantined}",
        "sheet '{sheet}': {rows} rows, {data} of them data: {kept} kept, {merged} merged, {quarantined} set aside",
    ),
    "no_totals": ("итоговых строк для сверки нет", "there are no rows of totals to compare with"),
    "totals": (
        "итоги файла: сверено {n}, сходится {good}, расходится {bad}",
        "the file's own totals: {n} compared, {good} agree, {bad} differ",
    ),
    "total": (
        "{place} {field}: напечатано {printed}, по строкам {ours}, разница {difference}",
        "{place} {field}: printed {printed}, by the rows {ours}, difference {difference}",
    ),
    "closed": ("; сойдётся, если {causes}", "; agrees by {causes}"),
    "open": ("; замечаниями не объясняется", "; no remark explains it"),
    "no_issues": ("замечаний нет", "no remarks"),
    "issues": (
        "замечания: ошибок {error}, предупреждений {warning}, к сведению {info}",
        "remarks: errors {error}, warnings {warning}, for information {info}",
    ),
    "error": ("ошибка", "error"),
    "warning": ("предупреждение", "warning"),
    "info": ("к сведению", "information"),
    "suggested": (" — предлагается: {text}", "; suggested: {text}"),
    "taken": (" → {text}", " -> {text}"),
    "more": ("и ещё {n}", "and {n} more"),
    "row": ("строка {row}", "row {row}"),
    "file": ("весь файл", "the whole file"),
    "clean": (
        "чисто: решать нечего",
        "clean: there is nothing to decide",
    ),
    "result": (
        "Итог: файлов {files}, не прочитано {unread}, ошибок {error}, предупреждений {warning}, к сведению {info}.",
        "In all: files {files}, not read {unread}, errors {error}, warnings {warning}, for information {info}.",
    ),
    "next": ("Что дальше:", "What to do next:"),
}  # fmt: skip

# what to do about remarks, by their rules; the first text is for any rule that is not named
ADVICE: tuple[tuple[frozenset[str], tuple[str, str]], ...] = (
    (
        frozenset({"unmapped_column", "repeated_column", "question_unknown", "sheet_not_recognised"}),
        (
            "нераспознанный столбец: если он нужен, впишите его заголовок в графу aliases файла config/codebook.csv",
            "a column that is not known: if it is needed, add its header to the column aliases of config/codebook.csv",
        ),
    ),
    (
        frozenset({"unit_unknown", "name_not_found", "name_ambiguous", "several_municipalities"}),
        (
            "неузнанная территория: исправьте название или код в файле, либо впишите написание в aliases.csv рядом с "
            "реестром территорий; другой реестр — ключом --registry ФАЙЛ",
            "a unit that is not recognised: correct the name or code in the file, or add the spelling to aliases.csv "
            "beside the registry of units; another registry: --registry FILE",
        ),
    ),
    (
        frozenset({"unit_not_named"}),
        (
            "территория не названа: впишите муниципалитет в указанную ячейку журнала; до тех пор запись считается в "
            "итогах и стоит в таблице по территориям строкой «не названа»",
            "no unit is named: write the municipality into the cell told in the log; until then the record counts in "
            "the totals and stands in the table by territory as 'not named'",
        ),
    ),
    (
        frozenset({"hidden_sheet", "hidden_row", "formatting_strike", "status_from_strike"}),
        (
            "скрытое или зачёркнутое: спросите отправителя, нужны ли эти строки, и получите файл без скрытого",
            "hidden or struck through: ask the sender whether these rows count, and obtain the file without them",
        ),
    ),
    (
        frozenset({"total_mismatch"}),
        (
            "итог не сходится: сверьте с отправителем, какие строки он посчитал",
            "a total that differs: ask the sender which rows were counted",
        ),
    ),
    (
        frozenset({"formula_without_value"}),
        (
            "формулы без значений: откройте файл в Excel, дождитесь пересчёта и сохраните",
            "formulas without values: open the file in Excel, let it calculate, and save it",
        ),
    ),
)  # fmt: skip
MEND = (
    "ошибки в ячейках: исправьте их в файле (или попросите отправителя) и проверьте снова; что исправить "
    "нельзя, решите: «evaluation check {year} --report ПАПКА» даёт рабочую книгу решений, «evaluation decide ФАЙЛ» "
    "её принимает",
    "errors in cells: correct them in the file (or ask the sender) and check again; decide what cannot be corrected: "
    "'evaluation check {year} --report DIR' gives the workbook of decisions, 'evaluation decide FILE' takes it in",
)
OTHER_YEARS = (
    "в файле строки других лет ({years}): «--year {all}» проверит каждый год",
    "the file has rows of other years ({years}): '--year {all}' checks every year",
)
GO_ON = ("можно выполнять «evaluation run {year}»", "go on with 'evaluation run {year}'")
RULES_SAID = (
    "Правил проверки: {n}. Замечаний к самим правилам: {faults}.",
    "Checking rules: {n}. Remarks on the rules themselves: {faults}.",
)
