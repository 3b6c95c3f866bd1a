"""The catalogue: papers come in, are described, found and cited."""
