"""Every table, one file a subject; import this to know them all."""

from deadline_guard.store.tables.answer_links import AnswerLinkTable
from deadline_guard.store.tables.assessments import AssessmentTable, DerivationTable
from deadline_guard.store.tables.cases import CaseLinkTable, CaseTable, EventTable
from deadline_guard.store.tables.edits import EditAttemptTable, EditTable, HeardTable
from deadline_guard.store.tables.ledger import LedgerChainTable, LedgerTable, PayloadTable
from deadline_guard.store.tables.messages import (
    AttemptTable,
    MessageNoticeTable,
    MessageTable,
    ThreadRefTable,
)
from deadline_guard.store.tables.naming import METADATA, TableBase
from deadline_guard.store.tables.notices import NoticeTable
from deadline_guard.store.tables.people import AbsenceTable, AssignmentTable, RevisionTable
from deadline_guard.store.tables.replies import ReplyMailTable
from deadline_guard.store.tables.runs import RunTable, SettingTable, SourceTable
from deadline_guard.store.tables.seals import SealHeadTable, SealTable

__all__ = [
    "METADATA",
    "AbsenceTable",
    "AnswerLinkTable",
    "AssessmentTable",
    "AssignmentTable",
    "AttemptTable",
    "CaseLinkTable",
    "CaseTable",
    "DerivationTable",
    "EditAttemptTable",
    "EditTable",
    "EventTable",
    "HeardTable",
    "LedgerChainTable",
    "LedgerTable",
    "MessageNoticeTable",
    "MessageTable",
    "NoticeTable",
    "PayloadTable",
    "ReplyMailTable",
    "RevisionTable",
    "RunTable",
    "SealHeadTable",
    "SealTable",
    "SettingTable",
    "SourceTable",
    "TableBase",
    "ThreadRefTable",
]
