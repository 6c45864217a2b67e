"""Memos: from scenarios to a paper that can be handed over, in Chinese and English.

::

    from qiantang.memo import make_memo, write_memo

    memo = make_memo(study, ["base", "full"], lang="zh", members=1000)
    write_memo(memo, "memo.docx")     # .docx, .html (one file), .pdf

A template that an economist can edit (`qiantang.memo.template`, `qiantang.memo.markup`) is filled
in with facts (`facts`, `trust`, `worth`, `method`), of which every number passes the register
(`registry`) that the annex is written from. The result is a document without any format
(`document`), and three writers turn it into files.
"""

from __future__ import annotations

from qiantang.memo.compose import make_memo
from qiantang.memo.document import Document
from qiantang.memo.writing import write_memo

__all__ = ["Document", "make_memo", "write_memo"]
