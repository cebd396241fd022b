"""`python -m kratom_qc` is `kratom-qc`."""

from kratom_qc.cli import main

main()
