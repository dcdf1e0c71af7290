"""Which formulas each family of models has, as the modules of ``effects`` fit them; their sources stand there."""

from __future__ import annotations

from collections.abc import Callable

from evaluation.report.formulas.designs import DESIGN_FORMULAS
from evaluation.report.formulas.parts import Formula, Symbol, outcome_symbol, predictor, row_symbol
from evaluation.settings import Family, Model, Text

Build = Callable[[Model], tuple[Formula, ...]]

_ERROR = Symbol(r"\varepsilon_i", Text(ru="остаток", en="the residual"))


def _regression(left: str, ru: str, en: str, *, error: bool = False, constant: bool = True) -> Build:
    """A regression of one index: ``left`` equals the sum of terms."""

    def build(model: Model) -> tuple[Formula, ...]:
        terms = predictor(model, constant=constant)
        tail = r" + \varepsilon_i" if error else ""
        spoken = Text(
            ru=f"{ru} равен сумме: {terms.spoken.ru}{', остаток' if error else ''}.",
            en=f"{en} equals the sum of: {terms.spoken.en}{', the residual' if error else ''}.",
        )
        symbols = (row_symbol(), outcome_symbol(model), *terms.symbols, *((_ERROR,) if error else ()))
        return (Formula(f"{left} = {terms.latex}{tail}", spoken, symbols),)

    return build


_OLS = _regression("y_i", "Исход", "The outcome", error=True)
_POISSON = _regression(r"\log \mathrm{E}[y_i]", "Логарифм ожидаемого исхода", "The logarithm of the expected outcome")
_LOGIT = _regression(
    r"\log \frac{\Pr(y_i = 1)}{\Pr(y_i = 0)}", "Логарифм шансов исхода", "The logarithm of the odds of the outcome"
)
_CLOGLOG = _regression(
    r"\log\left(-\log\left(1 - \Pr(y_i = 1)\right)\right)",
    "Дополнительный двойной логарифм вероятности события за период",
    "The complementary log-log of the probability of the event within a period",
)
_COX = _regression(
    r"\log \frac{h_i(t)}{h_0(t)}", "Логарифм отношения риска к базовому",
    "The logarithm of the hazard beside the baseline", constant=False,
)  # fmt: skip


def _exposure_response(model: Model) -> tuple[Formula, ...]:
    return _OLS(model) if model.outcome.startswith("log1p(") else _POISSON(model)


def _cox(model: Model) -> tuple[Formula, ...]:
    (found,) = _COX(model)
    own = (
        row_symbol(),
        Symbol("h_i(t)", Text(ru="риск события в момент t", en="hazard of the event at time t"), (model.outcome,)),
        Symbol("h_0(t)", Text(ru="базовый риск, какой угодно", en="baseline hazard, left free")),
    )
    return (Formula(found.latex, found.spoken, (*own, *found.symbols[2:])),)


def _negative_binomial(model: Model) -> tuple[Formula, ...]:
    (mean,) = _POISSON(model)
    spread = Formula(
        r"\mathrm{Var}(y_i) = m_i + \kappa m_i^2, \qquad m_i = \mathrm{E}[y_i]",
        Text(ru="Дисперсия исхода равна среднему и каппе, умноженной на его квадрат.",
             en="The variance of the outcome is the mean plus kappa times its square."),
        (Symbol("m_i", Text(ru="ожидаемый исход", en="expected outcome")), _kappa()),
    )  # fmt: skip
    return mean, spread


def _kappa() -> Symbol:
    text = Text(ru="сверхдисперсия: ноль у Пуассона", en="overdispersion: zero under Poisson")
    return Symbol(r"\kappa", text)


def _two_parts(model: Model) -> tuple[tuple[Symbol, ...], Formula]:
    """Symbols and the formula of the counts of a model in two parts."""
    terms = predictor(model)
    counts = Formula(
        rf"\log m_i = {terms.latex}",
        Text(ru=f"Логарифм среднего счёта равен сумме: {terms.spoken.ru}.",
             en=f"The logarithm of the mean of the counts equals the sum of: {terms.spoken.en}."),
        (row_symbol(), outcome_symbol(model), Symbol("m_i", Text(ru="среднее счёта", en="mean of the counts")),
         *terms.symbols),
    )  # fmt: skip
    zeta = Symbol(
        r"\zeta_i",
        Text(ru="те же слагаемые, кроме базы, со своими коэффициентами",
             en="the same terms but for the base, with coefficients of their own"),
    )  # fmt: skip
    return (zeta, _kappa()), counts


def _hurdle(model: Model) -> tuple[Formula, ...]:
    symbols, counts = _two_parts(model)
    some = Formula(
        r"\log \frac{\Pr(y_i > 0)}{\Pr(y_i = 0)} = \zeta_i",
        Text(ru="Логарифм шансов того, что исход больше нуля, равен дзете.",
             en="The logarithm of the odds of an outcome above zero equals zeta."), symbols,
    )  # fmt: skip
    positive = Formula(
        r"\mathrm{E}[y_i] = \Pr(y_i > 0) \, \mathrm{E}[y_i \mid y_i > 0], \qquad "
        r"y_i \mid y_i > 0 \sim \mathrm{NB}^{+}(m_i, \kappa)",
        Text(ru="Ожидаемый исход равен вероятности быть больше нуля, умноженной на среднее тех, кто больше нуля; "
                "положительный счёт распределён по усечённому отрицательному биномиальному закону.",
             en="The expected outcome is the probability of being above zero times the mean of those above zero; "
                "positive counts follow a zero-truncated negative binomial law."),
    )  # fmt: skip
    return some, positive, counts


def _zero_inflated(model: Model) -> tuple[Formula, ...]:
    symbols, counts = _two_parts(model)
    never = Symbol(r"\pi_i", Text(ru="вероятность, что счёт невозможен", en="probability that there can be no count"))
    mixed = Formula(
        r"\mathrm{E}[y_i] = (1 - \pi_i) \, m_i, \qquad \log \frac{\pi_i}{1 - \pi_i} = \zeta_i",
        Text(ru="Ожидаемый исход равен единице без пи, умноженной на среднее счёта; логарифм шансов пи равен дзете.",
             en="The expected outcome is one less pi, times the mean of the counts; the logarithm of the odds of pi "
                "equals zeta."), (never, *symbols),
    )  # fmt: skip
    return mixed, counts


def _ordered_logit(model: Model) -> tuple[Formula, ...]:
    terms = predictor(model, constant=False)
    return (
        Formula(
            rf"\log \frac{{\Pr(y_i \le j)}}{{\Pr(y_i > j)}} = \tau_j - \left({terms.latex}\right)",
            Text(ru=f"Логарифм шансов ответа не выше j равен порогу без суммы: {terms.spoken.ru}.",
                 en=f"The logarithm of the odds of an answer up to j is the threshold less the sum of: "
                    f"{terms.spoken.en}."),
            (row_symbol(), outcome_symbol(model), Symbol("j", Text(ru="ступень ответа", en="step of the answer")),
             Symbol(r"\tau_j", Text(ru="порог ступени", en="threshold of the step")), *terms.symbols),
        ),
    )  # fmt: skip


def _random_intercept(model: Model, last: Formula) -> tuple[Formula, ...]:
    terms = predictor(model)
    units = Symbol("u_{c(i)}", Text(ru="случайное отличие группы", en="random difference of the group"),
                   (model.clusters,))  # fmt: skip
    first = Formula(
        rf"y_i = {terms.latex} + u_{{c(i)}} + \varepsilon_i",
        Text(ru=f"Исход равен сумме: {terms.spoken.ru}, случайное отличие группы, остаток.",
             en=f"The outcome equals the sum of: {terms.spoken.en}, the random difference of the group, the residual."),
        (row_symbol(), outcome_symbol(model), *terms.symbols, units, _ERROR),
    )  # fmt: skip
    return first, last


_VARIANCES = (
    Symbol(r"\sigma_u^2", Text(ru="дисперсия между группами", en="variance between groups")),
    Symbol(r"\sigma^2", Text(ru="дисперсия внутри групп", en="variance within groups")),
)


def _multilevel(model: Model) -> tuple[Formula, ...]:
    share = Formula(
        r"\rho = \frac{\sigma_u^2}{\sigma_u^2 + \sigma^2}, \qquad u_c \sim \mathrm{N}(0, \sigma_u^2), \qquad "
        r"\varepsilon_i \sim \mathrm{N}(0, \sigma^2)",
        Text(ru="Ро равно доле дисперсии между группами; отличия групп и остатки распределены нормально.",
             en="Rho is the share of the variance between groups; differences of groups and residuals are normal."),
        (Symbol(r"\rho", Text(ru="внутригрупповая корреляция", en="intraclass correlation")), *_VARIANCES),
    )  # fmt: skip
    return _random_intercept(model, share)


def _random_effects(model: Model) -> tuple[Formula, ...]:
    taken = Formula(
        r"\theta_c = 1 - \sqrt{\frac{\sigma^2}{T_c \sigma_u^2 + \sigma^2}}",
        Text(ru="Тета — доля среднего группы, которая вычитается: единица без корня из доли внутренней дисперсии.",
             en="Theta, the share of the group's mean taken out, is one less the root of the within variance's share."),
        (Symbol(r"\theta_c", Text(ru="вычитаемая доля среднего группы", en="share of the group's mean taken out")),
         Symbol("T_c", Text(ru="число строк группы", en="rows of the group")), *_VARIANCES),
    )  # fmt: skip
    return _random_intercept(model, taken)


def _instrumented(model: Model) -> tuple[Formula, ...]:
    (second,) = _OLS(model)
    first = Formula(
        r"d_i = \pi^{\top} z_i + \cdots + v_i, \qquad \mathrm{E}[z_i \varepsilon_i] = 0",
        Text(ru="Воздействие объясняется инструментом и теми же учтёнными величинами; инструмент не связан с остатком.",
             en="The exposure is explained by the instrument and what is held constant; the instrument is unrelated "
                "to the residual."),
        (Symbol("z_i", Text(ru="инструмент", en="instrument"), model.instruments),
         Symbol(r"\pi", Text(ru="коэффициенты первой ступени", en="coefficients of the first stage")),
         Symbol("v_i", Text(ru="остаток первой ступени", en="residual of the first stage"))),
    )  # fmt: skip
    return second, first


def _intention_to_treat(model: Model) -> tuple[Formula, ...]:
    return _POISSON(model) if model.offset is not None else _OLS(model)


FAMILY_FORMULAS: dict[Family, Build] = {
    "poisson": _POISSON,
    "ols": _OLS,
    "logit": _LOGIT,
    "iv": _instrumented,
    "negative_binomial": _negative_binomial,
    "zero_inflated": _zero_inflated,
    "hurdle": _hurdle,
    "ordered_logit": _ordered_logit,
    "multilevel": _multilevel,
    "random_effects": _random_effects,
    "exposure_response": _exposure_response,
    "diffusion": _CLOGLOG,
    "hazard": _CLOGLOG,
    "cox": _cox,
    "intention_to_treat": _intention_to_treat,
    **DESIGN_FORMULAS,
}
