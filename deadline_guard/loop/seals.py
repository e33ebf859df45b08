"""The daily seal as a job: seal every chain, and send the root to somebody who keeps it elsewhere."""

from __future__ import annotations

from datetime import datetime

from deadline_guard.core.notices import Message
from deadline_guard.loop import findings
from deadline_guard.loop.office import Office
from deadline_guard.store import messages, notices, seals
from deadline_guard.store.seals import Seal


def seal(office: Office, now: datetime) -> Seal:
    """Seal every chain as it stands; the custodian, where one is named, is sent the root by an ordinary message.

    A custodian with an address that is nobody's in people.yaml (a notary, a chamber) is mailed directly.
    """
    custodian = office.config.custodian
    with office.store.write() as conn:
        made = seals.seal(conn, now)
        if not custodian:
            return made
        found = findings.finding(
            findings.SYSTEM, findings.SEAL, str(made.n), office.directory(conn), now, seal=made.n,
            root=made.root.hex(), entries=made.entries, chains=made.chains, since=made.at.isoformat(),
        )  # fmt: skip
        notice = found._replace(person=custodian, via=())
        notices.insert(conn, [notice], now)
        if "@" in custodian:
            mail = Message(
                f"{notice.key}/email", custodian, "email", custodian, notice.kind, (notice.key,), notice.level,
                "system/seal", now,
            )  # fmt: skip
            messages.insert(conn, [mail], now)
    return made
