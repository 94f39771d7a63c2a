"""What axe-core, the common judge of accessibility, finds wrong with a page (AA)."""

from __future__ import annotations

from functools import cache

from playwright.sync_api import Page

from realtime.version import CHECKOUT

AXE = CHECKOUT / "kiosk_web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


@cache
def _axe() -> str:
    return AXE.read_text()


_FOUND = """
async (tags) => {
  const runOnly = { type: "tag", values: tags };
  // what is right with a page is a long list, and nobody's question here
  const found = await axe.run({ runOnly, resultTypes: ["violations"] });
  return found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
}
"""


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """Each with the elements it is about; nothing is put to sleep or left out."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_axe())
    return [(found, where) for found, where in page.evaluate(_FOUND, RULES)]
