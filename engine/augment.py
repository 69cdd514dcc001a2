"""Small random changes to pictures, so that a network learns what people really draw."""

from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.errors import ConfigError, ShapeError

Floats = NDArray[np.float32]

# Pictures that are resampled together: their coordinates and weights stay in the processor's cache.
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
        changes = rng.random(len(pictures), dtype=np.float32) < self.probability
        if self.thickness > 0.0 and self.thickness_probability > 0.0:
            pictures = self._change_thickness(pictures, changes, rng)
        if self._moves:
            size = pictures.shape[2], pictures.shape[3]
            basis = _basis(*size, self.elastic_sigma_px if self.elastic_px > 0.0 else 0.0)
            weights = self._draw_weights(len(pictures), len(basis), rng)
            # A picture that stays as it is is sampled at its own pixels, which is exact.
            weights[~changes] = 0
            weights[~changes, 0, 1] = 1
            weights[~changes, 1, 2] = 1
            pictures = _resample(pictures, weights, basis)
        return pictures

    @property
    def _moves(self) -> bool:
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

    def _draw_weights(self, count: int, size: int, rng: np.random.Generator) -> Floats:
        """Draw where each picture is sampled, ``(n, 2, size)``: weights of `_basis` for x and y."""
        along = rng.random((count, 6), dtype=np.float32) * 2 - 1
        angle = along[:, 0] * np.float32(np.deg2rad(self.rotation_deg))
        slant = np.tan(along[:, 1] * np.float32(np.deg2rad(self.shear_deg)))
        stretch = 1 + along[:, 2:4] * np.float32(self.scale_percent / 100)
        cos, sin = np.cos(angle), np.sin(angle)
        weights = np.zeros((count, 2, size), dtype=np.float32)
        weights[:, :, 0] = along[:, 4:6] * np.float32(self.shift_px)
        # Rotation times slant times stretch.
        weights[:, 0, 1] = cos * stretch[:, 0]
        weights[:, 1, 1] = sin * stretch[:, 0]
        weights[:, 0, 2] = (cos * slant - sin) * stretch[:, 1]
        weights[:, 1, 2] = (sin * slant + cos) * stretch[:, 1]
        if size > 3:
            field = rng.standard_normal((count, 2, size - 3), dtype=np.float32)
            weights[:, :, 3:] = field * np.float32(self.elastic_px)
        return weights

    def _change_thickness(
        self, pictures: Floats, changes: NDArray[np.bool_], rng: np.random.Generator
    ) -> Floats:
        """Mix thicker or thinner strokes into some of the pictures."""
        draws = rng.random((len(pictures), 2), dtype=np.float32)
        chosen = changes & (draws[:, 0] < self.thickness_probability)
        amount = (draws[:, 1] * 2 - 1) * np.float32(self.thickness)
        pictures = pictures.copy()
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
        return pictures


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


@lru_cache(maxsize=8)
def _basis(height: int, width: int, sigma: float) -> Floats:
    """Return what sampling coordinates are sums of, ``(size, h · w)``, read-only.

    The rows are 1, x and y (from the picture's centre, in pixels) and, where sigma is not 0, one
    cubic B-spline bump for each knot of a coarse grid. With independent standard normal weights
    the bumps add up to a smooth random field with a standard deviation of 1 pixel on average. So
    all coordinates of all pictures, elastic or not, are one product of matrices.
    """
    y, x = np.mgrid[:height, :width].reshape(2, -1)
    rows = [np.stack((np.ones(height * width), x - (width - 1) / 2, y - (height - 1) / 2))]
    if sigma > 0.0:
        bumps = np.einsum("ky,lx->klyx", _splines(height, sigma), _splines(width, sigma))
        bumps = bumps.reshape(-1, height * width)
        rows.append(bumps / np.sqrt((bumps**2).sum(axis=0).mean()))
    basis = np.concatenate(rows).astype(np.float32)
    basis.flags.writeable = False
    return basis


def _splines(size: int, sigma: float) -> NDArray[np.float64]:
    """Return the cubic B-splines of a line of pixels, ``(knots, size)``."""
    # A cubic B-spline has the standard deviation of √(1/3) of the distance of its knots.
    spacing = sigma * np.sqrt(3.0)
    # Knots one beyond either end are the last whose splines reach the pixels.
    knots = np.arange(-1, int(np.ceil((size - 1) / spacing)) + 2)
    t = np.abs(np.arange(size) / spacing - knots[:, np.newaxis])
    inner = 2 / 3 - t**2 + t**3 / 2
    outer = np.maximum(2 - t, 0) ** 3 / 6
    return np.where(t < 1, inner, outer)


def _resample(pictures: Floats, weights: Floats, basis: Floats) -> Floats:
    """Sample each picture bilinearly where its weights of the basis say.

    Each picture gets a border of paper, one pixel before and two after, to which all coordinates
    outside are clipped; so no sample needs a test.
    """
    count, channels, height, width = pictures.shape
    rows, stride = height + 3, width + 3
    result = np.empty_like(pictures, order="C")
    centre = np.array([(width + 1) / 2, (height + 1) / 2], dtype=np.float32)
    top = np.array([width + 1, height + 1], dtype=np.float32)
    for first in range(0, count, _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        number = len(pictures[part])
        where = (weights[part].reshape(2 * number, -1) @ basis).reshape(number, 2, -1)
        where += centre[:, np.newaxis]
        np.clip(where, 0, top[:, np.newaxis], out=where)
        # Not negative, so that cutting off is rounding down.
        pixel = where.astype(np.intp)
        where -= pixel
        index = pixel[:, 1] * stride + pixel[:, 0]
        index += np.arange(number)[:, np.newaxis] * (rows * stride)
        x, y = where[:, 0], where[:, 1]
        padded = np.zeros((number, rows, stride), dtype=np.float32)
        flat = padded.reshape(-1)
        for channel in range(channels):
            padded[:, 1:-2, 1:-2] = pictures[part, channel]
            upper, lower = flat.take(index), flat.take(index + stride)
            upper += x * (flat.take(index + 1) - upper)
            lower += x * (flat.take(index + (stride + 1)) - lower)
            lower -= upper
            lower *= y
            lower += upper
            result[part, channel] = lower.reshape(number, height, width)
    return result
