"""Names, subscripts and functions of one equation, resolved without recursion."""

from __future__ import annotations

from qiantang.modelfile.names import plain
from qiantang.modelfile.tree import Binary, Call, Literal, Reference, Tree, Unary
from qiantang.modelfile.xmile import functions
from qiantang.modelfile.xmile.context import File, Place
from qiantang.modelfile.xmile.expressions import IF, NotUnderstood
from qiantang.modelfile.xmile.names import bare
from qiantang.modelfile.xmile.planning import Axes, Plan, Planner, is_lookup

MOST_NODES = 800_000


def resolve(raw: Tree, place: Place, file: File) -> Tree:
    """Return a parsed equation in the terms of the document.

    Raises
    ------
    NotUnderstood
        With one sentence.
    """
    tree, axes = _Resolver(place, file).run(raw)
    if axes:
        name = sorted(axes)[0]
        raise NotUnderstood(
            f"an array runs over {name} outside a function of arrays, expected a subscript"
        )
    return tree


class _Resolver:
    """A walk down and up one tree on a stack of its own."""

    def __init__(self, place: Place, file: File) -> None:
        self.file = file
        self.planner = Planner(place, file)

    def run(self, raw: Tree) -> tuple[Tree, Axes]:
        todo: list[tuple[Tree, bool | None, Plan | None, bool]] = [(raw, False, None, False)]
        done: list[tuple[Tree, Axes]] = []
        while todo:
            node, whole, plan, ready = todo.pop()
            self.file.spent += 1
            if self.file.spent > 2 * MOST_NODES:
                self.file.full = True
                raise NotUnderstood(f"the equations of the file have more than {MOST_NODES} parts")
            if ready:
                count = len(self._below(node, plan))
                values = done[len(done) - count :]
                del done[len(done) - count :]
                done.append(self._built(node, plan, values))
                continue
            plan = self.planner.planned(node, whole)
            todo.append((node, whole, plan, True))
            inside = self._runs_over(node, whole)
            todo.extend((t, inside, None, False) for t in reversed(self._below(node, plan)))
        return done[0]

    def _below(self, node: Tree, plan: Plan | None) -> tuple[Tree, ...]:
        if plan is not None:
            arguments: tuple[Tree, ...] = ()
            if isinstance(node, Call):
                arguments = node.arguments[1:] if is_lookup(node) else node.arguments
            return plan.pending + arguments
        if isinstance(node, Binary):
            return node.left, node.right
        if isinstance(node, Unary):
            return (node.operand,)
        if isinstance(node, Call):
            return node.arguments
        return ()

    def _runs_over(self, node: Tree, whole: bool | None) -> bool | None:
        """Return whether a bare array below a node means all its elements.

        None, below MIN and MAX of several arguments, is where it fits no axis of the equation.
        """
        if isinstance(node, Reference):
            return False
        if not isinstance(node, Call) or node.function in (IF, "//"):
            return whole
        name = plain(node.function)
        if name in functions.ARRAY or (name in functions.FOLDED and len(node.arguments) == 1):
            return True
        return whole or (None if name in functions.FOLDED else whole)

    def _built(
        self, node: Tree, plan: Plan | None, values: list[tuple[Tree, Axes]]
    ) -> tuple[Tree, Axes]:
        trees = tuple(tree for tree, _ in values)
        axes: Axes = frozenset().union(*(axes for _, axes in values))
        if plan is not None:
            return self._referred(node, plan, trees, axes)
        if isinstance(node, Binary) and node.operator == "mod" and self.file.vensim:
            return Call("modulo", trees), axes
        if isinstance(node, Binary):
            return Binary(node.operator, trees[0], trees[1]), axes
        if isinstance(node, Unary):
            return Unary(node.operator, trees[0]), axes
        if not isinstance(node, Call):
            return node, axes
        if node.function == IF:
            return Call("if_then_else", trees), axes
        return self._called(node, trees, axes, values)

    def _referred(
        self, node: Tree, plan: Plan, trees: tuple[Tree, ...], axes: Axes
    ) -> tuple[Tree, Axes]:
        if plan.literal is not None:
            return plan.literal, axes
        picked = iter(trees[: len(plan.pending)])
        subscripts = plan.subscripts
        if subscripts is not None and plan.pending:
            subscripts = tuple(s if isinstance(s, str) else next(picked) for s in subscripts)
        if isinstance(node, Call):
            arguments = trees[len(plan.pending) :]
            if len(arguments) != 1:
                raise NotUnderstood(f"the table {plan.name} is called with {len(arguments)} values")
            return Call(plain(plan.name), arguments, subscripts), axes | plan.axes
        return Reference(plan.name, subscripts), axes | plan.axes

    def _called(
        self, node: Call, trees: tuple[Tree, ...], axes: Axes, values: list[tuple[Tree, Axes]]
    ) -> tuple[Tree, Axes]:
        name = functions.spelled(plain(bare(node.function)))
        macro = self.file.macros.get(plain(bare(node.function)))
        if macro is not None:
            return self._macro(node, macro, trees), axes
        if name in functions.ARRAY or (name in functions.FOLDED and len(trees) == 1 and axes):
            return self._over_arrays(name, trees, axes), frozenset()
        if name in functions.FOLDED and axes:
            reduced = tuple(Call(f"v{name}", (t,)) if a else t for t, a in values)
            return functions.FOLDED[name](reduced), frozenset()
        result = functions.of_vensim(name, trees) if self.file.vensim else None
        result = result or functions.arranged(name, trees)
        if result is not None:
            return result, axes
        shown = bare(node.function)
        if not functions.known(name):
            raise NotUnderstood(f"{shown} is not a function, a macro or a table that is read")
        expected = " or ".join(str(count) for count in functions.counts(name)) or "at least 1"
        raise NotUnderstood(f"{shown.upper()} has {len(trees)} arguments, expected {expected}")

    def _macro(
        self, node: Call, macro: tuple[tuple[str, Tree | None], ...], trees: tuple[Tree, ...]
    ) -> Tree:
        defaults = [default for _, default in macro[len(trees) :]]
        if len(trees) > len(macro) or None in defaults:
            raise NotUnderstood(
                f"the macro {bare(node.function)} has {len(trees)} arguments, expected {len(macro)}"
            )
        given = dict(zip((name for name, _ in macro), trees, strict=False))
        for parameter, default in macro[len(trees) :]:
            stands_for = isinstance(default, Reference) and plain(bare(default.name))
            given[parameter] = given.get(stands_for or "", default)  # type: ignore[assignment]
        return Call(plain(bare(node.function)), tuple(given.values()))

    def _over_arrays(self, name: str, trees: tuple[Tree, ...], axes: Axes) -> Tree:
        """Return a function of arrays; SIZE and MEAN count what is run over."""
        if not axes:
            raise NotUnderstood(f"{name.upper()} needs an array, expected m or m[*]")
        count = 1
        for axis in axes:
            count *= self._extent(axis)
        if name == "size":
            return Literal(float(count))
        if name == "mean":
            return Binary("/", Call("sum", trees), Literal(float(count)))
        if name == "rank" and len(trees) not in (2, 3):
            raise NotUnderstood(f"RANK has {len(trees)} arguments, expected 2 or 3")
        if name != "rank" and len(trees) != 1:
            raise NotUnderstood(f"{name.upper()} has {len(trees)} arguments, expected 1")
        renamed = {"min": "vmin", "max": "vmax", "stddev": "stddev_xmile", "rank": "rank_xmile"}
        return Call(renamed.get(name, name), trees)

    def _extent(self, axis: str) -> int:
        made = self.file.ranges.get(axis)
        if isinstance(made, tuple):
            return len(made)
        return len(self.file.dimensions[plain(made or axis)].elements)
