"""Imported by the process from which the portal's children are forked: what `warm` is for, and what
looks at sheets and writes workbooks, a third of a second for every page that shows a file."""

import kratom_qc.app.looking
import kratom_qc.app.warm
import kratom_qc.intake.giveback.annotate  # noqa: F401
