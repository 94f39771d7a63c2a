"""Those that need a journal run on both databases."""

from tests.actors.conftest import journal_url as journal_url
