"""Formulas of the families that compare groups rather than fit one regression."""

from __future__ import annotations

from collections.abc import Callable

from evaluation.report.formulas.parts import Formula, Symbol, exposure_terms, outcome_symbol, row_symbol
from evaluation.settings import Family, Model, Text

Build = Callable[[Model], tuple[Formula, ...]]

_GROUP = (
    Symbol("g", Text(ru="год первого воздействия группы", en="year of the group's first exposure")),
    Symbol("t", Text(ru="год исхода", en="year of the outcome")),
)
_K = Symbol("k", Text(ru="лет от первого воздействия", en="years since the first exposure"))
_AVERAGE = Formula(
    r"\theta_k = \sum_{g} \frac{n_g}{\sum_{g'} n_{g'}} \, \theta_{g, g+k}",
    Text(ru="Оценка через k лет — среднее групп, взвешенное числом их территорий.",
         en="The estimate after k years is the mean of the groups weighted by their units."),
    (_K, Symbol("n_g", Text(ru="число территорий группы", en="units of the group"))),
)  # fmt: skip


def _outcome_of_year(model: Model) -> tuple[Symbol, ...]:
    unit = Symbol("i", Text(ru="территория", en="a unit"))
    return unit, outcome_symbol(model, "y_{it}")


def _ratio(model: Model) -> tuple[Formula, ...]:
    compared = Formula(
        r"\theta_{g,t} = \log \frac{\sum_{i: G_i = g} y_{it}}{\sum_{i: G_i = g} y_{i,g-1}} - "
        r"\log \frac{\sum_{i \in C_{g,t}} y_{it}}{\sum_{i \in C_{g,t}} y_{i,g-1}}",
        Text(ru="Оценка группы g в год t: логарифм роста её суммы исходов с года перед первым воздействием без "
                "логарифма роста у тех, кто воздействия ещё не получил.",
             en="The estimate of group g in year t: the logarithm of the growth of its sum of outcomes since the year "
                "before the first exposure, less that of those not yet exposed."),
        (*_outcome_of_year(model), *_GROUP, _compared()),
    )  # fmt: skip
    return compared, _AVERAGE


def _compared() -> Symbol:
    text = Text(ru="ещё не получившие воздействия ни к году t, ни к году сравнения",
                en="those exposed neither by year t nor by the year compared with")  # fmt: skip
    return Symbol("C_{g,t}", text)


def _difference(model: Model) -> tuple[Formula, ...]:
    compared = Formula(
        r"\theta_{g,t} = \frac{1}{n_g} \sum_{i: G_i = g} (y_{it} - y_{i,g-1}) - "
        r"\frac{1}{|C_{g,t}|} \sum_{i \in C_{g,t}} (y_{it} - y_{i,g-1})",
        Text(ru="Оценка группы g в год t: среднее изменение её исхода с года перед первым воздействием без среднего "
                "изменения у тех, кто воздействия ещё не получил.",
             en="The estimate of group g in year t: the mean change of its outcome since the year before the first "
                "exposure, less the mean change of those not yet exposed."),
        (*_outcome_of_year(model), *_GROUP, _compared()),
    )  # fmt: skip
    return compared, _AVERAGE


def _adjusted(model: Model) -> tuple[Formula, ...]:
    compared = Formula(
        r"\theta_{g,t} = \frac{\sum_{i: G_i = g} r_i}{n_g} - "
        r"\frac{\sum_{i \in C_{g,t}} w_i r_i}{\sum_{i \in C_{g,t}} w_i}, \qquad "
        r"r_i = y_{it} - y_{i,g-1} - \hat{m}(x_i), \qquad w_i = \frac{e(x_i)}{1 - e(x_i)}",
        Text(ru="Оценка группы g в год t: средний остаток изменения исхода в группе без взвешенного среднего остатка "
                "у ещё не получивших воздействия; вес — шансы попасть в группу.",
             en="The estimate of group g in year t: the group's mean residual change less the weighted mean residual "
                "change of those not yet exposed; the weight is the odds of belonging to the group."),
        (*_outcome_of_year(model), *_GROUP, _compared(),
         Symbol("x_i", Text(ru="учтено", en="held constant"), model.controls),
         Symbol(r"\hat{m}(x_i)", Text(ru="изменение, предсказанное по ещё не получившим воздействия",
                                      en="change predicted from those not yet exposed")),
         Symbol("e(x_i)", Text(ru="вероятность принадлежать к группе g", en="probability of belonging to group g"))),
    )  # fmt: skip
    return compared, _AVERAGE


def _group_time(model: Model) -> tuple[Formula, ...]:
    if model.controls:
        return _adjusted(model)
    return _difference(model) if model.outcome.startswith("log1p(") else _ratio(model)


def _covariates(model: Model) -> tuple[str, tuple[Symbol, ...]]:
    if not model.controls:
        return "", ()
    return r" + \hat{\gamma}^{\top} x_{it}", (Symbol("x_{it}", Text(ru="учтено", en="held constant"), model.controls),)


_UNIT_AND_YEAR = (
    Symbol(r"\alpha_i", Text(ru="постоянная территории", en="constant of the unit")),
    Symbol(r"\lambda_t", Text(ru="постоянная года", en="constant of the year")),
)


def _imputation(model: Model) -> tuple[Formula, ...]:
    more, symbols = _covariates(model)
    effect = Formula(
        rf"\hat{{\tau}}_{{it}} = y_{{it}} - \left(\hat{{\alpha}}_i + \hat{{\lambda}}_t{more}\right), \qquad "
        r"\hat{\tau}_k = \frac{1}{n_k} \sum_{t - G_i = k} \hat{\tau}_{it}",
        Text(ru="Оценка — исход без того, что предсказано по строкам без воздействия; затем среднее по строкам через "
                "k лет от первого воздействия.",
             en="The estimate is the outcome less what rows without exposure predict; then the mean over rows k years "
                "after the first exposure."),
        (*_outcome_of_year(model), *_UNIT_AND_YEAR, *symbols, _K,
         Symbol("G_i", Text(ru="год первого воздействия", en="year of first exposure")),
         Symbol("n_k", Text(ru="число таких строк", en="number of such rows"))),
    )  # fmt: skip
    return (effect,)


def _sun_abraham(model: Model) -> tuple[Formula, ...]:
    more, symbols = _covariates(model)
    regression = Formula(
        r"y_{it} = \alpha_i + \lambda_t + \sum_{g} \sum_{k \neq -1} \delta_{gk} \, 1\{G_i = g\} \, 1\{t - g = k\}"
        rf"{more.replace(chr(92) + 'hat{' + chr(92) + 'gamma}', chr(92) + 'gamma')} + \varepsilon_{{it}}",
        Text(ru="Исход равен сумме: постоянная территории, постоянная года, своя оценка каждой группы в каждый год от "
                "первого воздействия, остаток.",
             en="The outcome equals the sum of: the unit's constant, the year's constant, an estimate for every group "
                "and year since first exposure, the residual."),
        (*_outcome_of_year(model), *_UNIT_AND_YEAR, *_GROUP[:1], _K, *symbols,
         Symbol(r"\delta_{gk}", Text(ru="оценка группы g через k лет", en="estimate of group g after k years"))),
    )  # fmt: skip
    average = Formula(
        r"\beta_k = \sum_{g} s_{gk} \, \delta_{gk}",
        Text(ru="Оценка через k лет — среднее групп, взвешенное долями их строк.",
             en="The estimate after k years is the mean of the groups weighted by their shares of rows."),
        (Symbol("s_{gk}", Text(ru="доля группы в строках через k лет", en="the group's share of rows after k years")),),
    )  # fmt: skip
    return regression, average


def _arms(model: Model) -> tuple[Symbol, ...]:
    columns = (*model.controls, *model.fixed_effects)
    held = (Symbol("x_i", Text(ru="учтено", en="held constant"), columns),) if columns else ()
    return (row_symbol(), outcome_symbol(model), *exposure_terms(model, model.exposures[:1])[1][1:], *held)


_PROPENSITY = Symbol("e(x_i)", Text(ru="вероятность воздействия (логит)", en="probability of exposure (logit)"))
_PREDICTED = Symbol(
    "m_1(x_i), m_0(x_i)",
    Text(ru="исход, предсказанный с воздействием и без него", en="outcome predicted with exposure and without"),
)


def _weighting(model: Model) -> tuple[Formula, ...]:
    return (
        Formula(
            r"\hat{\tau} = \frac{\sum_i w_i d_i y_i}{\sum_i w_i d_i} - "
            r"\frac{\sum_i w_i (1 - d_i) y_i}{\sum_i w_i (1 - d_i)}, \qquad "
            r"w_i = \frac{d_i}{e(x_i)} + \frac{1 - d_i}{1 - e(x_i)}",
            Text(ru="Оценка — взвешенное среднее исходов с воздействием без взвешенного среднего без него; вес обратен "
                    "вероятности того, что произошло.",
                 en="The estimate is the weighted mean outcome with exposure less that without; the weight is one over "
                    "the probability of what happened."),
            (*_arms(model), _PROPENSITY),
        ),
    )  # fmt: skip


def _doubly_robust(model: Model) -> tuple[Formula, ...]:
    return (
        Formula(
            r"\hat{\tau} = \frac{1}{n} \sum_i \left[ m_1(x_i) - m_0(x_i) + \frac{d_i (y_i - m_1(x_i))}{e(x_i)} - "
            r"\frac{(1 - d_i)(y_i - m_0(x_i))}{1 - e(x_i)} \right]",
            Text(ru="Оценка — средняя разность предсказаний с воздействием и без него, поправленная взвешенными "
                    "ошибками предсказаний.",
                 en="The estimate is the mean difference of predictions with exposure and without, corrected by the "
                    "weighted errors of the predictions."),
            (*_arms(model), _PROPENSITY, _PREDICTED),
        ),
    )  # fmt: skip


def _standardised(model: Model) -> tuple[Formula, ...]:
    return (
        Formula(
            r"\hat{\tau} = \frac{1}{n} \sum_i \left[ m_1(x_i) - m_0(x_i) \right]",
            Text(ru="Оценка — средняя разность исходов, предсказанных каждой строке с воздействием и без него.",
                 en="The estimate is the mean difference of the outcomes predicted for every row with exposure and "
                    "without."),
            (*_arms(model), _PREDICTED),
        ),
    )  # fmt: skip


def _cutoff(model: Model) -> tuple[Formula, ...]:
    return (
        Formula(
            r"\tau = \lim_{s \downarrow 0} \mathrm{E}[y_i \mid s_i = s] - \lim_{s \uparrow 0} "
            r"\mathrm{E}[y_i \mid s_i = s], \qquad \left| \frac{\partial^2}{\partial s^2} "
            r"\mathrm{E}[y_i \mid s_i = s] \right| \le M",
            Text(ru="Оценка — разность ожидаемых исходов сразу над чертой и сразу под ней; кривизна зависимости от "
                    "балла с каждой стороны не больше M.",
                 en="The estimate is the difference of expected outcomes just above the line and just below it; the "
                    "curvature in the score is at most M on either side."),
            (row_symbol(), outcome_symbol(model),
             Symbol("s_i", Text(ru="балл без черты своего года", en="score less the line of its year"),
                    model.instruments),
             Symbol("M", Text(ru="принятая наибольшая кривизна", en="largest curvature assumed"))),
        ),
    )  # fmt: skip


def _local_randomisation(model: Model) -> tuple[Formula, ...]:
    return (
        Formula(
            r"\hat{\tau} = \frac{\sum_i (a_i - \bar{a}_{t(i)}) \, y_i}{\sum_i (a_i - \bar{a}_{t(i)})^2}",
            Text(ru="Оценка — разность средних над чертой и под ней внутри каждого года, в окне вокруг черты.",
                 en="The estimate is the difference of means above and below the line within years, in a window "
                    "around the line."),
            (Symbol("i", Text(ru="заявка в окне вокруг черты", en="an application in the window around the line")),
             outcome_symbol(model),
             Symbol("a_i", Text(ru="единица над чертой, ноль под ней", en="one above the line, zero below it")),
             Symbol(r"\bar{a}_{t(i)}", Text(ru="доля над чертой в тот же год", en="share above the line that year"))),
        ),
    )  # fmt: skip


def _complier(model: Model) -> tuple[Formula, ...]:
    held = (*model.fixed_effects, *model.controls)
    return (
        Formula(
            r"\hat{\tau} = \frac{\sum_i \tilde{z}_i y_i}{\sum_i \tilde{z}_i d_i}",
            Text(ru="Оценка — разность исходов по жребию, делённая на разность посещений по жребию.",
                 en="The estimate is the difference of outcomes by the lot over the difference of attendance by it."),
            (row_symbol(), outcome_symbol(model),
             Symbol("d_i", Text(ru="воздействие", en="exposure"), model.exposures),
             Symbol(r"\tilde{z}_i", Text(ru="жребий без того, что о нём говорит учтённое",
                                         en="the lot less what is told of it by what is held constant"), held)),
        ),
    )  # fmt: skip


DESIGN_FORMULAS: dict[Family, Build] = {
    "event_study": _ratio,
    "group_time": _group_time,
    "imputation": _imputation,
    "sun_abraham": _sun_abraham,
    "ipw": _weighting,
    "aipw": _doubly_robust,
    "g_formula": _standardised,
    "cutoff": _cutoff,
    "local_randomisation": _local_randomisation,
    "complier": _complier,
}
