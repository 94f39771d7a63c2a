"""Figures: read when asked, right in sum, and one that fails takes no other along."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from realtime.http.metrics import Histogram, Metrics
from tests.realtime.http.visitor import opened, site


def figures(text: bytes) -> dict[str, float]:
    return {
        sample.name + "".join(f"|{value}" for value in sample.labels.values()): (
            sample.value
        )
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def test_figures_are_read_at_the_moment_they_are_asked_for() -> None:
    metrics = Metrics()
    asks = 0
    metrics.counter("houzhen_asks", "Asks answered", lambda: asks)
    metrics.gauge("houzhen_open", "Open", lambda: {"live": 3, "http": 2}, "kind")
    asks = 41
    found = figures(metrics.text())
    assert found["houzhen_asks_total"] == 41
    assert found["houzhen_open|live"] == 3
    assert found["houzhen_open|http"] == 2
    asks += 1
    assert figures(metrics.text())["houzhen_asks_total"] == 42


def test_a_histogram_counts_each_value_in_every_bucket_above_it() -> None:
    metrics = Metrics()
    took = Histogram((0.01, 0.1, 1))
    metrics.histogram("houzhen_ask_seconds", "How long asks took", took)
    for value in (0.005, 0.01, 0.05, 0.5, 7):
        took.observe(value)
    found = figures(metrics.text())
    assert found["houzhen_ask_seconds_bucket|0.01"] == 2
    assert found["houzhen_ask_seconds_bucket|0.1"] == 3
    assert found["houzhen_ask_seconds_bucket|1"] == 4
    assert found["houzhen_ask_seconds_bucket|+Inf"] == 5
    assert found["houzhen_ask_seconds_count"] == 5
    assert found["houzhen_ask_seconds_sum"] == pytest.approx(7.565)


def test_a_figure_that_cannot_be_read_leaves_the_others() -> None:
    metrics = Metrics()
    metrics.gauge("houzhen_broken", "Broken", lambda: 1 / 0)
    metrics.gauge("houzhen_whole", "Whole", lambda: 1)
    found = figures(metrics.text())
    assert "houzhen_broken" not in found
    assert found["houzhen_whole"] == 1
    assert found["houzhen_figures_unreadable"] == 1


def test_the_process_tells_about_itself() -> None:
    found = figures(Metrics().text())
    assert found["process_resident_memory_bytes"] > 0
    assert found["houzhen_figures_unreadable"] == 0


def test_two_figures_cannot_have_one_name() -> None:
    metrics = Metrics()
    metrics.gauge("houzhen_a", "A", lambda: 1)
    with pytest.raises(ValueError, match="already a figure 'houzhen_a'"):
        metrics.histogram("houzhen_a", "A", Histogram())


@pytest.mark.parametrize("bounds", [(), (2, 1), (1, 1)])
def test_bounds_that_do_not_rise_are_refused(bounds: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="bounds rise"):
        Histogram(bounds)


async def test_they_are_at_metrics() -> None:
    metrics = Metrics()
    metrics.gauge("houzhen_open", "Open", lambda: 3)
    async with opened(site(metrics=metrics)) as door:
        answer = await door.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert figures(answer.body)["houzhen_open"] == 3
