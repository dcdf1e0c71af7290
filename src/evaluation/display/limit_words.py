"""Words of the tables of ``limit_exhibits``: what each measure is called and what its value means."""

from __future__ import annotations

from evaluation.settings import Text

MEASURES: dict[str, Text] = {
    "e_value": Text(ru="E-значение оценки", en="E-value of the estimate"),
    "e_value_limit": Text(ru="E-значение конца интервала", en="E-value of the interval's end"),
    "partial_r2": Text(ru="Частный R²", en="Partial R²"),
    "robustness_value": Text(ru="Запас прочности оценки", en="Robustness value of the estimate"),
    "robustness_value_alpha": Text(ru="Запас прочности значимости", en="Robustness value of significance"),
    "oster_delta": Text(ru="Дельта Остер", en="Oster's delta"),
    "oster_estimate": Text(ru="Оценка при равном отборе (Остер)", en="Estimate under equal selection (Oster)"),
    "trends_relative_magnitudes": Text(ru="Тренды: кратность прежнему", en="Trends: multiple of those before"),
    "trends_smoothness": Text(ru="Тренды: изменение наклона за год", en="Trends: change of slope a year"),
}
_PARALLEL = Text(
    ru="Уже при строго параллельных трендах интервал накрывает ноль: опровергать нечего.",
    en="Even under exactly parallel trends the interval holds zero: there is nothing to overturn.",
)
_NEVER = Text(
    ru="Ни одно из опробованных нарушений не вводит ноль в интервал.",
    en="No violation that was tried brings zero into the interval.",
)
BREAKDOWN: dict[str, Text] = {
    "e_value": Text(
        ru="Чтобы объяснить связь целиком, скрытая причина должна быть связана и с поддержкой, и с результатом "
        "отношением не меньше {value}.",
        en="To explain the association away, a hidden cause would have to go together with both support and outcome "
        "by a ratio of at least {value}.",
    ),
    "e_value_never": Text(
        ru="Отношение бесконечно: конечной скрытой причины не хватит.",
        en="The ratio is infinite: no finite hidden cause is enough.",
    ),
    "e_value_limit_never": Text(
        ru="Отношение бесконечно: конечной скрытой причины не хватит.",
        en="The ratio is infinite: no finite hidden cause is enough.",
    ),
    "e_value_limit": Text(
        ru="Чтобы интервал накрыл отсутствие связи, хватит отношения {value}.",
        en="A ratio of {value} is enough for the interval to hold no association.",
    ),
    "e_value_limit_nothing": Text(
        ru="Интервал и так накрывает отсутствие связи: объяснять нечего.",
        en="The interval holds no association anyway: there is nothing to explain.",
    ),
    "partial_r2": Text(
        ru="Скрытая переменная, объясняющая весь остаток результата, обнулит оценку, если объясняет не меньше {value} "
        "остатка поддержки.",
        en="A hidden variable that explains all that is left of the outcome takes the estimate to zero if it explains "
        "at least {value} of what is left of support.",
    ),
    "robustness_value": Text(
        ru="Скрытая переменная обнулит оценку, если объясняет не меньше {value} того, что осталось и от поддержки, и "
        "от результата.",
        en="A hidden variable takes the estimate to zero if it explains at least {value} of what is left of both "
        "support and outcome.",
    ),
    "robustness_value_alpha": Text(
        ru="Чтобы оценку было не отличить от нуля, хватит {value} того и другого (порог 5 %, ошибки без кластеров).",
        en="{value} of both is enough for the estimate not to be told from zero (5% level, errors without clusters).",
    ),
    "robustness_value_alpha_nothing": Text(
        ru="Оценку и так не отличить от нуля (порог 5 %, ошибки без кластеров).",
        en="The estimate cannot be told from zero anyway (5% level, errors without clusters).",
    ),
    "oster_delta": Text(
        ru="Истинная величина была бы нулевой, если бы отбор по невидимому равнялся {value} отбора по учтённым "
        "переменным (R² не больше 1,3 нынешнего).",
        en="The true size would be zero if selection on what is not seen were {value} times that on the controls (R² "
        "up to 1.3 times the present one).",
    ),
    "oster_delta_negative": Text(
        ru="Учтённые переменные отодвигают оценку от нуля: отбор по невидимому должен был бы идти против них.",
        en="The controls move the estimate away from zero: selection on what is not seen would have to run against "
        "them.",
    ),
    "oster_delta_never": _NEVER,
    "oster_estimate": Text(
        ru="Такой была бы оценка, если бы невидимое отбирало так же, как учтённое.",
        en="What the estimate would be if what is not seen selected just as the controls do.",
    ),
    "trends_relative_magnitudes": Text(
        ru="Интервал накроет ноль, если после обучения тренды расходятся за год в {value} раза сильнее, чем "
        "наибольшее расхождение за год до него.",
        en="The interval holds zero if trends part in a year after training by {value} times the largest parting in a "
        "year before it.",
    ),
    "trends_relative_magnitudes_nothing": _PARALLEL,
    "trends_relative_magnitudes_never": _NEVER,
    "trends_smoothness": Text(
        ru="Интервал накроет ноль, если наклон разницы трендов меняется за год на {value}.",
        en="The interval holds zero if the slope of the difference in trends changes by {value} a year.",
    ),
    "trends_smoothness_nothing": Text(
        ru="Уже если тренды расходятся по прямой, интервал накрывает ноль.",
        en="The interval holds zero already if trends part along a straight line.",
    ),
    "trends_smoothness_never": _NEVER,
}
TRENDS: dict[str, Text] = {
    "look_joint_test": Text(ru="Все годы до обучения вместе", en="All years before training together"),
    "look_trend_found": Text(
        ru="Расхождение за год, которое проверка замечает с вероятностью {size}",
        en="Parting of trends in a year that the test finds with {size} probability",
    ),
    "look_straight": Text(ru="Тренды расходятся по прямой", en="Trends part along a straight line"),
    "look_smoothness": Text(
        ru="Наклон расхождения меняется за год не больше чем на {size}",
        en="The slope of the parting changes by up to {size} a year",
    ),
    "look_relative_magnitudes": Text(
        ru="Расхождение за год после обучения — до {size} наибольшего до него",
        en="Parting in a year after training up to {size} times the largest before it",
    ),
    "differ": Text(
        ru="Годы до обучения отличаются от базового, {test}: параллельность трендов под сомнением.",
        en="The years before training differ from the reference year, {test}: parallel trends are in doubt.",
    ),
    "not_seen": Text(
        ru="Отличия не видно, {test}. Это не доказывает, что его нет.",
        en="No difference is seen, {test}. This does not show that there is none.",
    ),
    "unnoticed": Text(
        ru="Незамеченное, одно оно дало бы после обучения в среднем {bias}; по величине это {times} оценки.",
        en="Unnoticed, it alone would leave {bias} after training on average, {times} times the estimate in size.",
    ),
    "holds_zero": Text(ru="Ноль внутри интервала.", en="The interval holds zero."),
    "without_zero": Text(ru="Ноль вне интервала.", en="The interval leaves out zero."),
}
HEAPS: dict[str, Text] = {
    "heap": Text(ru="скопление над порогом", en="heap above the threshold"),
    "none": Text(ru="скопления не видно", en="no heap is seen"),
    "not_comparable": Text(ru="не с чем сравнить", en="nothing to compare with"),
}
SHARES: dict[str, Text] = {
    "share_local": Text(ru="местный бюджет", en="local budget"),
    "share_residents": Text(ru="жители", en="residents"),
    "share_business": Text(ru="бизнес", en="business"),
}
NOTES: dict[str, Text] = {
    "breakdown": Text(
        ru="Числа говорят, какое нарушение понадобилось бы, а не есть ли оно. Запас прочности и дельта Остер считаются "
        "для линейной модели; E-значение — для отношения частот на единицу поддержки; тренды — для среднего после "
        "обучения. Учтённые переменные — из плана: самой модели или кривой спецификаций.",
        en="The numbers say how large a violation would be needed, not whether there is one. Robustness value and "
        "Oster's delta are for the linear model; the E-value is for the rate ratio per unit of support; trends are for "
        "the mean after training. Controls are the plan's: the model's own or those of the specification curve.",
    ),
    "trends": Text(
        ru="Пройденная проверка ничего не подтверждает: она не делает связь воздействием. Числа — в единицах модели; "
        "строки с интервалом говорят, где лежит среднее после обучения, если тренды расходятся не больше указанного. "
        "Наибольшее изменение наклона взято таким, каким его видно до обучения.",
        en="A passed test confirms nothing: it does not make the association an effect. Numbers are in the model's "
        "units; rows with an interval say where the mean after training lies if trends part by no more than stated. "
        "The largest change of slope is the one seen before training.",
    ),
    "bunching": Text(
        ru="Чуть ниже и чуть выше — в пределах половины процентного пункта от порога. Лишние заявки — сверх плавной "
        "кривой по остальным долям; интервал — по территориям, p с поправкой Холма. Скопление отмечено, только если и "
        "заявок выше порога больше, чем ниже. Оно похоже на подгонку долей под порог; о нарушении правил оно не "
        "говорит.",
        en="Just below and just above mean within half a percentage point of the threshold. The excess is over a "
        "smooth curve through the other shares; intervals are by territory, p is corrected by Holm. A heap is told "
        "only where more lie above than below. It looks like shares fitted to the threshold; it does not say that a "
        "rule was broken.",
    ),
    "power": Text(
        ru="n = {rows}; кластеров {clusters}, с поддержкой {treated}; моделирование на тех же данных, "
        "повторений {draws}.",
        en="n = {rows}; {clusters} clusters, {treated} with support; simulated on the same data, {draws} draws.",
    ),
}
