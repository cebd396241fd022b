"""`python -m kratom_qc` is `kratom-qc`."""

from kratom_qc.cli.main import main

if __name__ == "__main__":  # reader processes import this module too
    main()
