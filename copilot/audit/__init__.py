"""The audit log: a hash-chained record of every tool call and human decision (promise P6).

`AuditLog` writes it, `verify` checks it offline, `read_records` reads it. The format is in `record.py`.
"""

from copilot.audit.log import AuditLog
from copilot.audit.record import Body, Entry, Redaction, Rusage
from copilot.audit.redact import Redactor
from copilot.audit.verify import Verification, read_records, verify

__all__ = [
    "AuditLog",
    "Body",
    "Entry",
    "Redaction",
    "Redactor",
    "Rusage",
    "Verification",
    "read_records",
    "verify",
]
