"""What the door lets through, and what it says to the rest."""

import os
import socket
from pathlib import Path

import pytest

from qiantang.files import door


def _link(place: Path, target: Path) -> None:
    try:
        place.symlink_to(target)
    except OSError as error:  # Windows asks for a right of its own
        pytest.fail(f"this system makes no symbolic links: {error}")


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes("一\r\n二\r".encode())
    assert door.content(file) == "一\r\n二\r".encode()
    assert door.text(file) == "一\n二\n"


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        door.content(tmp_path / "none")


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(door.Barred, match="it is a pipe, expected a file"):
        door.content(pipe)


def test_a_device_is_refused() -> None:
    with pytest.raises(door.Barred, match="it is a device, expected a file"):
        door.content(Path("/dev/zero"))


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("s")
        with pytest.raises(door.Barred, match="it is a socket, expected a file"):
            door.content(Path("s"))


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(door.Barred, match="it is a folder, expected a file"):
        door.content(tmp_path)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "huge"
    with file.open("wb") as stream:
        stream.truncate(1 << 40)  # a hole: no byte of it stands on the disk
    with pytest.raises(door.Barred, match="larger than 128 MiB"):
        door.content(file, door.DATA_LIMIT)


def test_a_file_that_hides_its_size_is_read_to_the_limit_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"12345")
    monkeypatch.setattr(door, "_check", lambda *_: None)  # as with files of /proc: their size is 0
    with pytest.raises(door.Barred, match="it is larger than"):
        door.content(file, 4)


def test_the_limit_itself_is_allowed(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"12345")
    assert door.content(file, 5) == b"12345"
    with pytest.raises(door.Barred):
        door.content(file, 4)


@pytest.mark.parametrize("name", ["/etc/passwd", "C:\\data.csv", "C:data.csv", "\\\\host\\x"])
def test_an_absolute_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(door.Barred, match="the path is absolute"):
        door.beside(tmp_path, name)


@pytest.mark.parametrize("name", ["../x", "a/../../x", "..\\x", "a\\..\\..\\x"])
def test_a_name_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "model").mkdir()
    with pytest.raises(door.Barred, match="the path leads out of the folder model"):
        door.beside(tmp_path / "model", name)


def test_a_name_that_comes_back_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "x.csv").write_text("1")
    assert door.content(door.beside(tmp_path, "data/../x.csv")) == b"1"
    assert door.stands(tmp_path, "data\\..\\x.csv")
    assert not door.stands(tmp_path, "../x.csv")


def test_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s")
    folder = tmp_path / "model"
    folder.mkdir()
    _link(folder / "d.csv", tmp_path / "secret")
    _link(folder / "up", tmp_path)
    for name in ("d.csv", "up/secret"):
        with pytest.raises(door.Barred, match="leads out of the folder model"):
            door.beside(folder, name)


def test_a_link_inside_the_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1")
    _link(tmp_path / "b.csv", tmp_path / "a.csv")
    assert door.content(door.beside(tmp_path, "b.csv")) == b"1"


def test_links_in_a_circle_are_no_file(tmp_path: Path) -> None:
    _link(tmp_path / "a", tmp_path / "b")
    _link(tmp_path / "b", tmp_path / "a")
    with pytest.raises(OSError, match=r"."):
        door.content(door.beside(tmp_path, "a"))


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000])
def test_a_name_no_file_can_have(tmp_path: Path, name: str) -> None:
    with pytest.raises(OSError, match=r"."):
        door.content(door.beside(tmp_path, name))
    assert not door.stands(tmp_path, name)
