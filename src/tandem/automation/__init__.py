"""Rules that people write, webhooks that go out and come in: what Tandem does by itself, and for whom."""
