"""The page of settings names every one, and says what it does."""

from __future__ import annotations

from kratom_qc import settings
from kratom_qc.portal.effects import EFFECTS


def test_every_setting_has_its_effect_in_words() -> None:
    caps = {variable for *_, variable in settings.Caps().described()}
    assert set(EFFECTS) | caps == set(settings.names())
