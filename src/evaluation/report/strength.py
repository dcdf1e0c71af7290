"""No sentence is stronger than the result it quotes: words of cause are refused beside a mere association."""

from __future__ import annotations

import re
from collections.abc import Iterable

from evaluation.report.certainty import Claim
from evaluation.settings import Language

# words that say that one thing makes another; the ending of a Russian word is left open
_CAUSAL: dict[Language, re.Pattern[str]] = {
    "ru": re.compile(
        r"\b(благодаря|вследствие|из-за|за сч[её]т|"
        r"привод(?:ит|ят|ило|ил[аи]?)|прив[её](?:л|ла|ло|ли)\s+к|вызва(?:л[аои]?|но|ны)|вызыва(?:ет|ют)|"
        r"повлия\w+|влия(?:ет|ют|л[аои]?|ни[ею]\w*)|воздейств\w+|эффект\w*|"
        r"повы(?:сил|шает|шают)\w*|увелич(?:ил|ивает|ивают)\w*|улучш(?:ил|ает|ают)\w*|"
        r"снизил\w*|снижа(?:ет|ют)|обеспечи(?:л|ва)\w*|помог(?:л\w*|ает|ают)?|порожда(?:ет|ют))\b",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"\b(thanks to|due to|because of|owing to|as a result of|"
        r"caus(?:e|es|ed)|led to|leads? to|effects?|impacts?|influenc(?:e|es|ed)|"
        r"rais(?:es|ed)|increas(?:es|ed)|improv(?:es|ed)|boost(?:s|ed)?|reduc(?:es|ed)|lower(?:s|ed)|"
        r"help(?:s|ed)|produc(?:es|ed))\b",
        re.IGNORECASE,
    ),
}
# a denial a few words before takes the word back: «это не доказывает, что обучение влияет»
_DENIAL: dict[Language, re.Pattern[str]] = {
    "ru": re.compile(r"\b(не|нет|ни|нельзя|без|ли|а не)\b", re.IGNORECASE),
    "en": re.compile(r"\b(not|no|nor|never|cannot|without|whether|if)\b", re.IGNORECASE),
}
_DENIAL_REACHES = 90
# what says that a result settles nothing: it may then be named by the word that its design looks for
_OPEN: dict[Language, re.Pattern[str]] = {
    "ru": re.compile(r"не отлич|нельзя|не сказать|не оценить", re.IGNORECASE),
    "en": re.compile(r"cannot be (told|estimated)|do(es)? not tell|not told from", re.IGNORECASE),
}


def too_strong(sentence: str, claims: Iterable[Claim], language: Language) -> list[str]:
    """Words of cause in ``sentence`` that the weakest of ``claims`` does not allow, in order; empty where all is well.

    ``claims`` are those of the results that the sentence quotes; without any, or where all are effects, nothing is
    refused. A word that is denied shortly before (not, no, whether) is no claim, nor is any word of a sentence that
    says of results which settle nothing that they do not.
    """
    quoted = set(claims)
    if quoted <= {"effect"} or ("association" not in quoted and _OPEN[language].search(sentence)):
        return []
    found = []
    for match in _CAUSAL[language].finditer(sentence):
        before = sentence[max(0, match.start() - _DENIAL_REACHES) : match.start()]
        if not _DENIAL[language].search(before):
            found.append(match.group())
    return found
