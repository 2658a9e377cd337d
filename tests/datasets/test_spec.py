import hashlib

import numpy as np
import pytest

from figures_src.datasets import CIFAR10_SHA256, FASHION_MNIST_SHA256, MNIST_SHA256
from figures_src.datasets.cifar10 import CIFAR10
from figures_src.datasets.errors import AlteredError
from figures_src.datasets.fashion_mnist import FASHION_MNIST
from figures_src.datasets.idx import idx_header
from figures_src.datasets.mnist import MNIST


def test_idx_header_is_the_one_of_the_official_train_images():
    assert idx_header((60_000, 28, 28)) == bytes.fromhex("00000803 0000ea60 0000001c 0000001c")


@pytest.mark.parametrize("spec", [MNIST, FASHION_MNIST])
def test_idx_files_have_their_official_names_and_sizes(spec):
    assert {part.file: part.size for part in spec.parts} == {
        "train-images-idx3-ubyte": 47_040_016,
        "train-labels-idx1-ubyte": 60_008,
        "t10k-images-idx3-ubyte": 7_840_016,
        "t10k-labels-idx1-ubyte": 10_008,
    }


def test_digests_are_constants_of_the_declared_checksums():
    assert MNIST_SHA256 == "642fbb557deee914434cc87372e826697614c9a925ad19498719f354e18501b9"
    assert CIFAR10_SHA256 == "e9c60e0337b6264590a1ef44ac372e08e3591599ee3e192c22644d393d402694"
    assert FASHION_MNIST_SHA256 == "9983fee04f55862d92f008036f7f2f4672deb4899c59a26d3decf6de5ce5f607"
    assert MNIST.sha256 == MNIST_SHA256
    assert FASHION_MNIST.sha256 == FASHION_MNIST_SHA256
    assert CIFAR10.sha256 == CIFAR10_SHA256


def test_verified_content_decodes_to_a_writable_array(tiny):
    part = tiny.parts[0]
    decoded = part.decoded(part.verified(tiny.files[part.file]))
    np.testing.assert_array_equal(decoded, tiny.arrays["train images"])
    assert decoded.flags.writeable
    assert decoded.dtype == np.uint8


@pytest.mark.parametrize(
    ("alter", "reason"),
    [
        (lambda content: content[:-1], "altered or truncated: 95 bytes where 96 are expected"),
        (lambda content: content + b"\0", "97 bytes where 96 are expected"),
        (lambda content: content[:7], "it starts with 00 00 08 03 00 00 00 where 00 00 08 03"),
        (lambda content: b"", "it starts with  where 00 00 08 03"),
        (lambda content: b"<html>not found</html>", "it starts with 3c 68 74 6d"),
        (lambda content: b"\0\0\x0d" + content[3:], "it starts with 00 00 0d 03"),
        (lambda content: content[:-1] + bytes([content[-1] ^ 1]), "altered: SHA-256 "),
    ],
)
def test_any_other_content_is_refused(tiny, alter, reason):
    part = tiny.parts[0]
    assert part.size == 96
    with pytest.raises(AlteredError, match=reason):
        part.verified(alter(tiny.files[part.file]))


def test_digest_changes_with_any_declared_checksum(tiny):
    spec = tiny.spec()
    expected = "".join(sorted(f"{p.split} {p.kind} {p.sha256}\n" for p in tiny.parts))
    assert spec.sha256 == hashlib.sha256(expected.encode()).hexdigest()
