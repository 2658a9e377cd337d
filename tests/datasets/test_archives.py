import gzip
import io
import tarfile

import pytest

from figures_src.datasets.archives import gunzip, read_members
from figures_src.datasets.errors import AlteredError


def link(name: str, target: str, kind: bytes) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def test_gunzip_gives_the_content_up_to_its_limit():
    assert gunzip(gzip.compress(b"abcd", mtime=0), 4) == b"abcd"


@pytest.mark.parametrize(
    ("compressed", "reason"),
    [
        (gzip.compress(b"abcde", mtime=0), "more than 4 bytes"),
        (gzip.compress(bytes(10**7), mtime=0), "more than 4 bytes"),
        (gzip.compress(b"abcd", mtime=0)[:-6], "gzip stream is unreadable"),
        (b"abcd", "gzip stream is unreadable"),
        (gzip.compress(b"abcd", mtime=0)[:-8] + bytes(8), "CRC check failed"),
    ],
)
def test_gunzip_refuses(compressed, reason):
    with pytest.raises(AlteredError, match=reason):
        gunzip(compressed, 4)


def test_members_are_read_by_exact_name(targz):
    archive = targz(("p/a", b"1"), ("p/b", b"22"), ("q/a", b"333"))
    assert read_members(archive, ["p/a", "p/b", "absent"]) == {"p/a": b"1", "p/b": b"22"}


def test_plain_tar_is_read_too_within_the_same_bound(targz):
    plain = gzip.decompress(targz(("p/a", b"1"), ("p/b", b"22")))
    assert read_members(plain, ["p/b"]) == {"p/b": b"22"}
    with pytest.raises(AlteredError, match="far more than the dataset"):
        read_members(plain, ["p/b"], limit=1000)


def test_hostile_archive_writes_nothing_and_gives_only_regular_members(targz, tmp_path, monkeypatch):
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    inside = tmp_path / "inside"
    inside.mkdir()
    monkeypatch.chdir(inside)
    archive = targz(
        ("../escaped", b"x"),
        (str(tmp_path / "absolute"), b"x"),
        (link("p/link", str(secret), tarfile.SYMTYPE), b""),
        (link("p/hard", "../secret", tarfile.LNKTYPE), b""),
        (link("p/device", "", tarfile.CHRTYPE), b""),
        (link("p/pipe", "", tarfile.FIFOTYPE), b""),
        ("p/link/through", b"x"),
        ("p/wanted", b"good"),
    )
    wanted = ["p/link", "p/hard", "p/device", "p/pipe", "p/wanted"]
    assert read_members(archive, wanted) == {"p/wanted": b"good"}
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["inside", "secret"]


def test_bloated_archive_is_refused_even_in_members_nobody_asked_for(targz):
    archive = targz(("p/bomb", bytes(3_000_000)), ("p/wanted", b"good"))
    assert len(archive) < 10_000
    with pytest.raises(AlteredError, match="far more than the dataset"):
        read_members(archive, ["p/wanted"], limit=2_000_000)
    assert read_members(archive, ["p/wanted"]) == {"p/wanted": b"good"}


@pytest.mark.parametrize("kept", [0, 10, 0.5, 0.9])
def test_truncated_archive_is_refused(targz, kept):
    rng = bytes(i * i % 251 for i in range(50_000))
    archive = targz(("p/wanted", rng))
    with pytest.raises(AlteredError, match="archive is unreadable"):
        read_members(archive[: int(kept * len(archive)) if kept < 1 else kept], ["p/wanted"])


def test_what_is_not_a_tar_is_refused():
    with pytest.raises(AlteredError, match="archive is unreadable"):
        read_members(gzip.compress(b"not a tar at all" * 100), ["p/wanted"])


def test_sparse_and_long_names_stay_inside_the_bound():
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz", format=tarfile.GNU_FORMAT) as tar:
        tar.addfile(tarfile.TarInfo("n" * 3_000_000))
    with pytest.raises(AlteredError, match="far more than the dataset"):
        read_members(stream.getvalue(), ["x"], limit=1_000_000)
