"""Sections about what an image is set to: accounts, environment, labels, trusted certificates, history."""

from prill.model.fact_values import Account, EnvironmentVariable, HistoryLayer, Label
from prill.model.facts import ImageFacts
from prill.model.file_facts import CertificateBundle
from prill.views.inspection_page import Cell, Section
from prill.views.inspection_section import About, code, make_section, number
from prill.views.inspection_words import Places, day
from prill.views.sizes import count, human_size

__all__ = ["accounts_section", "certificates_section", "environment_section", "history_section", "labels_section"]

_SHOWN = 8
_ACCOUNTS = About(
    facts=("accounts",),
    title="Accounts",
    titles=("ACCOUNT", "UID", "GID", "GROUPS", "HOME", "SHELL", "LOG IN"),
    none="No account: there is no /etc/passwd.",
)
_ENVIRONMENT = About(
    facts=("environment",), title="Environment", titles=("NAME", "VALUE", "REMARK"), none="No variable is set."
)
_LABELS = About(facts=("labels",), title="Labels", titles=("LABEL", "VALUE"), none="No label.")
_CERTIFICATES = About(
    facts=("certificates",),
    title="Trusted certificates",
    titles=("BUNDLE", "TRUSTED", "EXPIRED", "NEXT TO EXPIRE", "OLDEST"),
    none="No bundle of trusted certificates.",
)
_HISTORY = About(
    facts=("history",),
    title="History and layers",
    titles=("LAYER", "DAY", "STEP", "STORED", "UNPACKED", "FILES"),
    none="The image has no layer.",
)


def accounts_section(facts: ImageFacts, _places: Places) -> Section:
    """Tell the accounts, and who can log in."""
    accounts = list(facts.values(Account))
    rows = [
        (
            Cell(one.name),
            number(str(one.uid)),
            number(str(one.gid)),
            Cell(", ".join(one.groups) or "-"),
            code(one.home),
            code(one.shell),
            Cell("yes" if one.can_log_in else "no", level="note" if one.can_log_in else ""),
        )
        for one in accounts
    ]
    able = ", ".join([one.name for one in accounts if one.can_log_in][:_SHOWN])
    lead = f"{count(len(rows), 'account')}; with a shell that is there: {able or 'none'}." if rows else ""
    return make_section(facts, _ACCOUNTS, rows, lead=lead)


def environment_section(facts: ImageFacts, _places: Places) -> Section:
    """Tell the variables, those masked that look like secrets."""
    rows = [
        (
            code(one.name),
            code(one.value),
            Cell(f"SECRET: {one.reason}" if one.secret else "", level="attention" if one.secret else ""),
        )
        for one in facts.values(EnvironmentVariable)
    ]
    return make_section(facts, _ENVIRONMENT, rows)


def labels_section(facts: ImageFacts, _places: Places) -> Section:
    """Tell the labels."""
    return make_section(facts, _LABELS, [(code(one.name), Cell(one.value)) for one in facts.values(Label)])


def certificates_section(facts: ImageFacts, places: Places) -> Section:
    """Tell the bundles, with what expires next."""
    rows = []
    for value, evidence in facts.answers(CertificateBundle):
        unreadable = f" ({value.unreadable} unreadable)" if value.unreadable else ""
        expired = f"{value.expired} EXPIRED" if value.expired else "0"
        rows.append(
            (
                code(places.path(evidence)),
                number(f"{value.certificates}{unreadable}"),
                Cell(expired, "number", "note" if value.expired else ""),
                Cell(f"{value.next_expiry} {value.next_expiry_name}"),
                Cell(f"{value.oldest} {value.oldest_name}"),
            )
        )
    return make_section(facts, _CERTIFICATES, rows)


def history_section(facts: ImageFacts, _places: Places) -> Section:
    """Tell the steps, with the number and the size of each one's layer."""
    rows = []
    layer = 0
    for value in facts.values(HistoryLayer):
        layer += bool(value.layer)
        sizes = (human_size(value.compressed), human_size(value.unpacked), f"{value.files:,}")
        rows.append(
            (
                number(str(layer) if value.layer else "-"),
                Cell(day(value.created) or "-"),
                code(value.created_by or "-"),
                *map(number, sizes if value.layer else ("", "", "")),
            )
        )
    return make_section(facts, _HISTORY, rows)
