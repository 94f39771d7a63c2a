"""The identity reader: looks for a card, reads it, says when it is taken away."""

from __future__ import annotations

from dataclasses import dataclass, field

import trio

from devices.events import Down, Tell, Up
from devices.id_reader import answers
from devices.id_reader.answers import NotRead, ReaderError
from devices.id_reader.cards import BadCard, Card
from devices.id_reader.talk import Talk
from devices.line import Line, LineSettings, keep_open
from devices.trouble import DeviceTrouble, Silent, Trouble

BAUD = 115_200


@dataclass(frozen=True)
class ReaderSettings:
    line: LineSettings
    name: str = "id_reader"
    poll_s: float = 0.08
    answer_s: float = 1.0
    read_s: float = 3.0
    fingerprint: bool = False
    further_addresses: bool = False
    # A card that could not be read is tried so often before the patient is told.
    tries: int = 3
    # A look this late cannot tell one card from another that took its place.
    swap_s: float = 0.4
    silences: int = 3


@dataclass(frozen=True)
class CardLaid:
    """Somebody's card is on the reader. `took_s` from finding it to this."""

    device: str
    card: Card
    took_s: float
    further_addresses: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class CardUnread:
    """A card is there and cannot be read; told once until it is taken away."""

    device: str
    trouble: Trouble


@dataclass(frozen=True)
class CardRemoved:
    """It is gone. Not `sure` when the reader was lost while it lay there."""

    device: str
    sure: bool = True


class IdReader:
    """Runs until cancelled. Tells Up, Down, CardLaid, CardUnread, CardRemoved.

    Between a CardLaid and the next stands a CardRemoved, always.
    """

    def __init__(self, settings: ReaderSettings, tell: Tell) -> None:
        self._settings = settings
        self._tell = tell
        self._card: Card | None = None
        self._tries = 0
        self._told_unread = False
        self._looked = 0.0

    async def run(self) -> None:
        await keep_open(self._settings.line, self._converse, self._trouble)

    def _trouble(self, trouble: Trouble | None) -> None:
        if trouble is not None:
            self._tell(Down(self._settings.name, trouble))

    async def _converse(self, line: Line) -> None:
        settings = self._settings
        talk = Talk(line, settings.answer_s)
        facts = await introduce(talk)
        self._tell(Up(settings.name, facts))
        silences = 0
        try:
            while True:
                try:
                    await self._look(talk)
                    silences = 0
                except Silent:
                    silences += 1
                    if silences >= settings.silences:
                        raise
                await trio.sleep(settings.poll_s)
        finally:
            self._gone(sure=False)
            self._told_unread = False

    async def _look(self, talk: Talk) -> None:
        now = trio.current_time()
        late = now - self._looked > self._settings.swap_s
        there = await self._is_there(talk)
        self._looked = trio.current_time()
        if not there:
            self._gone(sure=True)
            self._tries, self._told_unread = 0, False
        elif self._card is None or late:
            await self._read(talk, now)

    async def _is_there(self, talk: Talk) -> bool:
        try:
            if await talk.ask(answers.FIND, answers.found):
                return True
            if self._card is None:
                return False
            # Many readers do not find again a card that they have read and that lies
            # there still; but they can read on in it.
            try:
                await talk.ask(answers.READ_MORE, answers.more_addresses)
            except ReaderError as error:
                if error.sw3 != answers.UNKNOWN_COMMAND:
                    raise
                read_s = self._settings.read_s
                await talk.ask(answers.READ, answers.card, answer_s=read_s)
        except (ReaderError, BadCard):
            return False
        return True

    async def _read(self, talk: Talk, since: float) -> None:
        settings = self._settings
        question = answers.READ
        if settings.fingerprint:
            question = answers.READ_WITH_FINGERPRINT
        try:
            try:
                await talk.ask(answers.SELECT, answers.selected)
            except NotRead:
                if self._card is None:
                    raise
                # it was selected before, and is selected still
            try:
                card = await talk.ask(question, answers.card, answer_s=settings.read_s)
            except BadCard:
                # the check is one byte, and two faults may hide behind it
                card = await talk.ask(question, answers.card, answer_s=settings.read_s)
            further = []
            if settings.further_addresses:
                further = await talk.ask(answers.READ_MORE, answers.more_addresses)
        except (ReaderError, BadCard) as error:
            self._unread(error)
            return
        except Silent:
            # the reader may think that it was read, and not find it again
            self._say_unread(answers.AGAIN)
            raise
        self._tries = 0
        if self._card is not None:
            if self._card == card:
                return
            self._gone(sure=True)
        self._card, self._told_unread = card, False
        took_s = trio.current_time() - since
        self._tell(CardLaid(settings.name, card, took_s, further))

    def _unread(self, error: DeviceTrouble) -> None:
        self._gone(sure=True)
        self._tries += 1
        # a text that was read twice and cannot be true will not be true next time;
        # and the reader may not find this card again
        enough = self._tries >= self._settings.tries or isinstance(error, BadCard)
        if enough:
            self._say_unread(error.trouble)

    def _say_unread(self, trouble: Trouble) -> None:
        if not self._told_unread:
            self._told_unread = True
            self._tell(CardUnread(self._settings.name, trouble))

    def _gone(self, *, sure: bool) -> None:
        if self._card is not None:
            self._card = None
            self._tell(CardRemoved(self._settings.name, sure))


async def introduce(talk: Talk) -> dict[str, str]:
    """What the reader says of itself. Raises DeviceTrouble when it is none, or broken:
    a reader without a licence says so here."""
    await talk.ask(answers.STATUS, answers.ready)
    try:
        return {"sam": (await talk.ask(answers.SAM, answers.sam)).number}
    except ReaderError:
        return {}  # an old one, that has no number to say
