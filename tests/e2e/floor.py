"""The hospital's floor: browsers at its kiosk, its doctors' desks and its walls.

Every page that is opened here is watched: what a browser complains about, what it asks
of other hosts, and what a machine in the hall is told over its connection.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    WebSocket,
    expect,
    sync_playwright,
)
from playwright.sync_api import (
    TimeoutError as TooLate,
)

from tests.e2e.hospital import Hospital
from tests.e2e.listening import SHORT_WORDS, Listening
from tests.e2e.looks import ANNOUNCED, APRICOT_SIGNS, SCANNED

KIOSK_SIZE = (1080, 1920)
WALL_SIZE = (1920, 1080)
DESK_SIZE = (1920, 1080)
# far over what anything takes on a busy machine: whoever waits is told at once
PATIENCE_MS = 30_000

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # a wall's browser is started like this: nobody touches a wall to allow its sound
    "--autoplay-policy=no-user-gesture-required",
]

# what a browser says of its own accord when nobody answers
NOBODY_ANSWERS = (
    "net::ERR_CONNECTION_REFUSED",
    "net::ERR_CONNECTION_RESET",
    "net::ERR_SOCKET_NOT_CONNECTED",
    "net::ERR_CONTENT_LENGTH_MISMATCH",
    "Connection closed before receiving a handshake response",
)


AUDIO = "/api/v1/audio/"
"""What is not spoken yet, or cannot be here, is answered with 503: the words are
shown, and a wall that speaks asks again."""


@contextmanager
def chromium_running(program: Path) -> Iterator[Browser]:
    """Chromium without a window, until the block ends."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class Floor:
    """Opens pages of one hospital, and remembers what was wrong with any of them."""

    def __init__(self, browser: Browser, hospital: Hospital) -> None:
        self.hospital = hospital
        self.complaints: list[str] = []
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self._expected: tuple[str, ...] = ()

    @contextmanager
    def expecting(self, *complaints: str) -> Iterator[None]:
        """Inside, complaints with one of these words are no surprise."""
        self._expected = complaints
        try:
            yield
        finally:
            self._expected = ()

    def outage(self) -> AbstractContextManager[None]:
        """Inside, a server that does not answer is nothing to complain of."""
        return self.expecting(*NOBODY_ANSWERS)

    def page(self, size: tuple[int, int], *, still: bool = True) -> Page:
        """An empty page on a device of its own. Without motion (``still``) it looks the
        same, and leaves the machine's processors to the tests."""
        context = self._browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale="zh-CN",
            reduced_motion="reduce" if still else "no-preference",
        )
        context.set_default_timeout(PATIENCE_MS)
        self._contexts.append(context)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("request", self._asked)
        page = context.new_page()
        page.on("websocket", self._connected)
        return page

    def open(self, path: str, size: tuple[int, int] = DESK_SIZE) -> Page:
        page = self.page(size)
        page.goto(self.hospital.address + path)
        return page

    def kiosk(self, clinic: str = "im2", *, hurried: bool = False) -> Kiosk:
        """As it stands in a hospital: without the demo's cards beside it, which have
        names on them. A ``hurried`` one has a clock that can be put forward."""
        page = self.page(KIOSK_SIZE)
        if hurried:
            page.clock.install()
        page.route("**/demo/cards", lambda route: route.fulfill(json={"cards": []}))
        kiosk = Kiosk(page)
        page.goto(f"{self.hospital.address}/kiosk?clinic={clinic}")
        expect(kiosk.home).to_be_visible()
        return kiosk

    def desk(self, clinic: str, room: str) -> Desk:
        page = self.page(DESK_SIZE)
        desk = Desk(page)
        page.goto(f"{self.hospital.address}/doctor?clinic={clinic}&room={room}")
        expect(desk.live).to_be_visible()
        return desk

    def wall(self, clinic: str = "im2", *, still: bool = False) -> Wall:
        """Only one in motion can be asked what it announced."""
        page = self.page(WALL_SIZE, still=still)
        wall = Wall(page)
        page.goto(f"{self.hospital.address}/screen?clinic={clinic}")
        expect(wall.rooms.first).to_be_visible()
        return wall

    def close(self) -> None:
        """Switch every device off."""
        for context in self._contexts:
            context.close()
        self._contexts.clear()

    def _said(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        if any(words in message.text for words in self._expected):
            return
        if "503" in message.text and AUDIO in message.location["url"]:
            return
        self.complaints.append(f"{message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        self._came_from_here(request.url)

    def _connected(self, socket: WebSocket) -> None:
        self._came_from_here(socket.url)

    def _came_from_here(self, url: str) -> None:
        where = urlsplit(url)
        if where.scheme in {"data", "blob", "about"}:
            return
        if where.scheme == "ws" and where.path == "/":
            return  # the devices' door, which the page's policy keeps on this machine
        if where.netloc != urlsplit(self.hospital.address).netloc:
            self.complaints.append(f"asked another host: {url}")


class Device:
    """A page, and every word its server has sent it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._heard: list[str] = []
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: self._heard.append(str(frame)))

    @property
    def heard(self) -> list[str]:
        """Every frame that came, in its order."""
        return self._heard

    def knows(self, words: str) -> bool:
        """Whether these words are in the page, or ever came over its connection."""
        assert self._heard, "nothing came over this connection"
        return self.holds(words) or any(words in frame for frame in self._heard)

    def holds(self, words: str) -> bool:
        """Whether these words are in the page now, shown or not."""
        return words in self.page.content()

    def apricot(self) -> list[str]:
        """What stands on apricot or in it."""
        return list(self.page.evaluate(APRICOT_SIGNS))


class Kiosk(Device):
    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.home = page.get_by_role("heading", name="放上证件")
        self.done = page.get_by_role("heading", name="签到好了，请坐下等")
        self.refusal = page.get_by_role("alert")
        self.yes = page.get_by_role("button", name="是我，继续")
        self.who = page.get_by_role("heading", name="是您本人吗")

    def scan(self, card: str) -> bool:
        """As a scanner does that is wired as a keyboard: fast, whatever the machine
        is busy with, then Enter. Whether that Enter was kept from pressing a key."""
        return bool(self.page.evaluate(SCANNED, card))

    def confirm(self) -> None:
        """Yes, that is me."""
        self.yes.click()

    def check_in(self, card: str) -> None:
        """With a card, up to the number on the glass."""
        self.scan(card)
        self.confirm()
        expect(self.done).to_be_visible()

    def type_number(self, number: str) -> None:
        """As somebody without a card does."""
        self.type_digits(number)
        self.page.get_by_role("button", name="下一步", exact=True).click()

    def type_digits(self, digits: str) -> None:
        """On the keypad, without sending them."""
        self.page.get_by_role("button", name="输入号码").click()
        for digit in digits:
            self.page.get_by_role("button", name=digit, exact=True).click()

    def wait(self, seconds: float) -> None:
        """Let time pass on a hurried kiosk."""
        self.page.clock.fast_forward(round(seconds * 1000))

    def leave(self) -> None:
        self.page.get_by_role("button", name="退出").click()
        expect(self.home).to_be_visible()


class Desk(Device):
    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.live = page.get_by_text("实时", exact=True)
        self.current = page.locator(".current")
        self.status = page.locator("footer")
        self.stale = page.get_by_text("画面停在")
        self.list = page.locator(".list")
        self._called = -1.0e9

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name).click()

    def call_next(self, number: str) -> None:
        """F2, until this number is the one being called. Not sooner after the last
        time than a person would: that is the same press, bounced."""
        self.page.wait_for_function(
            "called => !(performance.now() < called + 550)", arg=self._called
        )
        self._called = float(self.page.evaluate("performance.now()"))
        self.page.keyboard.press("F2")
        expect(self.current).to_contain_text(number)

    def called(self) -> str:
        """The number being called, as soon as one is."""
        expect(self.current).to_contain_text("正在叫")
        return self.current.locator(".num").first.inner_text().strip()


class Wall(Device):
    def __init__(self, page: Page, *, quick: bool = True) -> None:
        """``quick``: what it says lasts a moment, whatever it is."""
        page.add_init_script(ANNOUNCED)
        if quick:
            page.add_init_script(SHORT_WORDS)
        super().__init__(page)
        self.area = Listening(page)
        self.call = page.locator("[aria-live=assertive]")
        self.rooms = page.locator(".seat")
        self.stale = page.get_by_text("画面停在")

    def announced(self, *numbers: str) -> bool:
        """Whether these were announced, in this order and no others: the panel was
        fresh for each of them. Given time to begin."""
        asked = "numbers => window.announced.join() === numbers"
        try:
            self.page.wait_for_function(asked, arg=",".join(numbers))
        except TooLate:
            print("announced:", self.has_announced())
            return False
        return True

    def has_announced(self) -> list[str]:
        """What was announced until now."""
        return list(self.page.evaluate("window.announced"))

    def chimes(self) -> int:
        """How many times its bell was struck."""
        return int(self.page.evaluate("window.chimes"))
