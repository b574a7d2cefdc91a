"""What to do about credentials that are not there, or that the venue refuses: sentences for a person, no secret."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from config.keyring_store import KeyringProblem
from config.names import DEFAULT_PROFILE, env_name, file_name, login_line
from config.sources import Source

_THE = {
    Source.ENVIRONMENT: "the environment",
    Source.DIRECTORY: "the credentials directory",
    Source.KEYRING: "the keyring",
}


class Place(NamedTuple):
    """One source as the account of one venue: what its fields are called there, and what is done to them."""

    venue: str
    profile: str
    source: Source
    named: bool = False  # `--profile` was typed

    def __str__(self) -> str:
        return _THE[self.source]

    def names(self, fields: Iterable[str]) -> str:
        """Out: the fields by the names that they have there."""
        names = {Source.ENVIRONMENT: env_name, Source.DIRECTORY: file_name}.get(self.source)
        return _listed(names(self.venue, field) if names else field for field in fields)

    def give(self, fields: Iterable[str]) -> str:
        """Out: how fields get there, as an imperative; in the keyring it is always the whole set."""
        if self.source is Source.ENVIRONMENT:
            return f"set {self.names(fields)}"
        if self.source is Source.DIRECTORY:
            return f"provide {self.names(fields)} in $CREDENTIALS_DIRECTORY"
        return f"run: {login_line(self.venue, self.profile)}"

    def take(self, fields: Iterable[str]) -> str:
        """Out: how fields get out of the way, as an imperative."""
        if self.source is Source.ENVIRONMENT:
            return f"unset {self.names(fields)}"
        return f"remove {self.names(fields)} from $CREDENTIALS_DIRECTORY"

    def at(self, source: Source) -> Place:
        return Place(self.venue, self.profile, source, self.named)


class Lack(NamedTuple):
    """Why there is no complete set: what the source in use has, and what else was seen on the way.

    `whole`: another source, whose set is complete. `problem`: how the keyring failed, if it did.
    """

    place: Place
    has: tuple[str, ...]
    ways: tuple[tuple[str, ...], ...]
    whole: Source | None = None
    problem: KeyringProblem | None = None

    @property
    def message(self) -> str:
        """Out: two lines: what is missing where, and what to do."""
        return f"{self.place.venue}, profile {self.place.profile}: {self._what()}.\n{_sentence(self._cure())}"

    @property
    def _unseen(self) -> bool:
        """Whether it is the keyring's account, and the keyring cannot be read: what was not seen is not missing."""
        return self.place.source is Source.KEYRING and self.problem is not None and not self.problem.absent

    def _what(self) -> str:
        missing = f"{_listed(self._needed())}{self._instead()}"
        why = f"; {self.problem.reason}" if self.problem else ""
        if self._unseen:
            return f"{why[2:]}, so what is stored there cannot be used"
        if self.has:
            return f"{self.place} has {_listed(self.has)}; missing there: {missing}{why}"
        return f"missing {missing}{' in the keyring' if self.place.named else ''}{why}"

    def _cure(self) -> str:
        if not self.place.named and (self._unseen or not self.has):
            return self._without_any()
        if self._unseen:
            given = "" if self.whole else f" and {self._given()}"
            return f"{self._mend()}, or {_without_flag(self.place)}{given}"
        return self._other() or self._completed()

    def _other(self) -> str:
        """Another source has a complete set: how to have that one used."""
        if self.whole is None:
            return ""
        whole = f"{self.place.at(self.whole)} has a complete set"
        if self.place.named:
            return f"{whole}, which is not asked when --profile is typed: {_without_flag(self.place)} to use it"
        typed = f", or add --profile {self.place.profile}" if self.whole is Source.KEYRING else ""
        return f"{whole} for profile {self.place.profile}: {self.place.take(self.has)} to use it{typed}"

    def _completed(self) -> str:
        place, keyring = self.place, self.place.at(Source.KEYRING)
        stored = self._mend() if self.problem else keyring.give(())
        if place.source is not Source.KEYRING:
            return f"{place.give(self._needed())} as well, or {place.take(self.has)} and {stored}"
        return f"{stored}, or {_without_flag(place)} and {self._given()}" if self.problem else stored

    def _without_any(self) -> str:
        if self.problem is None:
            return f"{self._given()}, or {self.place.give(())}"
        if self.problem.absent:
            return f"{self._given()}, or {self._mend()}"
        return f"{self._mend()}; without a keyring: {self._given()}"

    def _mend(self) -> str:
        """How to have a keyring that can be used."""
        if self.problem and self.problem.absent:
            return f"install a keyring and {self.place.at(Source.KEYRING).give(())}"
        return "unlock the keyring and run this again"

    def _given(self) -> str:
        """How to do without the keyring: always with a whole set."""
        sources = (Source.ENVIRONMENT, Source.DIRECTORY)
        return ", or ".join(self.place.at(source).give(self._nearest()) for source in sources)

    def _nearest(self) -> tuple[str, ...]:
        """Out: the set that has most already; with nothing at all the one that is preferred."""
        begun = [way for way in self.ways if set(way) & set(self.has)]
        return min(begun, key=lambda way: len(set(way) - set(self.has))) if begun else self.ways[0]

    def _needed(self) -> tuple[str, ...]:
        return tuple(field for field in self._nearest() if field not in self.has)

    def _instead(self) -> str:
        lacks = (_listed(f for f in way if f not in self.has) for way in self.ways if way != self._nearest())
        others = ", or ".join(lacks)
        return f" (or instead {others})" if others else ""


def malformed(place: Place, fault: str, whole: Source | None) -> str:
    """Out: two lines: a value that cannot be used, and what to do. In: where it is, what is wrong with it.

    `whole`: another source, whose set is complete.
    """
    cure = "Correct it, or take it away"
    if place.source is Source.KEYRING:
        cure = f"To store it anew, {place.give(())}"
    elif whole is not None:
        cure += f": {place.at(whole)} has a complete set for profile {place.profile}"
    return f"{place.venue}, profile {place.profile}, in {place}: {fault}.\n{cure}"


def refused(place: Place, fields: Iterable[str]) -> str:
    """Out: part of a sentence: which fields the venue has refused, where they come from, and what to do."""
    fields = tuple(fields)
    came = f"{_listed(fields)} of profile {place.profile} came from {place}"
    if place.source is Source.KEYRING:
        return f"{came}: to replace what is stored, {place.give(())}"
    return f"{came} ({place.names(fields)}): renew there what is wrong or expired"


def _without_flag(place: Place) -> str:
    """Out: how to name the profile so that all sources are asked, as an imperative."""
    if place.profile == DEFAULT_PROFILE:
        return f"leave out --profile {place.profile}"
    return f"use CANCEL_PROFILE={place.profile} in its place"


def _listed(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"
