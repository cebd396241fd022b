"""Imported by the process from which readers are forked: it has read a certificate before, so that
no child loads word lists, texts and patterns for its first file, which takes half a second."""

from kratom_qc.app.reading import read_content

CERTIFICATE = b"""Certificate of analysis
Laboratory,Any Analytical
Batch,A-1
Product,Kratom leaf powder
Date tested,2026-01-05
Analyte,Result,Unit,LOD,LOQ,Limit,Method,Status
Mitragynine,1.5,%,0.01,0.02,,HPLC,
Lead,<0.1,mg/kg,0.05,0.1,1.0,ICP-MS,Pass
Salmonella,Not detected,in 25 g,,,Absent,BAM,Pass
These results relate only to the samples tested. What nobody has read is looked for everywhere.
"""

read_content("certificate.csv", CERTIFICATE)
