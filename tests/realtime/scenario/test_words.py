"""The words of the scenarios are the engine's: none is without a command behind it."""

from __future__ import annotations

import typing

import msgspec
import pytest

from actors.clinic.commands import Command
from realtime.scenario import deeds
from realtime.scenario.words import EXPECTS, OPTIONS, VERBS, Verb

COMMANDS = {
    str(command.__struct_config__.tag).removeprefix("clinic."): command
    for command in typing.get_args(Command)
}
READ_OTHERWISE = {
    "register": {"registered"},
    "transfer": {"clinic"},
    "arrive": {"queue"},
}
"""Options that the story itself takes in, and no command has."""
# a complaint is sealed before it is told: no rule turns on it
NOT_IN_STORIES = {
    "open",
    "wake",
    "carry_over",
    "history",
    "complaint",
}


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: "-".join(verb.words[:2]))
def test_a_deed_is_a_command_with_these_fields(verb: Verb) -> None:
    fields = set(COMMANDS[verb.name].__struct_fields__)
    said = set(verb.options) | set(verb.sets)
    assert said <= fields | READ_OTHERWISE.get(verb.name, set())


def test_every_command_can_be_said() -> None:
    assert {verb.name for verb in VERBS} == set(COMMANDS) - NOT_IN_STORIES


def test_no_word_means_two_things() -> None:
    words = [w for verb in VERBS for w in (verb.words[1:] if verb.sets else verb.words)]
    assert sorted(words) == sorted(set(words))


def test_every_option_has_a_reader() -> None:
    assert {option for verb in VERBS for option in verb.options} <= set(OPTIONS)


def test_every_expectation_can_be_looked_at() -> None:
    from realtime.scenario.seeing import Eyes

    for what in set(EXPECTS) - {"hall"}:
        assert hasattr(Eyes, f"_{what}"), what


def test_every_reason_that_must_be_given_has_a_default() -> None:
    for name, command in COMMANDS.items():
        fields = {field.name: field for field in msgspec.structs.fields(command)}
        if "reason" in fields and fields["reason"].required:
            assert name in deeds._NEED_REASON, name
