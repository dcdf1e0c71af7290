"""The words of the quality report."""

from __future__ import annotations

from evaluation.settings import Text

TOTALS: dict[str, Text] = {
    "applications": Text(ru="Заявок", en="Applications"),
    "projects_funded": Text(ru="Поддержано проектов", en="Projects supported"),
    "cost": Text(ru="Стоимость поддержанных проектов", en="Cost of supported projects"),
    "participations": Text(ru="Участий жителей", en="Participations of residents"),
    "people": Text(ru="Людей обучено", en="People trained"),
}
WORDS: dict[str, Text] = {
    "kind": Text(ru="Отчёт о качестве полученных данных", en="Quality report on the received data"),
    "title": Text(
        ru="Что получено за {year} год и что с этим стало", en="What was received for {year} and what became of it"
    ),
    "skipped": Text(ru="Полученные значения здесь не показаны.", en="Received values are not shown here."),
    "summary": Text(ru="Коротко", en="In short"),
    "files": Text(ru="По файлам и листам", en="By file and sheet"),
    "totals": Text(ru="Итоги года и решения людей", en="The year's totals and people's decisions"),
    "printed": Text(ru="Итоги, напечатанные в файлах", en="Totals printed in the files"),
    "decisions": Text(ru="Решения", en="Decisions"),
    "next": Text(ru="Что делать дальше", en="What to do next"),
    "n_files": Text(ru="файлов", en="files"),
    "n_rows": Text(ru="строк данных", en="rows of data"),
    "n_kept": Text(ru="принято", en="kept"),
    "n_merged": Text(ru="объединено с другими", en="merged with others"),
    "n_quarantined": Text(ru="отложено", en="set aside"),
    "n_error": Text(ru="ошибок ждут решения", en="errors wait for a decision"),
    "n_warning": Text(ru="предупреждений ждут решения", en="warnings wait for a decision"),
    "sheet": Text(ru="Лист", en="Sheet"),
    "rows": Text(ru="Всего строк", en="All rows"),
    "service": Text(ru="Служебных", en="Service rows"),
    "data": Text(ru="Данных", en="Data"),
    "kept": Text(ru="Принято", en="Kept"),
    "merged": Text(ru="Объединено", en="Merged"),
    "quarantined": Text(ru="Отложено", en="Set aside"),
    "accounts": Text(
        ru="Строки: всего = служебные + данные; данные = принято + объединено + отложено",
        en="Rows: all = service + data; data = kept + merged + set aside",
    ),
    "hidden": Text(ru="Скрытые листы не прочитаны: {}.", en="Hidden sheets were not read: {}."),
    "severity": Text(ru="Важность", en="Severity"),
    "rule": Text(ru="Замечание", en="Remark"),
    "action": Text(ru="Что сделано", en="What was done"),
    "n": Text(ru="Сколько", en="How many"),
    "places": Text(ru="Первые адреса", en="First addresses"),
    "remarks": Text(ru="Замечания по правилам", en="Remarks by rule"),
    "beside": Text(ru="Источники, файлов которых не получено", en="Sources of which no file was received"),
    "no_remarks": Text(ru="Замечаний нет.", en="There are no remarks."),
    "total": Text(ru="Итог", en="Total"),
    "without": Text(ru="Без решений", en="Without decisions"),
    "with": Text(ru="С решениями", en="With decisions"),
    "difference": Text(ru="Разница", en="Difference"),
    "no_decisions": Text(ru="Решений пока нет: итоги получены без них.", en="There are no decisions yet."),
    "column": Text(ru="Столбец", en="Column"),
    "ours": Text(ru="По строкам", en="By the rows"),
    "stands": Text(ru="Напечатано", en="Printed"),
    "place": Text(ru="Где", en="Where"),
    "no_printed": Text(
        ru="Итогов, которые не сходятся со строками, нет.", en="No printed total differs from its rows."
    ),
    "state": Text(ru="Что с решением", en="What became of it"),
    "what": Text(ru="Решение", en="Decision"),
    "record": Text(ru="Запись", en="Record"),
    "who": Text(ru="Кто, когда", en="Who, when"),
    "source": Text(ru="Источник", en="Source"),
    "to_decide": Text(
        ru="Откройте книгу решений в папке data/restricted/{year}, заполните жёлтые ячейки и выполните "
        "«evaluation decide ФАЙЛ», затем «evaluation run {year}».",
        en="Open the workbook of decisions in data/restricted/{year}, fill in the yellow cells and run "
        "'evaluation decide FILE', then 'evaluation run {year}'.",
    ),
    "to_make": Text(
        ru="Книгу решений, копии файлов с пометками и книги для муниципалитетов создаёт "
        "«evaluation check {year} --report ПАПКА».",
        en="The workbook of decisions, the annotated copies and the workbooks for the units are made by "
        "'evaluation check {year} --report DIR'.",
    ),
    "to_do_nothing": Text(ru="Ничто не ждёт решения.", en="Nothing waits for a decision."),
}
