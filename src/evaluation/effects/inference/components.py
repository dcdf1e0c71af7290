"""Clusters in which units that share anything are together: connected components.

An outcome that is known only for a present unit and is split back to its former units makes those former units
depend on each other; so does a unit that changes its cluster over time. Errors are then independent at best between
connected components, never between the parts of one.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from evaluation.settings import InputProblem


def nested_clusters(units: pd.Series, clusters: pd.Series) -> pd.Series:
    """The finest clustering in which every unit and every given cluster lies whole, one label a row.

    ``units`` and ``clusters`` are aligned row by row; a unit that appears in two clusters joins them. Labels are the
    smallest name of a cluster in the component, so that they do not depend on the order of rows. Raises InputProblem
    where a unit or a cluster is empty.
    """
    if len(units) != len(clusters) or units.isna().any() or clusters.isna().any():
        raise InputProblem(
            "Кластеры ошибок: у строки нет территории или кластера. Уберите такие строки или заполните их.",
            "Clusters of errors: a row has no unit or no cluster. Leave such rows out or fill them in.",
        )
    unit, unit_names = pd.factorize(units, sort=True)
    cluster, cluster_names = pd.factorize(clusters, sort=True)
    component = _components(unit, cluster, len(unit_names), len(cluster_names))
    names = pd.Series(cluster_names.astype("str")).groupby(component[len(unit_names) :]).min()
    return pd.Series(names.reindex(component[unit]).to_numpy(), index=units.index, dtype="str", name="component")


def crosswalk_components(units: Iterable[str], crosswalk: pd.DataFrame | None) -> pd.Series:
    """Component of every unit: units joined by any way of the crosswalk, known or possible.

    ``crosswalk`` has columns from_unit and to_unit. A way into ``unassigned`` joins nothing: it says that the target
    is not known, not that it is shared. Index: the given units in their order; labels as the smallest of the given
    units in the component.
    """
    names = pd.Index(list(dict.fromkeys(units)))
    ways = pd.DataFrame({"from_unit": [], "to_unit": []}, dtype="str") if crosswalk is None else crosswalk
    ways = ways.loc[ways["to_unit"] != "unassigned", ["from_unit", "to_unit"]]
    known = names.append(pd.Index(pd.unique(ways.to_numpy().ravel()))).unique()
    first, second = known.get_indexer(ways["from_unit"]), known.get_indexer(ways["to_unit"])
    component = _linked(first, second, len(known))[: len(names)]
    labels = pd.Series(names.astype("str")).groupby(component).min()
    return pd.Series(labels.reindex(component).to_numpy(), index=names, dtype="str", name="component")


def _components(unit: np.ndarray, cluster: np.ndarray, units: int, clusters: int) -> np.ndarray:
    return _linked(unit, cluster + units, units + clusters)


def _linked(first: np.ndarray, second: np.ndarray, size: int) -> np.ndarray:
    graph = coo_matrix((np.ones(len(first)), (first, second)), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1])
