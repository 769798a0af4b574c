"""A plain picture, standing for a photograph of papers or goods."""

import struct
import zlib

WIDTH, HEIGHT = 320, 200
GREY = 200


def picture() -> bytes:
    """Return a grey picture as PNG (ISO/IEC 15948: eight bits of grey, no filter)."""
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 0)
    lines = (b"\x00" + bytes([GREY]) * WIDTH) * HEIGHT
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
