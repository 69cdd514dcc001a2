"""Readers of films, written apart from the writers: GIF and PNG, every frame as it is seen."""

import struct
import zlib
from dataclasses import dataclass

import numpy as np


@dataclass
class Shown:
    pixels: np.ndarray
    ms: int


def read_gif(content):
    """Give the frames as they are seen, and whether the film loops; anything against the format fails."""
    assert content[:6] == b"GIF89a"
    width, height, flags, _, _ = struct.unpack_from("<HHBBB", content, 6)
    assert not flags & 0x80, "no table for all frames"
    canvas = np.zeros((height, width, 3), np.uint8)
    covered = np.zeros((height, width), bool)
    at, loops, frames, control = 13, False, [], None
    while content[at] != 0x3B:
        if content[at] == 0x21:
            kind, at = content[at + 1], at + 2
            body, at = _blocks(content, at)
            if kind == 0xFF:
                loops = body[:11] == b"NETSCAPE2.0" and body[11:] == b"\1\0\0"
            elif kind == 0xF9:
                control = struct.unpack("<BHB", body)
            continue
        assert content[at] == 0x2C
        left, top, w, h, flags = struct.unpack_from("<HHHHB", content, at + 1)
        assert flags & 0x80
        assert w > 0
        assert h > 0
        assert left + w <= width
        assert top + h <= height
        size = 2 << (flags & 7)
        at += 10
        table = np.frombuffer(content, np.uint8, 3 * size, at).reshape(size, 3)
        at += 3 * size
        bits, at = content[at], at + 1
        data, at = _blocks(content, at)
        indices = np.array(_unlzw(data, bits, w * h)).reshape(h, w)
        assert control is not None
        drawn = indices != control[2] if control[0] & 1 else np.ones((h, w), bool)
        assert control[0] >> 2 & 7 == 1
        canvas[top : top + h, left : left + w][drawn] = table[indices[drawn]]
        covered[top : top + h, left : left + w] |= drawn
        frames.append(Shown(canvas.copy(), 10 * control[1]))
        control = None
    assert at == len(content) - 1
    assert covered.all()
    return frames, loops


def _blocks(content, at):
    body = b""
    while size := content[at]:
        body += content[at + 1 : at + 1 + size]
        at += 1 + size
    return body, at + 1


def _unlzw(data, bits, count):
    """Decode as the format's appendix F says."""
    value = int.from_bytes(data, "little")
    clear, end = 1 << bits, (1 << bits) + 1
    table, width, place, before, found, ended = None, bits + 1, 0, None, [], False
    while place + width <= 8 * len(data):
        code = value >> place & ((1 << width) - 1)
        place += width
        if code == clear:
            table = {i: (i,) for i in range(clear)} | {clear: None, end: None}
            width, before = bits + 1, None
            continue
        if code == end:
            ended = True
            break
        assert table is not None, "it must begin with a clear code"
        if before is None:
            word = table[code]
        else:
            word = table[code] if code in table else (*before, before[0])
            assert code <= len(table)
            if len(table) < 4096:
                table[len(table)] = (*before, word[0])
                if len(table) == 1 << width and width < 12:
                    width += 1
        found += word
        before = word
    assert ended
    assert 8 * len(data) - place < 8
    assert len(found) == count
    return found


def read_chunks(content):
    """Give the chunks of a PNG file, (kind, content) each; checks every checksum."""
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    at, chunks = 8, []
    while at < len(content):
        (size,) = struct.unpack_from(">I", content, at)
        kind, body = content[at + 4 : at + 8], content[at + 8 : at + 8 + size]
        assert struct.unpack_from(">I", content, at + 8 + size) == (zlib.crc32(kind + body),)
        chunks.append((kind, body))
        at += 12 + size
    assert chunks[-1] == (b"IEND", b"")
    return chunks


def read_apng(content):
    """Give the frames as they are seen, and whether the film loops; checks the order of all chunks."""
    chunks = read_chunks(content)
    assert [kind for kind, _ in chunks[:2]] == [b"IHDR", b"acTL"]
    width, height, depth, colours, *rest = struct.unpack(">IIBBBBB", chunks[0][1])
    assert (depth, colours, *rest) == (8, 2, 0, 0, 0)
    count, plays = struct.unpack(">II", chunks[1][1])
    canvas, frames, sequence, place = np.zeros((height, width, 3), np.uint8), [], 0, None
    for kind, body in chunks[2:-1]:
        if kind == b"fcTL":
            number, w, h, left, top, part, whole, dispose, blend = struct.unpack(">IIIIIHHBB", body)
            assert number == sequence
            assert (dispose, blend, whole) == (0, 0, 1000)
            place, sequence = (left, top, w, h, part), sequence + 1
            continue
        if frames:
            assert kind == b"fdAT"
            assert struct.unpack(">I", body[:4]) == (sequence,)
            body, sequence = body[4:], sequence + 1
        else:
            assert kind == b"IDAT"
        left, top, w, h, part = place
        lines = np.frombuffer(zlib.decompress(body), np.uint8).reshape(h, 1 + 3 * w)
        assert not lines[:, 0].any()
        canvas[top : top + h, left : left + w] = lines[:, 1:].reshape(h, w, 3)
        frames.append(Shown(canvas.copy(), part))
    assert len(frames) == count
    return frames, plays == 0
