"""Who may do what: `ALLOWED` is the one table of roles and actions (21 CFR 11.10(d) and (g)).

Those who run the program decide on no batch, and those who decide on batches name no users.
"""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What somebody is here for. A vendor belongs to one company and sees what it sent."""

    VENDOR = "vendor"
    QA = "qa"
    OPERATOR = "operator"
    ADMIN = "admin"


class Action(StrEnum):
    """Something that somebody asks of the program."""

    SEND = "send certificates"
    SEE_OWN = "see what their company sent"
    SEE_ALL = "see every certificate and batch"
    DECIDE = "decide on batches and sign"
    READ_TEXTS = "accept a text for a laboratory"
    SEE_LIMITS = "see limits, markets and templates"
    SEE_OPERATION = "see queue, passes, health and settings"
    RETRY = "have a refused file read again"
    OWN_TOKENS = "make tokens for their own programs"
    MANAGE_PEOPLE = "add users, change roles, revoke tokens"


_VENDOR, _QA, _OPERATOR, _ADMIN = Role
ALLOWED: dict[Action, frozenset[Role]] = {
    Action.SEND: frozenset({_VENDOR, _QA, _OPERATOR}),
    Action.SEE_OWN: frozenset({_VENDOR}),
    Action.SEE_ALL: frozenset({_QA, _OPERATOR}),
    Action.DECIDE: frozenset({_QA}),
    Action.READ_TEXTS: frozenset({_QA}),
    Action.SEE_LIMITS: frozenset(Role),
    Action.SEE_OPERATION: frozenset({_QA, _OPERATOR, _ADMIN}),
    Action.RETRY: frozenset({_OPERATOR}),
    Action.OWN_TOKENS: frozenset({_VENDOR, _OPERATOR}),
    Action.MANAGE_PEOPLE: frozenset({_ADMIN}),
}


def may(role: str, action: Action) -> bool:
    """Whether a role allows an action; one that is not known allows nothing."""
    return role in ALLOWED[action]
