r"""XMILE 1.0 (the OASIS standard) and what Stella writes, read into a Document.

What a translator of the document may rely on
---------------------------------------------
Names are bare: quotes are gone, ``\n`` and runs of blanks are one blank. A variable of a module is
``Module.variable``; an input of a module that a connection binds is no equation of its own, its
readers name the source.

References are resolved. ``m`` inside an equation over the axes of ``m`` carries these axes
(``m[X]``), in the equation of one element the element; ``Reference.subscripts`` is None only of a
scalar, of a table, or of a name that the file does not define. Positions (``m[1]``) are element
names. An axis that a function of arrays runs over is ``X!``, so ``SUM(m)`` is ``sum(m[X!])``. A
subscript that is a value stays a tree: it is a position, counted from 1; out of range gives 0
(section 3.7.1). Where one variable has an axis twice, the second is an alias range ``X~2``. A
dimension read as a number, ``Reference("X")``, is the position of the element.

Ranges of two dimensions may share elements (``"1"``, ``"2"`` of dimensions given by their size);
an element belongs to its axis. An axis may also be picked by a range of its elements' names.

The time grid is four equations named ``INITIAL TIME``, ``FINAL TIME``, ``TIME STEP`` and
``SAVEPER``; ``Document.controls`` says which name plays which part. Where the model has a variable
of such a name, it keeps it: in a file of Vensim, whose export writes the grid as variables too, it
is the control if its value is that of ``<sim_specs>``; otherwise the control is called
``STARTTIME``, ``STOPTIME``, ``DT`` or ``SAVE INTERVAL``. The clock is ``Reference("Time")``.

A stock is ``Call("integ", (rate, start))``, the rate written out from its flows; its
``inflows`` and ``outflows`` are names as in ``Equation.name``. A non-negative stock only says so:
its outflows are to be limited, in their order (section 4.2). A uniflow is ``max(rate, 0)``.
``<init_eqn>`` is ``active_initial(value, start)``. A graphical function in a variable is
``with_lookup(input, Knots)``; a table of its own has the operator ``(``. A table that a variable
also is has the name ``variable.gf``.

Functions are listed in :mod:`qiantang.modelfile.xmile.functions`.
"""

from qiantang.modelfile.xmile.document import read

__all__ = ["read"]
