"""The draft as data: its articles word for word, and what the model makes of each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from qiantang.faults import Fault, StudyError
from qiantang.files.yamlfile import YamlDocument, read_yaml, validate
from qiantang.wording.figures import numeral

Text = Annotated[str, Field(min_length=1)]
Whole = Annotated[int, Field(strict=True)]
#: Language of a plan whose headings are counted in Chinese numerals.
_CHINESE = "zh"
Finite = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class Record(BaseModel):
    """A record of the plan: frozen, and strict about its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(Record):
    """The document."""

    title: Text
    title_zh: str = ""
    issuer: Text
    date: Text
    status: Text
    language: Text = Field(description="of the text: zh has Chinese numerals before its headings")


class Passage(Record):
    """Words of the draft outside its articles."""

    quote: Text
    translation: str = ""


class Chapter(Record):
    """A chapter; where its heading has not survived, the name is ours."""

    number: Whole
    title: Text
    title_zh: str = ""
    heading: Literal["stated", "inferred"]


class Article(Record):
    """One article: its words, and what the model makes of them."""

    number: Whole
    chapter: Whole
    title: Text
    title_zh: str = ""
    quote: Text = Field(description="the whole article, word for word")
    translation: str = ""
    kind: Literal["frame", "goal", "substantive", "organisational"]
    modelled: bool
    why_not: Text | None = None
    why_not_zh: Text | None = None
    levers: list[Text] = Field(default=[], description="levers of the model")
    variables: list[Text] = Field(default=[], description="variables the levers act on")
    targets: list[Text] = Field(default=[], description="targets the article states")
    delay_years: tuple[Finite, Finite, Finite] | None = Field(
        default=None, description="years to most of the effect: low, central, high"
    )
    note: Text | None = None
    source: Text
    page: Text

    @model_validator(mode="after")
    def _explained(self) -> Self:
        if self.modelled and (self.why_not or not self.levers or not self.variables):
            raise ValueError("a modelled article needs levers and variables, and no why_not")
        if not self.modelled and (self.levers or not self.why_not):
            raise ValueError("an article that is not modelled needs why_not, and no levers")
        if self.delay_years and list(self.delay_years) != sorted(self.delay_years):
            raise ValueError("delay_years must be low, central, high")
        return self


class Articles(Record):
    """The whole draft."""

    model_config = ConfigDict(title="Qiantang articles")

    source: Source
    title_block: Text
    opening: Passage
    sha256: Text = Field(description="digest of the draft's text, as `draft_text` rebuilds it")
    chapters: list[Chapter]
    articles: list[Article]

    def chapter(self, article: Article) -> Chapter:
        """Return the chapter of an article."""
        return next(c for c in self.chapters if c.number == article.chapter)


def draft_text(articles: Articles) -> str:
    """Rebuild the text of the draft from its parts, a line feed between lines."""
    lines = [articles.title_block, articles.opening.quote]
    chapter = None
    for article in articles.articles:
        if article.chapter != chapter:
            chapter = article.chapter
            heading = articles.chapter(article)
            if heading.heading == "stated":
                lines.append(_chapter_heading(articles, heading))
        lines.append(article.quote)
    return "\n".join(lines)


def _chapter_heading(articles: Articles, chapter: Chapter) -> str:
    if articles.source.language == _CHINESE:
        return f"{numeral(chapter.number)}、{chapter.title_zh}"
    return f"{chapter.number}. {chapter.title}"


def _article_heading(articles: Articles, article: Article) -> str:
    if articles.source.language == _CHINESE:
        return f"({numeral(article.number)}){article.title_zh}。"
    return f"{article.number}. {article.title}."


def read_articles(path: Path) -> Articles:
    """Read the articles and check numbering, headings, chapters and the digest of the text.

    Raises
    ------
    StudyError
    """
    return articles_of(read_yaml(path))


def articles_of(document: YamlDocument) -> Articles:
    """Check a document that is already read; see `read_articles`."""
    articles = validate(document, Articles)
    faults = list(_article_faults(document, articles))
    if faults:
        raise StudyError(faults)
    digest = hashlib.sha256(draft_text(articles).encode()).hexdigest()
    if digest != articles.sha256:
        what = f"the quotes are not the draft's words: their digest is {digest}"
        raise StudyError([document.fault(("sha256",), what)])
    return articles


def _article_faults(document: YamlDocument, articles: Articles) -> Iterator[Fault]:
    """Find wrong numbers, headings that are not the text's own, and unknown chapters."""
    chapters = {chapter.number for chapter in articles.chapters}
    for index, article in enumerate(articles.articles):
        at = ("articles", index)
        if article.number != index + 1:
            what = f"article {article.number} stands where article {index + 1} is expected"
            yield document.fault((*at, "number"), what)
            continue
        heading = _article_heading(articles, article)
        if not article.quote.startswith(heading):
            what = f"the quote does not begin with {heading}"
            yield document.fault((*at, "quote"), what)
        if articles.source.language == _CHINESE and not article.translation:
            yield document.fault((*at, "translation"), "required key is missing")
        if article.chapter not in chapters:
            yield document.fault((*at, "chapter"), f"there is no chapter {article.chapter}")
