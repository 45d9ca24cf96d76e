"""Who is champion, whom it was judged against, and whom the next model is."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from viticast.contracts.promotions import NONE

CHAMPION = "champion"
"""The alias of the version that is used."""

LAST_CHAMPION = "last_champion"
"""Tag of the registered model: the version that was champion last, so that an alias that is gone is missed."""


@dataclass(frozen=True)
class ChampionRecord:
    """A registered version.

    Attributes:
        model_key: Hash of panel, parameters and code.
        version: In the registry; `none` if it is there no more.
        tags: What the registry says of it.
        name: Of the registered model that it is a version of.
    """

    model_key: str
    version: str
    tags: Mapping[str, str] = field(default_factory=dict)
    name: str = ""


@dataclass(frozen=True)
class Standing:
    """The champion, as the registry has it.

    Attributes:
        champion: None if no version has the alias.
        judged_against: The champion before, if the champion was judged against one.
        had_champion: True if a version had the alias before the champion's verdict, or where there is none now.
    """

    champion: ChampionRecord | None
    judged_against: ChampionRecord | None = None
    had_champion: bool = False


@dataclass(frozen=True)
class Opponent:
    """Whom a model is judged against.

    Attributes:
        champion: None if there is none to beat.
        had_champion: True if there was one once.
        mode: With which the model was judged before; None for one that was not.
    """

    champion: ChampionRecord | None
    had_champion: bool = False
    mode: str | None = None

    @property
    def is_of_champion(self) -> bool:
        """True if the model is champion itself: its verdict was given when it became that."""
        return self.mode is not None

    @property
    def key(self) -> str:
        """Its key, or `none`."""
        return NONE if self.champion is None else self.champion.model_key

    @property
    def version(self) -> str:
        """Its version, or `none`."""
        return NONE if self.champion is None else self.champion.version


@dataclass(frozen=True)
class AliasMove:
    """What becomes of the alias after a verdict that is stored.

    Attributes:
        model_key: The model that was judged.
        version: Its version.
        expected: Key of the champion that it was judged against, or `none`.
        is_promoted: True if the alias is to move to it.
        tags: What the verdict was, for the version's page in the registry.
    """

    model_key: str
    version: str
    expected: str
    is_promoted: bool
    tags: Mapping[str, str]


def find_opponent(standing: Standing, model_key: str) -> Opponent:
    """Whom a model is judged against: the champion; or, for the champion itself, the one it was judged against.

    So a run that comes to the champion again comes to the same verdict.

    Args:
        standing: The registry's.
        model_key: The model that is judged.
    """
    champion = standing.champion
    if champion is None or champion.model_key != model_key:
        return Opponent(champion, standing.had_champion)
    return Opponent(standing.judged_against, standing.had_champion, champion.tags.get("promote"))
