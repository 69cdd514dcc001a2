"""Winograd's way of computing a convolution by 3 × 3 filters: fewer products than it has terms.

Source: Lavin and Gray (2016), F(2 × 2, 3 × 3). Everything is cut into tiles: the 2 × 2 outputs of a tile see
4 × 4 pixels, and come from 16 products instead of 36. Along one axis, of a filter g and the pixels d that two
neighbouring outputs y see:

    u = (g0, (g0 + g1 + g2) / 2, (g0 − g1 + g2) / 2, g2)
    v = (d0 − d2, d1 + d2, d2 − d1, d3 − d1)
    m = u · v
    y = (m0 + m1 + m2, m1 − m2 + m3)

In two dimensions that is done along the rows of a tile, and along the columns of what comes out. The products
m add up over the input channels: 16 matrix products, one for each place in a tile.
"""

import numpy as np

from engine.plan.tensor import Array, allocate

# The u of a filter's three numbers.
_FILTER_SIDE = ((1, 0, 0), (0.5, 0.5, 0.5), (0.5, -0.5, 0.5), (0, 0, 1))


class WideFilters:
    """Filters ``(filters, c, 3, 3)`` as their u ``(4, 4, c, filters)``, and the way back of its gradient."""

    def __init__(self, c: int, filters: int, dtype: np.dtype) -> None:
        self.side = np.array(_FILTER_SIDE, dtype)
        self.cells = allocate((3, 3, c, filters), dtype)
        self.half = allocate((4, 3, c, filters), dtype)
        self.u = allocate((4, 4, c, filters), dtype)

    def widen(self, weight: Array) -> None:
        """Bring `u` up to date."""
        self.cells[...] = weight.transpose(2, 3, 1, 0)
        np.matmul(self.side, self.cells.reshape(3, -1), out=self.half.reshape(4, -1))
        np.matmul(self.side, self.half.reshape(4, 3, -1), out=self.u.reshape(4, 4, -1))

    def narrow(self, du: Array, weight_gradient: Array) -> None:
        """Write the weights' gradient, of u's."""
        half = np.matmul(self.side.T, du.reshape(4, 4, -1))
        cells = np.matmul(self.side.T, half.reshape(4, -1)).reshape(self.cells.shape)
        weight_gradient[...] = cells.transpose(3, 2, 0, 1)


class Workspace:
    """Buffers for a few pictures at a time, used by one chunk of a batch after the other.

    Pixel by pixel, then picture by picture, the channels last: whatever adds up lines of tiles runs over
    ``n · channels`` neighbouring numbers, and the rows of a product are the tiles of all pictures, t in all.

    1. `pixels` ``(2 · th + 2, 2 · tw + 2, n, c)``, the picture with its border, which stays zero;
    2. lines ``(4, th, 2 · tw + 2, n · c)``, the v of its rows; the v of their columns is the chunk's;
    3. `products` ``(4, 4, t, filters)``, the m of each place in a tile;
    4. `half` ``(2, 4, t, filters)`` and `outputs` ``(2, 2, t, filters)``, the y of rows, then of columns too.

    The gradients have buffers of the same shapes; those of the products overwrite `products`.
    """

    def __init__(
        self, tiles: tuple[int, int], n: int, c: int, filters: int, dtype: np.dtype, *, back: bool
    ) -> None:
        th, tw = tiles
        t = th * tw * n
        self.tiles, self.n, self.v_shape = tiles, n, (4, 4, t, c)
        self._v_by_tile = (4, 4, th, tw, n * c)
        self.pixels = allocate((2 * th + 2, 2 * tw + 2, n, c), dtype)
        lines = allocate((4, th, 2 * tw + 2, n * c), dtype)
        rows = self.pixels.reshape(2 * th + 2, -1)
        self._rows = [rows[i : i + 2 * th : 2] for i in range(4)]
        self._lines = list(lines.reshape(4, th, -1))
        self._columns = [lines[:, :, j : j + 2 * tw : 2] for j in range(4)]
        self.products = allocate((4, 4, t, filters), dtype)
        self._product_rows = list(self.products)
        # The only product that is in all four outputs of a tile, each time added: where a bias goes in.
        self.common = self.products[1, 1]
        self.common_by_tile = self.common.reshape(th * tw, n * filters)
        self.half = allocate((2, 4, t, filters), dtype)
        self._half_rows, self._half_columns = list(self.half), list(self.half.swapaxes(0, 1))
        self.outputs = allocate((2, 2, t, filters), dtype)
        self.output_columns = list(self.outputs.swapaxes(0, 1))
        self.ones = np.ones(t, dtype)
        # The gradients of the products of a tile's first and last row are those of its outputs' rows; among
        # their columns, the first and the last one are those of the outputs, the second is the sum of both.
        self.doutput_columns = list(self.products[0::3].swapaxes(0, 1))
        if back:
            self.dv = allocate(self.v_shape, dtype)
            dlines = allocate(lines.shape, dtype)
            self.dpixels = allocate(self.pixels.shape, dtype)
            drows = self.dpixels.reshape(rows.shape)
            self._backs = (
                _LinesGradient(self.v_columns(self.dv), dlines[:, :, 0::2], dlines[:, :, 1::2], 2),
                _LinesGradient(list(dlines.reshape(4, th, -1)), drows[0::2], drows[1::2], 0),
            )

    def v_columns(self, v: Array) -> list[Array]:
        """See v ``(4, 4, t, c)`` by the columns of a tile, four arrays ``(4, th, tw, n · c)``."""
        return list(v.reshape(self._v_by_tile).swapaxes(0, 1))

    def transform_pixels(self, v_columns: list[Array]) -> None:
        """From the pixels to v."""
        _to_v(self._rows, self._lines)
        _to_v(self._columns, v_columns)

    def transform_products(self) -> None:
        """From the products to the outputs."""
        _to_y(self._product_rows, self._half_rows)
        _to_y(self._half_columns, self.output_columns)

    def transform_outputs_gradient(self) -> None:
        """From `doutput_columns`, which has all but the third, to the gradients of all products."""
        d, m = self.doutput_columns, self._product_rows
        np.subtract(d[0], d[3], out=d[2])
        np.add(m[0], m[3], out=m[1])
        np.subtract(m[0], m[3], out=m[2])

    def transform_v_gradient(self) -> None:
        """From v's gradient to the pixels'."""
        for back in self._backs:
            back()


class _LinesGradient:
    """The way back from v to the pixels: each pixel is seen by two tiles, but for the first and last pair.

    `even` and `odd` are the pixels' gradients, one line more than there are tiles; those of tile t are
    d0, d1 = even[t], odd[t] and d2, d3 = even[t + 1], odd[t + 1].
    """

    def __init__(self, v: list[Array], even: Array, odd: Array, axis: int) -> None:
        at = (slice(None),) * axis
        first, last = (*at, slice(0, 1)), (*at, slice(-1, None))
        but_first, but_last, middle = (*at, slice(1, None)), (*at, slice(None, -1)), (*at, slice(1, -1))
        self._v = v
        self._even, self._odd = even[but_first], odd[but_last]
        self._ends = ((even[first], v[0][first]), (odd[last], v[3][last]))
        self._adds = ((even[middle], v[0][but_first]), (odd[middle], v[3][but_last]))

    def __call__(self) -> None:
        v = self._v
        np.add(v[1], v[2], out=self._even)
        np.subtract(self._even, v[0], out=self._even)
        np.subtract(v[1], v[2], out=self._odd)
        np.subtract(self._odd, v[3], out=self._odd)
        for target, source in self._ends:
            np.copyto(target, source)
        for target, source in self._adds:
            np.add(target, source, out=target)


def _to_v(d: list[Array], v: list[Array]) -> None:
    np.subtract(d[0], d[2], out=v[0])
    np.add(d[1], d[2], out=v[1])
    np.subtract(d[2], d[1], out=v[2])
    np.subtract(d[3], d[1], out=v[3])


def _to_y(m: list[Array], y: list[Array]) -> None:
    np.add(m[1], m[2], out=y[0])
    np.add(y[0], m[0], out=y[0])
    np.subtract(m[1], m[2], out=y[1])
    np.add(y[1], m[3], out=y[1])
