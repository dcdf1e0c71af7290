"""Columns that form services add of themselves and that say nothing of the answers: not read, and no unknown question.

Gathered from the exports of the services' own tables; a column that also tells the time or the number of a response
stands in the codebook (table survey_responses) and is read.
"""

from __future__ import annotations

from evaluation.cleaning.headers import header_key

_NAMES = (
    # KoboToolbox, ODK
    "_uuid", "_submission_time", "_validation_status", "_notes", "_status", "_submitted_by", "__version__", "_tags",
    "_index", "_version_", "_xform_id_string", "meta/instanceID", "meta/rootUuid", "formhub/uuid", "_attachments",
    "_geolocation", "_bamboo_dataset_id", "deviceid", "today", "username", "rootUuid", "instanceID", "_id",
    # LimeSurvey
    "lastpage", "Last page", "seed", "datestamp", "Date last action", "refurl", "Referrer URL", "token", "Access code",
    "Последняя страница", "Начальное значение", "Дата последнего действия",
    # SurveyMonkey
    "Collector ID", "Custom Data 1", "Custom Data 2", "Custom Data 3",
    # Yandex and Google forms
    "Score", "Баллы", "Всего баллов", "Статус", "Источник", "UTM", "Ссылка на ответ",
)  # fmt: skip
SERVICE_COLUMNS = frozenset(header_key(name)[0] for name in _NAMES)
