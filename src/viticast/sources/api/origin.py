"""What answers say of where their figures come from: a server that falls back to an old copy may admit it."""

from collections import defaultdict
from collections.abc import Container, Sequence

from viticast.sources.answers import Answer
from viticast.sources.api.body import place_of, search
from viticast.sources.connections.records import Provenance
from viticast.sources.findings import Finding
from viticast.sources.records.years import listed


class Origins:
    """Notes which years come from a stale copy."""

    def __init__(self, provenance: Provenance | None, table: str) -> None:
        """Begin with none.

        Args:
            provenance: Where answers say it, and what means fresh figures; None where they say nothing.
            table: File stem of the table.
        """
        self._provenance = provenance
        self._table = table
        self._live = {_fold(text) for text in provenance.live} if provenance else set()
        self._stale: defaultdict[str, set[int | None]] = defaultdict(set)

    def note(self, body: object, answer: Answer) -> None:
        """Look at where an answer comes from."""
        if self._provenance is None:
            return
        said = search(self._provenance.path, body, place_of(answer), self._table)
        text = "nothing" if said is None else str(said)
        if _fold(text) not in self._live:
            self._stale[text[:60]].add(answer.year)

    def notices(self, years: Container[int]) -> tuple[Finding, ...]:
        """A finding for each stale copy of some of these years."""
        kept = {text: [year for year in found if year is None or year in years] for text, found in self._stale.items()}
        return tuple(self._finding(text, found) for text, found in sorted(kept.items()) if found)

    def _finding(self, text: str, found: Sequence[int | None]) -> Finding:
        years = sorted(year for year in found if year is not None)
        which = f"the answers of {listed(years)} say" if years else "the answer says"
        path = self._provenance.path if self._provenance else ""
        return Finding(
            outcome="watch",
            rule="stale_answer",
            reason=f"{which} {text!r} at {path!r}, which is not a live source: the figures may be an old copy",
            remedy="ask again later, or refresh the server's copy; if the text means fresh figures, add it to "
            "`provenance.live` of the connection file",
            found=text,
        )


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()
