"""The work of the children that look at a file for a page that shows its sheets: see `pictures`."""

from kratom_qc import settings
from kratom_qc.app.reading import Reading, read_content
from kratom_qc.domain.look import SheetLook
from kratom_qc.intake.looks import looks


def look_at(
    name: str, content: bytes, caps: settings.Caps
) -> tuple[Reading, tuple[SheetLook, ...]]:
    """A file as it is read in this very process, with every text's fate, and its sheets as they
    look: pure and picklable, for a child."""
    return read_content(name, content, caps, account=True), looks(name, content, caps)
