"""A bare Debian in a folder, to install packages in: made once, then copied."""

import os
import platform
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

CHROOT = shutil.which("chroot") or "chroot"
PERSON = "learner"
# Programs run as somebody who is no administrator, as at a school.
PERSON_ID = 1000
# What changes whenever packages come and go, whichever they are.
VOLATILE = (
    "/dev/",
    "/proc/",
    "/sys/",
    "/tmp/",
    "/run/",
    "/var/cache/",
    "/var/lib/apt/",
    "/var/lib/dpkg/",
    "/var/log/",
)


class BareRoot:
    """A Debian that holds nothing but its base system.

    Parameters
    ----------
    folder
        Where it is made; what was there is removed.
    pristine
        Where an untouched copy is kept for the next time.
    """

    def __init__(self, folder: Path, pristine: Path) -> None:
        self.folder = folder
        if not (pristine / "etc" / "debian_version").exists():
            shutil.rmtree(pristine, ignore_errors=True)
            self._bootstrap(pristine)
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run(["cp", "-a", pristine, folder], check=True)
        self._mounted: list[Path] = []

    def _bootstrap(self, pristine: Path) -> None:
        pristine.parent.mkdir(parents=True, exist_ok=True)
        # The Debian that this machine has, from where it has it: its packages are what the libraries were
        # looked up in.
        suite = platform.freedesktop_os_release()["VERSION_CODENAME"]
        asked = ["apt-get", "indextargets", "--format", "$(REPO_URI)", f"Codename: {suite}"]
        mirror = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()[0]
        command = ["debootstrap", "--variant=minbase", "--include=ca-certificates", suite, pristine, mirror]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        (pristine / "etc" / "apt" / "sources.list").unlink(missing_ok=True)
        for name in (
            "etc/apt/sources.list",
            "etc/apt/sources.list.d",
            "etc/apt/apt.conf.d",
            "etc/resolv.conf",
        ):
            source, target = Path("/") / name, pristine / name
            if source.is_dir():
                shutil.copytree(source, target, dirs_exist_ok=True)
            elif source.exists():
                shutil.copy(source, target)
        subprocess.run(
            [CHROOT, pristine, "useradd", "-m", "-u", str(PERSON_ID), PERSON],
            stdout=subprocess.DEVNULL,
            check=True,
        )
        subprocess.run([CHROOT, pristine, "apt-get", "-qq", "update"], stdout=subprocess.DEVNULL, check=True)

    def __enter__(self) -> "BareRoot":
        for name in ("proc", "dev", "dev/shm", "tmp/.X11-unix"):
            target = self.folder / name
            target.mkdir(parents=True, exist_ok=True)
            Path("/", name).mkdir(parents=True, exist_ok=True)
            subprocess.run(["mount", "--bind", f"/{name}", target], check=True)
            self._mounted.append(target)
        return self

    def __exit__(self, *error: object) -> None:
        for target in reversed(self._mounted):
            subprocess.run(["umount", "-l", target], check=False)

    def administer(self, *command: str) -> str:
        """Run a command in it as root; gives what it prints, and fails with it."""
        return self._run([CHROOT, str(self.folder), *command], {"HOME": "/root"})

    def command(
        self, *command: str, environment: dict[str, str] | None = None
    ) -> tuple[list[str], dict[str, str]]:
        """Give command and environment of a program that the person runs in it."""
        home = f"/home/{PERSON}"
        inside = ["env", f"--chdir={home}", *command]
        variables = {
            "HOME": home,
            "USER": PERSON,
            "XDG_RUNTIME_DIR": home,
            "LANG": "C.UTF-8",
            "PATH": "/usr/bin:/bin",
        }
        return (
            [CHROOT, f"--userspec={PERSON_ID}:{PERSON_ID}", str(self.folder), *inside],
            {**variables, "DISPLAY": os.environ.get("DISPLAY", ""), **(environment or {})},
        )

    def use(self, *command: str, environment: dict[str, str] | None = None) -> str:
        """Run a command in it as the person; gives what it prints, and fails with it."""
        return self._run(*self.command(*command, environment=environment))

    def _run(self, command: Sequence[str], environment: dict[str, str]) -> str:
        everywhere = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive"}
        done = subprocess.run(
            command,
            env=everywhere | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def files(self) -> set[str]:
        """List all files and folders that are there to stay."""
        found = set()
        for folder, folders, files in os.walk(self.folder):
            inside = folder.removeprefix(str(self.folder))
            found.update(f"{inside}/{name}" for name in (*folders, *files))
        return {path for path in found if not f"{path}/".startswith(VOLATILE)}

    def packaged(self) -> set[str]:
        """List what the packages that are installed brought."""
        lists = (self.folder / "var" / "lib" / "dpkg" / "info").glob("*.list")
        named = {line for file in lists for line in file.read_text().splitlines()}
        # Packages of this Debian still name folders as they were before all moved to /usr.
        return named | {f"/usr{path}" for path in named if path.startswith(("/bin/", "/lib", "/sbin/"))}
