"""Calendar connections: plan, ingest, push."""
