"""What HIS said, what became of it here, and what HIS was told: kept side by side."""
