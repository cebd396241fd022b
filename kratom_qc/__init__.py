"""Certificates of analysis of kratom in, verdicts with their evidence out."""

__version__ = "0.3.0"
PROGRAM = f"kratom_qc {__version__}"
