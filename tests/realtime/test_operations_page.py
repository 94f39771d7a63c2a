"""The settings' table in docs/operations.md says what the code says.

HOUZHEN_TEST_WRITE_DOCS=1 writes it anew.
"""

import os
from pathlib import Path

from realtime.config import Setting, settings_known

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
BEGIN = "<!-- settings: written by tests/realtime/test_operations_page.py -->\n"
END = "<!-- end of settings -->"


def row(setting: Setting) -> str:
    text = f"`{setting.key}` | `{setting.default}` | {setting.meaning} | "
    return f"| {text}{setting.expected} |"


def table() -> str:
    head = "| setting | default | what it is | what it may be |\n|---|---|---|---|\n"
    return head + "".join(row(setting) + "\n" for setting in settings_known())


def test_the_table_of_settings_is_the_codes_own() -> None:
    page = PAGE.read_text("utf-8")
    before, _, rest = page.partition(BEGIN)
    written, _, after = rest.partition(END)
    if os.environ.get("HOUZHEN_TEST_WRITE_DOCS") == "1":
        PAGE.write_text(before + BEGIN + table() + END + after, "utf-8")
        return
    assert written == table(), "run it with HOUZHEN_TEST_WRITE_DOCS=1"


def test_the_page_shows_no_setting_that_is_not_there() -> None:
    page = PAGE.read_text("utf-8")
    known = {setting.key for setting in settings_known()}
    sections = {key.partition(".")[0] for key in known if "." in key}
    for word in page.replace("`", " ` ").split():
        section, dot, name = word.partition(".")
        if dot and section in sections and name.isidentifier():
            assert word in known or word == "live.hartbeat_s", word
