"""A review with its verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qiantang.naming import find_target
from qiantang.review.pathways import pathways
from qiantang.review.restore import restore
from qiantang.review.review import Review, review
from qiantang.review.transfers import Pathway
from qiantang.study import Study

if TYPE_CHECKING:
    import pandas as pd

    from qiantang.charts.chart import Chart
    from qiantang.policy.answer import Answer


class FinishedReview(Review):
    """A review with its verbs: its tables, its chart, what would restore a target."""

    @property
    def odds_table(self) -> pd.DataFrame:
        """P of every target, one row a review; not a number where the members can say nothing."""
        import pandas as pd

        names = [target.id for target in self.belief.targets]
        rows = [[stand.chance.get(name, float("nan")) for name in names] for stand in self.odds]
        return pd.DataFrame(rows, index=[stand.day for stand in self.odds], columns=names)

    @property
    def news_table(self) -> pd.DataFrame:
        """Change of P of every target, one row a piece of news."""
        import pandas as pd

        names = [target.id for target in self.belief.targets]
        rows = [[one.change[name] for name in names] for one in self.news]
        return pd.DataFrame(rows, index=[one.key for one in self.news], columns=names)

    def restore(self, target: str, probability: float = 0.5) -> Answer:
        """Find the least effort from the review on that restores a target.

        Parameters
        ----------
        target : str
            Its id or title.
        probability : float

        Raises
        ------
        StudyError
            Unknown target.
        """
        return restore(self, find_target(self.study, target), probability)

    def pathways(self, bar: float = 0.5) -> tuple[Pathway, ...]:
        """Find until when each package may still begin, and what may follow one begun now."""
        return pathways(self, bar)

    def pathway_map(self, bar: float = 0.5, lang: str = "en") -> Chart:
        """Draw until when each package of the study may still begin to keep a probability."""
        from qiantang.charts.pathways import pathways as drawn

        return drawn(self.study, self, self.pathways(bar), lang=lang)

    def chart(self, lang: str = "en") -> Chart:
        """Draw the odds of every target at each review."""
        from qiantang.charts.odds import odds

        return odds(self.study, self, lang=lang)


def review_at(study: Study, date: str, **options: Any) -> FinishedReview:
    """Review a study; see `qiantang.review.review.review`."""
    found = review(study, date, **options)
    return FinishedReview(**found.__dict__)
