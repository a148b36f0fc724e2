"""Which of Python's names means what: modules' functions, methods, and names for the same thing.

Hot path: the guard's own words.
"""

from __future__ import annotations

from ambidex.guard.code import python_files as files
from ambidex.guard.code import python_sinks as sinks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ambidex.guard.code.sinks import Ref, Sinks

    Handler = Callable[[Sinks, Ref, list[Any], dict[str, Any]], Any]


def canonical(name: str) -> str:
    """One name for what has several."""
    for old, new in _SAME:
        if name == old or name.startswith(old + "."):
            return new + name[len(old) :]
    return name


_SAME = (
    ("posix", "os"),
    ("nt", "os"),
    ("posixpath", "os.path"),
    ("builtins", ""),
    ("__builtins__", ""),
    ("commands", "subprocess"),
    ("pathlib.Path", "Path"),
    ("pathlib.PosixPath", "Path"),
    ("pathlib.PurePath", "Path"),
    ("urllib2", "urllib.request"),
    ("io.open", "open"),
    ("codecs.open", "open"),
    ("os.fdopen", "object.open"),
    ("aiofiles.open", "open"),
    ("asyncio.create_subprocess_shell", "os.system"),
    ("subprocess.getoutput", "os.popen"),
    ("subprocess.getstatusoutput", "os.popen"),
)


def _table(*rows: tuple[Handler, str]) -> dict[str, Handler]:
    return {name: handler for handler, names in rows for name in names.split()}


CALLS: dict[str, Handler] = _table(
    (sinks.system, "os.system os.popen pty.system libc.system ctypes.system"),
    (
        sinks.subprocess,
        "subprocess.run subprocess.call subprocess.check_call subprocess.check_output "
        "subprocess.Popen",
    ),
    (sinks.arguments_run, "asyncio.create_subprocess_exec"),
    (
        sinks.replaced,
        "os.execl os.execle os.execlp os.execlpe os.execv os.execve os.execvp os.execvpe "
        "os.spawnl os.spawnle os.spawnlp os.spawnlpe os.spawnv os.spawnve os.spawnvp os.spawnvpe "
        "os.posix_spawn os.posix_spawnp",
    ),
    (sinks.spawn, "pty.spawn pexpect.spawn pexpect.run os.startfile sh.sh"),
    (sinks.code, "exec eval execfile runpy.run_code"),
    (sinks.compiled, "compile"),
    (sinks.imported, "__import__ importlib.import_module importlib.__import__ import_module"),
    (sinks.library, "ctypes.CDLL ctypes.cdll.LoadLibrary ctypes.PyDLL"),
    (files.remove, "os.remove os.unlink os.rmdir os.removedirs send2trash.send2trash"),
    (files.rmtree, "shutil.rmtree"),
    (files.rename, "os.rename os.replace os.renames shutil.move"),
    (
        files.copy,
        "shutil.copy shutil.copy2 shutil.copyfile",
    ),
    (files.copytree, "shutil.copytree"),
    (files.make_folder, "os.mkdir os.makedirs os.mkfifo os.mknod"),
    (files.path_make_folder, "Path.mkdir"),
    (files.chmod, "os.chmod os.lchmod"),
    (files.chown, "os.chown os.lchown shutil.chown"),
    (files.link, "os.symlink os.link"),
    (files.truncate, "os.truncate"),
    (files.open_file, "open file os.open Path.open bz2.open gzip.open lzma.open"),
    (files.fileinput, "fileinput.input fileinput.FileInput"),
    (files.file_read, "file.read file.readlines file.readline answer.read process.read"),
    (files.file_read, "process.communicate answer.readlines process.readlines answer.json"),
    (files.file_write, "file.write file.writelines"),
    (files.loads, "json.load json.loads yaml.safe_load yaml.load tomllib.load tomllib.loads"),
    (files.loads, "pickle.load pickle.loads csv.reader csv.DictReader configparser.read"),
    (files.dump, "json.dump yaml.dump yaml.safe_dump pickle.dump"),
    (files.path, "Path pathlib.PureWindowsPath"),
    (files.path_read, "Path.read_text Path.read_bytes"),
    (files.path_write, "Path.write_text Path.write_bytes"),
    (files.path_remove, "Path.unlink Path.rmdir Path.remove"),
    (files.path_rename, "Path.rename Path.replace"),
    (files.path_mode, "Path.chmod Path.lchmod"),
    (files.path_link, "Path.symlink_to Path.hardlink_to"),
    (files.path_touch, "Path.touch"),
    (files.path_same, "Path.resolve Path.absolute Path.as_posix Path.__str__ Path.with_name"),
    (files.path_join, "Path.joinpath"),
    (files.path_glob, "Path.glob Path.rglob Path.iterdir"),
    (files.home_folder, "Path.home"),
    (files.join, "os.path.join posixpath.join"),
    (files.expanded, "os.path.expanduser os.path.expandvars Path.expanduser"),
    (files.same_path, "os.path.abspath os.path.realpath os.path.normpath"),
    (files.directory, "os.path.dirname"),
    (files.glob, "glob.glob glob.iglob"),
    (files.listed, "os.listdir"),
    (files.walked, "os.walk os.fwalk"),
    (files.cwd, "os.getcwd Path.cwd os.getcwdb"),
    (files.chdir, "os.chdir"),
    (files.getenv, "os.getenv os.environ.get os.environ.__getitem__"),
    (files.temporary, "tempfile.mkstemp tempfile.NamedTemporaryFile tempfile.TemporaryFile"),
    (files.temporary_name, "tempfile.mkdtemp tempfile.mktemp tempfile.gettempdir"),
    (files.temporary_name, "tempfile.TemporaryDirectory"),
    (sinks.printed, "print"),
    (sinks.stdout, "sys.stdout.write sys.stdout.buffer.write"),
    (sinks.stdin, "sys.stdin.read sys.stdin.readline sys.stdin.readlines input raw_input"),
    (sinks.stdin, "sys.stdin.buffer.read"),
    (sinks.character, "chr unichr"),
    (sinks.text, "str bytes bytearray repr os.fspath os.fsdecode os.fsencode"),
    (sinks.sequence, "list tuple reversed sorted set iter"),
    (sinks.mapped, "map"),
    (sinks.numbers, "range xrange"),
    (
        sinks.decoded,
        "base64.b64decode base64.urlsafe_b64decode base64.standard_b64decode base64.b32decode "
        "base64.b16decode base64.decodebytes bytes.fromhex bytearray.fromhex binascii.unhexlify "
        "binascii.a2b_hex binascii.a2b_base64 codecs.decode urllib.parse.unquote",
    ),
    (sinks.quoted, "shlex.quote pipes.quote textwrap.dedent str.format_map"),
    (sinks.divided, "shlex.split"),
    (
        sinks.fetch,
        "urllib.request.urlopen urllib.request.Request urllib.urlopen requests.get requests.post "
        "requests.put requests.patch requests.delete requests.head requests.request "
        "httpx.get httpx.post httpx.put httpx.patch httpx.delete httpx.request "
        "urllib3.request",
    ),
    (sinks.retrieve, "urllib.request.urlretrieve wget.download"),
    (sinks.session, "requests.Session requests.session httpx.Client httpx.AsyncClient"),
    (sinks.session, "aiohttp.ClientSession urllib3.PoolManager"),
    (sinks.fetch, "session.get session.post session.put session.patch session.delete"),
    (sinks.fetch, "session.request"),
    (
        sinks.connect,
        "http.client.HTTPConnection http.client.HTTPSConnection socket.create_connection "
        "smtplib.SMTP smtplib.SMTP_SSL ftplib.FTP ftplib.FTP_TLS telnetlib.Telnet",
    ),
    (sinks.socket, "socket.socket paramiko.SSHClient"),
    (sinks.attached, "socket.connect"),
    (
        sinks.sent,
        "connection.send connection.sendall connection.request connection.sendmail "
        "connection.send_message connection.storbinary connection.storlines connection.sendfile "
        "connection.write",
    ),
    (sinks.remote_command, "connection.exec_command"),
    (
        sinks.received,
        "connection.recv connection.read connection.getresponse connection.retrbinary",
    ),
    (sinks.kill, "os.kill os.killpg"),
)

# Methods whose name alone says what they do, on objects of which nothing else is known.
METHODS: dict[str, Handler] = _table(
    (files.path_remove, "unlink rmdir"),
    (files.path_write, "write_text write_bytes"),
    (files.path_read, "read_text read_bytes"),
    (files.path_link, "symlink_to hardlink_to"),
    (sinks.libc, "system"),
)
