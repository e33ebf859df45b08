"""Journey 1: from a clone to the first warning on a bare Debian whose only Python is `python3`.

The machine is a minimal Debian in a folder (debootstrap + chroot). Mirror, name servers, certificates and
pip's settings are read from this machine when the test runs. The folder is kept in the temporary directory,
because making it takes a minute.
"""

import email
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.policy import default
from pathlib import Path

import pytest

pytestmark = [pytest.mark.debian, pytest.mark.long]

PROJECT = Path(__file__).resolve().parents[2]
FIVE_MINUTES = 300
BOTH = pytest.mark.parametrize("who", ["root", "newcomer"])


@dataclass(frozen=True, slots=True)
class Machine:
    """One bare Debian; commands run inside it as root or as the user `newcomer`."""

    root: Path

    def run(self, command: str, who: str = "root", within: int = 600) -> subprocess.CompletedProcess[str]:
        inside = ["chroot", f"--userspec={who}:{who}", str(self.root), "/usr/bin/env", "-i", *_settings(who)]
        return subprocess.run(
            [*inside, "/bin/sh", "-c", f"cd && {command}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=within,
            check=False,
        )

    def clone(self, who: str) -> Path:
        """Lay this project's files down as `who` would clone them; return the folder as seen from outside."""
        target = self.root / home(who).lstrip("/") / "deadline_guard"
        if target.exists():
            shutil.rmtree(target)
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, check=True).stdout
        for name in filter(None, listed.decode().split("\0")):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, target / name)
        assert self.run(f"chown -R {who}:{who} {home(who)}").returncode == 0
        return target

    def system_python_changes(self) -> list[str]:
        """Return what anybody installed for the distribution's own Python, outside Debian's packages."""
        places = ["usr/local/lib/python3*/dist-packages/*", "root/.local/*", "home/newcomer/.local/*"]
        return [str(found) for place in places for found in self.root.glob(place)]


def home(who: str) -> str:
    return "/root" if who == "root" else f"/home/{who}"


def _settings(who: str) -> list[str]:
    passed = re.compile(r"(?i)(https?|no)_proxy|ssl_cert_file|pip_(?!find_links|no_index|constraint)\w+")
    outer = [f"{name}={value}" for name, value in os.environ.items() if passed.fullmatch(name)]
    return [*outer, f"HOME={home(who)}", f"USER={who}", "LANG=C.UTF-8", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"]


@pytest.fixture(scope="module")
def bare() -> Machine:
    """A minimal Debian of this machine's own release with python3 and neither pip nor ensurepip."""
    release = re.findall(r"^VERSION_CODENAME=(\w+)", Path("/etc/os-release").read_text(), re.MULTILINE)[0]
    kept = Path(tempfile.gettempdir()) / f"deadline-guard-bare-{release}"
    if not kept.exists():
        making = Path(tempfile.mkdtemp(prefix="deadline-guard-making-", dir=kept.parent))
        bootstrap = ["debootstrap", "--variant=minbase", "--include=python3", release, str(making), _mirror()]
        made = subprocess.run(bootstrap, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stdout[-2000:] + made.stderr[-2000:]
        _settle_in(making)
        making.chmod(0o755)
        making.rename(kept)
    return Machine(kept)


def _mirror() -> str:
    for listed in [*Path("/etc/apt/sources.list.d").glob("*"), Path("/etc/apt/sources.list")]:
        if listed.suffix in (".sources", ".list") and listed.exists():
            found = re.search(r"^(?:URIs:|deb(?: \[.*?\])?) *(\S+/debian)/?\s", listed.read_text(), re.MULTILINE)
            if found:
                return found[1]
    pytest.fail("no Debian mirror in /etc/apt/sources.list or /etc/apt/sources.list.d")


def _settle_in(root: Path) -> None:
    trusted = "etc/ssl/certs/ca-certificates.crt"
    copies = {name: name for name in ("etc/resolv.conf", "etc/hosts", "etc/pip.conf", trusted)}
    # Debian's ca-certificates, once some package pulls it in, writes the bundle anew from this folder.
    copies["usr/local/share/ca-certificates/outer.crt"] = trusted
    for name, source in copies.items():
        if Path("/", source).exists():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).unlink(missing_ok=True)
            shutil.copyfile(Path("/", source), root / name)
    for name in ("etc/xdg/pip", "etc/apt", "usr/share/keyrings"):
        if Path("/", name).is_dir():
            shutil.copytree(Path("/", name), root / name, dirs_exist_ok=True)
    assert Machine(root).run("useradd -m newcomer && mkdir -p /tmp && chmod 1777 /tmp").returncode == 0


@pytest.fixture
def another(bare: Machine) -> Iterator[Machine]:
    """A copy of the bare machine that a test may change."""
    root = Path(tempfile.mkdtemp(prefix="deadline-guard-machine-"))
    subprocess.run(["cp", "-a", "--reflink=auto", f"{bare.root}/.", str(root)], check=True)
    yield Machine(root)
    shutil.rmtree(root)


def mending_command(said: str) -> str:
    return re.findall(r"^  (.*apt-get .*)$", said, re.MULTILINE)[0]


@BOTH
def test_without_ensurepip_it_prints_the_one_mending_command_and_exits_3(bare: Machine, who: str) -> None:
    checkout = bare.clone(who)
    before = sorted(checkout.rglob("*"))
    for command in ("demo", "setup", "test"):
        outcome = bare.run(f"cd deadline_guard && python3 dev.py {command}", who)
        assert outcome.returncode == 3, outcome.stdout
        assert "ensurepip" in outcome.stdout
        plain = "apt-get update && apt-get install -y python3-venv"
        assert mending_command(outcome.stdout) == (plain if who == "root" else f"sudo sh -c '{plain}'")
    assert sorted(checkout.rglob("*")) == before, "nothing half-made is left behind"
    assert bare.system_python_changes() == []


@BOTH
def test_after_that_one_command_the_demo_warns_somebody(another: Machine, who: str) -> None:
    another.clone("root")
    mend = mending_command(another.run("cd deadline_guard && python3 dev.py demo").stdout)
    mended = another.run(f"DEBIAN_FRONTEND=noninteractive; export DEBIAN_FRONTEND; {mend}")
    assert mended.returncode == 0, mended.stdout[-2000:]
    assert list(another.root.glob("usr/lib/python3*/EXTERNALLY-MANAGED")), "Debian manages this Python (PEP 668)"

    checkout = another.clone(who)
    shown = another.run("cd deadline_guard && python3 dev.py demo", who, within=FIVE_MINUTES)
    assert shown.returncode == 0, shown.stdout[-3000:]
    warning = a_mail(another, checkout, shown.stdout)
    assert warning["To"]
    assert warning["Subject"]
    assert another.system_python_changes() == []


@BOTH
def test_a_distribution_pip_alone_is_enough(another: Machine, who: str) -> None:
    """python3-pip without python3-venv: no ensurepip, but a pip that may install into our own environment."""
    added = another.run("apt-get update && apt-get install -y --no-install-recommends python3-pip")
    assert added.returncode == 0, added.stdout[-2000:]
    checkout = another.clone(who)
    shown = another.run("cd deadline_guard && python3 dev.py demo -- --help", who)
    assert shown.returncode == 0, shown.stdout[-3000:]
    assert (checkout / ".venv" / "pyvenv.cfg").exists()
    again = another.run("cd deadline_guard && python3 dev.py demo -- --help", who)
    assert "packages:" in shown.stdout
    assert "packages:" not in again.stdout, "what is installed already is not installed again"
    assert another.system_python_changes() == []


def a_mail(machine: Machine, checkout: Path, said: str) -> email.message.EmailMessage:
    """Return the warning that the demo's output names by its path."""
    printed = re.findall(r"\S+\.eml", said)
    assert printed, said[-3000:]
    path = printed[-1]
    place = machine.root / path.lstrip("/") if path.startswith("/") else checkout / path
    with place.open("rb") as file:
        parsed = email.message_from_binary_file(file, policy=default)
    assert isinstance(parsed, email.message.EmailMessage)
    return parsed
