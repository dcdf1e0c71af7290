"""``evaluation read-document``: a running document into a form to confirm, a confirmed form into registers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from evaluation.app.speaking import (
    LanguageOption,
    PlainOption,
    WorkspaceOption,
    chosen_language,
    command,
    console,
    say,
    show,
)
from evaluation.aside import write_together

if TYPE_CHECKING:
    import pandas as pd

    from evaluation.codebook import Codebook
    from evaluation.places import Workspace
    from evaluation.settings import Language, Text

READ_DOCUMENT_HELP = say(
    "Прочесть документ (протокол, меры, тренинги, поддержка, стратегия) в форму для проверки; из проверенной формы "
    "записать таблицы.",
    "Read a document (minutes, measures, trainings, support, strategy) into a form to check; write tables from a "
    "checked form.",
)
MAX_BYTES = 100_000_000


@command
def read_document(
    kind: Annotated[
        str | None,
        typer.Argument(
            metavar="[KIND]", help="minutes | measures | trainings | support | strategy", show_default=False
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help=say("документ: txt или docx", "the document: txt or docx"),
                       show_default=False),
    ] = None,
    confirmed: Annotated[
        Path | None,
        typer.Option("--confirmed", metavar="FORM.xlsx", help=say("проверенная форма", "a checked form"),
                     show_default=False),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FORM.xlsx|DIR",
            help=say("форма (новый файл) или, с --confirmed, папка для таблиц",
                     "the form (a new file) or, with --confirmed, a folder for the tables"),
            show_default=False,
        ),
    ] = None,
    workspace: WorkspaceOption = None,
    language: LanguageOption = None,
    plain: PlainOption = False,
) -> None:  # fmt: skip
    from evaluation.places import open_workspace
    from evaluation.settings import InputProblem

    spoken = chosen_language(language)
    if out is None or (confirmed is None) == (kind is None) or (kind is None) != (file is None):
        raise InputProblem(
            "Укажите вид документа, файл и форму: «evaluation read-document minutes протокол.docx --out форма.xlsx», "
            "или проверенную форму и папку: «evaluation read-document --confirmed форма.xlsx --out папка».",
            "Name the kind of document, the file and the form: 'evaluation read-document minutes minutes.docx --out "
            "form.xlsx', or a checked form and a folder: 'evaluation read-document --confirmed form.xlsx --out dir'.",
        )
    opened = open_workspace(workspace)
    codebook = opened.codebook
    if confirmed is not None:
        lines = write_registers(confirmed, out, codebook, spoken, opened)
    else:
        assert kind is not None and file is not None, "told apart above"
        lines = write_form(kind, file, out, codebook, spoken)
    screen = console(plain)
    for line in lines:
        show(screen, line)


def write_form(kind: str, file: Path, out: Path, codebook: Codebook, language: Language) -> list[str]:
    """Read ``file`` as a document of ``kind`` and write the form to ``out``; what was found, in words.

    Raises InputProblem for an unknown kind, a file that cannot be read, and a form that is there already (it may have
    been filled in) or cannot be written.
    """
    from evaluation.app.document_form import KIND_WORDS, check_lines, form_lines
    from evaluation.field.documents.facts import KINDS
    from evaluation.field.documents.reader_of import read_record
    from evaluation.field.documents.reading import document_of
    from evaluation.report.confirmation.form import Origin, confirmation_form
    from evaluation.settings import InputProblem

    if kind not in KINDS:
        raise InputProblem(
            f"Вид документа «{kind}» неизвестен. Есть: {', '.join(KINDS)}.",
            f"The kind of document '{kind}' is unknown. There are: {', '.join(KINDS)}.",
        )
    if out.suffix.lower() != ".xlsx" or out.exists():
        raise InputProblem(
            f"{out}: укажите для формы новый файл с окончанием .xlsx; существующий не меняется.",
            f"{out}: name a new file ending with .xlsx for the form; an existing one is left as it is.",
        )
    data = _taken(file)
    record = read_record(kind, document_of(data, file))
    origin = Origin(kind, KIND_WORDS[kind].in_language(language), file.name, hashlib.sha256(data).hexdigest())
    lines, checks = form_lines(record, codebook, language), check_lines(record, language)
    _write({out: confirmation_form(lines, checks, origin, language)})
    found = sum(fact.value is not None for fact in record.facts)
    failed = [check.label + ": " + check.expression for check in checks if check.holds is False]
    if language == "ru":
        said = [f"Найдено значений: {found}, не найдено: {len(record.facts) - found}. Форма для проверки: {out}"]
        return said + [f"Не сходится: {text}" for text in failed]
    said = [f"Values found: {found}, not found: {len(record.facts) - found}. The form to check: {out}"]
    return said + [f"Does not hold: {text}" for text in failed]


def write_registers(
    form: Path, out: Path, codebook: Codebook, language: Language, workspace: Workspace | None = None
) -> list[str]:
    """Write the registers of a checked form to the folder ``out``, a workbook each; what was written, in words.

    An event that the register of ``workspace`` has already is left out (``registered_events``).
    Raises InputProblem for a form that is none or is filled in wrongly, where nothing is confirmed, and where a file
    of that name with other content is there. Nothing is written then.
    """
    from evaluation.app.document_form import confirmed_facts
    from evaluation.field.documents.facts import DocumentKind
    from evaluation.field.documents.records import registers
    from evaluation.report.confirmation.filled import read_confirmed
    from evaluation.settings import InputProblem

    filled = read_confirmed(form)
    tables = registers(cast("DocumentKind", filled.kind), confirmed_facts(filled, form, codebook), filled.document) \
        if filled.lines else {}  # fmt: skip
    if not tables:
        raise InputProblem(
            f"{form}: ни одно значение не подтверждено, записывать нечего. Ответьте в жёлтых ячейках и сохраните её.",
            f"{form}: no value is confirmed, there is nothing to write. Answer in the yellow cells and save the book.",
        )
    noticed: list[Text] = []
    if workspace is not None:
        from evaluation.app.registered_events import without_registered

        tables, noticed = without_registered(tables, workspace, out)
    contents = {out / f"{name}.xlsx": _register(name, rows, codebook, language) for name, rows in tables.items()}
    taken = [path for path, content in contents.items() if path.exists() and path.read_bytes() != content]
    if taken:
        raise InputProblem(
            f"В папке {out} уже есть другие файлы: {', '.join(path.name for path in taken)}. Ничего не записано; "
            "укажите другую папку.",
            f"The folder {out} has other files already: {', '.join(path.name for path in taken)}. Nothing was written; "
            "name another folder.",
        )
    _write(contents)
    rows_ru = [f"{path}: строк {len(tables[path.stem])}" for path in contents]
    told = [text.in_language(language) for text in noticed]
    rows_en = [f"{path}: {len(tables[path.stem])} rows" for path in contents]
    if language == "ru":
        return [*rows_ru, *told, f"Без ответа осталось строк: {filled.blank}; они никуда не попали."]
    return [*rows_en, *told, f"Lines left without an answer: {filled.blank}; they went nowhere."]


def _register(name: str, rows: pd.DataFrame, codebook: Codebook, language: Language) -> bytes:
    from evaluation.app.document_form import FACT_HEADERS
    from evaluation.report.register_file import register_file

    own = {column: text.in_language(language) for column, text in FACT_HEADERS.items()}
    told = {str(column): codebook.label(name, str(column), language) for column in rows.columns}
    headers = own if name in ("facts", "stream_contents") else told
    shown = rows.copy()
    for column in rows.columns:
        list_name = codebook.list_of(name, str(column)) or _LISTS.get((name, str(column)), "")
        if list_name:
            labels = codebook.choice_labels(list_name, language)
            shown[column] = [_labelled(value, labels) for value in rows[column]]
    return register_file(name, shown, headers)


# text columns that hold codes of a list
_LISTS: Mapping[tuple[str, str], str] = {
    ("recommendations", "topic"): "exchange_theme",
    ("stream_contents", "stream"): "stream",
}


def _labelled(value: object, labels: Mapping[str, str]) -> object:
    if not isinstance(value, str):
        return value
    return "; ".join(labels.get(code, code) for code in value.split("; "))


def _taken(file: Path) -> bytes:
    from evaluation.settings import InputProblem

    try:
        if not file.is_file() or file.stat().st_size > MAX_BYTES:
            raise InputProblem(
                f"{file}: такого файла нет, или он больше {MAX_BYTES // 1_000_000} МБ. Проверьте путь.",
                f"{file}: there is no such file, or it is larger than {MAX_BYTES // 1_000_000} MB. Check the path.",
            )
        return file.read_bytes()
    except OSError as error:
        raise InputProblem(
            f"{file} не читается ({error.strerror}). Закройте его в другой программе и повторите.",
            f"{file} cannot be read ({error.strerror}). Close it in the other program and try again.",
        ) from error


def _write(contents: Mapping[Path, bytes]) -> None:
    """Write all files or none."""
    from evaluation.settings import InputProblem

    try:
        write_together(contents)
    except OSError as error:
        place = next(iter(contents))
        raise InputProblem(
            f"{place.parent}: записать не удалось ({error.strerror}). Укажите место, куда можно писать.",
            f"{place.parent}: it could not be written ({error.strerror}). Name a place that can be written to.",
        ) from error
