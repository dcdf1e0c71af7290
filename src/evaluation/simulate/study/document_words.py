"""What the study's document says besides its numbers: how to read it, the process, how to repeat it."""

from __future__ import annotations

from evaluation.simulate.study.estimators import PERMUTATION_DRAWS, WILD_DRAWS
from evaluation.simulate.study.process import Strengths
from evaluation.simulate.study.summary import CONSERVATIVE, MUTE, MUTE_BELOW, NARROW, NOMINAL, REGION, UNDEFINED, region

MARKS = {NOMINAL: "", CONSERVATIVE: "°", MUTE: "∅", NARROW: "*", UNDEFINED: "?"}


def how_to_read(draws: int) -> str:
    """What is compared with what, and what the marks mean."""
    low, high = region(draws, 0.95)
    least, most = region(draws, 0.05)
    return f"""## How to read the tables

Monte Carlo standard errors stand in brackets. Each estimate is compared with the truth of its own programme: the mean
effect of own training on the log scale over treated territory-years, at fixed exposure (least squares, imputation,
group-time differences); the log of the ratio of expected applications with and without own training (Poisson), or its
mean over cohorts and years (group-time ratios); the effect of one more tie at fixed own training. Naive estimates are
compared with the first.

Coverage is within Monte Carlo error of 95 % from {low:.3f} to {high:.3f}, size of 5 % from {least:.3f} to {most:.3f}
(exact binomial, {REGION:.0%}). Marks beside coverage: {MARKS[NARROW]} too narrow or rejecting too often;
{MARKS[CONSERVATIVE]} conservative; {MARKS[MUTE]} so conservative that a test at 5 % rejects in less than
{MUTE_BELOW:.0%} of programmes without any effect and finds next to nothing; {MARKS[UNDEFINED]} not defined in all
programmes. Size is measured in twin programmes of the same random numbers in which training does nothing; for
exposure, where exchange does not act. Coverage of bootstrap and randomisation is that of the set of values which the
test does not refuse.
"""


def process() -> str:
    """The generating process with its strengths, and its limits."""
    s = Strengths()
    return f"""## The generating process

Territories of log-normal size, one with {s.largest_share:.0%} of all residents; {s.years} years; first training spread
over all years but the first. Who trains follows unobserved capacity ({s.select_capacity} log odds a standard deviation)
and last year's applications ({s.select_activity}). The effect of training on the log scale is {s.training_effect} on
average, {s.alone_ratio:.0%} of it where no help on site follows, and unfolds over the years
({", ".join(str(one) for one in s.profile)}). Exchange ties are fixed within a programme and lead to near and capable
peers; capable territories have more of them; a tie with a peer trained by the year before adds {s.exposure_effect}.
Noise is correlated over years ({s.noise_autocorrelation}), years have common shocks, counts are negative binomial with
dispersion {s.dispersion} and a mean of {s.applications_at_median:.0f} a year in a territory of
{s.median_population:,.0f} residents; the log rate has further noise of its own. Everything else of the full simulation
(contest, teams, surveys, reform) is left out. Randomisation deals whole histories of training to the territories
({PERMUTATION_DRAWS} deals); the wild bootstrap is restricted ({WILD_DRAWS} draws).

What this does not show: programmes in which selection into training is much stronger, effects of other shapes, or ties
that follow outcomes. Randomisation keeps its level here because capacity is constant and absorbed by the territories'
effects. Since last year's applications help to decide who trains, the Poisson estimate is pulled down a little: counts
that happened to be high fall back (regression to the mean).
"""


def how_to_repeat(draws: int) -> str:
    """The command."""
    return (
        "## How to repeat it\n\n"
        f"    evaluation study --draws {draws} --out DIR --report docs\n\n"
        "The seed of a programme is made of its cell and number: the same tables come out on every machine up to the "
        "last digits of linear algebra. An ended run goes on where it stopped; a second process with the same folder "
        "shares the work.\n"
    )
