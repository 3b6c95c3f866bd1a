"""The ledger, and the transports that send mail."""
