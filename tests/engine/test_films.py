"""Films: what a reader that knows nothing of the writer sees, and what is left when one fails."""

import errno
import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.errors import ConfigError, FormatError, ShapeError
from engine.formats import part_file
from engine.formats.animation import changed_box
from engine.formats.apng import ApngWriter
from engine.formats.film_files import FILM_KINDS, film_kind, open_film
from engine.formats.gif import GifWriter
from engine.formats.palette import quantise
from engine.formats.picture_series import PictureSeries
from engine.formats.png import png_from_indices, png_from_rgb
from tests.engine.film_readers import read_apng, read_chunks, read_gif

WRITERS = {"gif": (GifWriter, read_gif), "apng": (ApngWriter, read_apng)}


def film(path, key, frames, durations=None, *, loop=True):
    writer, read = WRITERS[key]
    with writer(path, loop=loop) as out:
        for frame, ms in zip(frames, durations or [100] * len(frames), strict=True):
            out.add(frame, ms)
        out.finish()
    assert os.listdir(path.parent) == [path.name]
    return read(path.read_bytes())


def add_all(out, frames):
    for frame in frames:
        out.add(frame, 100)


@st.composite
def few_colours(draw):
    """Give frames of one size, of a few colours each, with parts that stand still."""
    size = draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
    colours = draw(arrays(np.uint8, (4, 3)))
    frames = [colours[draw(arrays(np.intp, size, elements=st.integers(0, 3)))]]
    for _ in range(draw(st.integers(0, 4))):
        frame = frames[-1].copy()
        top, left = draw(st.integers(0, size[0])), draw(st.integers(0, size[1]))
        frame[top:, left:] = draw(arrays(np.uint8, 3))
        frames.append(frame)
    return frames


def seen(frames):
    """Leave out what equals the frame before."""
    return [f for i, f in enumerate(frames) if i == 0 or not np.array_equal(f, frames[i - 1])]


@pytest.mark.parametrize("key", WRITERS)
@given(frames=few_colours())
def test_a_film_of_few_colours_shows_every_pixel_exactly(tmp_path_factory, key, frames):
    shown, loops = film(tmp_path_factory.mktemp("film") / "film", key, frames)
    expected = seen(frames)
    assert len(shown) == len(expected)
    assert all(np.array_equal(a.pixels, b) for a, b in zip(shown, expected, strict=True))
    assert sum(frame.ms for frame in shown) == 100 * len(frames)
    assert loops


@given(frames=st.lists(arrays(np.uint8, (7, 5, 3)), min_size=1, max_size=3))
def test_an_animated_png_shows_any_colours_exactly(tmp_path_factory, frames):
    shown, _ = film(tmp_path_factory.mktemp("film") / "film.png", "apng", frames)
    assert all(np.array_equal(a.pixels, b) for a, b in zip(shown, seen(frames), strict=True))


@given(frames=st.lists(arrays(np.uint8, (20, 20, 3)), min_size=1, max_size=3))
def test_a_gif_of_too_many_colours_comes_close_to_them(tmp_path_factory, frames):
    shown, _ = film(tmp_path_factory.mktemp("film") / "film.gif", "gif", frames)
    for frame, expected in zip(shown, seen(frames), strict=True):
        error = np.abs(frame.pixels.astype(int) - expected).mean()
        assert error < 16


def noise(height, width, seed):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_a_gif_of_noise_fills_the_code_table_several_times(tmp_path):
    grey = [np.repeat(noise(150, 200, seed)[:, :, :1], 3, axis=2) for seed in range(3)]
    shown, _ = film(tmp_path / "film.gif", "gif", grey)
    # 256 greys: the first frame is exact; later ones have one colour less.
    assert np.array_equal(shown[0].pixels, grey[0])
    assert np.abs(shown[2].pixels.astype(int) - grey[2]).max() <= 2


@pytest.mark.parametrize("length", range(1, 40))
def test_a_gif_of_any_length_of_one_colour_is_read_to_its_end(tmp_path, length):
    frame = np.full((1, length, 3), 7, np.uint8)
    shown, _ = film(tmp_path / "film.gif", "gif", [frame])
    assert np.array_equal(shown[0].pixels, frame)


@pytest.mark.parametrize("count", [2, 3, 4, 5, 31, 255, 256])
def test_a_gif_of_a_run_through_the_code_widths_is_read_to_its_end(tmp_path, count):
    rng = np.random.default_rng(count)
    for pixels in (*range(count, count + 20), 3000, 9000):
        values = rng.integers(0, count, pixels).astype(np.uint8)
        frame = np.repeat(values[None, :, None], 3, axis=2)
        shown, _ = film(tmp_path / "film.gif", "gif", [frame])
        assert np.array_equal(shown[0].pixels, frame)


@pytest.mark.parametrize("key", WRITERS)
def test_one_pixel_and_one_frame_are_a_film(tmp_path, key):
    pixel = np.array([[[1, 2, 3]]], np.uint8)
    shown, loops = film(tmp_path / "film", key, [pixel], loop=False)
    assert np.array_equal(shown[0].pixels, pixel)
    assert not loops


@pytest.mark.parametrize("key", WRITERS)
def test_equal_frames_become_one_that_lasts(tmp_path, key):
    frame = noise(4, 4, 0)
    shown, _ = film(tmp_path / "film", key, [frame] * 5, [100, 40, 60, 500, 300])
    assert [each.ms for each in shown] == [1000]


@pytest.mark.parametrize("key", WRITERS)
def test_equal_frames_that_last_too_long_for_one_become_several(tmp_path, key):
    frame, longest = noise(4, 4, 0), WRITERS[key][0].longest_ms
    shown, _ = film(tmp_path / "film", key, [frame] * 3, [longest, longest, 100])
    assert sum(each.ms for each in shown) == 10 * round((2 * longest + 100) / 10) or key == "apng"
    assert sum(each.ms for each in shown) == pytest.approx(2 * longest + 100, abs=5)
    assert all(np.array_equal(each.pixels, shown[0].pixels) for each in shown)


def test_durations_that_are_no_hundredths_do_not_add_up_to_a_drift(tmp_path):
    frames = [noise(2, 2, seed) for seed in range(60)]
    shown, _ = film(tmp_path / "film.gif", "gif", frames, [1000 // 24] * 60)
    assert sum(each.ms for each in shown) == pytest.approx(60 * (1000 // 24), abs=5)
    assert {each.ms for each in shown} == {40, 50}


def test_the_changed_box_is_the_smallest():
    before = np.zeros((6, 7, 3), np.uint8)
    now = before.copy()
    assert changed_box(before, now) is None
    now[2, 3, 1] = now[4, 5, 0] = 1
    assert changed_box(before, now) == (2, 3, 5, 6)


@pytest.mark.parametrize("key", WRITERS)
def test_only_the_changed_part_is_written_again(tmp_path, key):
    first = noise(200, 200, 1) // 64 * 64
    second = first.copy()
    second[50:53, 60:63] = 255
    film(tmp_path / "film", key, [first])
    alone = (tmp_path / "film").stat().st_size
    film(tmp_path / "film", key, [first, second])
    assert (tmp_path / "film").stat().st_size - alone < 250


@pytest.mark.parametrize("writer", [w for w, _ in WRITERS.values()])
@pytest.mark.parametrize(
    "wrong",
    [np.zeros((2, 2), np.uint8), np.zeros((2, 2, 4), np.uint8), np.zeros((2, 2, 3)), np.zeros((0, 2, 3))],
)
def test_what_is_no_frame_is_refused_and_nothing_is_left(tmp_path, writer, wrong):
    with writer(tmp_path / "film") as out, pytest.raises(ShapeError):
        out.add(wrong, 100)
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("key", [kind.key for kind in FILM_KINDS])
def test_frames_of_another_size_and_a_film_of_none_are_refused(tmp_path, key):
    with open_film(tmp_path / "film", key, loop=True) as out:
        with pytest.raises(ConfigError, match="at least one frame"):
            out.finish()
        out.add(noise(3, 3, 0), 100)
        with pytest.raises(ShapeError, match="all frames"):
            out.add(noise(3, 4, 0), 100)
    assert not os.listdir(tmp_path)


def test_a_frame_must_last(tmp_path):
    with GifWriter(tmp_path / "film.gif") as out, pytest.raises(ConfigError, match="longer than 0"):
        out.add(noise(2, 2, 0), 0)


@pytest.mark.parametrize("key", [kind.key for kind in FILM_KINDS])
def test_a_film_that_is_cancelled_leaves_what_was_there_before(tmp_path, key):
    (tmp_path / "other").write_bytes(b"kept")
    with open_film(tmp_path / "film", key, loop=True) as out:
        out.add(noise(3, 3, 0), 100)
        out.add(noise(3, 3, 1), 100)
    assert os.listdir(tmp_path) == ["other"]


@pytest.mark.parametrize("key", [kind.key for kind in FILM_KINDS])
def test_a_disk_that_is_full_leaves_no_half_film(tmp_path, key, monkeypatch):
    def full(*where):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with open_film(tmp_path / "film", key, loop=True) as out:
        # By the write itself, or where it is flushed.
        monkeypatch.setattr(part_file.PartFile, "write", full)
        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            add_all(out, [noise(3, 3, seed) for seed in range(3)])
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("key", [kind.key for kind in FILM_KINDS])
def test_a_folder_that_is_not_there_is_an_error_at_once(tmp_path, key):
    with pytest.raises(OSError, match="No such file"):
        open_film(tmp_path / "missing" / "film", key, loop=True)


def test_a_film_takes_the_place_of_an_older_file_only_when_it_is_whole(tmp_path):
    (tmp_path / "film.gif").write_bytes(b"old")
    with GifWriter(tmp_path / "film.gif") as out:
        out.add(noise(3, 3, 0), 100)
        assert (tmp_path / "film.gif").read_bytes() == b"old"
        out.finish()
    assert (tmp_path / "film.gif").read_bytes()[:3] == b"GIF"


def test_a_series_is_numbered_pictures_in_a_new_folder(tmp_path):
    (tmp_path / "film").mkdir()
    with PictureSeries(tmp_path / "film") as out:
        for seed in range(12):
            out.add(noise(3, 3, seed // 2), 100)
        assert not os.listdir(tmp_path / "film")
        out.finish()
    names = sorted(os.listdir(tmp_path / "film"))
    assert names == [f"frame-{n:04d}.png" for n in range(1, 13)]
    assert os.listdir(tmp_path) == ["film"]
    assert (tmp_path / "film" / names[7]).read_bytes() == png_from_rgb(noise(3, 3, 3))


def test_a_series_does_not_mix_with_what_is_there(tmp_path):
    (tmp_path / "film").mkdir()
    (tmp_path / "film" / "holiday.png").write_bytes(b"kept")
    with pytest.raises(FormatError, match="“film”"):
        PictureSeries(tmp_path / "film")
    assert os.listdir(tmp_path / "film") == ["holiday.png"]
    (tmp_path / "note").write_bytes(b"kept")
    with pytest.raises(FormatError, match="new folder"):
        PictureSeries(tmp_path / "note")


def test_an_unknown_kind_is_refused():
    with pytest.raises(ConfigError, match="gif, apng, series"):
        film_kind("avi")


@given(pixels=arrays(np.uint8, st.tuples(st.integers(1, 60), st.just(3))), most=st.integers(1, 256))
def test_few_colours_are_kept_and_many_become_few(pixels, most):
    found = quantise(pixels, most)
    different = len(np.unique(pixels, axis=0))
    assert len(found.colours) <= most
    assert found.indices.max() < len(found.colours)
    if different <= most:
        assert np.array_equal(found.colours[found.indices], pixels)


def test_a_great_many_colours_become_few_that_are_near():
    pixels = noise(300, 300, 5).reshape(-1, 3)
    found = quantise(pixels, 256)
    assert np.abs(found.colours[found.indices].astype(int) - pixels).mean() < 14


def test_a_rare_colour_that_stands_out_is_kept():
    pixels = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1).repeat(50, axis=0)
    pixels[17] = 255, 0, 0
    found = quantise(pixels, 64)
    assert found.colours[found.indices[17]].tolist() == [255, 0, 0]


def test_a_picture_of_table_entries_holds_table_and_transparency():
    table = np.arange(1024, dtype=np.uint16).astype(np.uint8).reshape(256, 4)
    content = dict(read_chunks(png_from_indices(np.zeros((2, 3), np.uint8), table)))
    assert content[b"PLTE"] == table[:, :3].tobytes()
    assert content[b"tRNS"] == table[:, 3].tobytes()
    with pytest.raises(ShapeError, match="palette"):
        png_from_indices(np.zeros((2, 3), np.uint8), table[:16])
    with pytest.raises(ShapeError, match="indices"):
        png_from_indices(np.zeros((2, 3)), table)
