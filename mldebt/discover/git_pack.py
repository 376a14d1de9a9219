"""Packs of a git object store, read by their format: indexes of versions 1 and 2, objects whole or as differences from others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from mldebt.discover.git_object import MAX_OBJECT, Damaged, begun, inflated

_KINDS = {1: "commit", 2: "tree", 3: "blob", 4: "tag"}
_BY_OFFSET, _BY_NAME = 6, 7
_FAN = 256 * 4
_HEAD, _SIZES = 64, 32
_MAX_CHAIN, _MAX_PACKED, _MAX_MADE = 4096, 2 * MAX_OBJECT, 8 << 30  # of one object: differences, bytes of them, bytes that they make on the way
_MAX_SHIFT = 63


class Pack:
    """One pack, opened for each question and closed after it. Every method raises `Damaged` and `OSError`."""

    def __init__(self, index: Path, width: int) -> None:
        """Open nothing yet; `width` is the length of a name in bytes."""
        self._index, self._pack, self._width = index, index.with_suffix(".pack"), width

    def find(self, prefix: bytes, odd: int | None = None) -> Iterator[tuple[bytes, int]]:
        """Yield the objects, each with its place, whose names begin with some bytes, and then with half a byte if one is given."""
        with self._index.open("rb") as stream:
            second = _at(stream, 0, 8) == b"\xfftOc\0\0\0\2"
            start, row = (8, self._width) if second else (0, self._width + 4)
            fan = _at(stream, start, _FAN)
            counts = [int.from_bytes(fan[at:at + 4], "big") for at in range(0, _FAN, 4)]
            names = start + _FAN + (0 if second else 4)
            low, high = counts[prefix[0] - 1] if prefix[0] else 0, counts[prefix[0]]
            while low < high:
                middle = (low + high) // 2
                low, high = (middle + 1, high) if _at(stream, names + middle * row, self._width) < prefix else (low, middle)
            while low < counts[prefix[0]]:
                name = _at(stream, names + low * row, self._width)
                if not name.startswith(prefix):
                    return
                if odd is None or name[len(prefix)] >> 4 == odd:
                    yield name, _place(stream, names, counts[255], low, self._width) if second else _number_at(stream, names + low * row - 4)
                low += 1

    def read(self, place: int) -> tuple[str, bytes]:
        """Return kind and body of the object at a place: the whole one at the end of its chain, changed by each difference on the way back."""
        changes, size = list[bytes](), 0
        with self._pack.open("rb") as stream:
            while True:
                kind, length, base = self._head(stream, place)
                size += length
                if len(changes) > _MAX_CHAIN or size > _MAX_PACKED:
                    raise Damaged(f"{self._pack.name}: a chain of differences without end")
                body = inflated(stream, length)
                if kind:
                    return kind, _rebuilt(body, changes)
                changes.append(body)
                place = base if isinstance(base, int) else self._own(base)

    def size(self, place: int) -> int:
        """Return the size of the object at a place: its head says it, or the difference that it is made by."""
        with self._pack.open("rb") as stream:
            kind, size, _ = self._head(stream, place)
            if kind:
                return size
            change = begun(stream, _SIZES)
            try:
                return _number(change, _number(change, 0)[1])[0]
            except IndexError:
                raise Damaged(f"{self._pack.name}: cut off at {place}") from None

    def _own(self, name: bytes) -> int:
        """Return the place of an object that a difference names: git keeps what a pack is made from in the pack itself."""
        for _, place in self.find(name):
            return place
        raise Damaged(f"{self._pack.name}: a difference from {name.hex()}, which is not in this pack")

    def _head(self, stream: IO[bytes], place: int) -> tuple[str, int, int | bytes]:
        """Return kind (empty: a difference) and size of what is packed at a place, and what it differs from; the stream is then where its bytes begin."""
        head = _at(stream, place, _HEAD, short=True)
        try:
            kind, size, at, base = self._read(head, place)
        except IndexError:
            raise Damaged(f"{self._pack.name}: cut off at {place}") from None
        if kind not in _KINDS and kind not in (_BY_OFFSET, _BY_NAME) or isinstance(base, int) and not 0 < base < place:
            raise Damaged(f"{self._pack.name}: no object at {place}")
        stream.seek(place + at)
        return _KINDS.get(kind, ""), size, base

    def _read(self, head: bytes, place: int) -> tuple[int, int, int, int | bytes]:
        """Return the number of a kind, a size, how long the head is, and the place or the name of what it is a difference from."""
        kind, size, at, shift = (head[0] >> 4) & 7, head[0] & 15, 1, 4
        while head[at - 1] & 128:
            size, shift, at = size | (head[at] & 127) << shift, shift + 7, at + 1
        if kind == _BY_NAME:
            return kind, size, at + self._width, head[at:at + self._width]
        if kind != _BY_OFFSET:
            return kind, size, at, b""
        back, at = head[at] & 127, at + 1
        while head[at - 1] & 128:
            back, at = (back + 1) << 7 | head[at] & 127, at + 1
        return kind, size, at, place - back


def _place(stream: IO[bytes], names: int, count: int, number: int, width: int) -> int:
    """Return where the pack holds an object, by an index of version 2: names, checksums, places; the far ones in a table of their own."""
    places = names + count * (width + 4)
    near = _number_at(stream, places + number * 4)
    return near if near < 1 << 31 else _number_at(stream, places + count * 4 + (near - (1 << 31)) * 8, 8)


def _rebuilt(body: bytes, changes: list[bytes]) -> bytes:
    """Return what a whole object becomes by differences, the last one first."""
    made = 0
    while changes:
        body = patched(body, changes.pop())
        made += len(body)
        if made > _MAX_MADE:
            raise Damaged("differences that make too much")
    return body


def patched(base: bytes, change: bytes) -> bytes:
    """Return an object made from another by its difference: stretches copied, and bytes inserted; raises `Damaged`."""
    try:
        before, at = _number(change, 0)
        after, at = _number(change, at)
        if before != len(base) or after > MAX_OBJECT:
            raise Damaged("a difference from another object than the one it names, or one that makes too much")
        made = bytearray()
        while at < len(change):
            order, at = change[at], at + 1
            source, start, size = change, at, order
            if order & 128:
                source, (start, size, at) = base, _stretch(change, order, at)
            else:
                at += size
            if not order or start + size > len(source) or len(made) + size > after:
                raise Damaged("a difference that leads outside of its object")
            made += source[start:start + size]
    except IndexError:
        raise Damaged("a difference that is cut off") from None
    if len(made) != after:
        raise Damaged("a difference that makes too little")
    return bytes(made)


def _stretch(change: bytes, order: int, at: int) -> tuple[int, int, int]:
    """Return start and size of a stretch to copy, and where to read on: the order tells which of their seven bytes are there."""
    given = 0
    for bit in range(7):
        if order & 1 << bit:
            given, at = given | change[at] << 8 * bit, at + 1
    return given & 0xffffffff, given >> 32 or 0x10000, at


def _number(raw: bytes, at: int) -> tuple[int, int]:
    """Return a number in bytes of seven bits each, the lowest first, and where to read on."""
    value = shift = 0
    while shift <= _MAX_SHIFT:
        byte, at = raw[at], at + 1
        value, shift = value | (byte & 127) << shift, shift + 7
        if not byte & 128:
            return value, at
    raise Damaged("a number without end")


def _number_at(stream: IO[bytes], place: int, size: int = 4) -> int:
    return int.from_bytes(_at(stream, place, size), "big")


def _at(stream: IO[bytes], place: int, size: int, short: bool = False) -> bytes:
    """Return bytes at a place of a file; raises `Damaged` where it ends before, unless that may be."""
    try:
        stream.seek(place)
    except (OSError, OverflowError):
        raise Damaged(f"{stream.name}: there is no place {place}") from None
    found = stream.read(size)
    if len(found) < size and not short:
        raise Damaged(f"{stream.name} is cut off")
    return found
