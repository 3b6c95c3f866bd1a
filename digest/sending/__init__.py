"""The ledger, and the ways a mail leaves the house."""
