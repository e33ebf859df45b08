"""Postfix → LMTP → Dovecot on loopback: a private configuration folder, as root, no systemd."""

from __future__ import annotations

import imaplib
import shutil
import smtplib
import socket
import ssl
import subprocess
import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

from tests.servers.smtp_sink import CA_FILE, TLS

USERS = ("guard", "zhang", "li", "wang", "zhao", "full", "ack")
UNKNOWN = ("gone",)  # Postfix takes the mail, Dovecot knows nobody of that name: it comes back
PASSWORD = "geheim-8"  # of everybody
DOVECOT = """
base_dir = {root}/dovecot/run
state_dir = {root}/dovecot/state
log_path = {root}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
mail_location = maildir:{root}/mail/%n
mail_uid = dovecot
mail_gid = dovecot
first_valid_uid = 1
ssl = yes
ssl_cert = <{root}/cert.pem
ssl_key = <{root}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_username_format = %n
passdb {{
  driver = passwd-file
  args = {root}/users
}}
userdb {{
  driver = passwd-file
  args = {root}/users
  default_fields = uid=dovecot gid=dovecot home={root}/mail/%n
}}
mail_plugins = quota
plugin {{
  quota = count:User quota
  quota_rule = *:storage=100M
  quota_vsizes = yes
  quota_status_success = DUNNO
  quota_status_nouser = DUNNO
  quota_status_overquota = "552 5.2.2 Mailbox is full"
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  unix_listener {root}/spool/private/dovecot-lmtp {{
    mode = 0666
  }}
}}
service auth {{
  unix_listener {root}/spool/private/auth {{
    mode = 0666
  }}
}}
service quota-status {{
  executable = quota-status -p postfix
  unix_listener {root}/spool/private/quota {{
    mode = 0666
  }}
  client_limit = 1
}}
"""
MAIN = """
compatibility_level = 3.6
queue_directory = {root}/spool
data_directory = {root}/data
maillog_file = {root}/postfix.log
maillog_file_prefixes = {root}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.firm.example
mydestination =
mynetworks = 192.0.2.0/32
virtual_mailbox_domains = firm.example
virtual_mailbox_maps = texthash:{root}/boxes
virtual_transport = lmtp:unix:private/dovecot-lmtp
recipient_delimiter = +
local_recipient_maps =
alias_maps =
alias_database =
smtpd_tls_cert_file = {root}/cert.pem
smtpd_tls_key_file = {root}/key.pem
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = check_recipient_access texthash:{root}/access,
  check_policy_service unix:private/quota, permit_sasl_authenticated, reject
smtpd_error_sleep_time = 0
"""
MASTER = """
127.0.0.1:{smtp} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def free_port() -> int:
    """Return a port on loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


class MailHost:
    """``with MailHost(folder) as host``: ``host.smtp`` wants STARTTLS and a login, ``host.mails("zhang")`` reads."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        self.smtp, self.imap = free_port(), free_port()

    def __enter__(self) -> Self:
        for name in ("spool", "data", "etc", "mail", "dovecot/run", "dovecot/state"):
            (self.root / name).mkdir(parents=True)
        self.root.chmod(0o755)  # the servers drop their rights
        for name in ("cert.pem", "key.pem"):
            shutil.copy(TLS / name, self.root / name)
        shutil.chown(self.root / "data", "postfix")
        shutil.chown(self.root / "mail", "dovecot", "dovecot")
        self._write("users", "".join(f"{u}:{{PLAIN}}{PASSWORD}::::::{self._more(u)}\n" for u in USERS))
        self._write("boxes", "".join(f"{u}@firm.example x\n" for u in (*USERS, *UNKNOWN)))
        self._write("access", "grey@firm.example DEFER 4.7.1 greylisted, try again\n")
        self._fill("full")
        self._write("dovecot.conf", DOVECOT)
        self._write("etc/main.cf", MAIN)
        self._write("etc/master.cf", MASTER)
        self._postfix("start")
        self.mailboxes_up()
        return self

    def __exit__(self, *_: object) -> None:
        self._postfix("stop")
        self.mailboxes_down()

    def mailboxes_up(self) -> None:
        """Start Dovecot: IMAP, LMTP and the login of everybody."""
        self._dovecot = subprocess.Popen(["dovecot", "-F", "-c", str(self.root / "dovecot.conf")])
        self._until_both_answer()

    def mailboxes_down(self) -> None:
        """Stop Dovecot; Postfix goes on, but can neither deliver nor let anybody log in."""
        self._dovecot.terminate()
        self._dovecot.wait(20)

    def send(self, user: str, mail: EmailMessage, to: str) -> None:
        """Submit a mail as a user of the firm; the envelope sender is the user's own address."""
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=20) as smtp:
            smtp.starttls(context=ssl.create_default_context(cafile=CA_FILE))
            smtp.login(user, PASSWORD)
            smtp.send_message(mail, f"{user}@firm.example", [to])

    def _fill(self, user: str) -> None:
        """Put a mail into a user's box that is longer than the box may hold."""
        box = self.root / "mail" / user
        for name in ("new", "cur", "tmp"):
            (box / name).mkdir(parents=True)
        (box / "new" / "1.1.mail").write_text("Subject: long\n\n" + "x" * 5000, encoding="utf-8")
        for place in (box, *box.rglob("*")):
            shutil.chown(place, "dovecot", "dovecot")

    @staticmethod
    def _more(user: str) -> str:
        return "userdb_quota_rule=*:bytes=100" if user == "full" else ""

    def _write(self, name: str, text: str) -> None:
        if name.endswith((".conf", ".cf")):
            text = text.format(root=self.root, smtp=self.smtp, imap=self.imap)
        (self.root / name).write_text(text.lstrip(), encoding="utf-8")

    def _postfix(self, verb: str) -> None:
        done = subprocess.run(
            ["postfix", "-c", str(self.root / "etc"), verb], capture_output=True, text=True, check=False
        )
        if done.returncode and verb == "start":
            raise AssertionError(done.stdout + done.stderr + self.log())

    def _until_both_answer(self) -> None:
        for port in (self.smtp, self.imap):
            end = time.monotonic() + 30
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    if time.monotonic() > end:
                        raise AssertionError(f"no server on {port}: {self.log()}") from None
                    time.sleep(0.1)

    def log(self) -> str:
        """Return the end of both servers' logs."""
        logs = (self.root / "postfix.log", self.root / "dovecot.log")
        return "\n".join(f.read_text(errors="replace")[-1500:] for f in logs if f.exists())

    def box(self, user: str) -> imaplib.IMAP4:
        """Return a connection with the user's inbox selected."""
        found = imaplib.IMAP4("127.0.0.1", self.imap, 20)
        found.authenticate("PLAIN", lambda _: f"\0{user}\0{PASSWORD}".encode())
        found.select("INBOX")
        return found

    def mails(self, user: str, count: int = 0) -> list[EmailMessage]:
        """Return the user's mails as soon as there are ``count``."""
        end = time.monotonic() + 30
        while True:
            with self.box(user) as box:
                numbers = box.search(None, "ALL")[1][0].split()
                if len(numbers) >= count:
                    found: list[Any] = [box.fetch(n.decode(), "(BODY.PEEK[])")[1][0] for n in numbers]
                    return [message_from_bytes(f[1], policy=policy.default) for f in found]  # type: ignore[misc]
            if time.monotonic() > end:
                raise AssertionError(f"{len(numbers)} of {count} mails came: {self.log()}")
            time.sleep(0.2)

    def threads(self, user: str) -> str:
        """Return Dovecot's answer to THREAD REFERENCES."""
        with self.box(user) as box:
            return str(box.thread("REFERENCES", "UTF-8", "ALL")[1][0].decode())
