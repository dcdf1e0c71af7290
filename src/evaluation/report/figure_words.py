"""What the report's figures are called and what they show, for readers who cannot see them."""

from __future__ import annotations

from evaluation.settings import Text

FIGURES: dict[str, tuple[Text, Text]] = {
    "theory_of_change": (
        Text(ru="Теория изменений", en="Theory of change"),
        Text(
            ru="Цепочка слева направо: виды поддержки, что они дают сразу, что должно измениться и ради чего. Те же "
            "слова — в разделе текстом.",
            en="A chain from left to right: streams of support, what they yield at once, what is to change and what it "
            "is for. The section says the same in words.",
        ),
    ),
    "coverage_map": (
        Text(ru="Заявки по территориям", en="Applications by territory"),
        Text(
            ru="Карта территорий: чем темнее территория, тем больше заявок; штриховка — нет данных. Значения по "
            "территориям — в таблице раздела.",
            en="Map of the territories: the darker a territory, the more applications; hatching means no data. The "
            "values by territory are in the section's table.",
        ),
    ),
    "training_map": (
        Text(ru="Обучение по территориям", en="Training by territory"),
        Text(
            ru="Карта территорий: чем темнее территория, тем больше её людей прошли обучение; малые числа скрыты.",
            en="Map of the territories: the darker a territory, the more of its people were trained; small counts are "
            "hidden.",
        ),
    ),
    "applications_by_year": (
        Text(ru="Заявки по территориям и годам", en="Applications by territory and year"),
        Text(
            ru="Малые карты по годам на одной шкале, в нынешних границах: чем темнее территория, тем больше заявок.",
            en="Small maps by year on one scale, in the present boundaries: the darker a territory, the more "
            "applications.",
        ),
    ),
    "lorenz": (
        Text(ru="Кривые Лоренца", en="Lorenz curves"),
        Text(
            ru="По горизонтали — доля жителей (или другого знаменателя), от территорий с наименьшей долей к "
            "наибольшей, по вертикали — доля показателя; прямая — равенство. Числа — в таблице раздела.",
            en="Across: share of residents (or another denominator) from the territories with the least to those with "
            "the most; up: share of the indicator; the straight line is equality. The numbers are in the section's "
            "table.",
        ),
    ),
    "unevenness_parts": (
        Text(ru="Неравномерность между группами и внутри них", en="Unevenness between and within groups"),
        Text(
            ru="Доли индекса Тейла: сколько неравномерности лежит между типами территорий, Севером и остальными, "
            "малыми и большими, а сколько — внутри этих групп.",
            en="Parts of Theil's index: how much of the unevenness lies between types of territories, the North and "
            "the others, small and large, and how much within these groups.",
        ),
    ),
    "funnel": (
        Text(ru="Воронка: чьё отличие больше случайного", en="Funnel: whose difference exceeds chance"),
        Text(
            ru="Точки — территории: число жителей и проектов на 10 000 жителей; линии — пределы, за которые при равных "
            "условиях случайно выходят 5 % и 0,2 % территорий.",
            en="Dots are territories: residents and projects per 10,000 residents; lines are limits that 5% and 0.2% "
            "of territories would pass by chance under equal conditions.",
        ),
    ),
    "cluster_map": (
        Text(ru="Скопления похожих соседей", en="Clusters of like neighbours"),
        Text(
            ru="Карта: территории, где проектов на жителя много (мало) и у соседей тоже, и те, что отличаются от "
            "соседей; только найденные после контроля ложных открытий.",
            en="Map: territories with many (few) projects per resident among neighbours alike, and those unlike their "
            "neighbours; only those found after the control of false discoveries.",
        ),
    ),
    "access": (
        Text(ru="Путь жителей до ближайшего мероприятия", en="Residents' way to the nearest event"),
        Text(
            ru="Доля жителей, у которых ближайшее мероприятие не дальше указанного: как было в этом году и по "
            "предложению.",
            en="Share of residents whose nearest event is at most so far: as held this year and as proposed.",
        ),
    ),
    "reach_by_year": (
        Text(ru="Охват территорий по видам поддержки", en="Territories reached by stream of support"),
        Text(
            ru="Линии по годам: доля действующих территорий, до которых дошёл каждый вид поддержки, с 95 % полосой; "
            "линия прерывается там, где годы нельзя сравнивать.",
            en="Lines by year: share of the territories in force that each stream reached, with a 95% band; a line "
            "breaks where years cannot be compared.",
        ),
    ),
    "team_composition": (
        Text(ru="Из кого состоят команды и кто в них остаётся", en="Whom teams are made of and who stays"),
        Text(
            ru="Линии по годам с 95 % полосой: средние доли власти, сообщества и бизнеса, доля команд, где есть все "
            "три стороны, и преемственность состава.",
            en="Lines by year with a 95% band: mean shares of authority, community and business, share of teams with "
            "all three sides, and continuity of members.",
        ),
    ),
    "programme_lines": (
        Text(ru="Линии государственной программы", en="Lines of the state programme"),
        Text(
            ru="Столбики по годам для каждой линии: заявки, доля поддержанных, средства и доля территорий, получивших "
            "поддержку; чёрточки — 95 % интервалы. Числа — в таблице раздела.",
            en="Bars by year for each line: applications, share supported, money, and share of territories with "
            "support; whiskers are 95% intervals. The numbers are in the section's table.",
        ),
    ),
    "practice_curves": (
        Text(ru="Как расходились практики", en="How practices spread"),
        Text(
            ru="Малые графики по практикам: доля территорий, которые могли перенять практику и переняли её к этому "
            "году, с 95 % полосой. Числа — в таблице раздела.",
            en="Small charts by practice: share of the units that could adopt it and had done so by the year, with a "
            "95% band. The numbers are in the section's table.",
        ),
    ),
    "base_doubles": (
        Text(ru="Базовые муниципалитеты и их двойники", en="Base municipalities and their doubles"),
        Text(
            ru="Заявки на жителя по годам: сплошная — базовый муниципалитет, пунктир — смесь других территорий, "
            "которая до начала шла так же; черта — начало работы.",
            en="Applications per resident by year: solid, the base municipality; dashed, a mixture of others that went "
            "the same way before the start; the line marks the start of the work.",
        ),
    ),
    "returns_by_year": (
        Text(ru="Сколько муниципалитетов прислали форму", en="How many municipalities returned the form"),
        Text(
            ru="Линии по годам: доля муниципалитетов, приславших форму, всех и по типам, с 95 % полосой; знаменатель — "
            "действовавшие в том году.",
            en="Lines by year: share of the municipalities that returned the form, of all and by type, with a 95% "
            "band; the denominator is those in force in that year.",
        ),
    ),
    "support_by_year": (
        Text(ru="Потоки поддержки по годам", en="Streams of support by year"),
        Text(
            ru="Столбики по годам для каждого потока поддержки: мероприятия, участия людей, доля охваченных "
            "территорий. Числа — в таблице раздела.",
            en="Bars by year for each stream of support: events, attendances, share of territories reached. The "
            "numbers are in the section's table.",
        ),
    ),
    "exchange_network": (
        Text(ru="Кто с кем делится опытом", en="Who shares experience with whom"),
        Text(
            ru="Сеть обмена: точки — территории на своих местах, стрелки идут от тех, кто делится опытом, к тем, кто "
            "перенимает; серые точки — территории без связей.",
            en="Network of exchange: dots are territories in their places, arrows run from those who share experience "
            "to those who take it over; grey dots are territories without ties.",
        ),
    ),
    "status_matrix": (
        Text(ru="Меры по проектам и состоянию", en="Measures by project and status"),
        Text(
            ru="Таблица оттенков серого: строки — проекты, столбцы — состояния; чем темнее клетка, тем больше мер, "
            "их число написано в клетке.",
            en="Shades of grey: rows are projects, columns statuses; the darker a cell, the more measures; their "
            "number is in the cell.",
        ),
    ),
    "measure_progress": (
        Text(ru="Путь мер к цели", en="The measures' way to the target"),
        Text(
            ru="Для каждой меры — какая часть пути от исходного значения к цели пройдена: закрашенный кружок — в этом "
            "году, пустой — в последнем году до него.",
            en="For every measure the part of the way from baseline to target: a filled dot this year, a hollow one in "
            "the last year before.",
        ),
    ),
    "recommendations_not_done": (
        Text(ru="Сколько рекомендаций ещё не выполнено", en="How many recommendations are not done yet"),
        Text(
            ru="Доля невыполненных рекомендаций по дням от принятия, с 95 % полосой: сплошная линия — не выполнены, "
            "пунктир — ещё ничем не кончились. Под рисунком — сколько ещё наблюдается.",
            en="Share of recommendations by days since adoption, with a 95% band: solid line, not done; dashed line, "
            "ended in no way yet. Below the figure stands how many are still observed.",
        ),
    ),
    "survey_flow": (
        Text(ru="От полученных анкет к анализу", en="From questionnaires received to those analysed"),
        Text(
            ru="Схема: сколько анкет получено, прочитано, подошло и исключено каждым правилом; сколько осталось.",
            en="Flow chart: questionnaires received, read, eligible, excluded by each rule, and left.",
        ),
    ),
    "participant_ratings": (
        Text(ru="Как участники оценили занятия", en="How participants rated the events"),
        Text(
            ru="Полосы расходятся от середины: влево — несогласие, вправо — согласие; серым — спрошенные без оценки. "
            "Справа — число ответивших, взвешенное число и доля высоких оценок.",
            en="Bars diverge from the middle: disagreement to the left, agreement to the right; grey: asked without a "
            "rating. At the right: people who answered, weighted number, share of high ratings.",
        ),
    ),
    "learning_change": (
        Text(ru="Тест до и после занятия", en="Test before and after an event"),
        Text(
            ru="Кружки соединяют средние до и после у одних и тех же людей; справа — изменение с интервалом и число "
            "пар.",
            en="Dots join the means before and after of the same people; at the right the change with its interval and "
            "the number of pairs.",
        ),
    ),
    "resident_ratings": (
        Text(ru="Чем довольны жители", en="What residents are content with"),
        Text(
            ru="Полосы расходятся от середины: влево — недовольство, вправо — довольство; серым — спрошенные без "
            "оценки. Справа — число ответивших, взвешенное число и доля высоких оценок с интервалом.",
            en="Bars diverge from the middle: discontent to the left, content to the right; grey: asked without a "
            "rating. At the right: people who answered, weighted number, share of high ratings with its interval.",
        ),
    ),
    "resident_channels": (
        Text(ru="Откуда жители узнают о проектах", en="Where residents learn of projects"),
        Text(
            ru="Столбики: доля всех спрошенных, назвавших источник, с интервалом; источников можно было назвать "
            "несколько.",
            en="Bars: share of all asked who named a source, with its interval; several could be named.",
        ),
    ),
    "request_waiting": (
        Text(ru="Сколько ждут ответа ресурсного центра", en="How long answers of the resource centre take"),
        Text(
            ru="Доля обращений, ещё не получивших ответа, по дням от поступления, с 95 % полосой; обращения без ответа "
            "учтены как ждущие. Под осью — сколько обращений ещё наблюдается.",
            en="Share of requests not yet answered by days since they came in, with a 95% band; unanswered requests "
            "count as waiting. Below the axis stands how many are still watched.",
        ),
    ),
    "education_reach": (
        Text(ru="Охват обучением по типам территорий", en="Reach of training by type of territory"),
        Text(
            ru="Линии по годам: доля действовавших в этом году территорий каждого типа, чьи люди были на обучении. "
            "Посчитаны все территории; числа — в таблице.",
            en="Lines by year: share of the territories of each type in force that year whose people attended "
            "training. All territories are counted; the numbers are in the table.",
        ),
    ),
    "main_estimates": (
        Text(ru="Связь поддержки с результатами", en="Association of support with outcomes"),
        Text(
            ru="Точки — оценки моделей, отрезки — их 95 % интервалы, вертикальная черта — отсутствие связи. Числа — в "
            "таблице раздела.",
            en="Dots are the models' estimates, lines their 95% intervals, the vertical line means no association. The "
            "numbers are in the section's table.",
        ),
    ),
    "event_study": (
        Text(ru="До и после первого обучения", en="Before and after first training"),
        Text(
            ru="Оценки по годам до и после первого обучения с интервалами: слева от пунктира — до обучения, где связи "
            "быть не должно, справа — после.",
            en="Estimates by year before and after first training with intervals: left of the dashed line, before "
            "training, there should be no association; right of it, after.",
        ),
    ),
    "team_survival": (
        Text(ru="Сколько живут проектные команды", en="How long project teams last"),
        Text(
            ru="Доля команд, ещё подающих заявки, по годам от начала, с 95 % полосой: с совместным обучением и без "
            "него. Под рисунком — сколько команд ещё наблюдается.",
            en="Share of teams still applying by years since their start, with a 95% band: with joint training and "
            "without it. Below the figure stands how many teams are still observed.",
        ),
    ),
    "robustness": (
        Text(ru="Что меняется при других решениях", en="What changes under other decisions"),
        Text(
            ru="Оценки проверок рядом с основной: точки и их 95 % интервалы. Числа — в таблице раздела.",
            en="Estimates of the checks beside the main one: dots and their 95% intervals. The numbers are in the "
            "section's table.",
        ),
    ),
    "specification_curve": (
        Text(ru="Кривая спецификаций: обучение", en="Specification curve: training"),
        Text(
            ru="Оценки основной модели при всех заявленных в плане сочетаниях решений, по величине; под каждой "
            "отмечены принятые решения. Доли — в таблице раздела.",
            en="Estimates of the main model under every combination of decisions declared in the plan, by size; the "
            "decisions are marked below each. The shares are in the section's table.",
        ),
    ),
    "power": (
        Text(ru="Какую величину можно было заметить: обучение", en="What size could have been seen: training"),
        Text(
            ru="Вероятность отличить связь от нуля в зависимости от её истинной величины; вертикальные черты — "
            "величина, заметная с вероятностью 80 %, и наша оценка.",
            en="Probability of telling the association from zero against its true size; vertical lines mark the size "
            "noticed with 80% probability and our estimate.",
        ),
    ),
    "indicators_by_year": (
        Text(ru="Показатели по годам", en="Indicators by year"),
        Text(
            ru="Малые графики показателей по годам; пунктир отмечает разрыв ряда, через который линия не идёт.",
            en="Small charts of the indicators by year; a dashed line marks a break of the series, which no line "
            "crosses.",
        ),
    ),
}


def figure_texts(name: str) -> tuple[Text, Text]:
    """Title and description of a figure; its name for a figure that the package does not know."""
    plain = Text(ru=name.replace("_", " "), en=name.replace("_", " "))
    return FIGURES.get(name, (plain, plain))
