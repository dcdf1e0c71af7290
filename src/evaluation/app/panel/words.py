"""Every word of the panel, in both languages."""

from __future__ import annotations

from typing import Any

from evaluation.settings import Language, Text

WORDS: dict[str, Text] = {
    "title": Text(ru="Панель программы", en="Programme panel"),
    "language": Text(ru="Язык", en="Language"),
    "year": Text(ru="Год", en="Year"),
    "section": Text(ru="Раздел", en="Section"),
    "simulated": Text(ru="Данные смоделированы", en="The data are simulated"),
    "working": Text(ru="Идёт работа: {what}", en="At work: {what}"),
    "program_error": Text(
        ru="Ошибка программы ({cause}). Подробности: {log}", en="An error of the program ({cause}). Details: {log}"
    ),
    "what": Text(ru="Что", en="What"),
    "contents": Text(ru="Содержание", en="Contents"),
    # sections
    "start": Text(ru="Готовность", en="Readiness"),
    "files": Text(ru="Файлы", en="Files"),
    "decide": Text(ru="Решения", en="Decisions"),
    "run": Text(ru="Расчёт", en="Run"),
    "results": Text(ru="Результаты", en="Results"),
    "compare": Text(ru="Сравнение", en="Compare"),
    "release": Text(ru="Выпуск", en="Release"),
    # readiness
    "start_lead": Text(
        ru="Чего не хватает этому компьютеру и этому рабочему пространству.",
        en="What this computer and this workspace lack.",
    ),
    "look_again": Text(ru="Проверить снова", en="Look again"),
    "good": Text(ru="годится", en="good"),
    "look": Text(ru="внимание", en="look"),
    "bad": Text(ru="плохо", en="bad"),
    "all_good": Text(ru="Всё нужное есть.", en="Everything needed is there."),
    "good_ones": Text(ru="Что в порядке: {n}", en="In order: {n}"),
    # files
    "files_lead": Text(
        ru="Файлы, которых ждут настройки {year} года. Новый файл сначала проверяется отдельно; прежний сохраняется в "
        "папке data/raw/{year}/replaced.",
        en="The files that the settings of {year} expect. A new file is checked apart first; the earlier one is kept "
        "in data/raw/{year}/replaced.",
    ),
    "source": Text(ru="Источник", en="Source"),
    "file": Text(ru="Файл", en="File"),
    "arrived": Text(ru="Получен", en="Arrived"),
    "there": Text(ru="есть", en="there"),
    "absent": Text(ru="нет", en="missing"),
    "which_source": Text(ru="Какой источник", en="Which source"),
    "choose_file": Text(ru="Выбрать файл", en="Choose a file"),
    "received_on": Text(ru="День получения", en="Day of arrival"),
    "received_from": Text(ru="От кого", en="From whom"),
    "put_in": Text(ru="Положить в данные", en="Put into the data"),
    "checking": Text(ru="проверка {name}", en="checking {name}"),
    "checked": Text(
        ru="{name} проверен. Чтобы принять его, нажмите «{button}».",
        en="{name} is checked. To take it, press '{button}'.",
    ),
    "putting": Text(ru="запись {name}", en="writing {name}"),
    "put": Text(ru="Файл принят: {place}.", en="The file is taken: {place}."),
    "put_same": Text(ru="Такой же файл уже лежит на месте: {place}.", en="The same file lies there already: {place}."),
    "kept": Text(ru="Прежний сохранён: {place}.", en="The earlier one is kept: {place}."),
    "then_run": Text(ru="Теперь откройте раздел «{section}».", en="Now open the section '{section}'."),
    "refused": Text(ru="Файл не принят, ничего не изменено.", en="The file was not taken, nothing was changed."),
    # decisions
    "decide_lead": Text(
        ru="Замечания к файлам {year} года, которые ждут решения. Полученный файл не меняется.",
        en="Remarks on the files of {year} that wait for a decision. The received file does not change.",
    ),
    "find_remarks": Text(ru="Найти замечания", en="Find the remarks"),
    "cleaning": Text(ru="очистка файлов {year} года", en="cleaning the files of {year}"),
    "waiting": Text(ru="Ждут решения: {n}", en="Waiting for a decision: {n}"),
    "none_waiting": Text(ru="Ничто не ждёт решения.", en="Nothing waits for a decision."),
    "unread": Text(ru="Не прочитан: {name}", en="Could not be read: {name}"),
    "remarks": Text(ru="Замечания", en="Remarks"),
    "decision": Text(ru="Решение", en="Decision"),
    "answer": Text(ru="Верное значение", en="Right value"),
    "reason": Text(ru="Основание", en="Reason"),
    "author": Text(ru="Кто решил (роль)", en="Decided by (role)"),
    "reason_hint": Text(ru="письмо, звонок, документ; без имён", en="a letter, a call, a document; no names"),
    "author_hint": Text(ru="например, аналитик", en="such as analyst"),
    "save": Text(ru="Сохранить решение", en="Save the decision"),
    "saving": Text(ru="запись решения", en="writing the decision"),
    "saved": Text(ru="Решение записано.", en="The decision is written."),
    # run
    "run_lead": Text(
        ru="Что свежее, что устарело и почему. Выполняется только устаревшее; прогон идёт и при закрытой странице.",
        en="What is fresh, what is stale, and why. Only what is stale is run; a run goes on when the page is closed.",
    ),
    "start_run": Text(ru="Выполнить", en="Run"),
    "stop_run": Text(ru="Остановить", en="Stop"),
    "refresh": Text(ru="Обновить", en="Refresh"),
    "looking": Text(ru="сверка шагов", en="looking at the steps"),
    "step": Text(ru="Шаг", en="Step"),
    "years": Text(ru="Годы", en="Years"),
    "state": Text(ru="Состояние", en="State"),
    "why": Text(ru="Почему", en="Why"),
    "stale_count": Text(ru="Выполнить предстоит: {n} из {total}", en="To be run: {n} of {total}"),
    "outside": Text(ru="Не применяется: {n}", en="Does not apply: {n}"),
    "all_fresh": Text(ru="Всё свежее, выполнять нечего.", en="Everything is fresh, there is nothing to run."),
    "progress": Text(ru="Ход прогона", en="Progress of the run"),
    "progress_line": Text(ru="Закончено шагов: {ended} из {total}", en="Steps ended: {ended} of {total}"),
    "beginning": Text(ru="Прогон начинается…", en="The run begins…"),
    "stopping": Text(ru="Прогон останавливается…", en="The run is being stopped…"),
    "cell": Text(ru="ячейка {cell} из {cells}", en="cell {cell} of {cells}"),
    "end_running": Text(ru="выполняется", en="running"),
    "end_ran": Text(ru="готово", en="done"),
    "end_kept": Text(ru="оставлен, ничего не изменилось", en="kept, nothing changed"),
    "end_failed": Text(ru="ошибка", en="failed"),
    "end_blocked": Text(ru="не выполнялся", en="not run"),
    "end_interrupted": Text(ru="прерван", en="interrupted"),
    "end_not_applicable": Text(ru="не применяется", en="does not apply"),
    "run_good": Text(
        ru="Прогон окончен за {seconds}. Отчёты в разделе «{section}».",
        en="The run ended in {seconds}. The reports are in the section '{section}'.",
    ),
    "run_bad": Text(
        ru="Прогон окончен, но не всё прошло. Исправьте названное и запустите снова.",
        en="The run ended, but not everything succeeded. Mend what is named and run again.",
    ),
    "seconds": Text(ru="{n} с", en="{n} s"),
    # results
    "results_lead": Text(
        ru="Что построено за {year} год (черновик, до выпуска).",
        en="What was made of {year} (a draft, before release).",
    ),
    "results_stale": Text(ru="Не всё свежее: сначала выполните расчёт.", en="Not everything is fresh: run first."),
    "reports": Text(ru="Отчёты", en="Reports"),
    "released": Text(ru="Выпущенные", en="Released"),
    "no_results": Text(ru="За {year} год ещё ничего не построено.", en="Nothing has been made of {year} yet."),
    "kind": Text(ru="Вид", en="Kind"),
    "size_column": Text(ru="Размер", en="Size"),
    "size": Text(ru="{kb} КБ", en="{kb} KB"),
    # compare
    "compare_lead": Text(
        ru="Чем {year} год отличается от другого и почему.", en="How {year} differs from another year, and why."
    ),
    "other_year": Text(ru="С каким годом", en="With which year"),
    "do_compare": Text(ru="Сравнить", en="Compare"),
    "comparing": Text(ru="сравнение {a} и {b}", en="comparing {a} and {b}"),
    "only_year": Text(
        ru="Сравнить не с чем: настроен один год.", en="There is nothing to compare with: one year is set up."
    ),
    "written": Text(ru="Записано", en="Written"),
    # release
    "release_lead": Text(
        ru="Выпуск замораживает {year} год: отчёты, таблицы и всё, чем они получены. Отменить его нельзя.",
        en="A release freezes {year}: reports, tables and all that made them. It cannot be undone.",
    ),
    "sign_data": Text(ru="За данные отвечает", en="Answers for the data"),
    "sign_analysis": Text(ru="За анализ отвечает", en="Answers for the analysis"),
    "sign_text": Text(ru="За текст отвечает", en="Answers for the text"),
    "without_git": Text(
        ru="Репозитория git нет и не будет: так и записать", en="There is no git and will be none: put that on record"
    ),
    "what_blocks": Text(ru="Что мешает выпуску", en="What stands in the way"),
    "examining": Text(ru="проверка перед выпуском", en="examination before the release"),
    "nothing_blocks": Text(ru="Ничто не мешает. Можно выпускать.", en="Nothing stands in the way. It can be released."),
    "blocks": Text(
        ru="Год выпустить нельзя. Причин: {n}. Кто за что отвечает и нет ли git, отмечают в полях выше.",
        en="The year cannot be released. Reasons: {n}. Who answers for what, and whether git is absent, is entered "
        "in the fields above.",
    ),
    "sure": Text(ru="Да, выпустить {year} год", en="Yes, release {year}"),
    "do_release": Text(ru="Выпустить", en="Release"),
    "releasing": Text(ru="выпуск {year} года", en="releasing {year}"),
    "release_done": Text(ru="Выпущено: {place}", en="Released: {place}"),
    "be_sure": Text(ru="Поставьте отметку «{mark}».", en="Tick '{mark}' first."),
}


def say(key: str, language: Language, **facts: Any) -> str:
    return WORDS[key].in_language(language).format(**facts)
