"""Makes the parts of the Inside page, each when it is first asked for: most are not looked at every time."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from engine.inspect.synthesis import Ascent
from gui.pages.inside.part import Part
from gui.pages.inside.pins import PinBoard
from gui.picture_sets import PictureSets
from gui.theme import ThemeManager

if TYPE_CHECKING:
    from gui.pages.convolve.library_store import StoredKernel
    from gui.pages.inside.channels_part import ChannelsPart
    from gui.pages.inside.fingerprints_part import FingerprintsPart
    from gui.pages.inside.ledger_part import LedgerPart
    from gui.pages.inside.occlusion_part import OcclusionPart
    from gui.pages.inside.patterns_part import PatternsPart
    from gui.pages.inside.sensitivity_part import SensitivityPart
    from gui.pages.inside.surgery_part import SurgeryPart

P = TypeVar("P", bound=Part)

# What the parts are called, and what they show.
PARTS = {
    "channels": ("Channels", "The output channels of one layer, large, in order, pinned, to a fixed scale"),
    "patterns": ("Patterns", "What each filter looks for: what excites it most, and a picture made for it"),
    "fingerprints": ("Fingerprints", "What each filter is made of: how much edge, line, spot and average"),
    "sensitivity": ("Sensitivity", "Where the answer is sensitive to a change of the picture"),
    "occlusion": ("Covering", "What becomes of the answer when a part of the picture is covered"),
    "ledger": ("Ledger", "How a number comes about, down to the ink"),
    "surgery": ("Surgery", "What becomes of the answers when a filter is off, scaled, replaced or painted"),
}


class Parts:
    """The parts by their names in `PARTS`; asking for one imports and makes it. GUI thread only.

    Parameters
    ----------
    themes, pictures, kernels, ascent
        See `gui.pages.inside.page.InsidePage`.
    pins
        What the parts share.
    join
        Called once with the name of each part and the part, as soon as it is made.
    """

    def __init__(
        self,
        themes: ThemeManager,
        pictures: PictureSets,
        kernels: "Callable[[], Sequence[StoredKernel]]",
        ascent: Ascent,
        pins: PinBoard,
        join: Callable[[str, Part], None],
    ) -> None:
        self._themes, self._pictures, self._kernels = themes, pictures, kernels
        self._ascent, self._pins, self._join = ascent, pins, join
        self.made: dict[str, Part] = {}
        """The parts that have been asked for."""

    def named(self, name: str) -> Part:
        """Give a part by its name; KeyError if there is none of that name."""
        if name not in PARTS:
            raise KeyError(name)
        part: Part = getattr(self, name)
        return part

    @cached_property
    def channels(self) -> "ChannelsPart":
        """The output channels of one layer."""
        from gui.pages.inside.channels_part import ChannelsPart

        return self._new("channels", ChannelsPart(self._themes, self._pins))

    @cached_property
    def patterns(self) -> "PatternsPart":
        """What each filter looks for."""
        from gui.pages.inside.patterns_part import PatternsPart

        part = PatternsPart(self._themes, self._pictures.searched, self._ascent, self._pins)
        return self._new("patterns", part)

    @cached_property
    def fingerprints(self) -> "FingerprintsPart":
        """What each filter is made of."""
        from gui.pages.inside.fingerprints_part import FingerprintsPart

        return self._new("fingerprints", FingerprintsPart(self._themes))

    @cached_property
    def sensitivity(self) -> "SensitivityPart":
        """Where the answer is sensitive."""
        from gui.pages.inside.sensitivity_part import SensitivityPart

        return self._new("sensitivity", SensitivityPart(self._themes))

    @cached_property
    def occlusion(self) -> "OcclusionPart":
        """What becomes of the answer when something is covered."""
        from gui.pages.inside.occlusion_part import OcclusionPart

        return self._new("occlusion", OcclusionPart(self._themes))

    @cached_property
    def ledger(self) -> "LedgerPart":
        """How a number comes about."""
        from gui.pages.inside.ledger_part import LedgerPart

        return self._new("ledger", LedgerPart(self._themes))

    @cached_property
    def surgery(self) -> "SurgeryPart":
        """What becomes of the answers when a filter is changed."""
        from gui.pages.inside.surgery_part import SurgeryPart

        return self._new("surgery", SurgeryPart(self._themes, self._pictures.measuring, self._kernels))

    def _new(self, name: str, part: P) -> P:
        self.made[name] = part
        self._join(name, part)
        return part
