"""The built pages: read from their folder once, answered from memory.

A page is a folder with an `index.html` (`home/` is `/`, `kiosk/` is `/kiosk`); what it
loads lies in `assets/` under names that change with the content. Nothing a visitor
asks for is ever looked up in the file system.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import mimetypes
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import trio
from quart import Blueprint, Request, Response, request

HOME = "home"
# The pages that speak with the devices of their computer, through `houzhen edge`.
BESIDE_EDGE = frozenset({"kiosk"})
EDGE = " ws://127.0.0.1:* ws://localhost:*"
NOT_BUILT = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><title>候诊 · Houzhen</title>
<body><h1>页面还没有生成</h1>
<p>服务器在运行，但页面还没有生成。请在项目目录里运行 <code>make pages</code>，\
然后刷新本页。</p>
<h1 lang="en">The pages have not been built</h1>
<p lang="en">The server is running, but its pages have not been built. Run
<code>make pages</code> in the project's folder, then reload.</p>
"""
HTML = "text/html; charset=utf-8"
WORKER = "default-src 'none'; connect-src 'self'"
"""What a service worker may do: fetch from here, for the page it keeps."""
FOR_EVER = "public, max-age=31536000, immutable"
_PACKED = re.compile(r"text/|application/(javascript|json|manifest)|image/svg")
_INLINE = re.compile(
    rb"<(script|style)(?![^>]*\ssrc\s*=)[^>]*>(.*?)</\1\s*>", re.DOTALL | re.IGNORECASE
)
_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?\Z|\[[0-9A-Fa-f:.]+\](:\d+)?\Z")


class File(msgspec.Struct, frozen=True):
    """A file as it goes out; `packed` is the same in gzip where that helps."""

    body: bytes
    packed: bytes | None
    kind: str
    etag: str


class Page(msgspec.Struct, frozen=True):
    """A page's shell, and the scripts and styles written into it, by their hashes."""

    file: File
    scripts: tuple[str, ...]
    styles: tuple[str, ...]
    # further addresses of live connections: those on the page's own computer
    beside: str = ""

    def policy(self, host: str) -> str:
        """What this page may load. `'self'` means ws: to new browsers only, so the
        address of the live connection is spelt out as well."""
        live = f" ws://{host} wss://{host}" if _HOST.match(host) else ""
        live += self.beside
        return "; ".join(
            [
                "default-src 'none'",
                " ".join(["script-src 'self'", *self.scripts]),
                " ".join(["style-src 'self'", *self.styles]),
                " ".join(["style-src-elem 'self'", *self.styles]),
                "style-src-attr 'unsafe-inline'",
                "img-src 'self' data: blob:",
                "font-src 'self'",
                "media-src 'self' blob:",
                f"connect-src 'self'{live}",
                "worker-src 'self'",
                "manifest-src 'self'",
                "form-action 'self'",
                "frame-src 'self'",  # the front page shows the others, live
                "frame-ancestors 'self'",
                "base-uri 'none'",
            ]
        )


class Built(msgspec.Struct, frozen=True):
    """One build of the pages."""

    pages: Mapping[str, Page]
    assets: Mapping[str, File]
    beside: Mapping[str, File]


class Pages:
    """The newest build in a folder; a new build is noticed when a page is asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read_at: tuple[object, ...] | None = None
        self._built = Built({}, {}, {})

    async def built(self) -> Built:
        """The build, read again (in a thread) when the folder holds another."""
        stamp = self._stamp()
        if stamp != self._read_at:
            self._built = await trio.to_thread.run_sync(read_build, self._folder)
            self._read_at = stamp
        return self._built

    def _stamp(self) -> tuple[object, ...]:
        """What a new build changes: shells, and the list of assets."""
        places = [*sorted(self._folder.glob("*/index.html")), self._folder / "assets"]
        stamps: list[object] = []
        for place in places:
            try:
                status = place.stat()
            except OSError:
                continue
            stamps.append((place.parent.name, status.st_mtime_ns, status.st_size))
        return tuple(stamps)


def read_build(folder: Path) -> Built:
    """Everything in the folder. A build that is not there, or is being made, is as
    much as could be read."""
    pages: dict[str, Page] = {}
    assets: dict[str, File] = {}
    beside: dict[str, File] = {}
    for path in _files_in(folder):
        try:
            body = path.read_bytes()
        except OSError:
            continue
        name = path.relative_to(folder).as_posix()
        if path.name == "index.html" and name.count("/") == 1:
            page = path.parent.name
            pages["" if page == HOME else page] = _page(path, body)
        elif name.startswith("assets/"):
            assets[name.removeprefix("assets/")] = _file(path, body)
        elif "/" not in name:
            beside[name] = _file(path, body)
    return Built(pages, assets, beside)


def _files_in(folder: Path) -> Iterator[Path]:
    inside = folder.resolve()
    for path in sorted(folder.rglob("*")):
        # a link that leads out of the build is not part of it
        if path.is_file() and path.resolve().is_relative_to(inside):
            yield path


def _file(path: Path, body: bytes) -> File:
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    packed = None
    if len(body) > 1024 and _PACKED.match(kind):
        packed = gzip.compress(body, 6, mtime=0)
        if len(packed) > len(body) * 0.95:
            packed = None
    if kind.startswith("text/") or kind == "application/javascript":
        kind += "; charset=utf-8"
    return File(body, packed, kind, hashlib.sha256(body).hexdigest()[:20])


def _page(path: Path, body: bytes) -> Page:
    inline: dict[bytes, list[str]] = {b"script": [], b"style": []}
    for found in _INLINE.finditer(body):
        digest = base64.b64encode(hashlib.sha256(found[2]).digest()).decode()
        inline[found[1].lower()].append(f"'sha256-{digest}'")
    return Page(
        _file(path, body),
        tuple(inline[b"script"]),
        tuple(inline[b"style"]),
        EDGE if path.parent.name in BESIDE_EDGE else "",
    )


def _answer(file: File, asked: Request, cache: str) -> Response:
    packed = file.packed if asked.accept_encodings["gzip"] > 0 else None
    # one tag for each form, as both are stored under one address
    etag = file.etag + ("-gz" if packed else "")
    if asked.if_none_match.contains(etag):
        answer = Response(b"", status=304)
    else:
        answer = Response(packed or file.body, content_type=file.kind)
        if packed:
            answer.headers["Content-Encoding"] = "gzip"
    answer.set_etag(etag)
    answer.headers["Cache-Control"] = cache
    if file.packed:
        answer.headers["Vary"] = "Accept-Encoding"
    return answer


def page_routes(pages: Pages) -> Blueprint:
    """`/`, `/kiosk` … and what they load."""
    routes = Blueprint("pages", __name__)

    @routes.get("/assets/<path:name>")
    async def asset(name: str) -> Response:
        built = await pages.built()
        if file := built.assets.get(name):
            return _answer(file, request, FOR_EVER)
        return not_there()

    @routes.get("/", defaults={"name": ""})
    @routes.get("/<name>")
    async def page(name: str) -> Response:
        built = await pages.built()
        if found := built.pages.get(name):
            answer = _answer(found.file, request, "no-cache")
            host = request.headers.get("Host", "")
            answer.headers["Content-Security-Policy"] = found.policy(host)
            return answer
        if file := built.beside.get(name):
            answer = _answer(file, request, "no-cache")
            if "javascript" in file.kind:
                answer.headers["Content-Security-Policy"] = WORKER
            return answer
        if not built.pages:
            answer = Response(NOT_BUILT, status=503, content_type=HTML)
            answer.headers["Cache-Control"] = "no-store"
            return answer
        return not_there()

    return routes


def not_there() -> Response:
    """The page that says so, for people."""
    return Response(
        '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>404</title>'
        "<h1>没有这个页面</h1><p>请检查网址，或<a href='/'>回到首页</a>。</p>"
        "<p lang='en'>There is no such page. <a href='/'>Back to the start</a></p>",
        status=404,
        content_type=HTML,
    )
