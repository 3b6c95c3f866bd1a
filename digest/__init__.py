"""Papers, editions, and the digest of each subscriber."""
