"""The ledger, and the ways mail is sent."""
