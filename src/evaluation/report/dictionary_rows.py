"""What a row of each table is, in Russian: by the English words of its declaration."""

from __future__ import annotations

ROWS_RU: dict[str, str] = {
    "territorial unit in force in the programme year": "территория, действующая в год программы",
    "unit, year, age group (they may overlap) and sex": "территория, год, возрастная группа (могут пересекаться) и пол",
    "indicator of coverage by stream of support (or channel of participation), territorial unit and year": (
        "показатель охвата по виду поддержки (или форме участия), территория и год"
    ),
    "stream of support and territorial unit: when support last reached it": (
        "вид поддержки и территория: когда поддержка дошла до неё в последний раз"
    ),
    "field of a received table, territorial unit (or all units) and year": (
        "поле полученной таблицы, территория (или все территории) и год"
    ),
    "application to the contest, funded or not": "заявка на конкурс, поддержанная или нет",
    "project, source of money and stage": "проект, источник денег и стадия",
    "project and channel through which residents took part": "проект и способ участия жителей",
    "project and scoring criterion": "проект и критерий оценки",
    "training or other support event": "учебное или иное мероприятие поддержки",
    "person at an event or, where the list says so, at one of its sessions":
        "человек на мероприятии или, если так указано в списке, на одном из его занятий",
    "person, under a keyed pseudonym": "человек под ключом вместо имени",
    "inter-municipal exchange event": "межмуниципальное мероприятие обмена",
    "territorial unit in a role at an exchange event": "территория в роли на мероприятии обмена",
    "consultation": "консультация",
    "project and indicator of its result": "проект и показатель его результата",
    "project team of a territorial unit in the programme year": "команда проектов территории в году программы",
    "person in a project team of the programme year, under a keyed pseudonym":
        "человек в команде проектов в году программы под ключом вместо имени",
    "line of the state programme and territorial unit in the programme year":
        "линия государственной программы и территория в году программы",
    "kind of help within a stream of support in the programme year, as the support system describes it":
        "вид помощи внутри потока поддержки в году программы, как их называет система поддержки",
    "project team, programme year and stream of support: acts between two deadlines, by what they are known of":
        "команда, год программы и вид поддержки: сколько раз между двумя сроками, по тому, о ком это известно",
    "project team in the programme year: people, support, applications, life so far":
        "команда в году программы: люди, поддержка, заявки, прожитое",
    "indicator of composition and continuity of the teams in a year":
        "показатель состава и преемственности команд в году",
    "project team in the programme year: declared indicators of the conditions for sustained teams":
        "команда в году программы: объявленные признаки условий для устойчивых команд",
    "condition for sustained teams, or all together, in a year: how its indicators hold together":
        "условие для устойчивых команд (или все вместе) в году: насколько связаны его признаки",
    "declared indicator of a condition for sustained teams in a year":
        "объявленный признак условия для устойчивых команд в году",
    "combination of streams of support that teams had before the deadline, all years so far":
        "сочетание видов поддержки, которое было у команд до срока подачи заявок, за все годы",
    "line of the state programme in a year": "линия государственной программы в году",
    "set of lines of the state programme in which territorial units were supported in a year":
        "набор линий государственной программы, в которых поддержаны территории в году",
    "municipality and what it is in the partnership, by component of the work, as known in the programme year": (
        "муниципалитет и его роль в партнёрстве, по направлению работы, как известно в году программы"
    ),
    "practice as it is described for those who could take it over, as known in the programme year": (
        "практика, описанная для тех, кто мог бы её перенять, как известно в году программы"
    ),
    "territorial unit and what it was in the partnership in a year, in one geography": (
        "территория и её роль в партнёрстве в году, в одной географии"
    ),
    "training event with its days, place, people and ratings": (
        "учебное мероприятие: его дни, место, люди и оценки"
    ),
    "comparison of municipalities by role": (
        "сравнение муниципалитетов по роли"
    ),
    "what was known before, of the base municipalities and of those they are compared with": (
        "что было известно до начала о базовых муниципалитетах и о тех, с кем их сравнивают"
    ),
    "base municipality and one that it is compared with: a nearest neighbour or a part of its synthetic control": (
        "базовый муниципалитет и тот, с кем его сравнивают: ближайший похожий или часть синтетического контроля"
    ),
    "base municipality and year: its outcome beside that of its synthetic control": (
        "базовый муниципалитет и год: его исход рядом с исходом синтетического контроля"
    ),
    "practice (or all) and year: how many units that could adopt it had done so": (
        "практика (или все) и год: сколько территорий из тех, что могли, её внедрили"
    ),
    "adoption of a practice and the units from which it can have been learnt in exchange": (
        "внедрение практики и территории, от которых о ней могли узнать при обмене опытом"
    ),
    "measure of a project and the indicator by which it is judged, as known in the programme year": (
        "мера проекта и показатель, по которому о ней судят, как известно в году программы"
    ),
    "body of territorial self-government known in the programme year": (
        "орган территориального общественного самоуправления, известный в году программы"
    ),
    "application of a body of territorial self-government for support": (
        "заявка органа территориального общественного самоуправления на поддержку"
    ),
    "adopted document of an exchange or support event: who met, who spoke, how they voted": (
        "принятый документ мероприятия: кто собрался, кто говорил, как голосовали"
    ),
    "problem that an event named, with the theme that one or two coders gave it": (
        "проблема, названная на мероприятии, с темой по оценке одного или двух кодировщиков"
    ),
    "achievement that an event noted": (
        "достижение, отмеченное на мероприятии"
    ),
    "measure in a year: how far it is, and what its record lacks": (
        "мера в году: насколько она продвинулась и чего не хватает в записи о ней"
    ),
    "territorial unit (or all of them) in a year: who lives where there is territorial self-government": (
        "территория (или все вместе) в году: кто живёт там, где есть территориальное общественное самоуправление"
    ),
    "recommendation: when it was adopted, what became of it, and after how many days": (
        "рекомендация: когда принята, чем кончилась и через сколько дней"
    ),
    "theme of problems in a year": (
        "тема проблем в году"
    ),
    "request of a municipality to the resource centre": "обращение муниципалитета в ресурсный центр",
    "entry of a municipality for the award": "заявка муниципалитета на премию",
    "entry for the award, criterion and member of the jury, under a keyed pseudonym": (
        "заявка на премию, критерий и член жюри под псевдонимом"
    ),
    "application of a municipality to a federal programme, followed by the project office": (
        "заявка муниципалитета в федеральную программу, за которой следит проектный офис"
    ),
    "item in the media of the congress and the municipality that it tells of": (
        "материал в медиа конгресса и муниципалитет, о котором он"
    ),
    "partnership abroad as known at the end of the year": "международное партнёрство по состоянию на конец года",
    "visit, agreement or other event of a partnership abroad": (
        "визит, соглашение или другое событие международного партнёрства"
    ),
    "indicator of a service for one member of a grouping (or for all) in a year": (
        "показатель службы для одной группы (или для всех) за год"
    ),
    "entry for the award in its nomination: mean weighted points and place by them": (
        "заявка на премию в своей номинации: средний взвешенный балл и место по нему"
    ),
    "measure of the agreement of the jury in a nomination": "мера согласия жюри в номинации",
    "review of a document of a municipality or project": "рассмотрение документа муниципалитета или проекта",
    "publication about the programme or its practices": "публикация о программе или её практиках",
    "recommendation that an event adopted": "рекомендация, принятая на мероприятии",
    "recommendation and the day on which its progress was checked": "рекомендация и день проверки её выполнения",
    "practice of working with residents known in the programme year":
        "практика работы с жителями, известная в году программы",
    "territorial unit that adopted a practice in the programme year":
        "территория, перенявшая практику в году программы",
    "household in a trial of training": "хозяйство в испытании обучения",
    "received file": "полученный файл",
    "row of a received sheet": "строка полученного листа",
    "remark on a received cell or row": "замечание к полученной ячейке или строке",
    "survey wave": "волна опроса",
    "filled questionnaire": "заполненная анкета",
    "answer to an item (one row per offered option for multiple choice)":
        "ответ на вопрос (для выбора нескольких — строка на каждый предложенный вариант)",
    "received file of answers": "полученный файл ответов",
    "row of a received sheet of answers": "строка полученного листа ответов",
    "remark on a received answer": "замечание к полученному ответу",
    "disposition of those asked in a wave": "исход у тех, кого спросили в волне опроса",
    "outcome rate of a wave": "показатель ответивших в волне опроса",
    "mark or number of the quality of a wave's responses": "признак или число о качестве анкет волны",
    "item of a wave": "вопрос в волне опроса",
    "exclusion rule of a wave, in the order applied": "правило исключения в волне, в порядке применения",
    "stage on the way of a wave's responses from received to analysed":
        "шаг на пути анкет волны от получения до анализа",
    "scale of a questionnaire": "шкала анкеты",
    "item of a scale": "вопрос шкалы",
    "item of the questionnaire as rated at a training event": "вопрос анкеты, как его оценили на учебном мероприятии",
    "claim of the plan on the ratings of all events": "утверждение плана об оценках всех мероприятий",
    "feature of training events in the model of their ratings": "свойство мероприятий в модели их оценок",
    "stage between two measurements of the same people": "шаг между двумя измерениями тех же людей",
    "statistic of the change between two measurements": "показатель изменения между двумя измерениями",
    "measure of a level of training's results": "показатель одного из уровней результата обучения",
    "estimate from the answers to an item": "оценка по ответам на вопрос",
    "weight of a response": "вес анкеты",
    "scheme of weights of a wave": "схема весов волны",
    "territorial unit and programme year, in one geography": "территория и год программы в одних границах",
    "application, with what its territorial unit had received before the deadline":
        "заявка и поддержка, полученная её территорией до срока подачи",
    "directed tie of knowledge between two units in a year (from who teaches to who learns)":
        "связь между двумя территориями за год (от того, кто делится, к тому, кто перенимает)",
    "practice, territorial unit and year in which the unit could adopt it, in one geography":
        "практика, территория и год, когда территория могла её перенять, в одних границах",
    "project team and year of its life": "команда проектов и год её жизни",
    "admitted application with a score, beside its year's line":
        "допущенная заявка с баллом рядом с проходным баллом её года",
    "row or cell of the register that a published total may have counted otherwise":
        "строка или ячейка реестра, которую опубликованный итог мог учесть иначе",
    "published reference total beside the register's": "опубликованный итог рядом с итогом реестра",
    "measure of the unevenness of an indicator between territorial units in a year":
        "мера неравномерности показателя между территориями за год",
    "territorial unit and indicator in a year: likeness to its neighbours":
        "территория и показатель за год: сходство с соседями",
    "territorial unit, stream of support and basis of the way to the stream's nearest event":
        "территория, вид поддержки и способ измерить путь до ближайшего мероприятия этого вида",
    "venue proposed for the next events": "место, предложенное для следующих мероприятий",
    "indicator of a territorial unit (or of all units) in a year": "показатель территории (или всех территорий) за год",
    "stream of support and year": "вид поддержки и год",
    "estimate of one model": "оценка одной модели",
    "estimate of one check": "оценка одной проверки",
    "indicator in two neighbouring years": "показатель в два соседних года",
    "municipality, year and question of the form": "муниципалитет, год и вопрос формы",
    "received file of returns": "полученный файл отчётов",
    "row of a received sheet of returns": "строка полученного листа отчётов",
    "remark on a received return": "замечание к полученному отчёту",
    "municipality in force and year": "действующий муниципалитет и год",
    "municipality, question and edition that changed an answer":
        "муниципалитет, вопрос и редакция, изменившая ответ",
    "year and group of municipalities: how many returned the form":
        "год и группа муниципалитетов: сколько прислали форму",
    "municipality that returned the form: how many it stands for":
        "муниципалитет, приславший форму: за сколько он стоит",
    "year, question, group of municipalities, statistic and method":
        "год, вопрос, группа муниципалитетов, статистика и способ",
    "year and indicator of how far those who returned are like all":
        "год и показатель того, насколько приславшие похожи на всех",
    "municipality and answer that the registry knows too": "муниципалитет и ответ, известный и реестру",
    "year and question: how later editions moved the sum of the answers":
        "год и вопрос: как поздние редакции изменили сумму ответов",
    "finding that a report may quote": "находка, на которую может сослаться отчёт",
}  # fmt: skip
