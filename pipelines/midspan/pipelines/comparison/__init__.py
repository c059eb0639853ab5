"""What a workspace says of variants and runs beside each other."""
