"""Figures for Prometheus, read when they are asked for.

The parts of the server count in plain integers and lists of their own; nothing is
paid per event beyond an addition. Here it is only told what they are called.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Literal, Protocol

import msgspec
from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from quart import Blueprint, Response

# One figure, or one for each value of the figure's label.
Figures = float | Mapping[str, float]

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0)


class Spread(Protocol):
    """How values were spread: what a histogram of any part looks like from here.

    `counts[i]` is how many were at most `bounds[i]` and above the bound before; the
    last of `counts` is how many were above all bounds. `total` is their sum.
    """

    @property
    def bounds(self) -> Sequence[float]: ...
    @property
    def counts(self) -> Sequence[int]: ...
    @property
    def total(self) -> float: ...


class Histogram:
    """A spread that counts. Hand its `observe` to whoever measures."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Iterable[float] = SECONDS) -> None:
        self.bounds = tuple(bounds)
        if not self.bounds or list(self.bounds) != sorted(set(self.bounds)):
            raise ValueError("bounds rise, and there is at least one")
        self.counts = [0] * (len(self.bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


class _Figure(msgspec.Struct, frozen=True):
    kind: Literal["counter", "gauge"]
    name: str
    meaning: str
    read: Callable[[], Figures]
    label: str


class Metrics(Collector):
    """What is told about the server. Add each figure once, at the start."""

    def __init__(self) -> None:
        self._figures: list[_Figure] = []
        self._spreads: list[tuple[str, str, Spread]] = []
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)
        ProcessCollector(registry=self._registry)
        GCCollector(registry=self._registry)

    def counter(
        self, name: str, meaning: str, read: Callable[[], Figures], label: str = ""
    ) -> None:
        """A number that only grows, e.g. `houzhen_asks`; `_total` is added to it."""
        self._add(_Figure("counter", name, meaning, read, label))

    def gauge(
        self, name: str, meaning: str, read: Callable[[], Figures], label: str = ""
    ) -> None:
        """A number that rises and falls, e.g. `houzhen_connections`."""
        self._add(_Figure("gauge", name, meaning, read, label))

    def histogram(self, name: str, meaning: str, spread: Spread) -> None:
        """How values are spread, e.g. `houzhen_ask_seconds`."""
        self._known(name)
        self._spreads.append((name, meaning, spread))

    def text(self) -> bytes:
        """All of it as Prometheus reads it. A figure whose reading fails is left
        out rather than taking the others with it."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        failed = 0
        for figure in self._figures:
            try:
                found = figure.read()
            except Exception:
                failed += 1
                continue
            family = CounterMetricFamily if figure.kind == "counter" else _gauge
            labels = [figure.label] if figure.label else []
            metric = family(figure.name, figure.meaning, labels=labels)
            if isinstance(found, Mapping):
                for value, number in found.items():
                    metric.add_metric([value], number)
            else:
                metric.add_metric([], found)
            yield metric
        for name, meaning, spread in self._spreads:
            histogram = HistogramMetricFamily(name, meaning, labels=[])
            bounds = [*(f"{bound:g}" for bound in spread.bounds), "+Inf"]
            buckets = zip(bounds, accumulate(spread.counts), strict=True)
            histogram.add_metric([], list(buckets), spread.total)
            yield histogram
        yield GaugeMetricFamily(
            "houzhen_figures_unreadable", "Figures left out of this page", failed
        )

    def _add(self, figure: _Figure) -> None:
        self._known(figure.name)
        self._figures.append(figure)

    def _known(self, name: str) -> None:
        names = [figure.name for figure in self._figures]
        if name in names or name in [spread[0] for spread in self._spreads]:
            raise ValueError(f"there is already a figure {name!r}")


def _gauge(name: str, meaning: str, labels: Sequence[str]) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, meaning, labels=labels)


def metrics_routes(metrics: Metrics) -> Blueprint:
    routes = Blueprint("metrics", __name__)

    @routes.get("/metrics")
    async def read() -> Response:
        return Response(metrics.text(), content_type=CONTENT_TYPE_LATEST)

    return routes
