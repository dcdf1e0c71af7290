"""Codes of the survey's tables in words, by column."""

from __future__ import annotations

from evaluation.settings import Text


def _t(ru: str, en: str) -> Text:
    return Text(ru=ru, en=en)


CODES: dict[str, dict[str, Text]] = {
    "design": {
        "census": _t("все", "everybody"), "srs": _t("простая случайная выборка", "simple random sample"),
        "stratified": _t("случайная по слоям", "stratified random sample"),
        "cluster": _t("случайная по гнёздам", "cluster sample"), "quota": _t("квоты", "quotas"),
        "convenience": _t("кто отозвался", "whoever came"),
    },
    "statistic": {
        "mean": _t("среднее", "mean"), "share": _t("доля", "share"), "top_share": _t("доля высоких", "share of high"),
        "nps": _t("индекс готовности рекомендовать", "net promoter score"), "total": _t("всего", "total"),
        "ratio": _t("отношение", "ratio"), "difference": _t("разность", "difference"),
        "mean_before": _t("среднее до", "mean before"), "mean_after": _t("среднее после", "mean after"),
        "mean_change": _t("среднее изменение", "mean change"),
        "median_change": _t("медиана изменения", "median change"),
        "change_in_sd": _t("изменение в ст. откл.", "change in SD"),
        "lost_difference": _t("выбывшие минус оставшиеся, до", "lost less kept, before"),
        "lost_difference_in_sd": _t("то же в ст. откл.", "the same in SD"),
        "change_lowest": _t("худшая граница для всех", "worst case for all"),
        "change_highest": _t("лучшая граница для всех", "best case for all"),
        "change_if_lost_unchanged": _t("если выбывшие не изменились", "if the lost did not change"),
        "before_change_correlation": _t("связь изменения с началом", "correlation of change with the start"),
    },
    "rate": {
        "rr1": _t("RR1: полные, все неизвестные — подходящие", "RR1: complete, all unknown eligible"),
        "rr2": _t("RR2: с частичными", "RR2: with partial"),
        "rr3": _t("RR3: полные, неизвестные по e", "RR3: complete, unknown by e"),
        "rr4": _t("RR4: с частичными, неизвестные по e", "RR4: with partial, unknown by e"),
        "rr5": _t("RR5: полные, без неизвестных", "RR5: complete, without unknown"),
        "rr6": _t("RR6: с частичными, без неизвестных", "RR6: with partial, without unknown"),
        "coop1": _t("COOP1: согласие среди застигнутых", "COOP1: cooperation of those contacted"),
        "coop2": _t("COOP2: то же с частичными", "COOP2: the same with partial"),
        "coop3": _t("COOP3: среди способных ответить", "COOP3: of those able to answer"),
        "coop4": _t("COOP4: то же с частичными", "COOP4: the same with partial"),
        "ref1": _t("REF1: отказы", "REF1: refusals"), "ref2": _t("REF2: отказы, по e", "REF2: refusals, by e"),
        "ref3": _t("REF3: отказы, без неизвестных", "REF3: refusals, without unknown"),
        "con1": _t("CON1: удалось связаться", "CON1: contacted"),
        "con2": _t("CON2: то же по e", "CON2: the same by e"),
        "con3": _t("CON3: то же без неизвестных", "CON3: the same without unknown"),
        "completion": _t("доведены до конца среди начатых", "completed of those begun"),
    },
    "flag": {
        "q_duplicate_person": _t("тот же человек ещё раз", "the same person again"),
        "q_duplicate_answers": _t("те же ответы в то же время", "the same answers at the same time"),
        "q_speeder": _t("слишком быстро", "too fast"),
        "q_straight_lining": _t("один столбик во всей шкале", "one column down a scale"),
        "q_outside_field": _t("вне времени опроса", "outside the field period"),
        "q_near_identical": _t("почти те же ответы, доля", "near-identical answers, share"),
        "q_speed": _t("время к медиане", "time over the median"),
        "q_speed_log": _t("отклонение логарифма времени", "deviation of log time"),
        "q_longstring": _t("самый длинный ряд одного ответа", "longest string of one answer"),
        "q_identical_share": _t("доля одинаковых ответов", "share of identical answers"),
        "q_irv": _t("разброс ответов человека", "spread of a person's answers"),
        "q_dont_know": _t("доля «затрудняюсь»", "share of don't know"),
        "q_skip_violations": _t("нарушения переходов", "violations of skips"),
        "q_required_missing": _t("нет обязательного ответа", "required answer missing"),
        "q_fast_pages": _t("слишком быстрые страницы", "pages too fast"),
        "item_nonresponse": _t("доля вопросов без ответа", "share of items without an answer"),
    },
    "rule": {
        "duplicate_person": _t("тот же человек ещё раз", "the same person again"),
        "duplicate_answers": _t("те же ответы в то же время", "the same answers at the same time"),
        "near_identical": _t("почти те же ответы", "near-identical answers"),
        "speeder": _t("слишком быстро", "too fast"),
        "straight_lining": _t("один столбик во всей шкале", "one column down a scale"),
        "item_nonresponse": _t("много вопросов без ответа", "many items without an answer"),
        "skip_violations": _t("нарушения переходов", "violations of skips"),
        "required_missing": _t("нет обязательного ответа", "required answer missing"),
        "outside_field": _t("вне времени опроса", "outside the field period"),
        "ineligible": _t("не подходит", "ineligible"), "refusal": _t("отказ", "refusal"),
        "break_off": _t("брошена", "break-off"), "partial": _t("заполнена частично", "partial"),
    },
    "pattern": {"other": _t("прочие наборы", "other patterns")},
    "disposition": {
        "complete": _t("заполнена полностью", "complete"), "partial": _t("заполнена частично", "partial"),
        "break_off": _t("брошена", "break-off"), "refusal": _t("отказ", "refusal"),
        "non_contact": _t("не ответили", "non-contact"), "other": _t("иное", "other"),
        "ineligible": _t("не подходит", "ineligible"),
        "unknown": _t("неизвестно, подходит ли", "unknown eligibility"),
        "unknown_eligibility": _t("неизвестно, подходит ли", "unknown eligibility"),
        "not_returned": _t("не ответили", "not returned"),
    },
    "verdict": {
        "holds": _t("верно", "holds"), "fails": _t("неверно", "fails"),
        "cannot_tell": _t("нельзя сказать", "cannot be told"),
    },
    "verdict_any_silence": {
        "holds": _t("верно", "holds"), "fails": _t("неверно", "fails"),
        "cannot_tell": _t("нельзя сказать", "cannot be told"),
    },
    "stage": {
        "asked_before": _t("спрошены до", "asked before"), "answered_before": _t("ответили до", "answered before"),
        "asked_after": _t("спрошены после", "asked after"), "answered_after": _t("ответили после", "answered after"),
        "unusable_before": _t("не сопоставить, до", "unusable before"),
        "unusable_after": _t("не сопоставить, после", "unusable after"),
        "only_before": _t("только до", "only before"), "only_after": _t("только после", "only after"),
        "matched": _t("пары", "matched"),
    },
    "measure": {
        "high_ratings": _t("доля высоких оценок", "share of high ratings"),
        "learning": _t("изменение результата теста", "change of the test's result"),
        "applied": _t("применили выученное", "used what they learnt"),
    },
    "level": {
        "reaction": _t("1. Реакция", "1. Reaction"), "learning": _t("2. Обучение", "2. Learning"),
        "behaviour": _t("3. Поведение", "3. Behaviour"), "results": _t("4. Результаты", "4. Results"),
    },
    "instrument": {
        "participants": _t("участники обучения", "participants of training"),
        "followup": _t("участники через 30–60 дней", "participants 30 to 60 days later"),
        "residents": _t("жители", "residents"),
    },
}  # fmt: skip
