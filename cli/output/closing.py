"""How a target stands in the end, in one line: how many are open, whether it is clear, and why not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cli.output.page import Line, Span, outcome_words, sandbox, style_of, summary
from cli.output.record import MESSAGE_LIMIT
from cli.output.text import clean
from venues.listed import TargetResult
from venues.registry import face_of, verb_of
from venues.result import Outcome, Result

NOT_OURS = "no cancel may be sent"
_GOOD = style_of(Outcome.CANCELLED)


def has_failed(target: TargetResult) -> bool:
    """Whether it could not be listed, or is not clear."""
    return target.clear is False or target.outcome.exit_code != 0


def name(target: str) -> str:
    """What is listed or swept: `Acme orders`, `Acme deal orders`."""
    verb = verb_of(target)
    return f"{face_of(target).title} {'deal ' if verb.in_deal else ''}{verb.noun}s"


def listed(target: TargetResult, *, partly: bool) -> Line:
    """The line of one target of a list. `partly`: rows stand above it, all of them unless the list failed."""
    if has_failed(target):
        rest = (Span("what stands above is not all of it"),) if partly else ()
        return (_failure(target, outcome_words(target.outcome)), *rest)
    of = " of them" if target.matched > 1 else ""
    return (Span(", ".join((_open(target.listed, target.matched), *_left_alone(target, of))), "bold"),)


def swept(target: TargetResult, results: Sequence[Result]) -> Line:
    """The line of one target of a sweep: clear or why not, what became of its orders, and what was left alone."""
    aside = [*_left_alone(target), *([f"{target.new} placed meanwhile"] if target.new else [])]
    rest: Line = (Span(f"({', '.join(aside)})", "dim"),) if aside else ()
    if target.clear is None:
        if has_failed(target):
            return (_failure(target, outcome_words(target.outcome)),)
        would = _count(results) or f"nothing would be cancelled: {_open(target.listed, target.matched)}"
        return (Span(would, "bold"), *rest)
    if results:
        rest = (Span(_count(results)), *rest)
    if has_failed(target):
        return (_failure(target, "not clear"), *rest)
    return (Span("clear" if results else f"clear: {_idle(target)}", _GOOD), *rest)


def all_listed(targets: Sequence[TargetResult]) -> Line:
    """The last line of a list of several targets; empty for one."""
    good = [target for target in targets if not has_failed(target)]
    counts = _open(sum(target.listed for target in good), sum(target.matched for target in good))
    return _last(targets, counts if good else "")


def all_swept(results: Sequence[Result], targets: Sequence[TargetResult]) -> Line:
    """The last line of a sweep of several targets; empty for one."""
    return _last(targets, _count(results))


def _last(targets: Sequence[TargetResult], counts: str) -> Line:
    if len(targets) < 2:
        return ()
    verdict = Span("")
    is_sweep = any(target.clear is not None for target in targets)
    if failed := [target for target in targets if has_failed(target)]:
        worst = max((target.outcome for target in failed), key=lambda outcome: outcome.exit_code)
        what = "not clear" if is_sweep else "not listed"
        verdict = Span(f"{what}: {', '.join(name(target.target) for target in failed)}", style_of(worst))
    elif is_sweep:
        verdict = Span("all clear", _GOOD)
    return *(span for span in (Span(counts, "bold"), verdict) if span.text), *sandbox(targets[0])


def _failure(target: TargetResult, word: str) -> Span:
    why = clean(target.message, MESSAGE_LIMIT)
    return Span(f"{word}: {why}" if why else word, style_of(target.outcome))


def _idle(target: TargetResult) -> str:
    """Why a sweep cancelled nothing."""
    if not target.listed:
        return "nothing was open"
    return "nothing was to be cancelled" if target.matched else _open(target.listed, target.matched)


def _count(results: Sequence[Result]) -> str:
    """`3 cancelled, 1 too late`, or `3 would be cancelled`."""
    would = sum(result.outcome is Outcome.DRY_RUN for result in results)
    rest = summary([result for result in results if result.outcome is not Outcome.DRY_RUN])
    return ", ".join(filter(None, (f"{would} would be cancelled" if would else "", rest)))


def _open(count: int, matched: int) -> str:
    """`5 open, 3 match`, or `5 open` where all do."""
    if not count:
        return "none open"
    match = "" if matched == count else f", {matched or 'none'} match{'es' if matched == 1 else ''}"
    return f"{count} open{match}"


def _left_alone(target: TargetResult, of: str = "") -> Iterator[str]:
    if target.protective:
        yield f"{target.protective}{of} {'protects' if target.protective == 1 else 'protect'} a position"
    if target.uncancellable:
        yield f"{target.uncancellable} left alone: {NOT_OURS}"
