"""Small random changes to pictures, so that a network learns what people really draw."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ConfigError, ShapeError
from engine.resampling import Floats, Resampler

# Pictures whose strokes are changed together, in the processor's cache.
_AT_ONCE = 64

# (largest value, unit) of each field of `Augmentation` that must be at least 0.
_LIMITS: dict[str, tuple[float, str]] = {
    "probability": (1.0, ""),
    "shift_px": (64.0, " pixels"),
    "rotation_deg": (180.0, "°"),
    "scale_percent": (75.0, " %"),
    "shear_deg": (60.0, "°"),
    "elastic_px": (64.0, " pixels"),
    "elastic_sigma_px": (256.0, " pixels"),
    "thickness": (1.0, ""),
    "thickness_probability": (1.0, ""),
}


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How much pictures may change. An immutable value; any thread.

    Shift, rotation, scale and shear are drawn evenly from −value to +value for each picture; the
    two axes are shifted, and scaled, independently of each other.

    Parameters
    ----------
    shift_px
        Shift along each axis, in pixels.
    rotation_deg
        Rotation about the centre, in degrees.
    scale_percent
        Stretching along each axis, in percent of the size.
    shear_deg
        Slant, in degrees.
    elastic_px
        Elastic distortion: how far its smooth random field moves a pixel along each axis, as a
        standard deviation in pixels.
    elastic_sigma_px
        How smooth this field is: that of white noise after a Gaussian filter of this standard
        deviation in pixels.
    thickness
        How much of full thickening (each pixel the largest of itself and its four neighbours) or
        thinning (the smallest) is mixed in at most, 0 to 1.
    thickness_probability
        The share of pictures whose strokes become thicker or thinner.
    probability
        The share of pictures that change at all.

    Raises
    ------
    ConfigError
        If a value is out of its range.
    """

    shift_px: float = 0.0
    rotation_deg: float = 0.0
    scale_percent: float = 0.0
    shear_deg: float = 0.0
    elastic_px: float = 0.0
    elastic_sigma_px: float = 4.0
    thickness: float = 0.0
    thickness_probability: float = 0.5
    probability: float = 1.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            top, unit = _LIMITS[field.name]
            # Written so that a NaN fails the comparison.
            if not (0.0 <= value <= top):
                raise ConfigError(f"{field.name} must be from 0 to {top:g}{unit}, got {value}.")
        if self.elastic_px > 0.0 and self.elastic_sigma_px < 1.0:
            raise ConfigError(f"elastic_sigma_px must be at least 1 pixel, got {self.elastic_sigma_px}.")

    def apply(self, pictures: Floats, rng: np.random.Generator) -> Floats:
        """Return changed pictures; the same generator state gives the same pictures.

        All geometric changes are one bilinear resampling; what comes in from outside is 0.

        Parameters
        ----------
        pictures
            ``(n, c, h, w)`` float32; all channels of a picture change alike.
        rng
            Where chance comes from.

        Returns
        -------
        ndarray
            ``(n, c, h, w)`` float32, a new array unless nothing changes.

        Raises
        ------
        ShapeError
            If the pictures are something else.
        """
        if pictures.ndim != 4 or pictures.dtype != np.float32:
            raise ShapeError(
                "Pictures to augment must be float32 (n, c, h, w), "
                f"got {pictures.dtype} {tuple(pictures.shape)}."
            )
        if self.probability == 0.0 or not pictures.size:
            return pictures
        return Augmenter(self, pictures.shape[1:])(pictures, rng)

    @property
    def moves(self) -> bool:
        """Whether pictures are sampled at other places."""
        return any(
            value > 0.0
            for value in (
                self.shift_px,
                self.rotation_deg,
                self.scale_percent,
                self.shear_deg,
                self.elastic_px,
            )
        )

    def draw_weights(self, count: int, size: int, rng: np.random.Generator) -> Floats:
        """Draw where pictures are sampled, ``(2, n, size)``: weights of `Resampler.fields` for x and y."""
        along = rng.random((count, 6), dtype=np.float32) * 2 - 1
        angle = along[:, 0] * np.float32(np.deg2rad(self.rotation_deg))
        slant = np.tan(along[:, 1] * np.float32(np.deg2rad(self.shear_deg)))
        stretch = 1 + along[:, 2:4] * np.float32(self.scale_percent / 100)
        cos, sin = np.cos(angle), np.sin(angle)
        weights = np.zeros((2, count, size), dtype=np.float32)
        weights[..., 0] = along[:, 4:6].T * np.float32(self.shift_px)
        # Rotation times slant times stretch.
        weights[0, :, 1] = cos * stretch[:, 0]
        weights[1, :, 1] = sin * stretch[:, 0]
        weights[0, :, 2] = (cos * slant - sin) * stretch[:, 1]
        weights[1, :, 2] = (sin * slant + cos) * stretch[:, 1]
        if size > 3:
            field = rng.standard_normal((count, 2, size - 3), dtype=np.float32)
            weights[..., 3:] = field.transpose(1, 0, 2) * np.float32(self.elastic_px)
        return weights

    def change_thickness(
        self, pictures: Floats, changes: NDArray[np.bool_], rng: np.random.Generator
    ) -> None:
        """Mix thicker or thinner strokes into some of the pictures, in place."""
        draws = rng.random((len(pictures), 2), dtype=np.float32)
        chosen = changes & (draws[:, 0] < self.thickness_probability)
        amount = (draws[:, 1] * 2 - 1) * np.float32(self.thickness)
        for extreme, which in (
            (np.maximum, np.flatnonzero(chosen & (amount > 0))),
            (np.minimum, np.flatnonzero(chosen & (amount < 0))),
        ):
            for first in range(0, len(which), _AT_ONCE):
                part = which[first : first + _AT_ONCE]
                before = pictures[part]
                after = before.copy()
                extreme(after[..., 1:, :], before[..., :-1, :], out=after[..., 1:, :])
                extreme(after[..., :-1, :], before[..., 1:, :], out=after[..., :-1, :])
                extreme(after[..., 1:], before[..., :-1], out=after[..., 1:])
                extreme(after[..., :-1], before[..., 1:], out=after[..., :-1])
                after -= before
                after *= np.abs(amount[part])[:, np.newaxis, np.newaxis, np.newaxis]
                pictures[part] = before + after


class Augmenter:
    """Changes batches of pictures, one after the other, in memory that is kept. One thread at a time.

    Parameters
    ----------
    augmentation
        How much they may change.
    shape
        ``(c, h, w)`` of the pictures.
    """

    def __init__(self, augmentation: Augmentation, shape: tuple[int, ...]) -> None:
        self._augmentation, self._shape = augmentation, shape
        self._pictures = np.empty((0, *shape), np.float32)
        sigma = augmentation.elastic_sigma_px if augmentation.elastic_px > 0.0 else 0.0
        self._resample = Resampler((shape[1], shape[2]), sigma) if augmentation.moves else None

    def __call__(self, pictures: NDArray[Any], rng: np.random.Generator) -> Floats:
        """Return changed pictures ``(n, c, h, w)`` of uint8 0–255 or floats 0–1; overwritten next time."""
        count = len(pictures)
        if count > len(self._pictures):
            self._pictures = np.empty((count, *self._shape), np.float32)
        result = self._pictures[:count]
        if pictures.dtype == np.uint8:
            np.multiply(pictures, np.float32(1 / 255), out=result, dtype=np.float32)
        else:
            np.copyto(result, pictures, casting="same_kind")
        how = self._augmentation
        changes = rng.random(count, dtype=np.float32) < how.probability
        if how.thickness > 0.0 and how.thickness_probability > 0.0:
            how.change_thickness(result, changes, rng)
        if self._resample is not None:
            weights = how.draw_weights(count, len(self._resample.fields), rng)
            # A picture that stays as it is is sampled at its own pixels, which is exact.
            weights[:, ~changes] = 0
            weights[0, ~changes, 1] = 1
            weights[1, ~changes, 2] = 1
            self._resample(result, weights, result)
        return result


NONE = Augmentation(probability=0.0)
"""Pictures stay as they are."""

GENTLE = Augmentation(shift_px=1.0, rotation_deg=8.0, scale_percent=8.0, shear_deg=6.0)
"""What one and the same hand does to a digit."""

MEDIUM = Augmentation(
    shift_px=2.0,
    rotation_deg=10.0,
    scale_percent=10.0,
    shear_deg=8.0,
    elastic_px=0.6,
    thickness=0.4,
    thickness_probability=0.4,
    probability=0.8,
)
"""What the shipped network was trained with: a fifth of the digits as they are, the rest by other hands."""

STRONG = Augmentation(
    shift_px=2.0,
    rotation_deg=14.0,
    scale_percent=14.0,
    shear_deg=12.0,
    elastic_px=1.0,
    elastic_sigma_px=4.0,
    thickness=0.6,
    thickness_probability=0.5,
)
"""What many hands, pens and mice do to a digit, just short of making it another one."""
