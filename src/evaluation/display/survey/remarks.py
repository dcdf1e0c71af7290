"""Remarks of the survey's tables by code, in both languages: what a number lacks, and what it cannot say."""

from __future__ import annotations

from evaluation.settings import Text

REMARKS: dict[str, Text] = {
    # ---- estimates ----
    "not_probability": Text(
        ru="не вероятностная выборка: погрешность не указывается",
        en="not a probability sample: no margin of error",
    ),
    "census": Text(ru="опрошены все: ошибки выборки нет", en="everybody was asked: no sampling error"),
    "census_nonresponse": Text(
        ru="спросили всех, но ответили не все: ошибки выборки нет, о неответивших данные не говорят",
        en="everybody was asked but not all answered: no sampling error; nothing is known of the others",
    ),
    "nobody_answered": Text(ru="никто не ответил", en="nobody answered"),
    "no_degrees_of_freedom": Text(
        ru="интервала нет: ответы из одной точки опроса", en="no interval: the answers come from one sampling point"
    ),
    "no_variation": Text(ru="все ответы одинаковы", en="all answers are alike"),
    "at_bound": Text(
        ru="так ответили все или никто: граница интервала — по числу ответов",
        en="all or none said so: the interval's end follows from the number of answers",
    ),
    "base_asked": Text(
        ru="доля от всех, кому задали вопрос; варианты не складываются в 100 %",
        en="share of all who were asked; the options do not add up to 100%",
    ),
    "not_asked": Text(ru="этот вопрос здесь не задавали", en="this was not asked here"),
    "zero_base": Text(ru="делить не на что: в знаменателе ноль", en="nothing to divide by: the base is zero"),
    # ---- response rates, quality, exclusions ----
    "asked_by_lists": Text(
        ru="спрошенные посчитаны по спискам участников мероприятий",
        en="the number asked is counted from the events' attendance lists",
    ),
    "invited_unknown": Text(ru="сколько людей спросили, неизвестно", en="it is not known how many were asked"),
    "unknown_eligibility": Text(ru="не известно, кто подходит", en="it is not known who is eligible"),
    "nobody": Text(ru="считать не от кого", en="there is nobody to count"),
    "e_declared": Text(ru="e объявлено", en="e as declared"),
    "e_allocated": Text(ru="e — как среди тех, о ком известно", en="e as among those who are known"),
    "e_one": Text(ru="e принято за 1", en="e taken as 1"),
    # ---- scales ----
    "two_items": Text(ru="в шкале два вопроса: альфа не считается", en="the scale has two items: no alpha"),
    "one_item": Text(ru="один вопрос — не шкала", en="one item is no scale"),
    "constant_item": Text(ru="на один из вопросов все ответили одинаково", en="an item has one answer from everybody"),
    "few_people": Text(ru="ответивших меньше 30: оценка неустойчива", en="fewer than 30 people: unsteady"),
    "too_few_people": Text(ru="ответивших слишком мало: не считается", en="too few people: not computed"),
    "low_reliability": Text(ru="надёжность ниже 0,7: баллы неточны", en="reliability below 0.7: scores are imprecise"),
    "item_against_scale": Text(
        ru="один из вопросов идёт против шкалы: проверьте, не обратный ли он",
        en="an item runs against the scale: check whether it is worded the other way",
    ),
    "not_one_dimensional": Text(
        ru="вопросы измеряют не одно и то же", en="the items do not measure one and the same thing"
    ),
    "no_bootstrap": Text(ru="бутстреп не посчитан", en="no bootstrap"),
    "factor_at_bound": Text(
        ru="нагрузка на границе: омега приблизительна", en="a loading at its bound: omega is rough"
    ),
    "polychoric_smoothed": Text(ru="матрица корреляций сглажена", en="the matrix of correlations was smoothed"),
    "no_omega": Text(ru="омега не посчитана", en="no omega"),
    "no_polychoric": Text(ru="порядковые корреляции не посчитаны", en="no ordinal correlations"),
    "too_few_answers": Text(ru="ответов меньше, чем требует правило", en="fewer answers than the rule asks for"),
    "no_answers": Text(ru="ответов нет", en="no answers"),
    # ---- ratings of events and claims ----
    "more_answers_than_people": Text(
        ru="анкет больше, чем людей в списке", en="more questionnaires than people on the list"
    ),
    "people_unknown": Text(ru="сколько людей было, неизвестно", en="it is not known how many people there were"),
    "few_ratings": Text(ru="оценок мало", en="few ratings"),
    "ceiling": Text(
        ru="больше половины — высшая оценка: лучшее от хорошего не отличить",
        en="more than half gave the best mark: the best cannot be told from the good",
    ),
    "low_response": Text(ru="ответила меньше чем половина", en="fewer than half answered"),
    "no_events": Text(ru="мероприятий нет", en="no events"),
    "events_without_ratings": Text(ru="есть мероприятия без оценок", en="some events have no ratings"),
    "declared_late": Text(
        ru="порог объявлен не раньше первых ответов", en="the threshold is not older than the first answers"
    ),
    "low_power": Text(
        ru="ответов так мало, что и безупречное мероприятие не прошло бы проверку",
        en="so few answers that even a perfect event could not pass",
    ),
    # ---- before and after ----
    "no_comparison_group": Text(
        ru="сравнить не с кем: изменение — не эффект", en="nobody to compare with: a change is no effect"
    ),
    "few_pairs": Text(ru="пар меньше 30", en="fewer than 30 pairs"),
    "before_never_varies": Text(ru="первый результат у всех один", en="the first result is everybody's alike"),
    "change_never_varies": Text(ru="изменение у всех одно", en="the change is everybody's alike"),
    "regression_to_mean": Text(
        ru="крайние первые результаты возвращаются к среднему и без обучения",
        en="extreme first results return towards the mean without training too",
    ),
    "lost_differ": Text(ru="выбывшие начинали иначе, чем оставшиеся", en="those who left had started elsewhere"),
    "nobody_lost": Text(ru="никто не выбыл", en="nobody was lost"),
    "few_lost": Text(ru="выбывших слишком мало для сравнения", en="too few were lost to compare them"),
    "many_lost": Text(ru="второго измерения нет у многих", en="many have no second measurement"),
    "ceiling_after": Text(ru="многие достигли высшего результата", en="many reached the highest result"),
    "limits_unknown": Text(ru="границы шкалы неизвестны", en="the limits of the scale are not known"),
    "level_out_of_reach": Text(
        ru="пар так мало, что 95 % интервал недостижим", en="too few pairs for an interval of 95%"
    ),
    "too_many_values": Text(ru="разных значений слишком много", en="too many different values"),
    "zero_changes": Text(ru="ни у кого нет изменений", en="nobody changed"),
    # ---- Kirkpatrick's levels ----
    "not_measured": Text(ru="не измерялось", en="not measured"),
    "no_interval": Text(ru="интервала нет", en="no interval"),
    "outside_window": Text(
        ru="часть анкет заполнена не через 30–60 дней", en="some questionnaires came outside 30 to 60 days"
    ),
    "silent_could_change_it": Text(ru="неответившие могли бы изменить вывод", en="the silent could change this"),
}
