"""The portal: pages for vendors, QA, operators and administrators, and the API. Thin: what it does
is in `kratom_qc.app`, what it shows in `kratom_qc.report`."""
