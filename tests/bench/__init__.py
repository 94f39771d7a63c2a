"""The benchmarks: what the house costs, beside its peers, against its bars.

python -m tests.bench NAME [--json] [--quick] [--check]

What is measured and why it may be believed stands in docs/performance.md.
"""
