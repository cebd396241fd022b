"""Certificates of analysis of kratom in, verdicts with their evidence out."""

__version__ = "0.1.0"
PROGRAM = f"kratom_qc {__version__}"
