"""Pages: found, fresh, cached for ever where that is right, and closed to the rest."""

import base64
import gzip
import hashlib
import os
from pathlib import Path

import pytest

from realtime.http.pages import FOR_EVER, read_build
from tests.realtime.http.visitor import opened, site

SCRIPT = "console.log('候诊');\n" * 200


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    for name in ("home", "kiosk", "doctor", "screen"):
        (folder / name).mkdir(parents=True)
        (folder / name / "index.html").write_text(f"<title>{name}</title>", "utf-8")
    (folder / "assets").mkdir()
    (folder / "assets/screen-0DSoJbhd.js").write_text(SCRIPT, "utf-8")
    (folder / "assets/chime.wav").write_bytes(b"RIFF" * 1000)
    (folder / "favicon.svg").write_text("<svg/>")
    (tmp_path / "secret.txt").write_text("keys")
    return folder


async def test_every_page_has_its_address(dist: Path) -> None:
    async with opened(site(dist)) as door, door.visitor() as visitor:
        for path, name in {
            "/": "home",
            "/kiosk": "kiosk",
            "/doctor?room=3": "doctor",
            "/screen": "screen",
            "/screen/": "screen",
        }.items():
            answer = await visitor.get(path)
            assert (answer.status, answer.body) == (
                200,
                f"<title>{name}</title>".encode(),
            )
            assert answer.headers["content-type"] == "text/html; charset=utf-8"
            assert answer.headers["cache-control"] == "no-cache"


async def test_a_page_may_load_from_us_and_nowhere_else(dist: Path) -> None:
    async with opened(site(dist)) as door:
        answer = await door.get("/screen", Host="houzhen.example:8000")
    rules = dict(
        rule.split(" ", 1)
        for rule in answer.headers["content-security-policy"].split("; ")
    )
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self'"
    assert rules["connect-src"] == (
        "'self' ws://houzhen.example:8000 wss://houzhen.example:8000"
    )
    assert rules["frame-ancestors"] == "'self'"
    assert rules["frame-src"] == "'self'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "server" not in answer.headers


async def test_a_script_beside_the_pages_is_a_worker(dist: Path) -> None:
    (dist / "screen-keep.js").write_text(SCRIPT, "utf-8")
    async with opened(site(dist)) as door:
        answer = await door.get("/screen-keep.js")
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; connect-src 'self'"
    )
    assert answer.headers["cache-control"] == "no-cache"


async def test_only_a_kiosk_may_speak_with_its_computer(dist: Path) -> None:
    async with opened(site(dist)) as door:
        kiosk, screen = [
            (await door.get(page)).headers["content-security-policy"]
            for page in ("/kiosk", "/screen")
        ]
    assert "ws://127.0.0.1:* ws://localhost:*;" in kiosk
    assert "ws://127.0.0.1:*" not in screen


async def test_a_crooked_host_writes_nothing_into_the_policy(dist: Path) -> None:
    async with opened(site(dist)) as door:
        for host in ("a; script-src *", "a b", "a,b", "[x", "a\t*"):
            answer = await door.get("/screen", Host=host)
            assert "connect-src 'self';" in answer.headers["content-security-policy"]


async def test_what_is_written_into_a_shell_runs_by_its_hash(dist: Path) -> None:
    script, style = b"let a = '</b>';\n", b"b{color:red}"
    shell = b"<style>%b</style><script src='/a.js'></script>" % style
    shell += b"<SCRIPT type=module>%b</SCRIPT><script>\n</script >" % script
    (dist / "kiosk/index.html").write_bytes(shell)
    async with opened(site(dist)) as door:
        policy = (await door.get("/kiosk")).headers["content-security-policy"]

    def mark(text: bytes) -> str:
        digest = base64.b64encode(hashlib.sha256(text).digest()).decode()
        return f"'sha256-{digest}'"

    assert f"script-src 'self' {mark(script)} {mark(bytes([10]))};" in policy
    assert f"style-src-elem 'self' {mark(style)};" in policy


async def test_assets_are_kept_for_ever_and_packed(dist: Path) -> None:
    path = "/assets/screen-0DSoJbhd.js"
    async with opened(site(dist)) as door, door.visitor() as visitor:
        plain = await visitor.get(path)
        packed = await visitor.get(path, Accept_Encoding="br, gzip")
        sound = await visitor.get("/assets/chime.wav", Accept_Encoding="gzip")
    assert plain.body.decode() == SCRIPT
    assert plain.headers["content-type"] == "text/javascript; charset=utf-8"
    assert plain.headers["cache-control"] == FOR_EVER
    assert plain.headers["vary"] == "Accept-Encoding"
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body).decode() == SCRIPT
    assert packed.headers["etag"] != plain.headers["etag"]
    assert "content-encoding" not in sound.headers
    assert sound.body == b"RIFF" * 1000


async def test_what_a_browser_has_is_not_sent_again(dist: Path) -> None:
    async with opened(site(dist)) as door, door.visitor() as visitor:
        for path in ("/screen", "/assets/screen-0DSoJbhd.js"):
            first = await visitor.get(path)
            again = await visitor.get(path, If_None_Match=first.headers["etag"])
            assert (again.status, again.body) == (304, b"")
            assert again.headers["etag"] == first.headers["etag"]
            other = await visitor.get(path, If_None_Match='"other"')
            assert other.body == first.body


async def test_a_head_is_the_same_without_a_body(dist: Path) -> None:
    async with opened(site(dist)) as door:
        answer = await door.get("/favicon.svg", method="HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-length"] == "6"


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/assets//etc/passwd",
        "/assets/link",
        "//secret.txt",
        "/secret.txt",
        "/assets/screen-0DSoJbhd.js/",
        "/assets/",
        "/kiosk/index.html",
        "/nowhere",
        "/%00",
        "/%ff%fe",
    ],
)
async def test_nothing_outside_the_build_is_ever_sent(dist: Path, path: str) -> None:
    (dist / "assets/link").symlink_to(dist.parent / "secret.txt")
    async with opened(site(dist)) as door:
        answer = await door.get(path)
    assert answer.status == 404
    assert b"keys" not in answer.body
    assert "没有这个页面" in answer.body.decode()
    assert "location" not in answer.headers


async def test_without_a_build_the_page_says_what_to_do(tmp_path: Path) -> None:
    async with opened(site(tmp_path / "dist")) as door, door.visitor() as visitor:
        answer = await visitor.get("/kiosk")
        assert answer.status == 503
        assert "make pages" in answer.body.decode()
        assert "页面还没有生成" in answer.body.decode()
        assert "charset=utf-8" in answer.headers["content-type"]
        assert (await visitor.get("/assets/x.js")).status == 404


async def test_a_new_build_is_noticed(tmp_path: Path, dist: Path) -> None:
    async with opened(site(dist)) as door, door.visitor() as visitor:
        assert (await visitor.get("/screen")).body == b"<title>screen</title>"
        (dist / "assets/screen-new.js").write_text("1")
        shell = dist / "screen/index.html"
        shell.write_text("<title>newer</title>")
        later = shell.stat().st_mtime_ns + 1_000_000
        os.utime(shell, ns=(later, later))
        assert (await visitor.get("/screen")).body == b"<title>newer</title>"
        assert (await visitor.get("/assets/screen-new.js")).body == b"1"


def test_a_build_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert not read_build(tmp_path / "dist").pages
