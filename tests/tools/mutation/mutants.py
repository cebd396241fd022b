"""Small changes to a module's code, each of which some test should notice.

A change is put into the tree of the module, the tree is compiled, and functions that already exist get the new code:
nobody has to import anything again, decorators and caches stay as they are. Strings are left alone, for most are wording
that no decision rests on; those that decide are changed as members of the groups in which they are looked up.
"""

from __future__ import annotations

import ast
import gc
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import CodeType, FunctionType

ROOT = Path(__file__).resolve().parents[3]
_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_CALLED = {"max": "min", "min": "max", "any": "all", "all": "any"}
_DROPPED = (ast.Expr, ast.AugAssign, ast.Raise, ast.Continue, ast.Break)
_NEVER = (ast.JoinedStr, ast.Import, ast.ImportFrom)  # f-strings are wording
Slot = tuple[ast.AST, str, int | None]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: where it is made and how it reads. `number` tells apart the same change twice in one function."""

    module: str
    function: str  # "" is the module's own level: groups of words and numbers with a name
    change: str
    number: int
    line: int
    within: int | None  # the line of the statement that holds the change; None where it is no statement of a function
    slot: Slot
    new: ast.AST

    @property
    def id(self) -> tuple[str, str, str, int]:
        return self.module, self.function, self.change, self.number

    def __str__(self) -> str:
        again = f" (no. {self.number})" if self.number > 1 else ""
        return f"{self.module}:{self.line} {self.function or '(module)'}: {self.change}{again}"


@dataclass(frozen=True, slots=True)
class Module:
    """A module under test: its tree, and the mutants that point into it."""

    name: str
    path: Path
    tree: ast.Module
    mutants: tuple[Mutant, ...]
    functions: dict[str, list[FunctionType]] = field(default_factory=dict)

    def find(self) -> None:
        """Look up the module's functions as they stand in memory, under whatever decorators and caches."""
        for one in gc.get_objects():
            if isinstance(one, FunctionType) and one.__module__ == self.name:
                self.functions.setdefault(one.__code__.co_qualname, []).append(one)

    def put(self, mutant: Mutant) -> None:
        """Make the change in this process, for good. Whoever calls this is a child that ends soon."""
        _set(mutant.slot, mutant.new)
        top = next(node for node in self.tree.body if node.lineno <= mutant.line <= (node.end_lineno or node.lineno))
        if mutant.function:
            self._swap_codes(mutant.function)
        else:
            self._assign_again(top)

    def watch(self, note: Callable[[int], None]) -> None:
        """Have every statement of every function tell its line to `note` before it runs, in this process, for good."""
        vars(sys.modules[self.name])["__note__"] = note
        for _, function in _functions(self.tree):
            _tell_lines(function)
        codes = self._codes()
        for name, found in self.functions.items():
            for one in found:
                one.__code__ = codes.get(name, one.__code__)

    def _codes(self) -> dict[str, CodeType]:
        return {code.co_qualname: code for code in _codes(compile(self.tree, str(self.path), "exec"))}

    def _swap_codes(self, function: str) -> None:
        codes = self._codes()
        defaults = {name: node.args for name, node in _functions(self.tree)}[function]
        namespace = vars(sys.modules[self.name])
        for found in self.functions[function]:
            found.__code__ = codes[function]
            if defaults.defaults:
                found.__defaults__ = tuple(_evaluated(node, namespace) for node in defaults.defaults)
            if found.__kwdefaults__:
                pairs = zip(defaults.kwonlyargs, defaults.kw_defaults, strict=True)
                found.__kwdefaults__ = {one.arg: _evaluated(node, namespace) for one, node in pairs if node}

    def _assign_again(self, statement: ast.stmt) -> None:
        """A constant of the module, also where others have imported it by name."""
        namespace = vars(sys.modules[self.name])
        before = dict(namespace)
        exec(compile(ast.Module([statement], []), str(self.path), "exec"), namespace)
        changed = {name: value for name, value in namespace.items() if before.get(name) is not value}
        for other in [module for name, module in sys.modules.items() if name.startswith("kratom_qc.")]:
            for name, value in changed.items():
                if name in before and vars(other).get(name) is before[name]:
                    setattr(other, name, value)


def module(name: str) -> Module:
    """A module and every mutant of it, in the order of its functions."""
    path = ROOT / (name.replace(".", "/") + ".py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return Module(name, path, tree, tuple(mutants(name, tree)))


def mutants(name: str, tree: ast.Module) -> Iterator[Mutant]:
    """Every mutant of a tree."""
    seen: Counter[tuple[str, str]] = Counter()
    for function, within, slot, new in _changes(tree):
        old = _get(slot)
        change = _told(old, new)
        seen[function, change] += 1
        yield Mutant(name, function, change, seen[function, change], old.lineno, within, slot, new)


def _told(old: ast.AST, new: ast.AST) -> str:
    said = " ".join(ast.unparse(old).split())
    return f"drop {said}" if isinstance(new, ast.If) else f"{said} → {' '.join(ast.unparse(new).split())}"


# ---------------------------------------------------------------- where changes may be made


def _changes(tree: ast.Module) -> Iterator[tuple[str, int | None, Slot, ast.AST]]:
    for name, function in _functions(tree):
        for within, slot in _slots(function, None, ("body", "args")):
            yield from ((name, within, slot, new) for new in _instead(slot, function))
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            for _, slot in _slots(statement, None, ("value",)):
                yield from (("", None, slot, new) for new in _instead(slot, None))


def _functions(tree: ast.Module | ast.ClassDef, within: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    """Functions and methods; one that is defined inside another is part of it."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield within + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{within}{node.name}.")


def _slots(node: ast.AST, within: int | None, fields: tuple[str, ...] = ()) -> Iterator[tuple[int | None, Slot]]:
    """Every place below a node that holds code which runs: no annotations, no decorators, no wording."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list") or (fields and name not in fields):
            continue
        for at, one in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(one, ast.AST) and not isinstance(one, _NEVER):
                inner = one.lineno if isinstance(one, ast.stmt) else within
                yield inner, (node, name, at)
                yield from _slots(one, inner)


def _tell_lines(node: ast.AST) -> None:
    """`__note__(line)` before every statement below a node."""
    for name, value in ast.iter_fields(node):
        if not isinstance(value, list):
            continue
        told = []
        for one in value:
            if isinstance(one, ast.stmt | ast.ExceptHandler | ast.match_case):
                _tell_lines(one)
            if isinstance(one, ast.stmt):
                call = ast.Call(ast.Name("__note__", ast.Load()), [ast.Constant(one.lineno)], [])
                told.append(ast.fix_missing_locations(ast.copy_location(ast.Expr(call), one)))
            told.append(one)
        setattr(node, name, told)


def _get(slot: Slot) -> ast.AST:
    node, field, at = slot
    return getattr(node, field) if at is None else getattr(node, field)[at]


def _set(slot: Slot, new: ast.AST) -> None:
    node, field, at = slot
    ast.copy_location(new, _get(slot))
    ast.fix_missing_locations(new)
    if at is None:
        setattr(node, field, new)
    else:
        getattr(node, field)[at] = new


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


def _evaluated(node: ast.expr, namespace: dict[str, object]) -> object:
    return eval(compile(ast.Expression(node), "<default>", "eval"), namespace)


# ---------------------------------------------------------------- what stands there instead


def _instead(slot: Slot, function: ast.FunctionDef | None) -> Iterator[ast.AST]:
    old = _get(slot)
    for operator in _OPERATORS:
        yield from operator(old)
    if _is_condition(slot) and not isinstance(old, ast.Compare | ast.BoolOp | ast.UnaryOp):
        yield ast.UnaryOp(ast.Not(), old)
    if isinstance(old, ast.Return) and function is not None:
        yield from _returns(old, function)


def _is_condition(slot: Slot) -> bool:
    node, field, _ = slot
    return (field == "test" and isinstance(node, ast.If | ast.IfExp | ast.While)) or field == "ifs"


def _compares(old: ast.AST) -> Iterator[ast.AST]:
    if isinstance(old, ast.Compare):
        for at, operator in enumerate(old.ops):
            for other in _COMPARED[type(operator)]:
                yield ast.Compare(old.left, [*old.ops[:at], other(), *old.ops[at + 1 :]], old.comparators)


def _computes(old: ast.AST) -> Iterator[ast.AST]:
    if isinstance(old, ast.BinOp) and type(old.op) in _COMPUTED:
        yield ast.BinOp(old.left, _COMPUTED[type(old.op)](), old.right)
    if isinstance(old, ast.AugAssign) and type(old.op) in _COMPUTED:
        yield ast.AugAssign(old.target, _COMPUTED[type(old.op)](), old.value)
    if isinstance(old, ast.UnaryOp):
        yield old.operand


def _combines(old: ast.AST) -> Iterator[ast.AST]:
    if isinstance(old, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(old.op, ast.And) else ast.And(), old.values)
        if len(old.values) > 2:
            for at in range(len(old.values)):
                yield ast.BoolOp(old.op, [*old.values[:at], *old.values[at + 1 :]])


def _constants(old: ast.AST) -> Iterator[ast.AST]:
    if not isinstance(old, ast.Constant):
        return
    if isinstance(old.value, bool):
        yield ast.Constant(not old.value)
    elif isinstance(old.value, int):
        yield ast.Constant(old.value + 1)
    elif isinstance(old.value, float):  # in the engine's frame 1.0 is yes and 0.0 is no
        yield ast.Constant(0.0 if old.value == 1 else old.value + 1)


def _decimals(old: ast.AST) -> Iterator[ast.AST]:
    """The number in `Decimal("0.001")`."""
    match old:
        case ast.Call(func=ast.Name(id="Decimal"), args=[ast.Constant(value=str() as text)]):
            with suppress(InvalidOperation):
                if Decimal(text).is_finite():
                    yield ast.Call(old.func, [ast.Constant(str(Decimal(text) + 1))], [])


def _calls(old: ast.AST) -> Iterator[ast.AST]:
    if isinstance(old, ast.Call) and isinstance(old.func, ast.Name) and old.func.id in _CALLED:
        yield ast.Call(ast.Name(_CALLED[old.func.id], ast.Load()), old.args, old.keywords)


def _members(old: ast.AST) -> Iterator[ast.AST]:
    """A group of words or names without each of its members."""
    if isinstance(old, ast.Tuple | ast.List | ast.Set) and len(old.elts) > 1:
        if isinstance(getattr(old, "ctx", None), ast.Store):
            return
        if all(isinstance(one, ast.Constant) or _outcome(one) for one in old.elts):
            for at in range(len(old.elts)):
                rest = [*old.elts[:at], *old.elts[at + 1 :]]
                yield ast.Set(rest) if isinstance(old, ast.Set) else type(old)(rest, ast.Load())


def _outcome(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Outcome"


def _outcomes(old: ast.AST) -> Iterator[ast.AST]:
    """Whatever is not PASS becomes PASS: the mistake that releases a batch."""
    if isinstance(old, ast.Attribute) and _outcome(old):
        yield ast.Attribute(old.value, "FAIL" if old.attr == "PASS" else "PASS", ast.Load())


def _drops(old: ast.AST) -> Iterator[ast.AST]:
    """A statement that never runs. It is still compiled, so names stay local and cells stay closed over."""
    if isinstance(old, _DROPPED) and not (isinstance(old, ast.Expr) and isinstance(old.value, ast.Constant)):
        yield ast.If(ast.Constant(False), [old], [])


def _returns(old: ast.Return, function: ast.FunctionDef) -> Iterator[ast.AST]:
    if old.value is None or isinstance(old.value, ast.Constant):
        return
    if isinstance(function.returns, ast.Name) and function.returns.id == "bool":
        yield from (ast.Return(ast.Constant(value)) for value in (True, False))
    else:
        yield ast.Return(ast.Constant(None))


_OPERATORS: tuple[Callable[[ast.AST], Iterator[ast.AST]], ...] = (
    _compares,
    _computes,
    _combines,
    _constants,
    _decimals,
    _calls,
    _members,
    _outcomes,
    _drops,
)
