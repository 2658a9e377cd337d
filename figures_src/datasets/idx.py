"""IDX, the file format of MNIST: big-endian magic number, sizes, then the elements."""

UNSIGNED_BYTE = 0x08


def idx_header(shape: tuple[int, ...]) -> bytes:
    """Return the header of an IDX file of unsigned bytes of this ``shape`` (LeCun, Cortes, Burges, 1998)."""
    magic = bytes([0, 0, UNSIGNED_BYTE, len(shape)])
    return magic + b"".join(size.to_bytes(4, "big") for size in shape)
