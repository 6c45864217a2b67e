"""A tree of circumstances: a second opinion on the boxes, which may split what a box cannot."""

from __future__ import annotations

import numpy as np

from qiantang.discovery.prim import LEAST, Box, Cases, whole
from qiantang.extra import needed


def leaves(cases: Cases, least: float = LEAST) -> list[Box]:
    """Return the leaves of a classification tree as boxes, from left to right.

    Parameters
    ----------
    cases : Cases
    least : float
        Share of all cases that a leaf holds at least.

    Raises
    ------
    StudyError
        If scikit-learn is not installed.

    References
    ----------
    Breiman, Friedman, Olshen and Stone (1984), Classification and regression trees. Lempert,
    Bryant and Bankes (2008), Comparing algorithms for scenario discovery, RAND WR-557.
    """
    learn = needed("sklearn.tree")
    fewest = max(1, int(least * len(cases.hits)))
    grown = learn.DecisionTreeClassifier(min_samples_leaf=fewest, random_state=0)
    tree = grown.fit(cases.inputs, cases.hits).tree_
    found: list[Box] = []

    def walk(node: int, box: Box) -> None:
        left, right = int(tree.children_left[node]), int(tree.children_right[node])
        if left < 0:
            found.append(box)
            return
        place, edge = int(tree.feature[node]), float(tree.threshold[node])
        low, high = box.low.copy(), box.high.copy()
        high[place], low[place] = edge, np.nextafter(edge, np.inf)
        walk(left, Box(box.low, high))
        walk(right, Box(low, box.high))

    walk(0, whole(cases.inputs.shape[1]))
    return found
